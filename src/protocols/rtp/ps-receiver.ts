import type { Clock, Timers } from '../../base/clock.ts'
import { AppError } from '../../base/errors.ts'
import type { ElementaryOutput } from '../../media/container/elementary/elementary-stream.ts'
import type { PsCounters } from '../../media/container/mpegps/demuxer.ts'
import type { Frame } from '../../media/stream/frame.ts'
import type { Track } from '../../media/stream/track.ts'
import { type Depacketizer, G711Depacketizer, PsDepacketizer } from './depacketizer.ts'
import { NalDepacketizer } from './nal-depacketizer.ts'
import { isRtcp, RtpHeader, readRtpHeader } from './packet.ts'
import { formatOfPayload, PAYLOAD_TYPES, type PayloadFormat, type PayloadType } from './payload-types.ts'
import { ReorderBuffer } from './reorder-buffer.ts'
import { sequenceDelta, Unwrapper } from './sequence.ts'
import { type ReceptionReport, RtpStats } from './stats.ts'

/** Where frames go: the part of a `Publication` that is needed. */
export interface MediaSink {
  setTrack(track: Track): void
  write(frame: Frame): void
}

export interface PsReceiverOptions {
  readonly sink: MediaSink
  readonly clock: Clock
  /** What payload types mean; `payloadTypesOf` makes it of an SDP. */
  readonly payloadTypes?: ReadonlyMap<number, PayloadType>
  /** For UDP: how missing packets are waited for. Null over TCP, which keeps the order. */
  readonly reorder: ReorderLimits | null
}

export interface ReorderLimits {
  readonly timers: Timers
  /** A power of two. 256 of 1400 bytes are 1.4 s of 2 Mbit/s. */
  readonly maxPackets: number
  readonly maxDelayMs: number
}

export interface PsReceiverCounters {
  readonly packets: number
  /** RTP packets with headers. */
  readonly bytes: number
  readonly lost: number
  readonly reordered: number
  readonly duplicates: number
  readonly late: number
  /** Interarrival jitter, RFC 3550 §6.4.1, milliseconds. */
  readonly jitterMs: number
  /** Bytes that are no RTP packet. */
  readonly invalid: number
  readonly rtcp: number
  /** Packets of a payload type nobody knows. */
  readonly unknownPayload: number
  /** Of the last packet. */
  readonly payloadType: number | null
  /** As read, null before the first packet that could be. */
  readonly format: PayloadFormat | null
  readonly frames: number
  readonly keyframes: number
  readonly framesBroken: number
  readonly framesSkipped: number
  /** Of the program stream, when it is one. */
  readonly ps: PsCounters | null
}

/** Track ids of streams without a container. */
const VIDEO_TRACK = 1
const AUDIO_TRACK = 2

/** RTP packets of one sender to frames: program stream, H.264, H.265 or G.711. */
export class PsReceiver {
  readonly #options: PsReceiverOptions
  readonly #types: ReadonlyMap<number, PayloadType>
  readonly #header = new RtpHeader()
  readonly #reorder: ReorderBuffer | null
  readonly #stats = new RtpStats()
  readonly #out: ElementaryOutput
  #time = new Unwrapper(32)
  #depacketizer: Depacketizer | null = null
  #type: PayloadType | null = null
  #payloadType = -1
  /** What the data said, against the payload type. */
  #detected: PayloadFormat | null = null
  /** Over TCP: sequence number due next. */
  #next = -1
  #timestamp = -1
  #packets = 0
  #bytes = 0
  #lost = 0
  #invalid = 0
  #rtcp = 0
  #unknown = 0
  #frames = 0
  #keyframes = 0
  /** Of depacketizers that are gone. */
  #broken = 0
  #skipped = 0

  constructor(options: PsReceiverOptions) {
    this.#options = options
    this.#types = options.payloadTypes ?? PAYLOAD_TYPES
    const { sink, reorder } = options
    this.#out = {
      onTrack: track => sink.setTrack(track),
      onFrame: frame => {
        this.#frames++
        if (frame.keyframe && frame.track.kind === 'video') this.#keyframes++
        sink.write(frame)
      },
    }
    this.#reorder = reorder && new ReorderBuffer({ ...reorder, onPacket: this.#deliver, onLoss: this.#onLoss })
  }

  get counters(): PsReceiverCounters {
    const depacketizer = this.#depacketizer
    return {
      packets: this.#packets,
      bytes: this.#bytes,
      lost: this.#reorder?.lost ?? this.#lost,
      reordered: this.#reorder?.reordered ?? 0,
      duplicates: this.#reorder?.duplicates ?? 0,
      late: this.#reorder?.late ?? 0,
      jitterMs: Math.round((this.#stats.jitter * 1000) / (this.#type?.clockRate ?? 90_000)),
      invalid: this.#invalid,
      rtcp: this.#rtcp,
      unknownPayload: this.#unknown,
      payloadType: this.#payloadType < 0 ? null : this.#payloadType,
      format: this.#type?.format ?? null,
      frames: this.#frames,
      keyframes: this.#keyframes,
      framesBroken: this.#broken + (depacketizer?.broken ?? 0),
      framesSkipped: this.#skipped + (depacketizer?.skipped ?? 0),
      ps: depacketizer instanceof PsDepacketizer ? depacketizer.demuxer.counters : null,
    }
  }

  /** A packet as it came; it is kept, so the caller must not use its bytes again. */
  push(packet: Uint8Array): void {
    if (isRtcp(packet)) {
      this.#rtcp++
      return
    }
    const header = this.#header
    if (!readRtpHeader(packet, header)) {
      this.#invalid++
      return
    }
    this.#packets++
    this.#bytes += packet.length
    const nowMs = this.#options.clock.monotonicMs()
    this.#stats.update(header.sequence, header.timestamp, nowMs, this.#type?.clockRate ?? 90_000)
    if (this.#reorder) {
      this.#reorder.push(packet, header.sequence)
      return
    }
    const gap = this.#next < 0 ? 0 : sequenceDelta(this.#next, header.sequence)
    if (gap !== 0) this.#onLoss(Math.max(0, gap)) // over TCP: the sender dropped them
    this.#next = (header.sequence + 1) & 0xffff
    this.#deliver(packet)
  }

  /** The block of the next receiver report about `ssrc`. */
  report(ssrc: number): ReceptionReport {
    return this.#stats.report(ssrc)
  }

  /** The sender has ended: what waits comes out. */
  flush(): void {
    this.#reorder?.flush()
    this.#depacketizer?.flush()
  }

  readonly #onLoss = (packets: number): void => {
    this.#lost += packets
    this.#depacketizer?.damage()
  }

  readonly #deliver = (packet: Uint8Array): void => {
    const header = this.#header
    readRtpHeader(packet, header)
    const payload = packet.subarray(header.payloadStart, header.payloadEnd)
    const depacketizer = this.#depacketizerFor(header.payloadType, payload)
    if (!depacketizer) {
      this.#unknown++
      return
    }
    const changed = header.timestamp !== this.#timestamp
    this.#timestamp = header.timestamp
    try {
      if (changed) depacketizer.endOfAccessUnit()
      depacketizer.push(payload, this.#time.unwrap(header.timestamp))
      if (header.marker) depacketizer.endOfAccessUnit()
    } catch (error) {
      if (!(error instanceof AppError)) throw error // a broken payload: the next one may be good
      this.#broken++
    }
  }

  #depacketizerFor(payloadType: number, payload: Uint8Array): Depacketizer | null {
    if (payloadType !== this.#payloadType) {
      this.#payloadType = payloadType
      this.#detected = null
      this.#use(this.#types.get(payloadType) ?? null)
    }
    // Only program streams and parameter sets show what they are; once they did it stays so.
    if (this.#detected !== 'ps') {
      const format = formatOfPayload(payload)
      if (format && format !== this.#detected && this.#mayBe(format)) {
        this.#detected = format
        this.#use({ format, clockRate: 90_000 })
      }
    }
    return this.#depacketizer
  }

  /** A sound sample says nothing; a program stream is one whatever was announced. */
  #mayBe(format: PayloadFormat): boolean {
    const expected = this.#type?.format
    return format === 'ps' || (expected !== 'pcma' && expected !== 'pcmu')
  }

  #use(type: PayloadType | null): void {
    if (type && this.#depacketizer && type.format === this.#type?.format) return
    this.#depacketizer?.flush()
    this.#broken += this.#depacketizer?.broken ?? 0
    this.#skipped += this.#depacketizer?.skipped ?? 0
    this.#type = type
    this.#time = new Unwrapper(32)
    this.#depacketizer = type && this.#create(type)
  }

  #create({ format, clockRate }: PayloadType): Depacketizer {
    switch (format) {
      case 'ps':
        return new PsDepacketizer(this.#out)
      case 'h264':
      case 'h265':
        return new NalDepacketizer(format, VIDEO_TRACK, clockRate, this.#out)
      case 'pcma':
      case 'pcmu':
        return new G711Depacketizer(format, AUDIO_TRACK, clockRate, this.#out)
    }
  }
}
