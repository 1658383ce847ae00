import { Button, Modal } from 'antd'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { ShowApiCall } from '../../components/api-call.tsx'
import { ErrorPanel } from '../../components/error-panel.tsx'
import { Icon } from '../../components/icon.tsx'
import { LinkButton } from '../../components/link-button.tsx'
import { Moment } from '../../components/moment.tsx'
import { Picture } from '../../components/picture.tsx'
import { useAction } from '../../components/use-action.ts'
import { api } from '../../lib/api/client.ts'
import { useMay } from '../../lib/api/may.ts'
import type { Snapshot } from '../../lib/api/recording-queries.ts'
import type { Stream } from '../../lib/api/types.ts'
import { bytes, text } from '../../lib/format.ts'

/** Takes a picture of what is shown now, and shows it. */
export function SnapshotButton({ stream }: { stream: Stream }) {
  const { t } = useTranslation()
  const [taken, setTaken] = useState<Snapshot | null>(null)
  const [failed, setFailed] = useState(false)
  const call = api('takeSnapshot', { path: { id: stream.id }, body: {} })
  const take = useAction<Snapshot>({ done: t('recordings.snapshotDone'), onDone: setTaken })
  if (!useMay('recordings.write')) return null
  const shut = () => {
    setTaken(null)
    setFailed(false)
  }
  return (
    <>
      <Button
        icon={<Icon name="picture" />}
        disabled={stream.state !== 'on'}
        loading={take.isPending}
        onClick={() => take.mutate(call, { onError: () => setFailed(true) })}
      >
        {t('recordings.snapshot')}
      </Button>
      {(taken !== null || failed) && (
        <Modal
          open
          width={760}
          title={t('recordings.snapshot')}
          onCancel={shut}
          footer={
            <div className="dialog-foot">
              <ShowApiCall call={call} />
              <span className="grow" />
              <LinkButton to="/snapshots" search={{ path: stream.path }}>
                {t('recordings.allSnapshots')}
              </LinkButton>
              {taken?.url != null && (
                <Button type="primary" href={taken.url} target="_blank" rel="noreferrer">
                  {t('recordings.openPicture')}
                </Button>
              )}
            </div>
          }
        >
          {taken === null && take.isError && <ErrorPanel error={take.error} what={t('recordings.snapshotFailed')} />}
          {taken !== null && (
            <>
              <Picture src={taken.url} alt={stream.name} />
              <p className="muted snapshot-facts">
                <Moment at={taken.takenAt} /> · {taken.width}×{taken.height} · {text(bytes(taken.sizeBytes))}
              </p>
            </>
          )}
        </Modal>
      )}
    </>
  )
}
