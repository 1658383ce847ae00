import { useEffect, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useGapReason } from '../../components/gap-reason.ts'
import type { ReplaySession } from './replay-session.ts'
import { thumbnailUrl } from './replay-urls.ts'
import type { Row } from './timeline.tsx'
import { clockText, widthOf } from './timeline-view.ts'
import { type Span, spanAt } from './track.ts'

/** Pixels the node makes it wide; shown half as wide on dense screens. */
const MADE_PX = 320
const SHOWN_PX = 176
/** The pointer rests: pictures of where it only passes are not asked for. */
const REST_MS = 90
/** One picture for so many pixels of the timeline: it is a keyframe anyway. */
const STEP_PX = 6

interface Props {
  readonly session: ReplaySession
  readonly row: Row | undefined
  readonly ms: number
  readonly view: Span
  /** Of the pointer, and of the timeline. */
  readonly x: number
  readonly width: number
}

/** What was to be seen at the time under the pointer, or why nothing was recorded. */
export function Preview({ session, row, ms, view, x, width }: Props) {
  const { t } = useTranslation()
  const reasonOf = useGapReason()
  const recorded = row !== undefined && spanAt(row.track.spans, ms) !== null && ms <= Date.now()
  const stepMs = Math.max(2000, (widthOf(view) * STEP_PX) / Math.max(1, width))
  const wanted = recorded ? Math.round(ms / stepMs) * stepMs : null
  const url = useThumbnail(session, row?.id ?? '', wanted, row?.track.spans ?? [])
  const gap = row === undefined ? null : spanAt(row.track.gaps, ms)
  const mark = row?.track.marks.find(({ atMs }) => Math.abs(atMs - ms) < (widthOf(view) * 5) / Math.max(1, width))
  const word =
    ms > Date.now()
      ? t('replay.future')
      : gap !== null && !recorded
        ? t('replay.gapBecause', { reason: reasonOf(gap.reason) })
        : recorded
          ? ''
          : t('replay.notRecorded')
  const left = Math.min(Math.max(x, SHOWN_PX / 2 + 4), Math.max(SHOWN_PX / 2 + 4, width - SHOWN_PX / 2 - 4))
  return (
    <div className="preview" style={{ left, width: SHOWN_PX }} aria-hidden="true">
      {url !== null && recorded && <img src={url} alt="" width={SHOWN_PX} onError={hide} onLoad={show} />}
      {word !== '' && <span className="preview-word">{word}</span>}
      {mark !== undefined && (
        <span className="preview-word">{[markName(mark.name), reasonOf(mark.reason)].filter(Boolean).join(': ')}</span>
      )}
      <span className="preview-time tabular">{clockText(ms)}</span>
    </div>
  )

  function markName(name: string): string {
    const known = MARK_NAMES.find(each => each === name)
    return known === undefined ? name : t(`replay.mark.${known}`)
  }
}

/** Events of the timeline that have a word of their own. */
export const MARK_NAMES = ['started', 'paused', 'resumed', 'stopped', 'error', 'recording.missing', 'alarm'] as const

const hide = ({ currentTarget }: { currentTarget: HTMLImageElement }) => {
  currentTarget.style.visibility = 'hidden'
}
const show = ({ currentTarget }: { currentTarget: HTMLImageElement }) => {
  currentTarget.style.visibility = 'visible'
}

/** The URL of the picture of that time, once the pointer rests; null: none, or not yet. */
function useThumbnail(
  session: ReplaySession,
  stream: string,
  atMs: number | null,
  spans: readonly Span[],
): string | null {
  const [url, setUrl] = useState<string | null>(null)
  // biome-ignore lint/correctness/useExhaustiveDependencies: only another time or stream needs another picture
  useEffect(() => {
    if (atMs === null) return
    let over = false
    const timer = window.setTimeout(async () => {
      const span = spanAt(spans, atMs)
      try {
        const known = session.urls.known(stream)
        const urls =
          known ??
          (await session.urls.of(stream, {
            fromMs: (span?.fromMs ?? atMs) - 1000,
            toMs: Math.min(Date.now(), atMs + 60_000),
          }))
        if (!over) setUrl(thumbnailUrl(urls, atMs, MADE_PX))
      } catch {
        if (!over) setUrl(null) // nothing to see: the time is still shown
      }
    }, REST_MS)
    return () => {
      over = true
      window.clearTimeout(timer)
    }
  }, [session, stream, atMs])
  return url
}
