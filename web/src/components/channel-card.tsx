import { Link } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'
import type { Channel } from '../lib/api/types.ts'
import { bitrate, count, text } from '../lib/format.ts'
import { ChannelState } from './channel-state.tsx'
import { Icon, type IconName } from './icon.tsx'
import { useReason } from './off-reason.ts'
import './channel-card.css'

const ICONS = {
  video: 'camera',
  audioIn: 'sound',
  audioOut: 'sound',
  alarmIn: 'bell',
  alarmOut: 'bell',
  other: 'plug',
} as const satisfies Record<Channel['kind'], IconName>

/** A channel to open: opening it plays it. */
export function ChannelCard({ channel }: { channel: Channel }) {
  const { t } = useTranslation()
  const reasonOf = useReason()
  const { id, name, gbId, kind, live, state, reason, enabled } = channel
  const why = state === 'off' && reason !== '' ? reasonOf(reason) : gbId
  return (
    <Link to="/channels/$id" params={{ id }} className={state === 'on' ? 'channel-card' : 'channel-card off'}>
      <span className="channel-card-picture">
        <Icon name={kind === 'video' && state === 'on' ? 'play' : ICONS[kind]} size={28} />
        {live !== null && (
          <small className="tabular">
            {text(bitrate(live.bitrateKbps))} · <Icon name="eye" size={14} /> {count(live.viewers)}
          </small>
        )}
      </span>
      <strong className="ellipsis" title={name}>
        {name}
      </strong>
      <span className="channel-card-foot">
        <ChannelState channel={channel} />
        <small className="tabular ellipsis" title={why}>
          {why}
        </small>
      </span>
      {!enabled && <small className="wrong">{t('state.disabled')}</small>}
    </Link>
  )
}
