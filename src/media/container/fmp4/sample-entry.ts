import { asBuffer } from '../../../base/bytes.ts'
import { parseOpusHead } from '../../codec/opus/opus-head.ts'
import type { AudioTrack, Track, VideoTrack } from '../../stream/track.ts'
import { box, fullBox, u16, u32 } from './box.ts'
import { FMP4_CODECS, OBJECT_TYPE } from './codecs.ts'
import { writeEsDescriptor } from './descriptor.ts'

/** reserved(48) and data_reference_index 1: the media is in this file. */
const SAMPLE_ENTRY = u16(0, 0, 0, 1)

/** The sample entry of a track, ISO/IEC 14496-12 §12. */
export function sampleEntry(track: Track): Buffer {
  return track.kind === 'video' ? visualSampleEntry(track) : audioSampleEntry(track)
}

/** §12.1.3. No `pasp`: sizes are those after cropping, samples that are not square say so in the parameter sets. */
function visualSampleEntry(track: VideoTrack): Buffer {
  const { sampleEntry: type, configBox } = FMP4_CODECS[track.codec]
  return box(
    type,
    SAMPLE_ENTRY,
    Buffer.alloc(16),
    u16(Math.min(track.width, 0xffff), Math.min(track.height, 0xffff)),
    u32(0x480000, 0x480000, 0), // 72 dpi
    u16(1), // frame_count
    Buffer.alloc(32), // compressorname
    u16(0x18, 0xffff), // depth, pre_defined
    box(configBox, track.config),
  )
}

/** §12.2.3. A sample rate over 16 bits cannot be said here and stands in the configuration. */
function audioSampleEntry(track: AudioTrack): Buffer {
  return box(
    FMP4_CODECS[track.codec].sampleEntry,
    SAMPLE_ENTRY,
    Buffer.alloc(8),
    u16(track.channels, 16, 0, 0),
    u32(track.sampleRate <= 0xffff ? track.sampleRate * 0x10000 : 0),
    ...audioConfigBox(track),
  )
}

function audioConfigBox(track: AudioTrack): Buffer[] {
  switch (FMP4_CODECS[track.codec].configBox) {
    case 'esds':
      return [fullBox('esds', 0, 0, writeEsDescriptor({ objectType: objectType(track), specificInfo: track.config }))]
    case 'dOps':
      return [box('dOps', opusSpecific(track.config))]
    case null:
      return []
  }
}

/** MP3 below 32 kHz is of MPEG-2 (or 2.5). */
function objectType(track: AudioTrack): number {
  if (track.codec === 'aac') return OBJECT_TYPE.aac
  return track.sampleRate < 32_000 ? OBJECT_TYPE.mpeg2Mp3 : OBJECT_TYPE.mp3
}

/** Opus in ISOBMFF §4.3.2: the OpusHead without its magic, big-endian, version 0. */
function opusSpecific(config: Uint8Array): Buffer {
  const head = parseOpusHead(config)
  const bytes = Buffer.alloc(11)
  bytes.writeUInt8(head.channels, 1)
  bytes.writeUInt16BE(head.preSkip, 2)
  bytes.writeUInt32BE(head.inputSampleRate, 4)
  bytes.writeInt16BE(head.outputGain, 8)
  bytes.writeUInt8(head.mappingFamily, 10)
  return Buffer.concat([bytes, asBuffer(head.mapping)])
}
