import { AppError, errorText } from '../../base/errors.ts'
import { addressOf } from '../../base/ip-address.ts'
import { newTraceId } from '../../base/trace-id.ts'
import type { Stream } from '../../media/stream/stream.ts'
import type { IncomingCall, OutgoingMedia } from '../../protocols/gb28181/client-side/lower-host.ts'
import { hangUp } from '../../protocols/gb28181/client-side/upper-calls.ts'
import type { GbSdp } from '../../protocols/gb28181/sdp.ts'
import { NO_MEDIA } from '../../protocols/gb28181/verdict.ts'
import type { Dialog } from '../../protocols/sip/dialog.ts'
import type { Hub } from '../hub.ts'
import type { Leases } from '../leases.ts'
import type { ViewerSession } from '../viewers.ts'
import type { GbMediaContext } from './gb-media.ts'
import { RtpOutput } from './gb-rtp-output.ts'
import type { Turnstile } from './turnstile.ts'

export interface UpperPlayOptions {
  readonly context: GbMediaContext
  readonly hub: Hub
  readonly leases: Leases
  readonly turnstile: Turnstile
  readonly call: IncomingCall
  /** Path of the stream at the hub. */
  readonly path: string
  /** Platforms below that bring it now. */
  readonly routeBelow: (path: string) => readonly string[]
  /** Who watches, for the list of viewers. */
  readonly agent: string
}

/** A live stream of the hub that an upper platform watches: one more reader of what comes once. */
export class UpperPlay implements OutgoingMedia {
  readonly answer: GbSdp
  readonly route: readonly string[]
  readonly #options: UpperPlayOptions
  readonly #stream: Stream
  readonly #output: RtpOutput
  readonly #release: () => void
  #dialog: Dialog | null = null
  #session: ViewerSession | null = null
  #detach: (() => void) | null = null
  #ended = false

  /** Waits for the stream. Throws why it cannot be brought or sent. */
  static async open(options: UpperPlayOptions): Promise<UpperPlay> {
    const { call, context, hub, leases, path, turnstile } = options
    const release = leases.hold(path, 'cascade')
    let play: UpperPlay | null = null
    try {
      const stream = await hub.brought(path, call.cancelled)
      const output = await RtpOutput.open({
        ...{ context, turnstile, offer: call.offer, ownerId: call.channelId },
        remoteAddress: addressOf(call.remote.replace(/^\w+:/, '')),
        onStarted: () => play?.started(),
        onLost: (reason, connected) => play?.lost(reason, connected),
      })
      play = new UpperPlay(options, stream, output, release)
      const { tracks } = stream
      if (tracks.length === 0 || tracks.some(track => output.carries(track))) return play
      output.close()
      const codec = tracks.map(track => track.codec).join(', ')
      throw new AppError('CODEC_UNSUPPORTED', { codec, container: 'a program stream' })
    } catch (error) {
      release()
      throw error
    }
  }

  private constructor(options: UpperPlayOptions, stream: Stream, output: RtpOutput, release: () => void) {
    this.#options = options
    this.#stream = stream
    this.#output = output
    this.#release = release
    this.answer = output.answer()
    this.route = options.routeBelow(options.path)
  }

  begin(dialog: Dialog): void {
    const { agent, call, hub, path } = this.#options
    this.#dialog = dialog
    if (this.#ended) return
    const viewer = { path, protocol: 'gb28181', remote: call.remote.replace(/^\w+:/, ''), agent, traceId: newTraceId() }
    this.#session = hub.viewers.add(viewer, {
      counters: () => this.#output.counters,
      kick: reason => this.#hangUp(reason),
      left: () => {},
    })
    this.#output.begin(dialog)
    try {
      this.#detach = this.#stream.attach({
        onTracks: tracks => this.#output.setTracks(tracks),
        onFrame: frame => this.#output.frame(frame),
        onEnd: reason => this.#hangUp(reason),
      })
    } catch (error) {
      this.#hangUp(errorText(error)) // over since it was asked for
    }
  }

  /** Live pictures cannot be steered; teardown is understood. */
  control(command: Parameters<OutgoingMedia['control']>[0]): boolean {
    if (command.method === 'teardown') this.#hangUp('the upper platform tears it down')
    return command.method === 'teardown'
  }

  end(reason: string): void {
    if (this.#ended) return
    this.#ended = true
    this.#detach?.()
    const { bytesSent, framesDropped } = this.#output.counters
    this.#stream.meter.bytesSent += bytesSent
    this.#stream.meter.framesDropped += framesDropped
    this.#output.close()
    this.#session?.end(reason)
    this.#release()
  }

  /** Of the output: packets go. */
  started(): void {
    const { call } = this.#options
    call.attempt?.end({ media: { ...NO_MEDIA, connected: call.offer.transport === 'udp' ? null : true } })
  }

  /** Of the output: there is no way for the media. */
  lost(reason: string, connected: boolean): void {
    this.#options.call.attempt?.end({ media: { ...NO_MEDIA, connected } })
    this.#hangUp(reason)
  }

  /** The end of the dialog ends this. */
  #hangUp(reason: string): void {
    this.#options.context.log.info('a call of the upper platform is ended', { path: this.#options.path, reason })
    if (this.#dialog) void hangUp(this.#dialog)
    else this.end(reason)
  }
}
