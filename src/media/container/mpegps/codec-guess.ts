import { asBuffer } from '../../../base/bytes.ts'
import { parseAdtsHeader } from '../../codec/aac/adts.ts'
import { parseMpegAudioHeader } from '../../codec/mp3/frame-header.ts'
import type { NalCodec } from '../../codec/nal/annexb.ts'
import type { AudioCodec } from '../../stream/track.ts'

const START_CODE = Buffer.from([0, 0, 1])
/** Parameter sets come first in a packet, behind a delimiter at most. */
const LOOK_BYTES = 256
const LOOK_UNITS = 4
/** profile_idc of H.264 §A.2 that encoders use: Baseline, Main, Extended, High and its 10 bit, 4:2:2 and 4:4:4 kin. */
const H264_PROFILES: ReadonlySet<number> = new Set([66, 77, 88, 100, 110, 122, 244])

/**
 * Which codec the parameter sets at the start of a video payload are of; null without any. They decide, not the stream
 * type: nothing can be decoded before them, and devices lie about it.
 */
export function videoCodecOf(payload: Uint8Array): NalCodec | null {
  const bytes = asBuffer(payload.subarray(0, LOOK_BYTES))
  let code = bytes.indexOf(START_CODE)
  for (let n = 0; n < LOOK_UNITS && code >= 0; n++) {
    const found = videoCodecOfUnit(bytes[code + 3] ?? 0, bytes[code + 4] ?? 0)
    if (found) return found
    code = bytes.indexOf(START_CODE, code + 3)
  }
  return null
}

/** The codec of a NAL unit with these first two bytes when it is a parameter set, else null. */
export function videoCodecOfUnit(first: number, second: number): NalCodec | null {
  // VPS, SPS, PPS with layer 0 and temporal id 0: no NAL unit of H.264 that begins a picture looks like it
  if (second === 1 && (first === 0x40 || first === 0x42 || first === 0x44)) return 'h265'
  // SPS; as H.265 it would be of a layer that does not exist
  if ((first & 0x9f) === 7 && first !== 7 && H264_PROFILES.has(second)) return 'h264'
  return null
}

/** AAC (ADTS) or MPEG audio when the payload is made of their frames; null for anything else, G.711 among it. */
export function framedAudioOf(payload: Uint8Array): 'aac' | 'mp3' | null {
  const adts = parseAdtsHeader(payload)
  if (adts && (adts.frameBytes === payload.length || parseAdtsHeader(payload, adts.frameBytes))) return 'aac'
  const mpeg = parseMpegAudioHeader(payload)
  if (mpeg && (mpeg.frameBytes === payload.length || parseMpegAudioHeader(payload, mpeg.frameBytes))) return 'mp3'
  return null
}

/** Half a second of G.711 per judgement. */
const WINDOW_SAMPLES = 4000
/** Agreeing judgements in a row before the law is changed. */
const WINDOWS = 2
/** Magnitude codes of the lowest amplitudes, of 128. */
const QUIET_CODES = 16
/** Of a window, to be a quiet one: in loud ones both laws look alike. */
const QUIET_SHARE = 0.2

/**
 * Tells A-law from µ-law by quiet passages: sound passes through the lowest amplitudes all the time, so the law in which
 * they are missing is the wrong one.
 */
export class LawMeter {
  #samples = 0
  #quiet = { pcma: 0, pcmu: 0 }
  #verdict: 'pcma' | 'pcmu' | null = null
  #agreeing = 0

  /** The law heard for a second, or null while nothing can be said. */
  push(payload: Uint8Array): 'pcma' | 'pcmu' | null {
    for (const byte of payload) {
      if (((byte ^ 0x55) & 0x7f) < QUIET_CODES) this.#quiet.pcma++ // even bits inverted: ITU-T G.711 §3.2
      if ((~byte & 0x7f) < QUIET_CODES) this.#quiet.pcmu++
    }
    this.#samples += payload.length
    if (this.#samples >= WINDOW_SAMPLES) this.#judge()
    return this.#agreeing >= WINDOWS ? this.#verdict : null
  }

  #judge(): void {
    const { pcma, pcmu } = this.#quiet
    const enough = this.#samples * QUIET_SHARE
    const heard: AudioCodec | null =
      pcma > enough && pcma > 4 * pcmu ? 'pcma' : pcmu > enough && pcmu > 4 * pcma ? 'pcmu' : null
    this.#samples = 0
    this.#quiet = { pcma: 0, pcmu: 0 }
    if (heard === null) return
    this.#agreeing = heard === this.#verdict ? this.#agreeing + 1 : 1
    this.#verdict = heard
  }
}
