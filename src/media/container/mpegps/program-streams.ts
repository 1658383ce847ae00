import { AppError } from '../../../base/errors.ts'
import type { CodecName } from '../../stream/track.ts'
import { AdtsStream, G711Stream, Mp3Stream } from '../elementary/audio-stream.ts'
import type { ElementaryOutput, ElementaryStream } from '../elementary/elementary-stream.ts'
import { CODEC_OF_STREAM_TYPE } from '../elementary/stream-types.ts'
import { VideoStream } from '../elementary/video-stream.ts'
import { framedAudioOf, LawMeter, videoCodecOf } from './codec-guess.ts'
import { isVideoId } from './pack.ts'
import type { MappedStream } from './program-stream-map.ts'

/** Elementary streams read at once; devices send two, each may hold 8 MB. */
const MAX_STREAMS = 4
/** Audio packets without a frame header of the codec the map names before they are taken for G.711. */
const PATIENCE_PACKETS = 3

type ProgramCodec = 'h264' | 'h265' | 'aac' | 'mp3' | 'pcma' | 'pcmu'

interface Elementary {
  readonly codec: ProgramCodec
  readonly stream: ElementaryStream
  /** What the map said when the stream was made. */
  readonly streamType: number | null
  readonly law: LawMeter | null
  /** Frame headers of the codec were seen. */
  proven: boolean
}

/** An elementary stream as it was announced and as it is. */
export interface StreamTypeSeen {
  readonly streamId: number
  /** Of the program stream map; null without one. */
  readonly streamType: number | null
  /** Codec in use, null when it cannot be told or carried. */
  readonly codec: CodecName | null
}

/**
 * The elementary streams of a program and their codecs: what the program stream map says, unless the data says
 * otherwise. Without a map the data alone decides.
 */
export class ProgramStreams {
  readonly #out: ElementaryOutput
  readonly #types = new Map<number, number>()
  readonly #streams = new Map<number, Elementary>()
  readonly #unproven = new Map<number, number>()
  /** Of streams that are gone. */
  #skipped = 0
  #broken = 0
  /** Stream types that were not true. */
  wrongTypes = 0

  constructor(out: ElementaryOutput) {
    this.#out = out
  }

  /** Whole frames left out up to the next keyframe after a broken one. */
  get skipped(): number {
    let skipped = this.#skipped
    for (const { stream } of this.#streams.values()) if (stream instanceof VideoStream) skipped += stream.skipped
    return skipped
  }

  /** Access units given up: bytes of them missing, or broken inside. */
  get broken(): number {
    let broken = this.#broken
    for (const { stream } of this.#streams.values()) if (stream instanceof VideoStream) broken += stream.broken
    return broken
  }

  get seen(): StreamTypeSeen[] {
    const ids = new Set([...this.#types.keys(), ...this.#streams.keys()])
    return [...ids].map(streamId => ({
      streamId,
      streamType: this.#types.get(streamId) ?? null,
      codec: this.#streams.get(streamId)?.codec ?? null,
    }))
  }

  /** A stream whose type changes starts anew; one whose type stays wrong goes on as it is. */
  setMap(streams: readonly MappedStream[]): void {
    const types = new Map(streams.map(({ streamId, streamType }) => [streamId, streamType]))
    for (const [id, elementary] of this.#streams) {
      const type = types.get(id)
      if (type === undefined || type === elementary.streamType) continue
      if (CODEC_OF_STREAM_TYPE.get(type) === elementary.codec) {
        this.#streams.set(id, { ...elementary, streamType: type })
      } else {
        this.#remove(id)
      }
    }
    this.#types.clear()
    for (const [id, type] of types) this.#types.set(id, type)
  }

  /** Payload of a PES packet, or the next piece of it when `continues`. Times are unwrapped 90 kHz ticks. */
  push(streamId: number, payload: Uint8Array, pts: number | null, dts: number | null, continues = false): void {
    if (payload.length === 0) return
    const elementary = continues
      ? this.#streams.get(streamId)
      : isVideoId(streamId)
        ? this.#video(streamId, payload)
        : this.#audio(streamId, payload)
    if (!elementary) return
    try {
      elementary.stream.push(payload, pts, dts)
    } catch (error) {
      if (!(error instanceof AppError)) throw error // what is inside is broken, the next packet may be good
      this.#broken++
    }
  }

  endOfAccessUnit(): void {
    for (const { stream } of this.#streams.values()) this.#guarded(() => stream.endOfAccessUnit())
  }

  flush(): void {
    for (const { stream } of this.#streams.values()) this.#guarded(() => stream.flush())
  }

  /** Bytes are missing; `inPacket`: of a packet whose start was seen. */
  damage(inPacket: boolean): void {
    let broken = inPacket
    for (const { stream } of this.#streams.values()) broken = stream.damage() || broken
    if (broken) this.#broken++
  }

  #guarded(run: () => void): void {
    try {
      run()
    } catch (error) {
      if (!(error instanceof AppError)) throw error
      this.#broken++
    }
  }

  #video(id: number, payload: Uint8Array): Elementary | undefined {
    const known = this.#streams.get(id)
    const found = videoCodecOf(payload)
    if (known && (found === null || found === known.codec)) return known
    const claimed = this.#claimed(id)
    if (found) return this.#replace(id, found, claimed)
    return claimed === 'h264' || claimed === 'h265' ? this.#replace(id, claimed, claimed) : undefined
  }

  #audio(id: number, payload: Uint8Array): Elementary | undefined {
    const known = this.#streams.get(id)
    const claimed = this.#claimed(id)
    const found = framedAudioOf(payload)
    if (found) {
      const elementary = known?.codec === found ? known : this.#replace(id, found, claimed)
      if (elementary) elementary.proven = true
      return elementary
    }
    if (known?.law) {
      const heard = known.law.push(payload)
      return heard && heard !== known.codec ? this.#replace(id, heard, claimed) : known
    }
    if (known?.proven) return known
    if (!known && (claimed === 'pcma' || claimed === 'pcmu')) return this.#replace(id, claimed, claimed)
    if (!known && claimed === null && this.#types.has(id)) return undefined // G.722.1, SVAC and others
    const misses = (this.#unproven.get(id) ?? 0) + 1
    if (this.#unproven.size < MAX_STREAMS || misses > 1) this.#unproven.set(id, misses)
    if (misses >= PATIENCE_PACKETS) return this.#replace(id, 'pcma', claimed)
    return known ?? (claimed === 'aac' || claimed === 'mp3' ? this.#replace(id, claimed, claimed) : undefined)
  }

  #claimed(id: number): ProgramCodec | null {
    const codec = CODEC_OF_STREAM_TYPE.get(this.#types.get(id) ?? -1)
    return codec === undefined || codec === 'av1' || codec === 'opus' ? null : codec
  }

  #replace(id: number, codec: ProgramCodec, claimed: ProgramCodec | null): Elementary | undefined {
    this.#remove(id)
    if (this.#streams.size >= MAX_STREAMS) return undefined
    const streamType = this.#types.get(id) ?? null
    if (streamType !== null && claimed !== codec) this.wrongTypes++
    const law = codec === 'pcma' || codec === 'pcmu' ? new LawMeter() : null
    const elementary = { codec, stream: this.#create(id, codec), streamType, law, proven: false }
    this.#streams.set(id, elementary)
    return elementary
  }

  #remove(id: number): void {
    const known = this.#streams.get(id)
    if (!known) return
    this.#guarded(() => known.stream.flush())
    if (known.stream instanceof VideoStream) {
      this.#skipped += known.stream.skipped
      this.#broken += known.stream.broken
    }
    this.#streams.delete(id)
    this.#unproven.delete(id)
  }

  #create(id: number, codec: ProgramCodec): ElementaryStream {
    switch (codec) {
      case 'h264':
      case 'h265':
        return new VideoStream(id, codec, this.#out)
      case 'aac':
        return new AdtsStream(id, this.#out)
      case 'mp3':
        return new Mp3Stream(id, this.#out)
      case 'pcma':
      case 'pcmu':
        return new G711Stream(id, codec, this.#out)
    }
  }
}
