import { AppError } from '../../base/errors.ts'
import { configBody, frameHeader, metadataBody } from '../../media/container/flv/body-writer.ts'
import {
  AUDIO_TAG,
  fileHeader,
  SCRIPT_TAG,
  TAG_HEADER_BYTES,
  TAG_TRAILER_BYTES,
  tag,
  VIDEO_TAG,
} from '../../media/container/flv/tag.ts'
import type { Frame } from '../../media/stream/frame.ts'
import type { Track } from '../../media/stream/track.ts'
import type { FragmentReader, RecordedSample } from './fragment-reader.ts'
import type { ExportedFile, ExportOptions, PieceOptions } from './mp4-export.ts'
import type { RecordedFragment, Recordings } from './recordings.ts'
import { eachFragment, lengthUs, type StitchedFragment, stitched } from './stitched.ts'

const TAG_BYTES = TAG_HEADER_BYTES + TAG_TRAILER_BYTES
const PREPARE_SHARE = 0.2
/** A reader gives up on larger metadata; a keyframe each second of three hours. Longer recordings have them further apart. */
const MAX_KEYFRAMES = 9000

/** Position and time of a keyframe; the position counts from the first byte behind the metadata. */
interface KeyframeTag {
  readonly position: number
  readonly timeS: number
}

/**
 * An FLV of what was recorded, with length, size and keyframe index in its metadata, so that players can jump.
 * Throws NOT_FOUND when there is nothing.
 */
export async function exportFlv(
  recordings: Recordings,
  reader: FragmentReader,
  fragments: readonly RecordedFragment[],
  { signal, progress }: ExportOptions = {},
): Promise<ExportedFile> {
  const parts = stitched(fragments)
  const [first] = parts
  if (!first) throw new AppError('NOT_FOUND', { what: 'recording', id: 'of this time' })
  const layout = new TagLayout()
  await eachFragment(reader, parts, (fragment, samples) => layout.add(fragment, samples), {
    ...(signal && { signal }),
    progress: done => progress?.(done * PREPARE_SHARE),
  })
  const tracks = [...(await reader.movie(first)).tracks.values()].map(({ track }) => track)
  const durationS = lengthUs(parts) / 1e6
  const head = fileHead(tracks, layout, durationS)
  return {
    bytes: head.length + layout.bytes,
    durationMs: Math.round(durationS * 1000),
    pieces: options => pieces({ recordings, reader, head, parts, layout }, options),
  }
}

interface FlvFile {
  readonly recordings: Recordings
  readonly reader: FragmentReader
  readonly head: Buffer
  readonly parts: readonly StitchedFragment[]
  readonly layout: TagLayout
}

async function* pieces(
  { recordings, reader, head, parts, layout }: FlvFile,
  { signal, progress, span = { start: 0, end: Number.POSITIVE_INFINITY } }: PieceOptions = {},
): AsyncGenerator<Uint8Array, void> {
  const release = recordings.use(parts.map(({ segment }) => segment))
  try {
    if (span.start < head.length) yield head.subarray(span.start, Math.min(head.length, span.end))
    for (const [i, part] of parts.entries()) {
      const { position, configs } = layout.parts[i] ?? NO_PART
      const start = head.length + position
      const end = head.length + (layout.parts[i + 1]?.position ?? layout.bytes)
      if (end <= span.start || start >= span.end) continue
      const frames = await reader.frames(part)
      signal?.throwIfAborted()
      const known = configs.copy()
      const tags = Buffer.concat(frames.flatMap(frame => tagsOf(frame, part.shiftUs, known)))
      yield tags.subarray(Math.max(0, span.start - start), Math.max(0, span.end - start))
      progress?.(PREPARE_SHARE + ((i + 1) / parts.length) * (1 - PREPARE_SHARE))
    }
  } finally {
    release()
  }
}

/** Where tags will lie: the same tags as `tagsOf` makes, without their contents. */
class TagLayout {
  bytes = 0
  keyframes: KeyframeTag[] = []
  /** Of each fragment: where it begins, and what has been configured before it. */
  readonly parts: { readonly position: number; readonly configs: Configurations }[] = []
  #configs = new Configurations()

  add({ shiftUs }: StitchedFragment, samples: RecordedSample[]): void {
    this.parts.push({ position: this.bytes, configs: this.#configs })
    this.#configs = this.#configs.copy()
    samples.sort((a, b) => a.dts / a.track.track.clockRate - b.dts / b.track.track.clockRate)
    for (const { track, dts, pts, keyframe, size } of samples) {
      const frame = shifted({ track: track.track, dts, pts, keyframe, data: NOTHING }, shiftUs)
      const config = this.#configs.before(track.track)
      if (config) this.bytes += config.length + TAG_BYTES
      if (keyframe && track.track.kind === 'video')
        this.keyframes.push({ position: this.bytes, timeS: frame.dts / 1000 })
      this.bytes += frameHeader(frame).length + size + TAG_BYTES
    }
  }
}

/** Each configuration goes before the first frame that needs it. */
class Configurations {
  /** Never changed: copies share it. */
  #tracks: ReadonlyMap<Track['kind'], Track>

  constructor(tracks: ReadonlyMap<Track['kind'], Track> = new Map()) {
    this.#tracks = tracks
  }

  before(track: Track): Buffer | null {
    if (this.#tracks.get(track.kind) === track) return null
    this.#tracks = new Map(this.#tracks).set(track.kind, track)
    return configBody(track)
  }

  copy(): Configurations {
    return new Configurations(this.#tracks)
  }
}

const NO_PART = { position: 0, configs: new Configurations() }

const NOTHING = new Uint8Array()

function tagsOf(source: Frame, shiftUs: number, configs: Configurations): Uint8Array[] {
  const frame = shifted(source, shiftUs)
  const type = frame.track.kind === 'video' ? VIDEO_TAG : AUDIO_TAG
  const config = configs.before(source.track)
  const body = tag(type, frame.dts, [frameHeader(frame), frame.data])
  return config ? [...tag(type, frame.dts, [config]), ...body] : body
}

/** The frame in milliseconds of the file. */
function shifted(frame: Frame, shiftUs: number): Frame {
  const inMs = (ticks: number) => Math.round((ticks * 1000) / frame.track.clockRate + shiftUs / 1000)
  // Sound may begin a little before the picture at 0.
  const dts = Math.max(0, inMs(frame.dts))
  const track = inMilliseconds(frame.track)
  return { track, dts, pts: Math.max(dts, inMs(frame.pts)), keyframe: frame.keyframe, data: frame.data }
}

const clones = new WeakMap<Track, Track>()

/** The track with the clock rate of FLV; the same object for the same track. */
function inMilliseconds(track: Track): Track {
  const known = clones.get(track)
  if (known) return known
  const made = { ...track, clockRate: 1000 }
  clones.set(track, made)
  return made
}

/** Header and metadata. Positions are of fixed size, so the metadata are written once to know where the rest begins. */
function fileHead(tracks: readonly Track[], { bytes, keyframes }: TagLayout, durationS: number): Buffer {
  const every = Math.ceil(keyframes.length / MAX_KEYFRAMES)
  const used = keyframes.filter((_, i) => i % every === 0)
  const has = (kind: Track['kind']) => tracks.some(track => track.kind === kind)
  const write = (start: number) => {
    const positions = used.map(({ position }) => start + position)
    const keyframeFacts = { times: used.map(({ timeS }) => timeS), positions }
    const metadata = metadataBody(tracks, { durationS, bytes: start + bytes, keyframes: keyframeFacts })
    return Buffer.concat([fileHeader(has('audio'), has('video')), ...tag(SCRIPT_TAG, 0, [metadata])])
  }
  return write(write(0).length)
}
