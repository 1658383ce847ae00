import { Link } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'
import { Ago } from '../../components/ago.tsx'
import { Icon, type IconName } from '../../components/icon.tsx'
import { Card } from '../../components/page.tsx'
import type { FeedEvent } from '../../lib/api/feed.ts'
import { useRecentEvents } from '../../lib/api/live-updates.ts'
import { address, protocolName } from '../../lib/format.ts'

const SHOWN = 12

const LOOKS = {
  'stream.on': { icon: 'dot', state: 'on' },
  'stream.off': { icon: 'ring', state: 'off' },
  refused: { icon: 'forbid', state: 'suspect' },
  'node.on': { icon: 'nodes', state: 'on' },
  'node.lost': { icon: 'alert', state: 'failed' },
} as const satisfies Record<string, { icon: IconName; state: string }>

type Type = keyof typeof LOOKS
const isType = (type: string): type is Type => type in LOOKS

/** What happened since the platform started, newest first. */
export function RecentEvents({ space }: { space: string | undefined }) {
  const { t } = useTranslation()
  const events = useRecentEvents().filter(
    ({ data }) => space === undefined || word(data['path']).startsWith(`${space}/`),
  )
  return (
    <Card title={t('overview.events')}>
      {events.length === 0 && <p className="muted">{t('overview.noEvents')}</p>}
      <ul className="events">
        {events.slice(0, SHOWN).map(event => (
          <Event key={event.id} event={event} />
        ))}
      </ul>
    </Card>
  )
}

const word = (value: unknown): string => (typeof value === 'string' ? value : '')

function Event({ event: { type, at, data } }: { event: FeedEvent }) {
  const { t } = useTranslation()
  if (!isType(type)) return null
  const { icon, state } = LOOKS[type]
  const path = word(data['path'])
  return (
    <li>
      <span className={`event-icon ${state}`}>
        <Icon name={icon} size={16} />
      </span>
      <span className="grow">
        {path === '' ? (
          <strong>{word(data['name']) || word(data['nodeId'])}</strong>
        ) : (
          <Link to="/streams" search={{ q: path }}>
            {path.split('/').at(-1)}
          </Link>
        )}{' '}
        {t(
          `event.${type === 'refused' ? (data['action'] === 'play' ? 'refusedPlay' : 'refusedPublish') : EVENT_WORDS[type]}`,
        )}
        <small>{detail(data)}</small>
      </span>
      <small className="muted">
        <Ago at={at} />
      </small>
    </li>
  )
}

const EVENT_WORDS = {
  'stream.on': 'streamOn',
  'stream.off': 'streamOff',
  'node.on': 'nodeOn',
  'node.lost': 'nodeLost',
} as const

/** Where from and why, in the node's own words. */
function detail({ publisher, remote, reason }: FeedEvent['data']): string {
  const from = publisher as { protocol?: unknown; remote?: unknown } | null | undefined // each is checked
  return [
    word(from?.protocol) && protocolName(word(from?.protocol)),
    address(word(from?.remote) || word(remote)),
    word(reason),
  ]
    .filter(Boolean)
    .join(' · ')
}
