import { Button } from 'antd'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { ConfirmAction } from '../../components/confirm-action.tsx'
import { Icon } from '../../components/icon.tsx'
import { IconButton } from '../../components/icon-button.tsx'
import { api } from '../../lib/api/client.ts'
import type { Stream, Viewer } from '../../lib/api/types.ts'
import { address, count } from '../../lib/format.ts'

export function KickButton({ stream, compact = false }: { stream: Stream; compact?: boolean }) {
  const { t } = useTranslation()
  const [open, setOpen] = useState(false)
  const label = t('kick.action')
  const gone = stream.live?.publisher == null
  return (
    <>
      {compact ? (
        <IconButton icon="kick" label={label} of={stream.name} disabled={gone} onClick={() => setOpen(true)} />
      ) : (
        <Button danger icon={<Icon name="kick" />} disabled={gone} onClick={() => setOpen(true)}>
          {label}
        </Button>
      )}
      {open && (
        <ConfirmAction
          title={t('kick.title', { name: stream.name })}
          action={label}
          failed={t('kick.failed')}
          done={t('kick.done', { name: stream.name })}
          call={api('kickStream', { path: { id: stream.id }, body: {} })}
          onClose={() => setOpen(false)}
        >
          <p>{t('kick.effect', { viewers: count(stream.live?.viewers ?? 0) })}</p>
          <p className="muted">{t('kick.returns')}</p>
        </ConfirmAction>
      )}
    </>
  )
}

export function KickViewerButton({ stream, viewer }: { stream: Stream; viewer: Viewer }) {
  const { t } = useTranslation()
  const [open, setOpen] = useState(false)
  const label = t('kick.viewer')
  const remote = address(viewer.remote)
  return (
    <>
      <IconButton icon="kick" label={label} of={remote} onClick={() => setOpen(true)} />
      {open && (
        <ConfirmAction
          title={t('kick.viewerTitle', { remote })}
          action={label}
          failed={t('kick.failed')}
          done={t('kick.done', { name: remote })}
          call={api('kickStream', { path: { id: stream.id }, body: { viewerId: viewer.id } })}
          onClose={() => setOpen(false)}
        >
          <p>{t('kick.viewerEffect')}</p>
        </ConfirmAction>
      )}
    </>
  )
}
