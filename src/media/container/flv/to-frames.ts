import { equalBytes } from '../../../base/bytes.ts'
import { configFromAdts, parseAdtsHeader } from '../../codec/aac/adts.ts'
import { parseMpegAudioHeader } from '../../codec/mp3/frame-header.ts'
import type { Frame } from '../../stream/frame.ts'
import type { AudioTrack, Track, VideoCodec, VideoTrack } from '../../stream/track.ts'
import {
  aacTrack,
  av1Track,
  g711Track,
  h264Track,
  h265Track,
  mp3Track,
  opusTrack,
} from '../../stream/track-builders.ts'
import { accessUnit, nalLengthSize } from '../access-unit.ts'
import { type AudioBody, parseAudioBody, parseVideoBody, type VideoBody } from './tag-body.ts'

export interface FlvFrameEvents {
  /** A track or its new configuration; comes before the first frame that names it. */
  track(track: Track): void
  frame(frame: Frame): void
  /** A codec the hub does not carry, once per name ('CodecID 2', 'FourCC vp09'). */
  unsupported?(name: string): void
}

const VIDEO_TRACK_ID = 0
const AUDIO_TRACK_ID = 1
/** FLV and RTMP timestamps are milliseconds. */
const CLOCK_RATE = 1000
/** A peer that sends a new unknown FourCC with each message must not fill the memory. */
const MAX_UNSUPPORTED_NAMES = 8

type FrameBody<B> = Extract<B, { kind: 'frame' }>

/**
 * Turns video and audio tag bodies (of a file or of RTMP messages) into tracks and frames of clock rate 1000.
 *
 * Frames that come before their configuration are dropped. A configuration that repeats gives no new track.
 * Frame data are views of the bodies wherever these have the form of `Frame.data` already; bodies are not kept
 * otherwise. Throws AppError for broken bodies and configurations; the state stays usable for the next body.
 */
export class FlvFrames {
  readonly #events: FlvFrameEvents
  readonly #unsupported = new Set<string>()
  #video: { readonly track: VideoTrack; readonly received: Uint8Array; readonly lengthSize: number } | null = null
  #audio: { readonly track: AudioTrack; readonly received: Uint8Array } | null = null
  #timeMs: number | null = null
  /** Frames without a configuration to decode them, and frames whose NAL units are cut. */
  dropped = 0

  constructor(events: FlvFrameEvents) {
    this.#events = events
  }

  /** `timestampMs` is the 32-bit value of the tag; wraps are followed. */
  video(timestampMs: number, bytes: Uint8Array): void {
    const body = parseVideoBody(bytes)
    if (body.kind === 'config') this.#configureVideo(body.codec, body.data)
    else if (body.kind === 'frame') this.#videoFrame(this.#unwrap(timestampMs), body)
    else if (body.kind === 'unsupported') this.#refuse(body.name)
  }

  /** `timestampMs` is the 32-bit value of the tag; wraps are followed. */
  audio(timestampMs: number, bytes: Uint8Array): void {
    const body = parseAudioBody(bytes)
    if (body.kind === 'config') this.#configureAudio(body.codec, body.data)
    else if (body.kind === 'frame') this.#audioFrame(this.#unwrap(timestampMs), body)
    else if (body.kind === 'unsupported') this.#refuse(body.name)
  }

  #configureVideo(codec: VideoCodec, received: Uint8Array): void {
    if (this.#video?.track.codec === codec && equalBytes(this.#video.received, received)) return
    const config = Uint8Array.from(received) // outlives the message
    const params = { id: VIDEO_TRACK_ID, clockRate: CLOCK_RATE, config }
    const track = codec === 'h264' ? h264Track(params) : codec === 'h265' ? h265Track(params) : av1Track(params)
    this.#video = { track, received: config, lengthSize: nalLengthSize(codec, config) }
    this.#events.track(track)
  }

  #videoFrame(timeMs: number, body: FrameBody<VideoBody>): void {
    const video = this.#video
    if (video?.track.codec !== body.codec) {
      this.dropped++
      return
    }
    const data = accessUnit(body.codec, body.data, video.lengthSize)
    if (data === null) {
      this.dropped++
      return
    }
    if (data.length === 0) return
    const { keyframe, compositionTimeMs } = body
    this.#events.frame({ track: video.track, dts: timeMs, pts: timeMs + compositionTimeMs, keyframe, data })
  }

  #configureAudio(codec: AudioTrack['codec'], received: Uint8Array): void {
    if (this.#audio?.track.codec === codec && equalBytes(this.#audio.received, received)) return
    const config = Uint8Array.from(received)
    const params = { id: AUDIO_TRACK_ID, clockRate: CLOCK_RATE, config }
    if (codec === 'aac') this.#setAudio(aacTrack(params), config)
    else if (codec === 'opus') this.#setAudio(opusTrack(params), config)
  }

  #setAudio(track: AudioTrack, received: Uint8Array): void {
    this.#audio = { track, received }
    this.#events.track(track)
  }

  #audioFrame(timeMs: number, body: FrameBody<AudioBody>): void {
    let { data } = body
    if (body.codec === 'aac') data = this.#withoutAdts(data)
    else if (body.codec === 'mp3') this.#configureFromMp3(data)
    else if (body.codec !== 'opus') this.#configureG711(body.codec, body.sound?.channels ?? 1)
    const track = this.#audio?.track
    if (track?.codec !== body.codec) {
      this.dropped++
      return
    }
    this.#events.frame({ track, dts: timeMs, pts: timeMs, keyframe: true, data })
  }

  /**
   * Some encoders send AAC as ADTS frames and no sequence header. Raw AAC cannot begin like ADTS: its first element
   * would be the end. A header with several raw data blocks is left as it is, nobody is known to send it.
   */
  #withoutAdts(data: Uint8Array): Uint8Array {
    const header = data[0] === 0xff ? parseAdtsHeader(data) : null
    if (header?.frameBytes !== data.length || header.rawDataBlocks !== 1) return data
    if (this.#audio?.track.codec !== 'aac') this.#configureAudio('aac', configFromAdts(header))
    return data.subarray(header.headerBytes)
  }

  /** MP3 has no configuration: the first frame header stands for one. */
  #configureFromMp3(data: Uint8Array): void {
    const header = parseMpegAudioHeader(data)
    if (!header) return
    const { sampleRate, channels } = header
    const before = this.#audio?.track
    if (before?.codec === 'mp3' && before.sampleRate === sampleRate && before.channels === channels) return
    const track = mp3Track({ id: AUDIO_TRACK_ID, clockRate: CLOCK_RATE, sampleRate, channels })
    this.#setAudio(track, track.config)
  }

  /** G.711 in FLV is 8 kHz whatever SoundRate says; only the channels count. */
  #configureG711(codec: 'pcma' | 'pcmu', channels: 1 | 2): void {
    const before = this.#audio?.track
    if (before?.codec === codec && before.channels === channels) return
    const track = g711Track({ id: AUDIO_TRACK_ID, clockRate: CLOCK_RATE, codec, channels })
    this.#setAudio(track, track.config)
  }

  #unwrap(timestampMs: number): number {
    const last = this.#timeMs ?? timestampMs
    this.#timeMs = last + ((timestampMs - last) | 0) // difference modulo 2^32, signed
    return this.#timeMs
  }

  #refuse(name: string): void {
    if (this.#unsupported.has(name) || this.#unsupported.size >= MAX_UNSUPPORTED_NAMES) return
    this.#unsupported.add(name)
    this.#events.unsupported?.(name)
  }
}
