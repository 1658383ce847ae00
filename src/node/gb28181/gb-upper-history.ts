import { AppError } from '../../base/errors.ts'
import { addressOf } from '../../base/ip-address.ts'
import type { SharedChannel } from '../../link/gb28181.ts'
import type { Track } from '../../media/stream/track.ts'
import type { IncomingCall, OutgoingMedia } from '../../protocols/gb28181/client-side/lower-host.ts'
import { hangUp } from '../../protocols/gb28181/client-side/upper-calls.ts'
import type { DeviceSession } from '../../protocols/gb28181/device-side/device-session.ts'
import type { PlaybackCommand } from '../../protocols/gb28181/mansrtsp.ts'
import type { MediaTransport } from '../../protocols/gb28181/quirks.ts'
import type { CallWay } from '../../protocols/gb28181/route-path.ts'
import type { GbSdp } from '../../protocols/gb28181/sdp.ts'
import { NO_MEDIA } from '../../protocols/gb28181/verdict.ts'
import type { Dialog } from '../../protocols/sip/dialog.ts'
import { GbHistoryCall, type HistoryEvents } from './gb-history-call.ts'
import type { GbMediaContext } from './gb-media.ts'
import { RtpOutput } from './gb-rtp-output.ts'
import type { GbStore } from './gb-store.ts'
import type { Turnstile } from './turnstile.ts'

export interface UpperHistoryOptions {
  readonly context: GbMediaContext
  readonly call: IncomingCall
  readonly session: DeviceSession
  readonly shared: SharedChannel
  /** Ways of media below, tried in this order. */
  readonly transports: readonly MediaTransport[]
  readonly store: GbStore | null
  /** Through platforms below; null: it is a device of ours. */
  readonly way: CallWay | null
  readonly turnstile: Turnstile
}

type CallUp = Parameters<OutgoingMedia['begin']>[1]

/** BYE comes after the end of the file; from an upper platform that forgets it we say it. */
const END_PATIENCE_MS = 10_000

/** A recording of a device on its way up: one call of ours below for each call from above. */
export class UpperHistory implements OutgoingMedia {
  readonly answer: GbSdp
  readonly route: readonly string[]
  readonly #options: UpperHistoryOptions
  readonly #source: GbHistoryCall
  readonly #output: RtpOutput
  #dialog: Dialog | null = null
  #up: CallUp | null = null
  #fileEnded = false
  #over: string | null = null
  #ended = false

  /** Waits until the device sends. Throws why it does not. */
  static async open(options: UpperHistoryOptions): Promise<UpperHistory> {
    const { call, context, turnstile } = options
    const holder: { history: UpperHistory | null } = { history: null }
    const output = await RtpOutput.open({
      ...{ context, turnstile, offer: call.offer, ownerId: call.channelId },
      remoteAddress: addressOf(call.remote.replace(/^\w+:/, '')),
      onStarted: () => holder.history?.started(),
      onLost: (reason, connected) => holder.history?.lost(reason, connected),
    })
    try {
      const source = await openSource(options, output, holder)
      holder.history = new UpperHistory(options, source, output)
      return holder.history
    } catch (error) {
      output.close()
      throw error
    }
  }

  private constructor(options: UpperHistoryOptions, source: GbHistoryCall, output: RtpOutput) {
    this.#options = options
    this.#source = source
    this.#output = output
    this.answer = output.answer(source.fileSize ?? undefined)
    this.route = source.route
  }

  begin(dialog: Dialog, up: CallUp): void {
    this.#dialog = dialog
    this.#up = up
    this.#output.begin(dialog)
    if (this.#over !== null) void hangUp(dialog)
    else if (this.#fileEnded) this.fileEnded()
  }

  async control(command: PlaybackCommand): Promise<boolean> {
    if (command.method === 'teardown') {
      if (this.#dialog) void hangUp(this.#dialog)
      return true
    }
    // a device that pauses sends nothing, and that is no failure
    if (command.method === 'pause') this.#source.setSilent(true)
    const done = await this.#source.control(command)
    if (command.method === 'pause' ? !done : done) this.#source.setSilent(false)
    return done
  }

  end(reason: string): void {
    if (this.#ended) return
    this.#ended = true
    this.#output.close()
    void this.#source.close(reason)
  }

  /** Of the source: NotifyType 121. What is on its way goes first. */
  fileEnded(): void {
    this.#fileEnded = true
    const up = this.#up
    if (!up) return
    this.#output.drained(() => {
      if (this.#ended) return
      up.endOfFile().catch(() => {}) // the caller is gone: BYE follows, or has come
      this.#options.context.timers.after(END_PATIENCE_MS, () => {
        if (this.#dialog) void hangUp(this.#dialog)
      })
    })
  }

  /** Of the source. */
  sourceEnded(reason: string): void {
    this.#over = reason
    if (this.#dialog && !this.#ended && !this.#fileEnded) void hangUp(this.#dialog)
  }

  /** Of the output: packets go. */
  started(): void {
    const { call } = this.#options
    call.attempt?.end({ media: { ...NO_MEDIA, connected: call.offer.transport === 'udp' ? null : true } })
  }

  /** Of the output: there is no way for the media. */
  lost(reason: string, connected: boolean): void {
    this.#options.call.attempt?.end({ media: { ...NO_MEDIA, connected } })
    this.#options.context.log.info('the media of an upper platform have no way', { reason })
    if (this.#dialog) void hangUp(this.#dialog)
  }
}

/** Frames of the device go on as they come, with their own times. */
function openSource(
  { call, context, session, shared, store, transports, way }: UpperHistoryOptions,
  output: RtpOutput,
  holder: { readonly history: UpperHistory | null },
): Promise<GbHistoryCall> {
  const { downloadSpeed, end, sessionName: name, start } = call.offer
  if (name !== 'Playback' && name !== 'Download')
    throw new AppError('INVALID', { field: 's', reason: 'is no recording' })
  const tracks = new Map<number, Track>()
  const wish = {
    ...{ session, name, transports, channelId: shared.channelGbId, startMs: start * 1000, endMs: end * 1000 },
    ...(downloadSpeed !== undefined && { downloadSpeed }),
    ...(way && { way }),
  }
  const events: HistoryEvents = {
    onTrack: track => output.setTracks([...tracks.set(track.id, track).values()]),
    onFrame: frame => output.frame(frame),
    onBytes: () => {},
    onFileEnd: () => holder.history?.fileEnded(),
    onEnd: reason => holder.history?.sourceEnded(reason),
    onJournal: (callId, entry) => store?.noteCall(callId, entry),
  }
  return GbHistoryCall.open(context, wish, events, call.cancelled)
}
