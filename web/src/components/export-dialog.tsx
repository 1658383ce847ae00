import { useMutation, useQuery } from '@tanstack/react-query'
import { Button, Modal } from 'antd'
import { useTranslation } from 'react-i18next'
import { api } from '../lib/api/client.ts'
import { type Export, exportQuery } from '../lib/api/recording-queries.ts'
import { bytes, duration, text } from '../lib/format.ts'
import { ShowApiCall } from './api-call.tsx'
import { ErrorPanel } from './error-panel.tsx'
import { Icon } from './icon.tsx'
import { Moment } from './moment.tsx'
import { OperationState } from './operation-dialog.tsx'
import { Skeleton } from './page.tsx'

/** How far a clip is, and the clip. Its making goes on when this is closed. */
export function ExportDialog({ id, onClose }: { id: string; onClose: () => void }) {
  const { t } = useTranslation()
  const { data: clip, isError, error, refetch } = useQuery(exportQuery(id))
  const running = clip?.operation.state === 'running'
  const cancel = useMutation({
    mutationFn: api('cancelOperation', { path: { id }, body: {} }).send,
    onSettled: () => void refetch(),
  })
  return (
    <Modal
      open
      width={520}
      title={t('recordings.exportTitle')}
      onCancel={onClose}
      footer={
        <div className="dialog-foot">
          <ShowApiCall call={api('getExport', { path: { id } })} />
          <span className="grow" />
          {running && (
            <Button danger loading={cancel.isPending} onClick={() => cancel.mutate()}>
              {t('operation.cancel')}
            </Button>
          )}
          <Button onClick={onClose}>{t('dialog.close')}</Button>
          {clip?.url != null && (
            <Button type="primary" href={clip.url} icon={<Icon name="download" size={16} />}>
              {t('recordings.download')}
            </Button>
          )}
        </div>
      }
    >
      {isError && <ErrorPanel error={error} what={t('recordings.exportsFailed')} />}
      {clip === undefined ? !isError && <Skeleton width="60%" /> : <Clip clip={clip} />}
    </Modal>
  )
}

function Clip({ clip: { path, start, end, sizeBytes, format, operation } }: { clip: Export }) {
  const { t } = useTranslation()
  const { state, done, total, error } = operation
  return (
    <div className="operation">
      <p>
        <strong>{path}</strong>
        <br />
        <span className="muted">
          <Moment at={start} /> · {duration(Date.parse(end) - Date.parse(start))} · {format.toUpperCase()}
          {sizeBytes !== null && ` · ${text(bytes(sizeBytes))}`}
        </span>
      </p>
      <div className="operation-head">
        <OperationState state={state} />
        {state === 'running' && total !== null && (
          <span className="tabular">{`${Math.round((done / total) * 100)} %`}</span>
        )}
      </div>
      {state === 'running' && total !== null && (
        <progress className="progress" max={total} value={done} aria-label={t('operation.progress')} />
      )}
      {state === 'running' && <p className="muted">{t('recordings.exportGoesOn')}</p>}
      {error !== null && <p className="wrong">{error.message}</p>}
    </div>
  )
}
