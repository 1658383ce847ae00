import type { Timer } from '../../base/clock.ts'
import { AppError, errorText } from '../../base/errors.ts'
import type { GbSession } from '../../link/gb28181.ts'
import type { Frame } from '../../media/stream/frame.ts'
import type { DeviceSession } from '../../protocols/gb28181/device-side/device-session.ts'
import type { CallJournalEntry } from '../../protocols/gb28181/device-side/invite.ts'
import type { MediaTransport } from '../../protocols/gb28181/quirks.ts'
import type { DownloadFile } from './download-file.ts'
import { GbHistoryCall, type HistoryEvents } from './gb-history-call.ts'
import type { GbMediaContext } from './gb-media.ts'
import { preferring } from './gb-transports.ts'
import { isJump } from './playback-step.ts'
import { RecordingEnd } from './recording-end.ts'

export interface DownloadWish {
  readonly id: string
  readonly deviceId: string
  readonly session: DeviceSession
  readonly channelId: string
  readonly path: string
  readonly startMs: number
  readonly endMs: number
  /** Times the speed of play. */
  readonly speed: number
}

export interface DownloadHost {
  readonly context: GbMediaContext
  readonly transports: readonly MediaTransport[]
  /** Bytes there is room for. */
  readonly maxBytes: number
  onLearnt(quirks: { readonly transports: string }): void
  onJournal(callId: string, entry: CallJournalEntry | null): void
  /** Once. `file` says whether there is one. */
  onEnd(file: { readonly bytes: number; readonly durationMs: number } | null): void
}

const LOOK_MS = 250
/** Short of done while the file is being made. */
const ALMOST = 0.99
/** Refusals after which a slower way is worth a try: some devices have one speed, some no downloads. */
const REFUSALS: ReadonlySet<unknown> = new Set(['notAcceptable', 'rejected4xx', 'rejected5xx'])

/** A recording of a device on its way to a file. */
export class GbDownload {
  readonly wish: DownloadWish
  readonly startedAtMs: number
  readonly #host: DownloadHost
  readonly #file: DownloadFile
  readonly #aborter = new AbortController()
  #state: GbSession['state'] = 'starting'
  #reason: string | undefined
  #call: GbHistoryCall | null = null
  #counters: Record<string, number> = {}
  #transport = ''
  #speed = 1
  #looks: Timer | null = null
  readonly #end: RecordingEnd
  #bytes = 0
  /** Of the video, as the device counts it, and how much of it has come. */
  #lastMs: number | null = null
  #doneMs = 0
  #finished = false

  constructor(host: DownloadHost, wish: DownloadWish, file: DownloadFile) {
    this.#host = host
    this.wish = wish
    this.#file = file
    this.#end = new RecordingEnd(wish.endMs)
    this.startedAtMs = host.context.clock.nowMs()
  }

  view(): GbSession {
    const { channelId, deviceId, endMs, id, path } = this.wish
    return {
      ...{ id, kind: 'download', device: deviceId, channel: channelId, path, state: this.#state },
      transport: this.#transport,
      startedAtMs: this.startedAtMs,
      atMs: Math.round(Math.min(this.#positionMs, endMs)),
      speed: this.#speed,
      progress: this.#progress(),
      ignored: [],
      counters: { ...(this.#call?.counters() ?? this.#counters), fileBytes: this.#file.bytes },
      ...(this.#reason !== undefined && { reason: this.#reason.slice(0, 512) }),
    }
  }

  /** Resolves at the first picture. Throws AppError as `GbHistoryCall.open`; then it has ended. */
  async open(): Promise<void> {
    const { speed } = this.wish
    const ways = [
      ['Download', speed],
      ['Download', 1],
      ['Playback', 1],
    ] as const
    try {
      for (const [index, [name, times]] of ways.entries()) {
        if (index === 1 && speed === 1) continue
        this.#speed = times
        try {
          this.#call = await this.#open(name)
          break
        } catch (error) {
          const verdict = error instanceof AppError ? error.details['verdict'] : undefined
          if (index === ways.length - 1 || !REFUSALS.has(verdict)) throw error
        }
      }
      this.#aborter.signal.throwIfAborted()
    } catch (error) {
      await this.end(errorText(error), false)
      throw error
    }
    this.#state = 'on'
    this.#looks = this.#host.context.timers.every(LOOK_MS, () => this.#look())
  }

  /** BYE. `keep`: what has come is made a file. Idempotent; resolves when the file is there. */
  async end(reason: string | undefined, keep: boolean): Promise<void> {
    if (this.#finished) return
    this.#finished = true
    this.#looks?.cancel()
    this.#aborter.abort(new AppError('NOT_FOUND', { what: 'download that runs', id: this.wish.id }))
    this.#counters = this.#call?.counters() ?? {}
    void this.#call?.close(reason ?? 'the recording is at its end')
    this.#call = null
    this.#reason = reason
    let file: { readonly bytes: number; readonly durationMs: number } | null = null
    try {
      if (keep) file = await this.#file.finish()
      else await this.#file.abort()
    } catch (error) {
      this.#reason = errorText(error)
    }
    this.#state = 'ended'
    this.#host.onEnd(file)
  }

  async #open(name: 'Playback' | 'Download'): Promise<GbHistoryCall> {
    const { channelId, endMs, session, startMs } = this.wish
    const { context, onJournal, onLearnt, transports } = this.#host
    const events: HistoryEvents = {
      onTrack: () => {}, // frames carry theirs
      onFrame: frame => this.#frame(frame),
      onBytes: bytes => {
        this.#bytes += bytes
      },
      onFileEnd: () => this.#end.tell(),
      onEnd: reason => void this.end(this.#end.near(this.#positionMs) ? undefined : `it ended early: ${reason}`, true),
      onJournal,
    }
    const call = await GbHistoryCall.open(
      context,
      { ...{ session, channelId, name, startMs, endMs, transports }, downloadSpeed: this.#speed },
      events,
      this.#aborter.signal,
    )
    this.#transport = call.transport
    if (!call.first) onLearnt({ transports: preferring(call.transport) })
    return call
  }

  #frame(frame: Frame): void {
    this.#file.write(frame)
    if (frame.track.kind !== 'video') return
    const ms = (frame.dts * 1000) / frame.track.clockRate
    const step = this.#lastMs === null ? 0 : ms - this.#lastMs
    this.#lastMs = ms
    // a device that counts anew for each of its files goes back
    if (step > 0 || !isJump(step, 1)) this.#doneMs += step
  }

  #progress(): number {
    if (this.#state === 'ended') return this.#reason === undefined ? 1 : this.#share
    return this.#share
  }

  get #share(): number {
    const { endMs, startMs } = this.wish
    const size = this.#call?.fileSize ?? 0
    const share = size > 0 ? this.#bytes / size : this.#doneMs / (endMs - startMs)
    return Math.min(ALMOST, Math.round(share * 1000) / 1000)
  }

  get #positionMs(): number {
    return this.wish.startMs + this.#doneMs
  }

  #look(): void {
    const call = this.#call
    if (!call) return
    const { error } = this.#file
    if (error !== null) {
      void this.end(errorText(error), false)
      return
    }
    if (this.#file.bytes > this.#host.maxBytes) {
      void this.end('there is no room for more', true)
      return
    }
    if (this.#end.reached(this.#positionMs, call.quietMs)) void this.end(undefined, true)
  }
}
