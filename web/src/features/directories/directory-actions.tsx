import { useMutation, useQuery } from '@tanstack/react-query'
import { App, Button } from 'antd'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { ShowApiCall } from '../../components/api-call.tsx'
import { ConfirmAction } from '../../components/confirm-action.tsx'
import { ErrorPanel } from '../../components/error-panel.tsx'
import { TextField } from '../../components/field.tsx'
import { FormDialog } from '../../components/form-dialog.tsx'
import { Icon } from '../../components/icon.tsx'
import { api } from '../../lib/api/client.ts'
import { useMay } from '../../lib/api/may.ts'
import type { TreeNode } from '../../lib/api/types.ts'
import { count } from '../../lib/format.ts'
import { directoriesQuery } from './queries.ts'

/** The platform takes no more in one command. */
const MOST = 1000

export function DirectoryActions({ node, onChanged }: { node: TreeNode; onChanged: () => void }) {
  const { t } = useTranslation()
  const [asked, setAsked] = useState<'rename' | 'delete' | null>(null)
  if (!useMay('devices.write')) return null
  const close = () => setAsked(null)
  return (
    <>
      <Button icon={<Icon name="edit" size={16} />} onClick={() => setAsked('rename')}>
        {t('directories.rename')}
      </Button>
      <Button danger icon={<Icon name="trash" size={16} />} onClick={() => setAsked('delete')}>
        {t('delete.action')}
      </Button>
      {asked === 'rename' && <Rename node={node} onClose={close} onDone={onChanged} />}
      {asked === 'delete' && (
        <ConfirmAction
          title={t('delete.title', { name: node.name })}
          action={t('delete.action')}
          done={t('delete.done', { name: node.name })}
          failed={t('directories.deleteFailed')}
          call={api('deleteDirectory', { path: { id: node.id } })}
          onClose={close}
          onDone={onChanged}
        >
          <p>{t('directories.deleteEffect', { n: count(node.counts?.channels ?? 0) })}</p>
        </ConfirmAction>
      )}
    </>
  )
}

function Rename({ node, onClose, onDone }: { node: TreeNode; onClose: () => void; onDone: () => void }) {
  const { t } = useTranslation()
  const [name, setName] = useState(node.name)
  return (
    <FormDialog
      title={t('directories.rename')}
      action={t('dialog.save')}
      done={t('directories.renamed')}
      failed={t('directories.notSaved')}
      call={api('updateDirectory', { path: { id: node.id }, body: { name: name.trim() } })}
      ready={name.trim() !== '' && name.trim() !== node.name}
      onClose={onClose}
      onDone={onDone}
    >
      <TextField label={t('streams.name')} value={name} maxLength={200} onChange={setName} autoFocus />
    </FormDialog>
  )
}

interface NewProps {
  readonly space: string
  readonly parent: TreeNode | null
  readonly onClose: () => void
  readonly onDone: () => void
}

export function NewDirectory({ space, parent, onClose, onDone }: NewProps) {
  const { t } = useTranslation()
  const [name, setName] = useState('')
  return (
    <FormDialog
      title={t('directories.create')}
      action={t('directories.create')}
      done={t('directories.created', { name })}
      failed={t('directories.notSaved')}
      call={api('createDirectory', { body: { space, parentId: parent?.id ?? null, name: name.trim() } })}
      ready={name.trim() !== ''}
      onClose={onClose}
      onDone={onDone}
    >
      <p className="muted">
        {parent === null ? t('directories.atTop', { space }) : t('directories.below', { name: parent.name })}
      </p>
      <TextField label={t('streams.name')} value={name} maxLength={200} onChange={setName} autoFocus />
    </FormDialog>
  )
}

interface PutProps {
  readonly space: string
  readonly nodes: readonly TreeNode[]
  readonly onClear: () => void
  readonly onDone: () => void
}

const NOWHERE = ''

/** Puts what is ticked into a directory; what could not be put is said. */
export function PutInto({ space, nodes, onClear, onDone }: PutProps) {
  const { t } = useTranslation()
  const { message } = App.useApp()
  const { data: directories = [] } = useQuery(directoriesQuery(space))
  const [directory, setDirectory] = useState<string>(NOWHERE)
  const idsOf = (kind: TreeNode['kind']) => nodes.filter(node => node.kind === kind).map(({ id }) => id)
  const call = api('bindDirectory', {
    body: {
      directoryId: directory === NOWHERE ? null : directory,
      deviceIds: idsOf('device'),
      channelIds: idsOf('channel'),
    },
  })
  const put = useMutation({
    mutationFn: call.send,
    onSuccess: ({ results }) => {
      const failed = results.filter(({ ok }) => !ok)
      if (failed.length > 0)
        void message.warning(
          t('directories.putSome', { n: count(failed.length), why: failed[0]?.error?.message ?? '' }),
        )
      else void message.success(t('directories.put', { n: count(results.length) }))
      onDone()
    },
  })
  return (
    <div className="bulk-bar">
      <strong className="tabular">{t('bulk.chosen', { n: count(nodes.length) })}</strong>
      {nodes.length > MOST && <span className="wrong">{t('bulk.tooMany', { n: count(MOST) })}</span>}
      <span className="grow" />
      <select
        className="select"
        aria-label={t('directories.into')}
        value={directory}
        onChange={event => setDirectory(event.target.value)}
      >
        <option value={NOWHERE}>{t('directories.toTop')}</option>
        {directories.map(({ id, name }) => (
          <option key={id} value={id}>
            {name}
          </option>
        ))}
      </select>
      <Button type="primary" disabled={nodes.length > MOST} loading={put.isPending} onClick={() => put.mutate()}>
        {t('directories.move')}
      </Button>
      <ShowApiCall call={call} compact />
      <Button
        type="text"
        icon={<Icon name="close" size={16} />}
        aria-label={t('bulk.clear')}
        title={t('bulk.clear')}
        onClick={onClear}
      />
      {put.isError && <ErrorPanel error={put.error} what={t('directories.notSaved')} />}
    </div>
  )
}
