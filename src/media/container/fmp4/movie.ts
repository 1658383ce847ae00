import { ByteReader } from '../../../base/bytes.ts'
import { AppError } from '../../../base/errors.ts'
import { writeOpusHead } from '../../codec/opus/opus-head.ts'
import type { CodecName, Track, VideoCodec } from '../../stream/track.ts'
import {
  aacTrack,
  av1Track,
  g711Track,
  h264Track,
  h265Track,
  mp3Track,
  opusTrack,
} from '../../stream/track-builders.ts'
import { nalLengthSize } from '../access-unit.ts'
import { type Box, boxes, findBox, fullBoxReader } from './box.ts'
import { CODEC_OF_OBJECT_TYPE, CODEC_OF_SAMPLE_ENTRY } from './codecs.ts'
import { readEsDescriptor } from './descriptor.ts'

/** What fragments leave out. `trex`, ISO/IEC 14496-12 §8.8.3. */
export interface SampleDefaults {
  readonly duration: number
  readonly size: number
  readonly flags: number
}

export interface MovieTrack {
  readonly track: Track
  /** Of the NAL units in the file; frames have 4. */
  readonly lengthSize: number
  readonly defaults: SampleDefaults
  /** Ticks from the media time in the fragments to presentation time: what the edit list says, mostly 0 or less. */
  readonly shift: number
}

export interface Movie {
  /** By track_ID. */
  readonly tracks: ReadonlyMap<number, MovieTrack>
  /** Sample entries or object types we do not know: 'mp4v', 'tx3g'. */
  readonly unsupported: readonly string[]
}

const NO_DEFAULTS: SampleDefaults = { duration: 0, size: 0, flags: 0 }
const NO_CONFIG = new Uint8Array()
/** Timescales are sample rates or 90 000; past this, time in ticks would soon leave 2^53. */
const MAX_TIMESCALE = 10_000_000
/** Edits of one track; a live recording has one or two. */
const MAX_EDITS = 1024

/**
 * Content of a `moov`. Throws AppError for boxes that are cut or missing, and what the track builders throw.
 * ISO/IEC 14496-12 §8.2 and §8.3.
 */
export function readMovie(content: Uint8Array): Movie {
  const found = boxes(content)
  const timescale = readTimescale(required(found, 'mvhd'), 'mvhd')
  const movieExtends = findBox(found, 'mvex')
  if (!movieExtends) throw new AppError('BYTES_INVALID', { what: 'MP4', reason: 'it is not fragmented' })
  const defaults = readDefaults(movieExtends)
  const tracks = new Map<number, MovieTrack>()
  const unsupported: string[] = []
  for (const { type, content: trak } of found) {
    if (type !== 'trak') continue
    const read = readTrack(boxes(trak), timescale, defaults)
    if (typeof read === 'string') unsupported.push(read)
    else tracks.set(read.track.id, read)
  }
  return { tracks, unsupported }
}

function readTrack(trak: readonly Box[], movieTimescale: number, defaults: ReadonlyMap<number, SampleDefaults>) {
  const header = fullBoxReader(required(trak, 'tkhd'), 'tkhd')
  header.reader.skip(header.version === 1 ? 16 : 8)
  const id = header.reader.u32()
  const media = boxes(required(trak, 'mdia'))
  const clockRate = readTimescale(required(media, 'mdhd'), 'mdhd')
  const table = boxes(required(boxes(required(media, 'minf')), 'stbl'))
  const descriptions = fullBoxReader(required(table, 'stsd'), 'stsd').reader
  descriptions.skip(4) // entry_count: players use the first, so do we
  const [entry] = boxes(descriptions.rest())
  if (!entry) throw missing('sample entry')
  const described = readSampleEntry(entry, { id, clockRate })
  if (typeof described === 'string') return described
  const edits = findBox(trak, 'edts')
  return {
    ...described,
    defaults: defaults.get(id) ?? NO_DEFAULTS,
    shift: edits ? readShift(boxes(edits), movieTimescale, clockRate) : 0,
  }
}

interface Described {
  readonly id: number
  readonly clockRate: number
}

/** The track, or the name of what we do not support. */
function readSampleEntry(entry: Box, ids: Described): { track: Track; lengthSize: number } | string {
  const codec = CODEC_OF_SAMPLE_ENTRY.get(entry.type)
  switch (codec) {
    case undefined:
      return entry.type
    case 'h264':
    case 'h265':
    case 'av1':
      return readVisual(entry, codec, ids)
    default:
      return readAudio(entry, codec, ids)
  }
}

function readVisual(entry: Box, codec: VideoCodec, ids: Described) {
  const reader = new ByteReader(entry.content, entry.type)
  reader.skip(78)
  const inner = boxes(reader.rest())
  const config = Uint8Array.from(required(inner, codec === 'h264' ? 'avcC' : codec === 'h265' ? 'hvcC' : 'av1C'))
  const build = codec === 'h264' ? h264Track : codec === 'h265' ? h265Track : av1Track
  return { track: build({ ...ids, config }), lengthSize: nalLengthSize(codec, config) }
}

function readAudio(entry: Box, codec: Exclude<CodecName, VideoCodec> | 'mp4a', ids: Described) {
  const reader = new ByteReader(entry.content, entry.type)
  reader.skip(8)
  const version = reader.u16() // QuickTime: 1 and 2 have more fields
  reader.skip(6)
  const channels = reader.u16()
  reader.skip(6)
  const sampleRate = reader.u32() >>> 16
  reader.skip(version === 1 ? 16 : version === 2 ? 36 : 0)
  const sound = { ...ids, sampleRate, channels }
  const track = audioTrack(reader.rest(), codec, sound)
  return typeof track === 'string' ? track : { track, lengthSize: 4 }
}

function audioTrack(
  rest: Uint8Array,
  codec: Exclude<CodecName, VideoCodec> | 'mp4a',
  sound: Described & { readonly sampleRate: number; readonly channels: number },
): Track | string {
  if (codec === 'pcma' || codec === 'pcmu') return g711Track({ ...sound, codec })
  if (codec === 'mp3') return mp3Track(sound)
  const inner = boxes(rest)
  const { id, clockRate } = sound
  if (codec === 'opus') return opusTrack({ id, clockRate, config: opusHead(required(inner, 'dOps')) })
  const stream = readEsDescriptor(fullBoxReader(required(inner, 'esds'), 'esds').reader.rest())
  const named = stream ? CODEC_OF_OBJECT_TYPE.get(stream.objectType) : undefined
  if (named === 'mp3') return mp3Track(sound)
  if (named === 'aac') return aacTrack({ id, clockRate, config: Uint8Array.from(stream?.specificInfo ?? NO_CONFIG) })
  return `mp4a object type ${stream?.objectType ?? 'unknown'}`
}

/** Opus in ISOBMFF §4.3.2. */
function opusHead(dOps: Uint8Array): Uint8Array {
  const reader = new ByteReader(dOps, 'dOps')
  reader.skip(1) // version
  const channels = reader.u8()
  const preSkip = reader.u16()
  const inputSampleRate = reader.u32()
  const outputGain = (reader.u16() << 16) >> 16
  const mappingFamily = reader.u8()
  const mapping = mappingFamily === 0 ? NO_CONFIG : reader.view(2 + channels)
  return writeOpusHead({ channels, preSkip, inputSampleRate, outputGain, mappingFamily, mapping })
}

/** mvhd and mdhd: creation and modification time, then the timescale. */
function readTimescale(content: Uint8Array, type: string): number {
  const { version, reader } = fullBoxReader(content, type)
  reader.skip(version === 1 ? 16 : 8)
  const timescale = reader.u32()
  if (timescale === 0 || timescale > MAX_TIMESCALE) {
    throw new AppError('BYTES_INVALID', { what: type, reason: `timescale ${timescale}` })
  }
  return timescale
}

function readDefaults(mvex: Uint8Array): ReadonlyMap<number, SampleDefaults> {
  const defaults = new Map<number, SampleDefaults>()
  for (const { type, content } of boxes(mvex)) {
    if (type !== 'trex') continue
    const { reader } = fullBoxReader(content, type)
    const id = reader.u32()
    reader.skip(4) // default_sample_description_index
    defaults.set(id, { duration: reader.u32(), size: reader.u32(), flags: reader.u32() })
  }
  return defaults
}

/** Empty edits delay the track, the first other one says at which media time it begins. §8.6.6 */
function readShift(edts: readonly Box[], movieTimescale: number, clockRate: number): number {
  const list = findBox(edts, 'elst')
  if (!list) return 0
  const { version, reader } = fullBoxReader(list, 'elst')
  const count = reader.u32()
  let delay = 0
  for (let i = 0; i < Math.min(count, MAX_EDITS); i++) {
    const duration = version === 1 ? reader.u64() : reader.u32()
    const mediaTime = version === 1 ? readI64(reader) : reader.i32()
    reader.skip(4) // media_rate
    if (mediaTime >= 0) return Math.round((delay * clockRate) / movieTimescale) - mediaTime
    delay += duration
  }
  return 0
}

/** The only negative media_time is -1: an empty edit. */
function readI64(reader: ByteReader): number {
  const high = reader.i32()
  const low = reader.u32()
  return high < 0 ? -1 : high * 0x100000000 + low
}

function required(found: readonly Box[], type: string): Uint8Array {
  const content = findBox(found, type)
  if (!content) throw missing(type)
  return content
}

function missing(what: string): AppError {
  return new AppError('BYTES_INVALID', { what: 'MP4', reason: `no ${what}` })
}
