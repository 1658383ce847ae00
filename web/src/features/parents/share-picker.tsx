import { useMutation, useQueryClient } from '@tanstack/react-query'
import { App, Button, Modal } from 'antd'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { ChannelTree } from '../../components/channel-tree/channel-tree.tsx'
import { keyOf } from '../../components/channel-tree/tree-rows.ts'
import { useTree } from '../../components/channel-tree/use-tree.ts'
import { ErrorPanel } from '../../components/error-panel.tsx'
import { client } from '../../lib/api/client.ts'
import { PAGE_ROWS } from '../../lib/api/queries.ts'
import type { ParentPlatform, TreeNode } from '../../lib/api/types.ts'
import { count } from '../../lib/format.ts'

/** The platform takes no more channels in one command. */
const AT_ONCE = 1000
/** Of a device: what an upper platform of any size takes. */
const MOST = 20_000

interface Result {
  readonly shared: number
  readonly failed: number
  /** Of the first that failed. */
  readonly why: string
}

/** Channels are shared one by one, devices with all they have now, directories with all that comes into them. */
async function share(parent: string, nodes: readonly TreeNode[]): Promise<Result> {
  let [shared, failed, why] = [0, 0, '']
  const channels = nodes.filter(({ kind }) => kind === 'channel').map(({ id }) => id)
  for (const { kind, id } of nodes) {
    if (kind === 'directory') {
      await client.call('shareDirectory', { path: { id: parent }, body: { directoryId: id } })
      shared++
    }
    if (kind !== 'device') continue
    for await (const channel of client.all('listDeviceChannels', {
      path: { id },
      query: { kind: 'video', limit: PAGE_ROWS },
    })) {
      channels.push(channel.id)
      if (channels.length >= MOST) break
    }
  }
  const unique = [...new Set(channels)]
  for (let at = 0; at < unique.length; at += AT_ONCE) {
    const body = { channels: unique.slice(at, at + AT_ONCE).map(channelId => ({ channelId })) }
    const { results } = await client.call('shareChannels', { path: { id: parent }, body })
    const bad = results.filter(({ ok }) => !ok)
    shared += results.length - bad.length
    failed += bad.length
    why ||= bad[0]?.error?.message ?? ''
  }
  return { shared, failed, why }
}

/** What the upper platform shall see, ticked in the tree. */
export function SharePicker({ parent, onClose }: { parent: ParentPlatform; onClose: () => void }) {
  const { t } = useTranslation()
  const { message } = App.useApp()
  const queryClient = useQueryClient()
  const tree = useTree(parent.space)
  const [chosen, setChosen] = useState<string | null>(null)
  const [ticked, setTicked] = useState<ReadonlyMap<string, TreeNode>>(new Map())
  const run = useMutation({
    mutationFn: () => share(parent.id, [...ticked.values()]),
    onSuccess: async ({ shared, failed, why }) => {
      if (failed > 0) void message.warning(t('parents.sharedSome', { n: count(shared), failed: count(failed), why }))
      else void message.success(t('parents.shared', { n: count(shared) }))
      await queryClient.invalidateQueries({ queryKey: ['parent-platforms'] })
      onClose()
    },
  })
  return (
    <Modal
      open
      width={720}
      title={t('parents.shareTitle', { name: parent.name })}
      onCancel={onClose}
      footer={
        <div className="dialog-foot">
          <span className="muted tabular">{t('bulk.chosen', { n: count(ticked.size) })}</span>
          <span className="grow" />
          <Button onClick={onClose}>{t('dialog.cancel')}</Button>
          <Button type="primary" disabled={ticked.size === 0} loading={run.isPending} onClick={() => run.mutate()}>
            {t('parents.share')}
          </Button>
        </div>
      }
    >
      <p className="muted">{t('parents.shareHow')}</p>
      <ChannelTree
        tree={tree}
        space={parent.space}
        chosen={chosen}
        onChoose={node => setChosen(keyOf(node))}
        ticked={new Set(ticked.keys())}
        onTick={(node, on) =>
          setTicked(old => {
            const next = new Map(old)
            if (on) next.set(keyOf(node), node)
            else next.delete(keyOf(node))
            return next
          })
        }
      />
      {run.isError && <ErrorPanel error={run.error} what={t('parents.notSaved')} />}
    </Modal>
  )
}
