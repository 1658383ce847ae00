import { equalBytes } from '../../../base/bytes.ts'
import { AppError } from '../../../base/errors.ts'
import { configFromAdts, scanAdts } from '../../codec/aac/adts.ts'
import { LatmReader, scanLoas } from '../../codec/aac/latm.ts'
import { scanMpegAudio } from '../../codec/mp3/frame-header.ts'
import { defaultOpusHead, OPUS_CLOCK_RATE } from '../../codec/opus/opus-head.ts'
import { opusPacketSamples } from '../../codec/opus/packet.ts'
import type { AudioTrack } from '../../stream/track.ts'
import { aacTrack, g711Track, mp3Track, opusTrack, sameTrack } from '../../stream/track-builders.ts'
import type { ElementaryOutput, ElementaryStream } from './elementary-stream.ts'
import { splitOpus } from './opus-packets.ts'
import { CLOCK_RATE } from './timestamp.ts'

/** Samples of an ADTS raw data block. ISO/IEC 14496-3 §1.A.3.2. */
const AAC_BLOCK_SAMPLES = 1024

/** Gives frames their times: the PES packet's for the first that starts in it, then by the samples before. */
class AudioClock {
  readonly #out: ElementaryOutput
  #track: AudioTrack | null = null
  #next: number | null = null
  #set: number | null = null

  constructor(out: ElementaryOutput) {
    this.#out = out
  }

  /** The same time again is a sender's clock that stands still: the samples go on counting. */
  set(pts: number): void {
    if (pts === this.#set && this.#next !== null) return
    this.#set = pts
    this.#next = pts
  }

  emit(track: AudioTrack, data: Uint8Array, seconds: number): void {
    if (this.#next === null) return // no time yet
    if (!this.#track || !sameTrack(this.#track, track)) {
      this.#track = track
      this.#out.onTrack(track)
    }
    const time = Math.round(this.#next)
    this.#out.onFrame({ track: this.#track, dts: time, pts: time, keyframe: true, data: Uint8Array.from(data) })
    this.#next += seconds * CLOCK_RATE
  }
}

/** A frame cut out of a byte stream. */
interface AudioFrame {
  /** Where it starts in the bytes that were scanned. */
  readonly at: number
  readonly data: Uint8Array
  readonly track: AudioTrack
  readonly seconds: number
}

interface AudioScan {
  readonly frames: readonly AudioFrame[]
  readonly consumed: number
}

/** Audio whose frames need not start or end with the PES packet. */
abstract class ScannedStream implements ElementaryStream {
  readonly #clock: AudioClock
  /** Start of a frame that goes on in the next packet: less than a frame, 8191 bytes at most. */
  #carry: Uint8Array = new Uint8Array()

  constructor(out: ElementaryOutput) {
    this.#clock = new AudioClock(out)
  }

  protected abstract scan(bytes: Uint8Array): AudioScan

  push(payload: Uint8Array, pts: number | null): void {
    const carried = this.#carry.length
    const bytes = carried > 0 ? Buffer.concat([this.#carry, payload]) : payload
    this.#carry = new Uint8Array()
    const { frames, consumed } = this.scan(bytes)
    let due = pts
    for (const frame of frames) {
      if (due !== null && frame.at >= carried) {
        this.#clock.set(due)
        due = null
      }
      this.#clock.emit(frame.track, frame.data, frame.seconds)
    }
    this.#carry = Uint8Array.from(bytes.subarray(consumed))
    if (due !== null && consumed >= carried) this.#clock.set(due) // the frame that is carried over starts here
  }

  endOfAccessUnit(): void {}

  flush(): void {}

  damage(): boolean {
    const inWork = this.#carry.length > 0
    this.#carry = new Uint8Array()
    return inWork
  }
}

/** AAC with ADTS headers. ISO/IEC 13818-1 stream_type 0x0f. */
export class AdtsStream extends ScannedStream {
  readonly #id: number
  #track: AudioTrack | null = null

  constructor(id: number, out: ElementaryOutput) {
    super(out)
    this.#id = id
  }

  protected override scan(bytes: Uint8Array): AudioScan {
    const scan = scanAdts(bytes)
    const frames = scan.frames.map(({ header, bytes: frame }) => {
      const config = configFromAdts(header)
      if (!this.#track || !equalBytes(this.#track.config, config)) {
        this.#track = aacTrack({ id: this.#id, clockRate: CLOCK_RATE, config })
      }
      return {
        at: frame.byteOffset - bytes.byteOffset,
        data: frame.subarray(header.headerBytes),
        track: this.#track,
        seconds: (header.rawDataBlocks * AAC_BLOCK_SAMPLES) / header.sampleRate,
      }
    })
    return { frames, consumed: scan.consumed }
  }
}

/** AAC in LATM, in LOAS frames. ISO/IEC 13818-1 stream_type 0x11. */
export class LatmStream extends ScannedStream {
  readonly #id: number
  readonly #reader = new LatmReader()
  #track: AudioTrack | null = null

  constructor(id: number, out: ElementaryOutput) {
    super(out)
    this.#id = id
  }

  protected override scan(bytes: Uint8Array): AudioScan {
    const scan = scanLoas(bytes)
    const frames = scan.frames.flatMap(({ bytes: loasFrame }) =>
      this.#reader.read(loasFrame).map(({ config, parsed, data }) => {
        if (this.#track?.config !== config) this.#track = aacTrack({ id: this.#id, clockRate: CLOCK_RATE, config })
        const seconds = parsed.samplesPerFrame / parsed.sampleRate
        return { at: loasFrame.byteOffset - bytes.byteOffset, data, track: this.#track, seconds }
      }),
    )
    return { frames, consumed: scan.consumed }
  }
}

/** MPEG-1 and MPEG-2 audio. stream_type 0x03, 0x04. */
export class Mp3Stream extends ScannedStream {
  readonly #id: number

  constructor(id: number, out: ElementaryOutput) {
    super(out)
    this.#id = id
  }

  protected override scan(bytes: Uint8Array): AudioScan {
    const scan = scanMpegAudio(bytes)
    const frames = scan.frames.map(({ header, bytes: frame }) => ({
      at: frame.byteOffset - bytes.byteOffset,
      data: frame,
      track: mp3Track({ id: this.#id, clockRate: CLOCK_RATE, ...header }),
      seconds: header.samplesPerFrame / header.sampleRate,
    }))
    return { frames, consumed: scan.consumed }
  }
}

/** Opus packets with control headers; whole packets in each PES packet. */
export class OpusStream implements ElementaryStream {
  readonly #clock: AudioClock
  readonly #track: AudioTrack

  constructor(id: number, channels: number, out: ElementaryOutput) {
    this.#clock = new AudioClock(out)
    this.#track = opusTrack({ id, clockRate: CLOCK_RATE, config: defaultOpusHead(channels) })
  }

  push(payload: Uint8Array, pts: number | null): void {
    if (pts !== null) this.#clock.set(pts)
    for (const packet of splitOpus(payload)) {
      const samples = opusPacketSamples(packet)
      if (samples === 0) throw new AppError('BYTES_INVALID', { what: 'Opus packet', reason: 'frame count' })
      this.#clock.emit(this.#track, packet, samples / OPUS_CLOCK_RATE)
    }
  }

  endOfAccessUnit(): void {}

  flush(): void {}

  damage(): boolean {
    return false
  }
}

/** G.711: a PES packet's payload is one frame. */
export class G711Stream implements ElementaryStream {
  readonly #clock: AudioClock
  readonly #track: AudioTrack

  constructor(id: number, codec: 'pcma' | 'pcmu', out: ElementaryOutput) {
    this.#clock = new AudioClock(out)
    this.#track = g711Track({ id, clockRate: CLOCK_RATE, codec })
  }

  push(payload: Uint8Array, pts: number | null): void {
    if (pts !== null) this.#clock.set(pts)
    if (payload.length > 0) this.#clock.emit(this.#track, payload, payload.length / this.#track.sampleRate)
  }

  endOfAccessUnit(): void {}

  flush(): void {}

  damage(): boolean {
    return false
  }
}
