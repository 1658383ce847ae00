import { equalBytes } from '../../../base/bytes.ts'
import { AppError } from '../../../base/errors.ts'
import { writeAvcC } from '../h264/avcc.ts'
import { H264_NAL, h264NalType } from '../h264/nal-unit.ts'
import { parseH264Sps } from '../h264/sps.ts'
import { writeHvcC } from '../h265/hvcc.ts'
import { H265_NAL, h265LayerId, h265NalType } from '../h265/nal-unit.ts'
import { parseH265Sps } from '../h265/sps.ts'
import type { NalCodec } from './annexb.ts'
import { firstUe } from './first-ue.ts'
import { MAX_PARAMETER_SET_BYTES, unescapeRbsp } from './rbsp.ts'

type Kind = 'vps' | 'sps' | 'pps'

/** Parameter sets of one kind by their id. Ids are bounded by the standards: 15 VPS, 31 SPS, 255 PPS. */
type Sets = Map<number, Uint8Array>

/**
 * Follows the parameter sets a byte stream repeats in band (MPEG-TS, MPEG-PS, RTP), and makes the configuration record
 * of the newest ones. An access unit with an SPS replaces what was before, so that a set no longer sent does not stay
 * in the record; one with a PPS only adds to it.
 */
export class ParameterSets {
  readonly #codec: NalCodec
  #sets: Readonly<Record<Kind, Sets>> = { vps: new Map(), sps: new Map(), pps: new Map() }
  /** avcC or hvcC; null until every kind of parameter set has come. */
  config: Uint8Array | null = null

  constructor(codec: NalCodec) {
    this.#codec = codec
  }

  /**
   * The NAL units of one access unit. True when `config` is new. Copies what it keeps; sets that do not parse, or are
   * over 4096 bytes, are ignored: on a lossy source the next ones will be whole.
   */
  push(units: readonly Uint8Array[]): boolean {
    const found: Record<Kind, Sets> = { vps: new Map(), sps: new Map(), pps: new Map() }
    let any = false
    for (const unit of units) {
      const kind = this.#kind(unit)
      const id = kind && unit.length <= MAX_PARAMETER_SET_BYTES ? this.#id(kind, unit) : null
      if (!kind || id === null) continue
      found[kind].set(id, unit)
      any = true
    }
    if (!any || this.#known(found)) return false

    const base = this.#sets
    const merged = (kind: Kind) =>
      new Map([...(found.sps.size > 0 && found[kind].size > 0 ? [] : base[kind]), ...copied(found[kind])])
    this.#sets = { vps: merged('vps'), sps: merged('sps'), pps: merged('pps') }
    return this.#write()
  }

  #write(): boolean {
    const [vps, sps, pps] = [this.#sets.vps, this.#sets.sps, this.#sets.pps].map(sets => [...sets.values()])
    if (!vps || !sps || !pps || sps.length === 0 || pps.length === 0) return false
    if (this.#codec === 'h265' && vps.length === 0) return false
    const config = this.#codec === 'h264' ? writeAvcC(sps.slice(0, 31), pps.slice(0, 255)) : writeHvcC(vps, sps, pps)
    if (this.config && equalBytes(config, this.config)) return false
    this.config = config
    return true
  }

  /** Whether every set found is there already: the repetition before each keyframe, and by far the most frequent case. */
  #known(found: Readonly<Record<Kind, Sets>>): boolean {
    for (const kind of ['vps', 'sps', 'pps'] as const) {
      for (const [id, unit] of found[kind]) {
        const before = this.#sets[kind].get(id)
        if (!before || !equalBytes(before, unit)) return false
      }
      if (found.sps.size > 0 && found[kind].size > 0 && found[kind].size < this.#sets[kind].size) return false
    }
    return true
  }

  #kind(unit: Uint8Array): Kind | null {
    if (this.#codec === 'h264') {
      const type = h264NalType(unit)
      return type === H264_NAL.sps ? 'sps' : type === H264_NAL.pps ? 'pps' : null
    }
    if (h265LayerId(unit) !== 0) return null
    const type = h265NalType(unit)
    return type === H265_NAL.vps ? 'vps' : type === H265_NAL.sps ? 'sps' : type === H265_NAL.pps ? 'pps' : null
  }

  #id(kind: Kind, unit: Uint8Array): number | null {
    try {
      if (kind === 'sps') return this.#codec === 'h264' ? parseH264Sps(unit).id : parseH265Sps(unit).id
      if (kind === 'vps') return unit.length > 2 ? (unit[2] ?? 0) >> 4 : null
      const header = this.#codec === 'h264' ? 1 : 2
      const id = firstUe(unescapeRbsp(unit, 16).subarray(header), 1)[0]
      return id !== undefined && id <= 255 ? id : null
    } catch (error) {
      if (error instanceof AppError) return null
      throw error
    }
  }
}

function copied(sets: Sets): [number, Uint8Array][] {
  return [...sets].map(([id, unit]) => [id, new Uint8Array(unit)])
}
