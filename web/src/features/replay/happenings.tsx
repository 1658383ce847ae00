import { useTranslation } from 'react-i18next'
import { useGapReason } from '../../components/gap-reason.ts'
import { Icon, type IconName } from '../../components/icon.tsx'
import { Card } from '../../components/page.tsx'
import { duration } from '../../lib/format.ts'
import { MARK_NAMES } from './preview.tsx'
import type { Row } from './timeline.tsx'
import { clockText } from './timeline-view.ts'
import type { Span } from './track.ts'

/** More are not read; closer in there are fewer. */
const MAX_SHOWN = 200

interface Item {
  readonly key: string
  readonly atMs: number
  readonly icon: IconName
  readonly bad: boolean
  readonly word: string
  readonly why: string
  readonly lastsMs: number | null
  readonly stream: string
}

interface Props {
  readonly rows: readonly Row[]
  readonly view: Span
  readonly onSeek: (ms: number) => void
}

/** Gaps and events of the time that is shown, as a list: for those who do not see the timeline, and for looking for one. */
export function Happenings({ rows, view, onSeek }: Props) {
  const { t } = useTranslation()
  const reasonOf = useGapReason()
  const inView = ({ fromMs, toMs }: Span) => toMs > view.fromMs && fromMs < Math.min(view.toMs, Date.now())
  const items = rows.flatMap(({ id, name, track: { gaps, marks } }): readonly Item[] => [
    ...gaps.filter(inView).map(({ fromMs, toMs, reason }) => ({
      ...{ key: `${id} gap ${fromMs}`, atMs: fromMs, icon: 'ring' as const, bad: true, stream: name },
      ...{ word: t('replay.gap'), why: reasonOf(reason), lastsMs: toMs - fromMs },
    })),
    ...marks
      .filter(({ atMs }) => inView({ fromMs: atMs, toMs: atMs + 1 }))
      .map(({ atMs, kind, name: what, reason, untilMs }, i) => {
        const known = MARK_NAMES.find(each => each === what)
        return {
          ...{ key: `${id} ${what} ${atMs} ${i}`, atMs, bad: kind !== 'recording', stream: name },
          icon: kind === 'alarm' ? ('bell' as const) : kind === 'alert' ? ('alert' as const) : ('record' as const),
          word: known === undefined ? what : t(`replay.mark.${known}`),
          why: reasonOf(reason),
          lastsMs: untilMs === null ? null : untilMs - atMs,
        }
      }),
  ])
  const shown = items.toSorted((a, b) => b.atMs - a.atMs).slice(0, MAX_SHOWN)
  return (
    <Card title={t('replay.happened')} className="happenings">
      {shown.length === 0 && <p className="muted">{t('replay.nothingHappened')}</p>}
      <ul>
        {shown.map(({ key, atMs, icon, bad, word, why, lastsMs, stream }) => (
          <li key={key}>
            <button type="button" className="happening" onClick={() => onSeek(atMs)}>
              <span className={bad ? 'wrong' : 'muted'}>
                <Icon name={icon} size={16} />
              </span>
              <span className="tabular">{clockText(atMs)}</span>
              <strong>{word}</strong>
              <span className="muted grow ellipsis">{why}</span>
              {lastsMs !== null && <span className="tabular muted">{duration(lastsMs)}</span>}
              {rows.length > 1 && <span className="muted ellipsis happening-stream">{stream}</span>}
            </button>
          </li>
        ))}
      </ul>
    </Card>
  )
}
