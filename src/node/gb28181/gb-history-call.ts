import type { Frame } from '../../media/stream/frame.ts'
import type { Track } from '../../media/stream/track.ts'
import type { DeviceSession } from '../../protocols/gb28181/device-side/device-session.ts'
import type { CallJournalEntry } from '../../protocols/gb28181/device-side/invite.ts'
import type { MansRtspResponse, PlaybackCommand } from '../../protocols/gb28181/mansrtsp.ts'
import type { MediaTransport } from '../../protocols/gb28181/quirks.ts'
import type { CallWay } from '../../protocols/gb28181/route-path.ts'
import { attemptError, type FailedAttempt } from './gb-attempts.ts'
import type { GbMediaContext } from './gb-media.ts'
import { GbMediaSession } from './gb-media-session.ts'
import { isOfTransport } from './gb-transports.ts'

export interface HistoryWish {
  readonly session: DeviceSession
  readonly channelId: string
  readonly name: 'Playback' | 'Download'
  /** Milliseconds since 1970; devices know whole seconds. */
  readonly startMs: number
  readonly endMs: number
  readonly downloadSpeed?: number
  /** Tried in this order. */
  readonly transports: readonly MediaTransport[]
  /** Through platforms below, for platforms above; missing: it is for us. */
  readonly way?: CallWay
}

/** What comes of the call, from before `open` resolves; nothing after `close`. */
export interface HistoryEvents {
  onTrack(track: Track): void
  onFrame(frame: Frame): void
  /** Bytes from the wire. */
  onBytes(bytes: number): void
  /** NotifyType 121. */
  onFileEnd(): void
  /** The device ended it, or nothing comes any more. */
  onEnd(reason: string): void
  onJournal(callId: string, entry: CallJournalEntry | null): void
}

/** A call for recorded media, by whatever transport works. */
export class GbHistoryCall {
  readonly startMs: number
  readonly transport: MediaTransport
  /** False: a way before this one did not work. */
  readonly first: boolean
  readonly #session: GbMediaSession
  readonly #gate: { open: boolean }

  private constructor(wish: HistoryWish, session: GbMediaSession, gate: { open: boolean }) {
    this.startMs = wish.startMs
    this.transport = session.wish.transport
    this.first = session.wish.transport === wish.transports[0]
    this.#session = session
    this.#gate = gate
  }

  /** Resolves at the first picture. Throws AppError as `attemptError`; an abort of the signal hangs up. */
  static async open(
    context: GbMediaContext,
    wish: HistoryWish,
    events: HistoryEvents,
    signal: AbortSignal,
  ): Promise<GbHistoryCall> {
    let failed: { readonly reason: string; readonly attempt: FailedAttempt | null } | null = null
    for (const transport of wish.transports) {
      signal.throwIfAborted()
      const opened = await tryTransport(context, wish, transport, events, signal)
      if ('call' in opened) return opened.call
      failed = opened
      if (!isOfTransport(failed.attempt?.verdict)) break
    }
    throw attemptError(wish.session.gbId, failed?.attempt ?? null, failed?.reason ?? 'no way of transport is left')
  }

  /** For `open`. */
  static of(wish: HistoryWish, session: GbMediaSession, gate: { open: boolean }): GbHistoryCall {
    return new GbHistoryCall(wish, session, gate)
  }

  get fileSize(): number | null {
    return this.#session.call?.agreed.sdp.fileSize ?? null
  }

  /** Platforms below it comes through. */
  get route(): readonly string[] {
    return this.#session.route
  }

  get firstPictureMs(): number {
    return this.#session.firstPictureMs ?? 0
  }

  /** Milliseconds since the last packet. */
  get quietMs(): number {
    return this.#session.quietMs
  }

  counters(): Record<string, number> {
    return this.#session.counters()
  }

  setSilent(silent: boolean): void {
    this.#session.setSilent(silent)
  }

  /** False: the device says that it does not do it, or says nothing. */
  async control(command: PlaybackCommand): Promise<boolean> {
    const call = this.#session.call
    if (!call) return false
    const response: MansRtspResponse | null | false = await call.control(command).catch(() => false as const)
    return response === null || (response !== false && response.status < 300)
  }

  /** BYE. Resolves when the device has answered it or will not. */
  async close(reason: string): Promise<void> {
    this.#gate.open = false
    this.#session.close(reason)
    await this.#session.call?.close()
  }
}

type Opened = { readonly call: GbHistoryCall } | { readonly reason: string; readonly attempt: FailedAttempt | null }

function tryTransport(
  context: GbMediaContext,
  wish: HistoryWish,
  transport: MediaTransport,
  events: HistoryEvents,
  signal: AbortSignal,
): Promise<Opened> {
  const { channelId, downloadSpeed, endMs, name, session, startMs, way = null } = wish
  const gate = { open: true }
  const range = { start: Math.floor(startMs / 1000), end: Math.ceil(endMs / 1000) }
  return new Promise(resolve => {
    let pictured = false
    const abort = () => media.close('nobody wants it any more')
    const media = new GbMediaSession(
      context,
      { session, channelId, name, transport, range, way, ...(downloadSpeed !== undefined && { downloadSpeed }) },
      {
        publish: () => ({
          setTrack: track => gate.open && events.onTrack(track),
          write: frame => gate.open && events.onFrame(frame),
          countBytes: bytes => gate.open && events.onBytes(bytes),
          end: () => {}, // the stream outlives its calls
        }),
        onPicture: () => {
          pictured = true
          signal.removeEventListener('abort', abort)
          resolve({ call: GbHistoryCall.of(wish, media, gate) })
        },
        onFileEnd: () => gate.open && events.onFileEnd(),
        onEnd: (reason, attempt) => {
          signal.removeEventListener('abort', abort)
          if (!pictured) resolve({ reason, attempt })
          else if (gate.open) events.onEnd(reason)
        },
        onJournal: (callId, entry) => events.onJournal(callId, entry),
      },
    )
    signal.addEventListener('abort', abort)
    void media.start()
  })
}
