import { useMemo, useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { Attempt } from '../../lib/api/types.ts'
import { codecName, count, milliseconds, text } from '../../lib/format.ts'
import { CopyButton } from '../copy-field.tsx'
import { type LadderMedia, type LadderRow, ladderRows } from './ladder-rows.ts'
import './ladder.css'

/** Who said what to whom and when: us on the left, the device on the right, time downwards. */
export function Ladder({ attempt }: { attempt: Attempt }) {
  const { t } = useTranslation()
  const { kind, messages, figures } = attempt
  const rows = useMemo(() => ladderRows(kind, messages, figures), [kind, messages, figures])
  const [open, setOpen] = useState<string | null>(null)
  const first = messages[0]
  if (rows.length === 0) return <p className="muted">{t('attempt.noMessages')}</p>
  return (
    <div className="ladder">
      <div className="ladder-head">
        <span />
        <span>
          <strong>{t('attempt.us')}</strong>
          <small className="tabular ellipsis">{first?.local}</small>
        </span>
        <span>
          <strong>{t('attempt.them')}</strong>
          <small className="tabular ellipsis">
            {first?.remote} {first?.transport.toUpperCase()}
          </small>
        </span>
      </div>
      <ol className="ladder-rows">
        {rows.map(row => (
          <li key={row.key}>
            <Row row={row} open={open === row.key} onToggle={() => setOpen(open === row.key ? null : row.key)} />
          </li>
        ))}
      </ol>
    </div>
  )
}

function Row({ row, open, onToggle }: { row: LadderRow; open: boolean; onToggle: () => void }) {
  const { t } = useTranslation()
  if (row.kind === 'pause')
    return (
      <div className="ladder-row pause">
        <span />
        <span className="ladder-lane">
          <span className="ladder-note tabular">{t('attempt.pause', { time: text(milliseconds(row.ms)) })}</span>
        </span>
      </div>
    )
  if (row.kind === 'skipped')
    return (
      <div className="ladder-row pause">
        <span />
        <span className="ladder-lane">
          <span className="ladder-note">{t('attempt.skipped', { n: count(row.count) })}</span>
        </span>
      </div>
    )
  if (row.kind === 'media')
    return (
      <div className="ladder-row">
        <span className="ladder-time">RTP</span>
        <span className="ladder-lane">
          <Media media={row.media} />
          <Arrow direction={row.direction} tone={row.media.tone} thick />
        </span>
      </div>
    )
  return (
    <>
      <button type="button" className="ladder-row message" aria-expanded={open} onClick={onToggle}>
        <span className="ladder-time tabular">
          {row.ms < 10_000 ? `${Math.round(row.ms)} ms` : text(milliseconds(row.ms))}
        </span>
        <span className="ladder-lane">
          <span className={`ladder-label ${row.tone}`}>
            <strong>{row.label}</strong>
            {row.about !== '' && <span> {row.about}</span>}
            {row.again && <em>{t('attempt.again')}</em>}
          </span>
          <Arrow direction={row.direction} tone={row.tone} />
        </span>
      </button>
      {open && (
        <div className="ladder-text">
          <CopyButton value={row.message.text} label={row.label} />
          {/* biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls sideways, so the keyboard must reach it */}
          <pre tabIndex={0}>{row.message.text}</pre>
        </div>
      )}
    </>
  )
}

function Media({ media: { packets, lost, refused, frames, keyframes, codec, tone } }: { media: LadderMedia }) {
  const { t } = useTranslation()
  const words = [
    t('attempt.packets', { n: count(packets) }),
    lost > 0 && t('attempt.lost', { n: count(lost) }),
    refused > 0 && t('attempt.refusedPackets', { n: count(refused) }),
    frames > 0 && t('attempt.frames', { n: count(frames), keys: count(keyframes) }),
    codec !== '' && codecName(codec),
  ]
  return <span className={`ladder-label tabular ${tone}`}>{words.filter(Boolean).join(' · ')}</span>
}

interface ArrowProps {
  readonly direction: 'in' | 'out'
  readonly tone: string
  readonly thick?: boolean
}

/** From lifeline to lifeline, however wide that is: the line stretches, its head does not. */
function Arrow({ direction, tone, thick = false }: ArrowProps) {
  const head = thick ? 'M0 0L9 6L0 12z' : 'M0 1.500L8 6L0 10.500'
  return (
    <svg className={`ladder-arrow ${tone} ${direction}`} height={12} width="100%" aria-hidden="true">
      <line x1="0" x2="100%" y1="6" y2="6" strokeWidth={thick ? 3 : 1.5} strokeDasharray={thick ? '6 3' : undefined} />
      {direction === 'out' ? (
        <svg x="100%" overflow="visible" aria-hidden="true">
          <path d={head} transform="translate(-9 0)" />
        </svg>
      ) : (
        <path d={head} transform="translate(9 12) rotate(180)" />
      )}
    </svg>
  )
}
