import { useQuery } from '@tanstack/react-query'
import { useNavigate, useSearch } from '@tanstack/react-router'
import { Button } from 'antd'
import { useEffect, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { ShowApiCall } from '../../components/api-call.tsx'
import { ChannelTree } from '../../components/channel-tree/channel-tree.tsx'
import { keyOf, type Level } from '../../components/channel-tree/tree-rows.ts'
import { useTree } from '../../components/channel-tree/use-tree.ts'
import { DeviceState } from '../../components/device-state.tsx'
import { Icon } from '../../components/icon.tsx'
import { LinkButton } from '../../components/link-button.tsx'
import { Card, Empty, Facts, Page } from '../../components/page.tsx'
import { StateTag } from '../../components/state-tag.tsx'
import { api } from '../../lib/api/client.ts'
import { useMay } from '../../lib/api/may.ts'
import { spacesQuery } from '../../lib/api/queries.ts'
import type { TreeNode } from '../../lib/api/types.ts'
import { count } from '../../lib/format.ts'
import { DirectoryActions, NewDirectory, PutInto } from './directory-actions.tsx'
import './directories.css'

/** Everything in a space as a tree: made by people, or told by platforms and recorders. */
export function DirectoriesPage() {
  const { t } = useTranslation()
  const navigate = useNavigate()
  const { space: given } = useSearch({ from: '/frame' })
  const { data: spaces = [] } = useQuery(spacesQuery())
  const space = given ?? 'default'
  const tree = useTree(space)
  const [chosen, setChosen] = useState<TreeNode | null>(null)
  const [ticked, setTicked] = useState<ReadonlyMap<string, TreeNode>>(new Map())
  const [creating, setCreating] = useState(false)
  const mayWrite = useMay('devices.write')
  // biome-ignore lint/correctness/useExhaustiveDependencies: another space is another tree
  useEffect(() => {
    setChosen(null)
    setTicked(new Map())
  }, [space])
  const open = ({ kind, id }: TreeNode) => {
    if (kind === 'channel') void navigate({ to: '/channels/$id', params: { id } })
    else if (kind === 'device') void navigate({ to: '/devices/$id', params: { id } })
    else tree.toggle(id)
  }
  return (
    <Page
      title={t('section.directories')}
      lead={given === undefined && spaces.length > 1 ? t('directories.ofSpace', { space }) : t('directories.lead')}
      actions={
        <>
          <ShowApiCall call={api('listTree', { query: { space } })} compact />
          <Button icon={<Icon name="refresh" size={16} />} onClick={tree.reload}>
            {t('directories.reload')}
          </Button>
          {mayWrite && (
            <Button type="primary" icon={<Icon name="plus" />} onClick={() => setCreating(true)}>
              {t('directories.create')}
            </Button>
          )}
        </>
      }
    >
      {ticked.size > 0 && (
        <PutInto
          space={space}
          nodes={[...ticked.values()]}
          onClear={() => setTicked(new Map())}
          onDone={() => {
            setTicked(new Map())
            tree.reload()
          }}
        />
      )}
      <div className="directory-columns">
        <Card>
          <ChannelTree
            tree={tree}
            space={space}
            chosen={chosen === null ? null : keyOf(chosen)}
            onChoose={setChosen}
            onOpen={open}
            {...(mayWrite
              ? {
                  ticked: new Set(ticked.keys()),
                  onTick: (node: TreeNode, on: boolean) =>
                    setTicked(old => {
                      const next = new Map(old)
                      if (on && node.kind !== 'directory') next.set(keyOf(node), node)
                      else next.delete(keyOf(node))
                      return next
                    }),
                }
              : {})}
          />
        </Card>
        {chosen === null ? (
          <Card>
            <Empty title={t('directories.chooseTitle')}>
              <p className="muted">{t('directories.chooseText')}</p>
            </Empty>
          </Card>
        ) : (
          <Chosen
            node={now(tree.levels, chosen)}
            onChanged={() => {
              setChosen(null)
              tree.reload()
            }}
          />
        )}
      </div>
      {creating && (
        <NewDirectory
          space={space}
          parent={chosen?.kind === 'directory' && chosen.directoryKind === 'own' ? chosen : null}
          onClose={() => setCreating(false)}
          onDone={tree.reload}
        />
      )}
    </Page>
  )
}

/** As the tree has it by now: what was chosen goes on to happen. */
function now(levels: ReadonlyMap<string, Level>, chosen: TreeNode): TreeNode {
  for (const { items } of levels.values()) {
    const node = items.find(each => each.id === chosen.id && each.kind === chosen.kind)
    if (node !== undefined) return { ...node, where: chosen.where }
  }
  return chosen
}

function Chosen({ node, onChanged }: { node: TreeNode; onChanged: () => void }) {
  const { t } = useTranslation()
  const { kind, id, name, gbId, counts, where, deviceState, online, directoryKind } = node
  return (
    <Card
      title={name}
      extra={
        kind === 'device' && deviceState !== null ? (
          <DeviceState state={deviceState} />
        ) : kind === 'channel' ? (
          <StateTag state={online ? 'on' : 'off'} />
        ) : null
      }
    >
      <Facts
        rows={[
          {
            label: t('directories.kind'),
            value:
              directoryKind === null
                ? t(`directories.kinds.${kind === 'device' ? 'device' : 'channel'}`)
                : t(`directories.kinds.${directoryKind}`),
          },
          ...(gbId === null ? [] : [{ label: t('directories.code'), value: <code>{gbId}</code> }]),
          ...(counts === null
            ? []
            : [{ label: t('directories.channels'), value: `${count(counts.online)} / ${count(counts.channels)}` }]),
          ...(where.length === 0 ? [] : [{ label: t('directories.where'), value: where.join(' / ') }]),
        ]}
      />
      <div className="directory-foot">
        {kind === 'channel' && (
          <LinkButton to="/channels/$id" params={{ id }} type="primary" icon={<Icon name="play" size={16} />}>
            {t('directories.play')}
          </LinkButton>
        )}
        {kind === 'device' && (
          <LinkButton to="/devices/$id" params={{ id }} type="primary" icon={<Icon name="camera" size={16} />}>
            {t('directories.openDevice')}
          </LinkButton>
        )}
        {kind === 'directory' && directoryKind === 'own' && <DirectoryActions node={node} onChanged={onChanged} />}
      </div>
    </Card>
  )
}
