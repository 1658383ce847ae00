import { Button } from 'antd'
import { useTranslation } from 'react-i18next'
import { Icon, type IconName } from '../../components/icon.tsx'
import { moment } from '../../lib/format.ts'
import { languageTag } from '../../lib/i18n.ts'
import { languagePreference, usePreference } from '../../lib/preferences.ts'
import type { ReplaySnapshot } from './replay-session.ts'
import { SPEEDS } from './speed.ts'
import { ZOOMS, type Zoom } from './timeline-view.ts'

export type Act =
  | { readonly type: 'toggle' | 'back' | 'forward' | 'before' | 'after' | 'live' | 'mute' | 'fullscreen' }
  | { readonly type: 'speed'; readonly speed: number }
  | { readonly type: 'zoom'; readonly zoom: Zoom }

interface Props {
  readonly snapshot: ReplaySnapshot
  /** Shown as it is now; the clock says nothing then. */
  readonly live: boolean
  /** It can be shown as it is now. */
  readonly canLive: boolean
  readonly muted: boolean
  readonly zoom: Zoom
  readonly act: (act: Act) => void
}

/** Play, jump, speed, zoom: everything the keyboard can do, for a hand. */
export function Transport({ snapshot, live, canLive, muted, zoom, act }: Props) {
  const { t } = useTranslation()
  const language = languageTag(usePreference(languagePreference))
  const { playing, speed, positionMs, held, ended } = snapshot
  const runs = playing || live
  const button = (
    type: 'before' | 'back' | 'forward' | 'after' | 'mute' | 'fullscreen',
    icon: IconName,
    key: string,
  ) => {
    const label = t(`replay.act.${type}`)
    return (
      <Button
        type="text"
        icon={<Icon name={icon} />}
        aria-label={label}
        title={key === '' ? label : `${label} (${key})`}
        onClick={() => act({ type })}
      />
    )
  }
  return (
    <div className="transport">
      <div className="transport-keys">
        {button('before', 'back', 'Home')}
        {button('back', 'rewind', '←')}
        <Button
          type="primary"
          className="transport-play"
          icon={<Icon name={runs ? 'pause' : 'play'} />}
          aria-label={t(runs ? 'player.pause' : 'player.play')}
          title={`${t(runs ? 'player.pause' : 'player.play')} (K, ${t('replay.space')})`}
          onClick={() => act({ type: 'toggle' })}
        />
        {button('forward', 'clockwise', '→')}
        {button('after', 'forward', 'End')}
      </div>
      <div className="transport-time" role="status" aria-live="off">
        <strong className="tabular">{live ? t('player.live') : moment(positionMs, language)}</strong>
        <small className="muted">
          {live
            ? ''
            : held
              ? t('replay.loading')
              : ended
                ? t('replay.ended')
                : speed < 0
                  ? t('replay.backwards', { n: -speed })
                  : ''}
        </small>
      </div>
      <select
        className="select"
        aria-label={t('replay.speed')}
        title={t('replay.speedHow')}
        value={speed > 0 ? String(speed) : ''}
        disabled={live}
        onChange={event => act({ type: 'speed', speed: Number(event.target.value) })}
      >
        {speed < 0 && <option value="">{speed}×</option>}
        {SPEEDS.map(each => (
          <option key={each} value={each}>
            {each}×
          </option>
        ))}
      </select>
      {canLive && (
        <Button
          className={live ? 'live-button on' : 'live-button'}
          aria-pressed={live}
          title={t('replay.liveHow')}
          onClick={() => act({ type: 'live' })}
        >
          {t('player.live')}
        </Button>
      )}
      <span className="grow" />
      {/* biome-ignore lint/a11y/useSemanticElements: a fieldset would need a legend */}
      <div className="zooms" role="group" aria-label={t('replay.zoom')}>
        {(Object.keys(ZOOMS) as Zoom[]).map(each => (
          <button
            key={each}
            type="button"
            aria-pressed={each === zoom}
            onClick={() => act({ type: 'zoom', zoom: each })}
          >
            {t(`replay.zoomTo.${each}`)}
          </button>
        ))}
      </div>
      {!live && button('mute', muted ? 'mute' : 'sound', 'M')}
      {button('fullscreen', 'fullscreen', 'F')}
    </div>
  )
}
