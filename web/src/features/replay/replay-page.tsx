import { useQuery, useQueryClient } from '@tanstack/react-query'
import { Link, useNavigate, useSearch } from '@tanstack/react-router'
import { useEffect, useLayoutEffect, useMemo, useRef, useState, useSyncExternalStore } from 'react'
import { useTranslation } from 'react-i18next'
import { ShowApiCall } from '../../components/api-call.tsx'
import { ErrorPanel } from '../../components/error-panel.tsx'
import { Empty, Page } from '../../components/page.tsx'
import { api } from '../../lib/api/client.ts'
import { streamNamesQuery } from '../../lib/api/recording-queries.ts'
import type { Stream } from '../../lib/api/types.ts'
import { dayName, dayStart } from '../../lib/days.ts'
import { Calendar } from './calendar.tsx'
import { ClipBar } from './clip-bar.tsx'
import { Happenings } from './happenings.tsx'
import { LiveTile } from './live-tile.tsx'
import { newestQuery, timelineQuery } from './queries.ts'
import { ReplaySession } from './replay-session.ts'
import { shuttled } from './speed.ts'
import { MAX_STREAMS, StreamPicks } from './stream-picks.tsx'
import { Tile } from './tile.tsx'
import { clipOf, Timeline } from './timeline.tsx'
import { following, shifted, viewAround, widthOf, zoomed, zoomOf } from './timeline-view.ts'
import { beginAfter, beginBefore, type Span, UNKNOWN_TRACK } from './track.ts'
import { type Act, Transport } from './transport.tsx'
import { useTracks } from './use-tracks.ts'
import '../../components/player/player.css'
import './replay.css'

const SECOND_MS = 1000
/** Where one begins when going back from live. */
const BACK_MS = 15 * SECOND_MS
const STEP_MS = 10 * SECOND_MS
const MINUTE_MS = 60 * SECOND_MS

/** Recorded time of one stream, or of four at one time. */
export function ReplayPage() {
  const { t } = useTranslation()
  const navigate = useNavigate({ from: '/replay' })
  const { space, streams: list, at } = useSearch({ from: '/frame/replay' })
  const known = useQuery(streamNamesQuery(space))
  const ids = useMemo(() => (list ?? '').split(',').filter(Boolean).slice(0, MAX_STREAMS), [list])
  const streams = useMemo(() => ids.flatMap(id => known.data?.find(each => each.id === id) ?? []), [ids, known.data])
  const setStreams = (next: readonly string[]) =>
    void navigate({
      search: old => ({ ...old, streams: next.join() || undefined }),
      replace: ids.length > 0,
      resetScroll: false,
    })
  const [first] = streams
  return (
    <Page
      title={t('section.replay')}
      lead={<StreamPicks space={space} streams={streams} onChange={setStreams} />}
      actions={first !== undefined && <ShowApiCall call={api('getReplay', { path: { id: first.id } })} compact />}
    >
      {known.isError && (
        <ErrorPanel error={known.error} what={t('streams.loadFailed')} onRetry={() => void known.refetch()} />
      )}
      {known.data !== undefined && streams.length === 0 && (
        <div className="card">
          <Empty title={t('replay.empty')} action={<Link to="/recordings">{t('section.recordings')}</Link>}>
            <p className="muted">{t('replay.emptyText')}</p>
          </Empty>
        </div>
      )}
      {streams.length > 0 && <Replay key={ids.length === 1 ? ids[0] : 'several'} streams={streams} at={at} />}
    </Page>
  )
}

function Replay({ streams, at }: { streams: readonly Stream[]; at: string | undefined }) {
  const { t } = useTranslation()
  const navigate = useNavigate({ from: '/replay' })
  const asked = at === undefined ? Number.NaN : Date.parse(at)
  const [session] = useState(() => new ReplaySession(Number.isNaN(asked) ? Date.now() - MINUTE_MS : asked))
  const snapshot = useSyncExternalStore(session.subscribe, session.getSnapshot)
  const [only] = streams.length === 1 ? streams : []
  const canLive = only?.state === 'on'
  const [live, setLive] = useState(Number.isNaN(asked) && canLive)
  const [view, setView] = useState<Span>(() => viewAround('day', snapshot.positionMs, Date.now()))
  const [clip, setClip] = useState<Span | null>(null)
  const [muted, setMuted] = useState(true)
  const stage = useRef<HTMLDivElement>(null)
  const positionMs = live ? Date.now() : snapshot.positionMs
  const { tracks, error } = useTracks(streams, view, positionMs)
  const rows = useMemo(
    () =>
      streams.map(({ id, title, name }, i) => ({
        id,
        name: title || name,
        track: tracks[i] ?? UNKNOWN_TRACK,
      })),
    [streams, tracks],
  )
  const ids = streams.map(({ id }) => id).join()

  // Before the pictures are given to it, which happens after the layout.
  useLayoutEffect(() => session.setStreams(ids.split(',')), [session, ids])
  useLayoutEffect(() => {
    for (const { id, track } of rows) session.setTrack(id, track)
  }, [session, rows])
  // The picture moves as soon as it is there, until somebody wants it still.
  const still = useRef(live)
  useEffect(() => {
    session.start()
    if (!still.current) session.shuttle({ playing: true, speed: 1 })
    return () => session.stop()
  }, [session])
  useBegin(session, streams, !Number.isNaN(asked) || live)

  const seek = (ms: number, done = true) => {
    setLive(false)
    session.seek(ms)
    if (live) still.current = false
    if (done && !still.current) session.shuttle({ playing: true, speed: Math.max(0.25, snapshot.speed) })
    const at = new Date(Math.min(ms, Date.now())).toISOString()
    if (done) void navigate({ search: old => ({ ...old, at }), replace: true, resetScroll: false })
  }
  const goLive = () => {
    session.shuttle({ playing: false, speed: 1 })
    still.current = true
    setLive(true)
    void navigate({ search: old => ({ ...old, at: undefined }), replace: true, resetScroll: false })
  }
  // Played faster until now is reached: from then on it is live again.
  const caughtUp = canLive && !live && snapshot.playing && snapshot.speed > 1 && session.caughtUp
  // biome-ignore lint/correctness/useExhaustiveDependencies: it happens once, when now is reached
  useEffect(() => {
    if (caughtUp) goLive()
  }, [caughtUp])
  // The view goes along, unless one looks elsewhere in it.
  const running = snapshot.playing || live
  // biome-ignore lint/correctness/useExhaustiveDependencies: it follows the position only
  useEffect(() => {
    const before = positionMs - 2 * SECOND_MS * Math.max(1, Math.abs(snapshot.speed))
    if (running && before >= view.fromMs && before <= view.toMs) setView(following(view, positionMs, Date.now()))
  }, [Math.floor(positionMs / SECOND_MS)])

  const spans = rows.flatMap(({ track }) => track.spans).toSorted((a, b) => a.fromMs - b.fromMs)
  const show = (ms: number) =>
    setView(old => (ms >= old.fromMs && ms <= old.toMs ? old : viewAround(zoomOf(old), ms, Date.now())))
  const jump = (ms: number | null) => {
    if (ms === null) return
    seek(ms)
    show(ms)
  }
  const mark = (edge: 'begin' | 'end') => {
    const length = Math.min(5 * MINUTE_MS, widthOf(view) / 8)
    const begin =
      edge === 'begin' ? positionMs : clip !== null && clip.fromMs < positionMs ? clip.fromMs : positionMs - length
    const end = edge === 'end' ? positionMs : clip !== null && clip.toMs > positionMs ? clip.toMs : positionMs + length
    setClip(clipOf(begin, Math.min(end, Date.now())))
  }
  const toggle = () => {
    still.current = live || snapshot.playing
    if (live) {
      // Paused: from now on it is behind.
      setLive(false)
      session.seek(Date.now() - BACK_MS)
      session.shuttle({ playing: false, speed: 1 })
    } else session.shuttle({ playing: !snapshot.playing, speed: snapshot.speed < 0 ? 1 : snapshot.speed })
  }

  const firstOf = useFirstOf(streams)

  const act = (what: Act) => {
    if (what.type === 'toggle') toggle()
    if (what.type === 'back') jump(positionMs - STEP_MS)
    if (what.type === 'forward' && !live) jump(Math.min(Date.now(), positionMs + STEP_MS))
    if (what.type === 'before') jump(beginBefore(spans, positionMs))
    if (what.type === 'after') jump(beginAfter(spans, positionMs))
    if (what.type === 'speed') session.shuttle({ playing: snapshot.playing, speed: what.speed })
    if (what.type === 'zoom') setView(viewAround(what.zoom, positionMs, Date.now()))
    if (what.type === 'live') {
      if (live) jump(Date.now() - BACK_MS)
      else goLive()
    }
    if (what.type === 'mute') setMuted(!muted)
    if (what.type === 'fullscreen') {
      if (document.fullscreenElement !== null) void document.exitFullscreen()
      else void stage.current?.requestFullscreen?.()
    }
  }

  const box = useRef<HTMLDivElement>(null)
  const onKey = useRef<(event: KeyboardEvent) => void>(() => {})
  onKey.current = event => {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return
    const inside = event.target instanceof Node && box.current?.contains(event.target)
    // Elsewhere they scroll the page.
    if (!inside && SCROLLING.has(event.key)) return
    // The space bar presses the button that has the focus.
    if (event.key === ' ' && event.target instanceof HTMLElement && event.target.closest('button, a') !== null) return
    if (keyAct(event)) event.preventDefault()
  }
  useEffect(() => {
    const listener = (event: KeyboardEvent) => onKey.current(event)
    window.addEventListener('keydown', listener)
    return () => window.removeEventListener('keydown', listener)
  }, [])
  /** False when the key means nothing here. */
  const keyAct = ({ key, shiftKey }: KeyboardEvent): boolean => {
    const letter = key.toLowerCase()
    if (letter === 'j' || letter === 'k' || letter === 'l') {
      if (live && letter === 'l') return true
      if (live) toggle()
      still.current = letter === 'k'
      if (!live || letter === 'j')
        session.shuttle(shuttled({ playing: snapshot.playing, speed: snapshot.speed }, letter))
      return true
    }
    const acts: Readonly<Record<string, () => void>> = {
      ' ': toggle,
      arrowleft: () => jump(positionMs - (shiftKey ? SECOND_MS : STEP_MS)),
      arrowright: () => !live && jump(Math.min(Date.now(), positionMs + (shiftKey ? SECOND_MS : STEP_MS))),
      home: () => jump(beginBefore(spans, positionMs)),
      end: () => jump(beginAfter(spans, positionMs)),
      pageup: () => setView(shifted(view, -0.8 * widthOf(view), Date.now())),
      pagedown: () => setView(shifted(view, 0.8 * widthOf(view), Date.now())),
      '+': () => setView(zoomed(view, 0.5, positionMs, Date.now())),
      '-': () => setView(zoomed(view, 2, positionMs, Date.now())),
      i: () => mark('begin'),
      o: () => mark('end'),
      m: () => setMuted(!muted),
      f: () => act({ type: 'fullscreen' }),
      escape: () => setClip(null),
    }
    const found = acts[letter]
    found?.()
    return found !== undefined
  }

  return (
    <div ref={box} className="replay">
      <div ref={stage} className="replay-stage" data-pictures={streams.length}>
        {live && only !== undefined ? (
          <LiveTile stream={only} />
        ) : (
          rows.map(({ id, track }, i) => {
            const stream = streams[i]
            return (
              stream !== undefined && (
                <Tile
                  key={id}
                  session={session}
                  stream={stream}
                  track={track}
                  positionMs={positionMs}
                  muted={muted || i > 0}
                  named={streams.length > 1}
                  speed={snapshot.speed}
                />
              )
            )
          })
        )}
      </div>
      <div className="card replay-desk">
        <div className="replay-when">
          <Calendar
            streams={streams.map(({ id }) => id)}
            day={dayName(positionMs)}
            onDay={day => {
              setView(viewAround('day', dayStart(day), Date.now()))
              void firstOf(day).then(ms => seek(ms))
            }}
          />
          <ClipBar
            day={dayName(positionMs)}
            session={session}
            streams={streams}
            clip={clip}
            onClip={setClip}
            onMark={mark}
          />
        </div>
        {error !== null && <ErrorPanel error={error} what={t('replay.timelineFailed')} />}
        <Timeline
          session={session}
          rows={rows}
          view={view}
          onView={setView}
          positionMs={positionMs}
          clip={clip}
          onClip={setClip}
          onSeek={seek}
        />
        <Transport snapshot={snapshot} live={live} canLive={canLive} muted={muted} zoom={zoomOf(view)} act={act} />
        <p className="muted replay-keys">{t('replay.keys')}</p>
      </div>
      <Happenings rows={rows} view={view} onSeek={ms => jump(ms)} />
    </div>
  )
}

const SCROLLING: ReadonlySet<string> = new Set(['Home', 'End', 'PageUp', 'PageDown'])

const isTyping = (target: EventTarget | null) =>
  target instanceof HTMLElement &&
  (target.closest('input, textarea, select, [role=dialog]') !== null || target.isContentEditable)

/** Where a day begins to be of interest: its first recording, of whichever stream. */
function useFirstOf(streams: readonly Stream[]): (day: string) => Promise<number> {
  const client = useQueryClient()
  return async day => {
    const asked = await Promise.allSettled(streams.map(({ id }) => client.fetchQuery(timelineQuery(id, day))))
    const begins = asked.flatMap(answer =>
      answer.status === 'fulfilled' ? answer.value.spans.slice(0, 1).map(({ start }) => Date.parse(start)) : [],
    )
    return begins.length === 0 ? dayStart(day) : Math.max(dayStart(day), Math.min(...begins))
  }
}

/** Without a time in the URL, and nothing live: the newest that was recorded. */
function useBegin(session: ReplaySession, streams: readonly Stream[], placed: boolean): void {
  const client = useQueryClient()
  const [first] = streams
  // biome-ignore lint/correctness/useExhaustiveDependencies: once
  useEffect(() => {
    if (placed || first === undefined) return
    void client.fetchQuery(newestQuery(first.id)).then(
      newest => {
        if (newest !== null && session.getSnapshot().jumps === 0) session.seek(Date.parse(newest.startedAt))
      },
      () => {}, // the timeline says what is wrong
    )
  }, [])
}
