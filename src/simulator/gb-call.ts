import { randomInt } from 'node:crypto'
import type { Clock, Timers } from '../base/clock.ts'
import type { Frame } from '../media/stream/frame.ts'
import type { OutgoingMedia } from '../protocols/gb28181/client-side/lower-host.ts'
import type { PlaybackCommand } from '../protocols/gb28181/mansrtsp.ts'
import type { GbSdp } from '../protocols/gb28181/sdp.ts'
import { ssrcNumber } from '../protocols/gb28181/ssrc.ts'
import { PsSender } from '../protocols/rtp/ps-sender.ts'
import type { Clip } from './clip.ts'
import { ClipPlayer } from './clip-player.ts'
import type { Fault } from './faults.ts'
import { MediaOut } from './media-out.ts'

type CallUp = Parameters<OutgoingMedia['begin']>[1]

/** PS of all codecs, whatever else was offered. */
const PS_PAYLOAD = { payloadType: 96, encoding: 'PS', clockRate: 90_000 }
/** First packet of the program stream map in a pack, and of its video. */
const MAP_START = Buffer.from([0, 0, 1, 0xbc])
const PADDING_ID = 0xbe
const VIDEO_START = Buffer.from([0, 0, 1, 0xe0])

export interface GbCallOptions {
  readonly clip: Clip
  readonly offer: GbSdp
  readonly ownerId: string
  readonly localHost: string
  readonly faults: ReadonlySet<Fault>
  /** What is there of the asked time, as milliseconds since 1970; null: live. */
  readonly recorded: { readonly startMs: number; readonly endMs: number } | null
  /** Of a download: bytes. */
  readonly fileSize?: number
  readonly clock: Clock
  readonly timers: Timers
  readonly onEnd: () => void
}

/** The media of one call of a simulated channel, live or recorded. */
export class GbCall implements OutgoingMedia {
  readonly answer: GbSdp
  readonly #options: GbCallOptions
  readonly #out: MediaOut
  readonly #sender: PsSender
  #player: ClipPlayer | null = null
  #call: CallUp | null = null
  #dialog: Parameters<OutgoingMedia['begin']>[0] | null = null
  /** Where the times on the wire go on at another rate than those of the recording. */
  #ownTime = { fromMs: 0, atMs: 0, speed: 1 }

  static async open(options: GbCallOptions): Promise<GbCall> {
    const { offer, localHost, faults } = options
    // what is said about setup is about the one who says it
    const setup = offer.setup === 'active' ? 'passive' : 'active'
    const target = { transport: offer.transport, setup, host: offer.address, port: offer.port, localHost } as const
    return new GbCall(options, await MediaOut.open(target, faults))
  }

  private constructor(options: GbCallOptions, out: MediaOut) {
    const { clip, faults, fileSize, localHost, offer, ownerId } = options
    this.#options = options
    this.#out = out
    const asked = ssrcNumber(offer.ssrc ?? '') ?? 1
    const ssrc = faults.has('zero-ssrc') ? 0 : faults.has('wrong-ssrc') ? (asked ^ 0x5a5a5a5a) >>> 0 : asked
    const firstSequence = randomInt(0x10000)
    this.#sender = new PsSender({
      format: 'ps',
      payloadType: 96,
      ssrc,
      firstSequence,
      firstTimestamp: randomInt(2 ** 31),
    })
    this.#sender.setTracks(clip.tracks)
    this.answer = {
      ownerId,
      address: localHost,
      sessionName: offer.sessionName,
      media: 'video',
      port: out.port || 9, // RFC 4145: the discard port of one who dials
      transport: offer.transport,
      ...(offer.transport === 'tcp' && { setup: offer.setup === 'active' ? 'passive' : 'active' }),
      direction: 'sendonly',
      payloads: [PS_PAYLOAD],
      start: offer.start,
      end: offer.end,
      ssrc: offer.ssrc,
      ...(fileSize !== undefined && { fileSize }),
    }
  }

  begin(dialog: Parameters<OutgoingMedia['begin']>[0], call: CallUp): void {
    this.#call = call
    this.#dialog = dialog
    this.#out.begin()
    const { clip, clock, faults, offer, recorded, timers } = this.#options
    if (faults.has('no-media')) return
    const startMs = recorded?.startMs ?? 0
    this.#player = new ClipPlayer({
      ...{ clip, clock, timers },
      startMs,
      endMs: recorded?.endMs ?? null,
      onFrame: frame => this.#send(frame, startMs),
      onEnd: () => this.#ended(),
    })
    if (offer.sessionName === 'Download') this.#player.setSpeed(offer.downloadSpeed ?? 4)
  }

  control(command: PlaybackCommand): boolean {
    const { faults, recorded } = this.#options
    const player = this.#player
    if (!player) return false
    switch (command.method) {
      case 'pause':
        if (!faults.has('ignore-pause')) player.pause()
        return true
      case 'resume':
        player.resume()
        return true
      case 'scale':
        if (command.scale < 0 && faults.has('no-reverse')) return false
        if (faults.has('ignore-speed')) return true
        player.setSpeed(command.scale)
        if (faults.has('own-time')) {
          const fromMs = player.positionMs
          this.#ownTime = { fromMs, atMs: this.#onWire(fromMs), speed: command.scale }
        }
        return true
      case 'seek':
        if (!faults.has('ignore-seek')) player.seek((recorded?.startMs ?? 0) + command.seconds * 1000)
        return true
      case 'teardown':
        this.end('teardown')
        return true
    }
  }

  /** BYE of the device. */
  async hangUp(): Promise<void> {
    await this.#dialog?.bye().catch(() => {}) // the caller is gone already
  }

  /** An IDR picture was asked for. */
  keyframe(): void {
    this.#player?.restartGop()
  }

  end(reason: string): void {
    if (reason === 'the peer said BYE' && this.#options.faults.has('lost-bye')) return
    this.#player?.close()
    this.#out.close()
    this.#options.onEnd()
  }

  #ended(): void {
    if (this.#options.faults.has('no-end')) return
    this.#call?.endOfFile().catch(() => {}) // the caller is gone: BYE follows, or has come
  }

  #onWire(ms: number): number {
    const { atMs, fromMs, speed } = this.#ownTime
    return atMs + (ms - fromMs) / speed
  }

  /** Times on the wire count from the start of the call, also of a recording. */
  #send(frame: Frame, startMs: number): void {
    const { faults } = this.#options
    if (faults.has('no-keyframe') && frame.track.kind === 'video' && frame.keyframe) return
    if (!this.#sender.carries(frame.track)) return
    const rate = frame.track.clockRate
    const ms = (frame.dts * 1000) / rate
    const ticks = Math.round(((startMs + ms - this.#onWire(ms)) * rate) / 1000)
    const packets = this.#sender.frame({ ...frame, dts: frame.dts - ticks, pts: frame.pts - ticks })
    const first = packets[0]
    if (first) this.#spoil(first)
    for (const packet of packets) this.#out.send(packet)
  }

  #spoil(packet: Buffer): void {
    const { faults } = this.#options
    const map = packet.indexOf(MAP_START)
    if (map >= 0) {
      const end = map + 6 + packet.readUInt16BE(map + 4)
      if (faults.has('junk-crc')) packet.fill(0xee, end - 4, end)
      if (faults.has('wrong-g711-type'))
        for (let at = map + 10; at < end - 4; at++) if (packet[at] === 0x90) packet[at] = 0x91
      if (faults.has('no-psm')) packet[map + 3] = PADDING_ID
    }
    const video = packet.indexOf(VIDEO_START)
    if (video >= 0 && faults.has('zero-length-pes')) packet.writeUInt16BE(0, video + 4)
  }
}
