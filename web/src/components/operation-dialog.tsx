import { useMutation, useQuery } from '@tanstack/react-query'
import { App, Button, Modal } from 'antd'
import { useTranslation } from 'react-i18next'
import { api, download } from '../lib/api/client.ts'
import { operationQuery } from '../lib/api/queries.ts'
import type { Operation } from '../lib/api/types.ts'
import { count } from '../lib/format.ts'
import { Ago } from './ago.tsx'
import { ShowApiCall } from './api-call.tsx'
import { ErrorPanel } from './error-panel.tsx'
import { Icon } from './icon.tsx'
import { Skeleton } from './page.tsx'
import { type State, StateTag } from './state-tag.tsx'

const STATES = { running: 'starting', done: 'on', failed: 'failed', cancelled: 'off' } as const satisfies Record<
  Operation['state'],
  State
>
const KINDS = [
  'devices.delete',
  'devices.start',
  'devices.stop',
  'devices.unlock',
  'devices.sync',
  'channels.download',
  'streams.kick',
  'streams.forbid',
  'streams.resume',
  'streams.delete',
  'system.bundle',
  'recordings.export',
  'recordings.rebuild',
] as const

/** What it does, in words; a kind this console does not know by its own name. */
export function useOperationTitle(): (kind: string) => string {
  const { t } = useTranslation()
  return kind => {
    const known = KINDS.find(each => each === kind)
    return known === undefined ? kind : t(`operation.kind.${known}`)
  }
}

export function OperationState({ state }: { state: Operation['state'] }) {
  const { t } = useTranslation()
  return <StateTag state={STATES[state]} word={t(`operation.${state}`)} />
}

/** How far a long command is and what became of each row. It goes on when this is closed. */
export function OperationDialog({ id, onClose }: { id: string; onClose: () => void }) {
  const { t } = useTranslation()
  const title = useOperationTitle()
  const { data: operation, isError, error, refetch } = useQuery(operationQuery(id))
  return (
    <Modal
      open
      width={600}
      title={operation === undefined ? t('operation.title') : title(operation.kind)}
      onCancel={onClose}
      footer={
        <div className="dialog-foot">
          <ShowApiCall call={api('getOperation', { path: { id } })} />
          <span className="grow" />
          {operation?.state === 'running' && <Cancel id={id} onDone={() => void refetch()} />}
          {operation?.file != null && <SaveFile id={id} name={operation.file} />}
          <Button onClick={onClose}>{t('dialog.close')}</Button>
        </div>
      }
    >
      {isError && <ErrorPanel error={error} what={t('operation.failedToLoad')} />}
      {operation === undefined ? !isError && <Skeleton width="60%" /> : <Progress operation={operation} />}
    </Modal>
  )
}

function Progress({ operation }: { operation: Operation }) {
  const { t } = useTranslation()
  const { state, done, total, rows, error, createdAt, userName } = operation
  const failed = rows.filter(({ ok }) => !ok)
  return (
    <div className="operation">
      <div className="operation-head">
        <OperationState state={state} />
        <span className="tabular">{total === null ? count(done) : `${count(done)} / ${count(total)}`}</span>
        {failed.length > 0 && <span className="wrong">{t('operation.failures', { n: count(failed.length) })}</span>}
        <span className="grow" />
        <span className="muted">
          {userName} · <Ago at={createdAt} />
        </span>
      </div>
      {total !== null && (
        <progress className="progress" max={total} value={done} aria-label={t('operation.progress')} />
      )}
      {error !== null && <p className="wrong">{error.message}</p>}
      <ul className="operation-rows">
        {[...failed, ...rows.filter(({ ok }) => ok)].map(({ name, ok, error }) => (
          <li key={name} className={ok ? '' : 'wrong'}>
            <Icon name={ok ? 'check' : 'close'} size={16} />
            <span className="grow">
              {name}
              {error !== null && <small>{error.message}</small>}
            </span>
          </li>
        ))}
      </ul>
    </div>
  )
}

function Cancel({ id, onDone }: { id: string; onDone: () => void }) {
  const { t } = useTranslation()
  const cancel = useMutation({ mutationFn: api('cancelOperation', { path: { id } }).send, onSettled: onDone })
  return (
    <Button danger loading={cancel.isPending} onClick={() => cancel.mutate()}>
      {t('operation.cancel')}
    </Button>
  )
}

function SaveFile({ id, name }: { id: string; name: string }) {
  const { t } = useTranslation()
  const { message } = App.useApp()
  const save = useMutation({
    mutationFn: () => download(id, name),
    onError: error => void message.error(error.message),
  })
  return (
    <Button
      type="primary"
      icon={<Icon name="download" size={16} />}
      loading={save.isPending}
      onClick={() => save.mutate()}
    >
      {t('operation.save')}
    </Button>
  )
}
