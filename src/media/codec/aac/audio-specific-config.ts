import { BitReader, BitWriter } from '../../../base/bits.ts'
import { AppError } from '../../../base/errors.ts'
import { readProgramConfigChannels } from './program-config-element.ts'

/** AudioSpecificConfig, ISO/IEC 14496-3 §1.6.2.1. */
export interface AudioSpecificConfig {
  /** Audio object type of the core decoder: 2 AAC LC, never 5 or 29. */
  readonly objectType: number
  /** Samples per second of the core decoder; SBR doubles it. */
  readonly sampleRate: number
  /** channelConfiguration; 0 when a program config element says it. */
  readonly channelConfig: number
  /** Channels of the core decoder. */
  readonly channels: number
  /** Samples per second after SBR; null when SBR is not signalled. */
  readonly sbrSampleRate: number | null
  /** Parametric stereo is signalled: one coded channel becomes two. */
  readonly ps: boolean
  /** Per raw data block and channel, of the core decoder: 1024, 960, 512 or 480. */
  readonly samplesPerFrame: number
}

/** samplingFrequencyIndex, Table 1.18. */
export const AAC_SAMPLE_RATES: readonly number[] = [
  96000, 88200, 64000, 48000, 44100, 32000, 24000, 22050, 16000, 12000, 11025, 8000, 7350,
]

/** channelConfiguration, Table 1.19; 0 and the reserved ones have no count here. */
const CHANNELS: readonly number[] = [0, 1, 2, 3, 4, 5, 6, 8, 0, 0, 0, 7, 8, 24, 8]

const AOT = { lc: 2, sbr: 5, scalable: 6, erLc: 17, erScalable: 20, erBsac: 22, erLd: 23, ps: 29, eld: 39 } as const
/** syncExtensionType of backward compatible SBR and PS signalling. */
const SBR_SYNC = 0x2b7
const PS_SYNC = 0x548

/**
 * Parses the config with hierarchical or backward compatible SBR/PS signalling (§1.6.5); bytes after it are ignored.
 * Throws BYTES_TOO_SHORT, or BYTES_INVALID for reserved sample rates and channel configurations.
 */
export function parseAudioSpecificConfig(bytes: Uint8Array): AudioSpecificConfig {
  return readAudioSpecificConfig(new BitReader(bytes, 'AudioSpecificConfig'), true)
}

/**
 * The same within other bits. `extended` says whether what follows may be backward compatible signalling of SBR; without
 * it `r` stands behind the config afterwards.
 */
export function readAudioSpecificConfig(r: BitReader, extended: boolean): AudioSpecificConfig {
  let objectType = readObjectType(r)
  const sampleRate = readSampleRate(r)
  const channelConfig = r.bits(4)
  let sbrSampleRate: number | null = null
  let ps = false
  if (objectType === AOT.sbr || objectType === AOT.ps) {
    ps = objectType === AOT.ps
    sbrSampleRate = readSampleRate(r)
    objectType = readObjectType(r)
    if (objectType === AOT.erBsac) r.skip(4) // extensionChannelConfiguration
  }
  let channels = CHANNELS[channelConfig] ?? 0
  let samplesPerFrame = 1024
  if (isGeneralAudio(objectType)) {
    const short = r.flag() // frameLengthFlag
    samplesPerFrame = objectType === AOT.erLd ? (short ? 480 : 512) : short ? 960 : 1024
    if (r.flag()) r.skip(14) // coreCoderDelay
    const extension = r.flag()
    if (channelConfig === 0) channels = readProgramConfigChannels(r)
    if (objectType === AOT.scalable || objectType === AOT.erScalable) r.skip(3) // layerNr
    if (extension) {
      if (objectType === AOT.erBsac) r.skip(16)
      if (objectType >= AOT.erLc && objectType !== 18 && objectType !== AOT.erBsac) r.skip(3) // resilience flags
      r.skip(1) // extensionFlag3
    }
    if (objectType >= AOT.erLc) r.skip(2) // epConfig
    if (
      extended &&
      sbrSampleRate === null &&
      r.left >= 16 &&
      r.bits(11) === SBR_SYNC &&
      readObjectType(r) === AOT.sbr
    ) {
      if (r.flag()) {
        sbrSampleRate = readSampleRate(r)
        if (r.left >= 12 && r.bits(11) === PS_SYNC) ps = r.flag()
      }
    }
  } else if (objectType === AOT.eld) {
    samplesPerFrame = r.flag() ? 480 : 512
  }
  if (channels === 0) throw invalid(`channelConfiguration ${channelConfig}`)
  return { objectType, sampleRate, channelConfig, channels, sbrSampleRate, ps, samplesPerFrame }
}

/** What an ADTS header or an encoder's settings say; SBR and PS as `parseAudioSpecificConfig` returns them. */
type NewConfig = Pick<AudioSpecificConfig, 'objectType' | 'sampleRate' | 'channelConfig'> &
  Partial<Pick<AudioSpecificConfig, 'sbrSampleRate' | 'ps'>>

/**
 * Writes the config for frames of 1024 samples, SBR and PS signalled hierarchically (object types 5 and 29).
 * `channelConfig` 0 (program config element) cannot be written: BYTES_INVALID.
 */
export function writeAudioSpecificConfig(config: NewConfig): Uint8Array {
  if (!CHANNELS[config.channelConfig]) throw invalid(`channelConfiguration ${config.channelConfig}`)
  const w = new BitWriter()
  const sbrSampleRate = config.sbrSampleRate ?? null
  writeObjectType(w, sbrSampleRate === null ? config.objectType : config.ps ? AOT.ps : AOT.sbr)
  writeSampleRate(w, config.sampleRate)
  w.bits(config.channelConfig, 4)
  if (sbrSampleRate !== null) {
    writeSampleRate(w, sbrSampleRate)
    writeObjectType(w, config.objectType)
  }
  w.bits(0, 3) // frameLengthFlag, dependsOnCoreCoder, extensionFlag
  return w.bytes()
}

/** Object types whose config is GASpecificConfig (Table 1.15). */
function isGeneralAudio(objectType: number): boolean {
  return (
    (objectType >= 1 && objectType <= 7 && objectType !== 5) ||
    (objectType >= 17 && objectType <= 23 && objectType !== 18)
  )
}

function readObjectType(r: BitReader): number {
  const type = r.bits(5)
  return type === 31 ? 32 + r.bits(6) : type
}

function readSampleRate(r: BitReader): number {
  const index = r.bits(4)
  const rate = index === 15 ? r.bits(24) : (AAC_SAMPLE_RATES[index] ?? 0)
  if (rate === 0) throw invalid(`samplingFrequencyIndex ${index}`)
  return rate
}

function writeObjectType(w: BitWriter, type: number): void {
  if (type < 31) w.bits(type, 5)
  else {
    w.bits(31, 5)
    w.bits(type - 32, 6)
  }
}

function writeSampleRate(w: BitWriter, rate: number): void {
  const index = AAC_SAMPLE_RATES.indexOf(rate)
  if (index >= 0) w.bits(index, 4)
  else {
    w.bits(15, 4)
    w.bits(rate, 24)
  }
}

function invalid(reason: string): AppError {
  return new AppError('BYTES_INVALID', { what: 'AudioSpecificConfig', reason })
}
