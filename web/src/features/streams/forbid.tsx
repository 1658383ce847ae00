import { App, Button } from 'antd'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { ShowApiCall } from '../../components/api-call.tsx'
import { ConfirmAction } from '../../components/confirm-action.tsx'
import { Icon } from '../../components/icon.tsx'
import { Moment } from '../../components/moment.tsx'
import { useAction } from '../../components/use-action.ts'
import { api } from '../../lib/api/client.ts'
import { useMay } from '../../lib/api/may.ts'
import type { Stream } from '../../lib/api/types.ts'
import { useForbidFields } from './forbid-fields.tsx'

/** Puts the publisher out and keeps every next one out. */
export function ForbidButton({ stream }: { stream: Stream }) {
  const { t } = useTranslation()
  const [open, setOpen] = useState(false)
  if (!useMay('streams.forbid') || stream.forbidden !== null) return null
  return (
    <>
      <Button icon={<Icon name="forbid" size={18} />} onClick={() => setOpen(true)}>
        {t('forbid.action')}
      </Button>
      {open && <ForbidDialog stream={stream} onClose={() => setOpen(false)} />}
    </>
  )
}

function ForbidDialog({ stream, onClose }: { stream: Stream; onClose: () => void }) {
  const { t } = useTranslation()
  const { until, reason, fields } = useForbidFields()
  return (
    <ConfirmAction
      title={t('forbid.title', { name: stream.name })}
      action={t('forbid.action')}
      done={t('forbid.done', { name: stream.name })}
      failed={t('forbid.failed')}
      call={api('forbidStream', { path: { id: stream.id }, body: { until, reason } })}
      onClose={onClose}
    >
      <p>{t('forbid.effect')}</p>
      {fields}
    </ConfirmAction>
  )
}

/** Why nothing comes, and the way back. */
export function ForbiddenNotice({ stream }: { stream: Stream }) {
  const { t } = useTranslation()
  const { message } = App.useApp()
  const may = useMay('streams.forbid')
  const call = api('resumeStream', { path: { id: stream.id } })
  const resume = useAction({ done: t('forbid.resumed', { name: stream.name }) })
  if (stream.forbidden === null) return null
  const { until, reason } = stream.forbidden
  return (
    <div className="notice suspect" role="status">
      <Icon name="forbid" />
      <span className="grow">
        <strong>{t('forbid.notice')}</strong>{' '}
        {until === null ? (
          t('forbid.untilResumed')
        ) : (
          <>
            {t('forbid.until')} <Moment at={until} />
          </>
        )}
        {reason !== '' && <span className="muted"> · {reason}</span>}
      </span>
      {may && (
        <>
          <ShowApiCall call={call} compact />
          <Button
            size="small"
            loading={resume.isPending}
            onClick={() => resume.mutate(call, { onError: error => void message.error(error.message) })}
          >
            {t('forbid.resume')}
          </Button>
        </>
      )}
    </div>
  )
}
