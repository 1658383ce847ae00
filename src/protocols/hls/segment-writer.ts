import { fragment, type Sample } from '../../media/container/fmp4/fragment.ts'
import { initSegment } from '../../media/container/fmp4/init-segment.ts'
import { TsMuxer } from '../../media/container/mpegts/muxer.ts'
import type { Frame } from '../../media/stream/frame.ts'
import type { Track } from '../../media/stream/track.ts'

/** Puts the frames of one segment into its container. */
export interface SegmentWriter {
  /** The initialization segment, for containers that have one. */
  readonly init: Buffer | null
  /** Bytes of the segment in work, about. */
  readonly bytes: number
  write(frame: Frame): void
  /** The segment's bytes; the next frame starts another. `next` is the frame it will start with, if any. */
  finish(next: Frame | null): Buffer
}

export class TsSegmentWriter implements SegmentWriter {
  readonly init = null
  readonly #muxer = new TsMuxer()
  #parts: Buffer[] = []
  bytes = 0

  constructor(tracks: readonly Track[]) {
    this.#muxer.setTracks(tracks)
  }

  write(frame: Frame): void {
    // Every segment begins with the tables. RFC 8216 §3.2.
    if (this.#parts.length === 0) this.#muxer.repeatTables()
    const packets = this.#muxer.frame(frame)
    this.#parts.push(packets)
    this.bytes += packets.length
  }

  finish(): Buffer {
    const data = Buffer.concat(this.#parts, this.bytes)
    this.#parts = []
    this.bytes = 0
    return data
  }
}

interface TrackRun {
  readonly track: Track
  readonly trackId: number
  frames: Frame[]
  /** Ticks between the last two frames: how long the last of a segment lasts when its successor is not known. */
  step: number
}

export class Fmp4SegmentWriter implements SegmentWriter {
  readonly init: Buffer
  readonly #runs = new Map<number, TrackRun>()
  #sequence = 0
  bytes = 0

  constructor(tracks: readonly Track[]) {
    this.init = initSegment(tracks)
    tracks.forEach((track, index) => {
      const step = Math.round(track.kind === 'video' ? track.clockRate / (track.fps ?? 25) : soundStep(track))
      this.#runs.set(track.id, { track, trackId: index + 1, frames: [], step })
    })
  }

  write(frame: Frame): void {
    this.#runs.get(frame.track.id)?.frames.push(frame)
    this.bytes += frame.data.length
  }

  finish(next: Frame | null): Buffer {
    this.#sequence++
    const tracks = [...this.#runs.values()].map(run => {
      const following = next?.track.id === run.track.id ? next.dts : null
      const baseDecodeTime = run.frames[0]?.dts ?? 0
      return { track: run.track, trackId: run.trackId, baseDecodeTime, samples: samplesOf(run, following) }
    })
    const data = Buffer.concat(fragment({ sequence: this.#sequence, tracks }))
    for (const run of this.#runs.values()) run.frames = []
    this.bytes = 0
    return data
  }
}

function samplesOf(run: TrackRun, following: number | null): Sample[] {
  return run.frames.map((frame, index) => {
    const end = run.frames[index + 1]?.dts ?? following
    const duration = Math.max(0, end === null ? run.step : end - frame.dts)
    if (duration > 0) run.step = duration
    return { data: frame.data, duration, compositionOffset: frame.pts - frame.dts, keyframe: frame.keyframe }
  })
}

/** Ticks of one audio frame, before two of them have shown it: AAC and MP3 of high rates, 20 ms of Opus. */
function soundStep(track: Track & { kind: 'audio' }): number {
  const samples = track.codec === 'aac' ? 1024 : track.codec === 'mp3' ? 1152 : track.sampleRate / 50
  return (samples * track.clockRate) / track.sampleRate
}
