import { useQuery } from '@tanstack/react-query'
import { Button, Modal } from 'antd'
import { type KeyboardEvent, useEffect, useRef } from 'react'
import { useTranslation } from 'react-i18next'
import { ShowApiCall } from '../../components/api-call.tsx'
import { Icon } from '../../components/icon.tsx'
import { LinkButton } from '../../components/link-button.tsx'
import { Moment } from '../../components/moment.tsx'
import { Picture } from '../../components/picture.tsx'
import { api } from '../../lib/api/client.ts'
import { type Snapshot, streamNamesQuery } from '../../lib/api/recording-queries.ts'
import { bytes, text } from '../../lib/format.ts'

interface Props {
  readonly snapshot: Snapshot
  readonly newer: Snapshot | undefined
  readonly older: Snapshot | undefined
  readonly onShow: (snapshot: Snapshot) => void
  readonly onClose: () => void
  readonly onDelete?: () => void
}

/** One picture, large; arrows lead to the next ones. */
export function SnapshotView({ snapshot, newer, older, onShow, onClose, onDelete }: Props) {
  const { t } = useTranslation()
  const { id, path, space, url, takenAt, width, height, sizeBytes, format, cause } = snapshot
  const stream = useQuery(streamNamesQuery(space)).data?.find(each => each.path === path)
  const box = useRef<HTMLDivElement>(null)
  useEffect(() => box.current?.focus(), [])
  const onKeyDown = ({ key }: KeyboardEvent) => {
    if (key === 'ArrowLeft' && newer !== undefined) onShow(newer)
    if (key === 'ArrowRight' && older !== undefined) onShow(older)
    if (key === 'Delete') onDelete?.()
  }
  return (
    <Modal
      open
      width={1100}
      title={path}
      onCancel={onClose}
      footer={
        <div className="dialog-foot">
          <ShowApiCall call={api('getSnapshot', { path: { id } })} />
          <span className="grow" />
          {stream !== undefined && (
            <LinkButton
              to="/replay"
              search={{ streams: stream.id, at: takenAt }}
              icon={<Icon name="rewind" size={16} />}
            >
              {t('snapshots.replay')}
            </LinkButton>
          )}
          {url !== null && (
            <Button href={url} target="_blank" rel="noreferrer" icon={<Icon name="download" size={16} />}>
              {t('snapshots.open')}
            </Button>
          )}
          {onDelete !== undefined && (
            <Button danger icon={<Icon name="trash" size={16} />} onClick={onDelete}>
              {t('delete.action')}
            </Button>
          )}
        </div>
      }
    >
      {/* biome-ignore lint/a11y/noStaticElementInteractions: arrows are a shortcut of the buttons inside */}
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: arrows work as soon as it is open */}
      <div ref={box} className="snapshot-large" tabIndex={0} onKeyDown={onKeyDown}>
        <Picture src={url} alt={t('snapshots.pictureOf', { name: path })} />
        <div className="snapshot-steps">
          <Button
            type="text"
            disabled={newer === undefined}
            aria-label={t('snapshots.newer')}
            title={t('snapshots.newer')}
            icon={<Icon name="left" />}
            onClick={() => newer !== undefined && onShow(newer)}
          />
          <span className="muted tabular grow">
            <Moment at={takenAt} /> · {width}×{height} · {format.toUpperCase()} · {text(bytes(sizeBytes))} ·{' '}
            {t(`snapshots.causeOf.${cause}`)}
          </span>
          <Button
            type="text"
            disabled={older === undefined}
            aria-label={t('snapshots.older')}
            title={t('snapshots.older')}
            icon={<Icon name="right" />}
            onClick={() => older !== undefined && onShow(older)}
          />
        </div>
      </div>
    </Modal>
  )
}
