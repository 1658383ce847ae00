import { SightlineError } from '@sightline/client'
import { Button } from 'antd'
import { useEffect, useMemo, useState, useSyncExternalStore } from 'react'
import { useTranslation } from 'react-i18next'
import { useNowMs } from '../../components/ago.tsx'
import { AttemptDialog } from '../../components/attempts/attempt-view.tsx'
import { useVerdict } from '../../components/attempts/use-verdict.ts'
import { FilterSelect } from '../../components/filter-select.tsx'
import { Icon } from '../../components/icon.tsx'
import { duration } from '../../lib/format.ts'
import { canTalk, Talk } from './talk.ts'

/** The microphone of this browser to the loudspeaker of the camera. */
export function TalkButton({ id }: { id: string }) {
  const { t } = useTranslation()
  const now = useNowMs()
  const talk = useMemo(() => new Talk(id), [id])
  useEffect(() => () => talk.stop(), [talk])
  const { phase, level, sinceMs, error } = useSyncExternalStore(talk.subscribe, talk.getSnapshot)
  const [mode, setMode] = useState<'broadcast' | 'talk' | undefined>(undefined)
  if (!canTalk())
    return (
      <p className="notice">
        <Icon name="mic" />
        {t('channel.talkInsecure', { origin: location.origin })}
      </p>
    )
  const on = phase === 'talking'
  return (
    <div className="talk">
      <Button
        type={on ? 'primary' : 'default'}
        danger={on}
        icon={<Icon name="mic" size={16} />}
        loading={phase === 'asking' || phase === 'opening'}
        onClick={() => (on ? talk.stop() : void talk.start(mode ?? 'auto'))}
      >
        {t(on ? 'channel.talkStop' : 'channel.talk')}
      </Button>
      {on ? (
        <>
          <meter className="talk-level" min={0} max={1} high={0.9} value={level} aria-label={t('channel.talkLevel')} />
          <span className="tabular">{duration(now - sinceMs)}</span>
        </>
      ) : (
        <FilterSelect
          label={t('channel.talkMode')}
          all={t('channel.talkAuto')}
          value={mode}
          options={(['broadcast', 'talk'] as const).map(value => ({ value, label: t(`channel.talkModes.${value}`) }))}
          onChange={setMode}
        />
      )}
      {phase === 'asking' && <span className="muted">{t('channel.talkAsking')}</span>}
      {phase === 'opening' && <span className="muted">{t('channel.talkOpening')}</span>}
      {phase === 'failed' && <TalkFailed error={error} />}
    </div>
  )
}

function TalkFailed({ error }: { error: unknown }) {
  const { t } = useTranslation()
  const wordsOf = useVerdict()
  const [open, setOpen] = useState(false)
  if (error instanceof DOMException && error.name === 'NotAllowedError')
    return <span className="wrong">{t('channel.talkForbidden')}</span>
  if (error instanceof DOMException && error.name === 'NotFoundError')
    return <span className="wrong">{t('channel.talkNoMicrophone')}</span>
  const { verdict, attempt } = error instanceof SightlineError ? error.details : {}
  const hint = (error instanceof SightlineError ? error.hint : undefined) ?? ''
  const words = typeof verdict === 'string' ? wordsOf({ verdict, advice: hint }) : null
  return (
    <span className="talk-failed" role="alert">
      <span className="wrong">{words?.found ?? (error instanceof Error ? error.message : String(error))}</span>{' '}
      <span className="muted">{words?.advice ?? hint}</span>
      {typeof attempt === 'string' && (
        <Button size="small" type="link" onClick={() => setOpen(true)}>
          {t('channel.exchange')}
        </Button>
      )}
      {open && typeof attempt === 'string' && <AttemptDialog id={attempt} onClose={() => setOpen(false)} />}
    </span>
  )
}
