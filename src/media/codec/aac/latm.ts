import { BitReader } from '../../../base/bits.ts'
import { AppError } from '../../../base/errors.ts'
import { type Scan, scanFrames } from '../frame-scan.ts'
import { type AudioSpecificConfig, readAudioSpecificConfig } from './audio-specific-config.ts'

/** AudioSyncStream() of LOAS, ISO/IEC 14496-3 §1.7.2. */
interface LoasHeader {
  readonly frameBytes: number
}

const HEADER_BYTES = 3
const WHAT = 'LATM'

/** One raw data block sequence without LATM. */
interface LatmFrame {
  /** AudioSpecificConfig in force; the same object as long as it does not change. */
  readonly config: Uint8Array
  readonly parsed: AudioSpecificConfig
  readonly data: Uint8Array
}

/** StreamMuxConfig(), Table 1.42, as far as frames are read by it. */
interface MuxConfig {
  readonly config: Uint8Array
  readonly parsed: AudioSpecificConfig
  readonly subFrames: number
}

/** LOAS frames of a byte stream; AudioMuxElement() of each starts behind 3 bytes. */
export function scanLoas(bytes: Uint8Array): Scan<LoasHeader> {
  return scanFrames(bytes, HEADER_BYTES, (b, at) => {
    if (at + HEADER_BYTES > b.length) return null
    const [first = 0, second = 0, third = 0] = [b[at], b[at + 1], b[at + 2]]
    if (first !== 0x56 || (second & 0xe0) !== 0xe0) return null // syncword 0x2b7
    return { frameBytes: HEADER_BYTES + (((second & 0x1f) << 8) | third) }
  })
}

/** Reads the AudioMuxElement() of LOAS frames; keeps the configuration for those that refer to the one before. */
export class LatmReader {
  #mux: MuxConfig | null = null

  /**
   * The frames of a LOAS frame; none before the first configuration. One program with one layer is what broadcast and
   * cameras send: CODEC_UNSUPPORTED for others. Throws BYTES_TOO_SHORT, BYTES_INVALID.
   */
  read(loasFrame: Uint8Array): LatmFrame[] {
    const r = new BitReader(loasFrame.subarray(HEADER_BYTES), WHAT)
    if (!r.flag()) this.#mux = readMuxConfig(r, this.#mux) // useSameStreamMux
    const mux = this.#mux
    if (!mux) return []
    const frames: LatmFrame[] = []
    for (let n = 0; n < mux.subFrames; n++) {
      let length = 0
      for (let part = 255; part === 255; length += part) part = r.bits(8)
      if (length === 0) continue
      frames.push({ config: mux.config, parsed: mux.parsed, data: readBytes(r, length * 8) })
    }
    return frames
  }
}

function readMuxConfig(r: BitReader, before: MuxConfig | null): MuxConfig {
  const version = r.bit()
  if (version === 1) {
    if (r.flag()) throw unsupported('audioMuxVersionA 1')
    readValue(r) // taraBufferFullness
  }
  if (!r.flag()) throw unsupported('streams with frames of different times')
  const subFrames = r.bits(6) + 1
  if (r.bits(4) > 0 || r.bits(3) > 0) throw unsupported('several programs or layers')
  const bits = version === 1 ? readValue(r) : null
  const start = r.position
  const parsed = readAudioSpecificConfig(r, false)
  const length = bits ?? r.position - start
  r.position = start
  const config = readBytes(r, length)
  const frameLengthType = r.bits(3)
  if (frameLengthType !== 0) throw unsupported(`frameLengthType ${frameLengthType}`)
  r.skip(8) // latmBufferFullness
  if (r.flag()) skipOtherDataLength(r, version) // the data themselves follow the last frame
  if (r.flag()) r.skip(8) // crcCheckSum
  const same = before !== null && Buffer.compare(before.config, config) === 0
  return { config: same ? before.config : config, parsed, subFrames }
}

/** LatmGetValue(), Table 1.43. */
function readValue(r: BitReader): number {
  return r.bits((r.bits(2) + 1) * 8)
}

/** otherDataLenBits: a value, or bytes of which each says whether another follows. */
function skipOtherDataLength(r: BitReader, version: number): void {
  if (version === 1) return void readValue(r)
  let goesOn = true
  while (goesOn) {
    goesOn = r.flag()
    r.skip(8)
  }
}

/** `bits` of the input from any position, the last byte filled with zeros. */
function readBytes(r: BitReader, bits: number): Uint8Array {
  if (bits > r.left) throw new AppError('BYTES_TOO_SHORT', { what: WHAT, needed: bits / 8, available: r.left / 8 })
  const bytes = new Uint8Array(Math.ceil(bits / 8))
  for (let left = bits, at = 0; left > 0; left -= 8, at++) {
    bytes[at] = left >= 8 ? r.bits(8) : r.bits(left) << (8 - left)
  }
  return bytes
}

function unsupported(what: string): AppError {
  return new AppError('CODEC_UNSUPPORTED', { codec: `AAC with ${what}`, container: WHAT })
}
