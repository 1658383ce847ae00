import type { Frame } from '../../stream/frame.ts'
import type { Track } from '../../stream/track.ts'
import { fragment, type Sample } from './fragment.ts'
import { initSegment } from './init-segment.ts'

interface TrackRun {
  readonly track: Track
  readonly trackId: number
  frames: Frame[]
  /** Ticks between the last two frames: how long the last of a fragment lasts when its successor is not known. */
  step: number
}

/** Collects the frames of one fragment after the other. Frames of tracks it was not made for are left out. */
export class FragmentBuilder {
  readonly init: Buffer
  /** Bytes of the frames collected. */
  bytes = 0
  readonly #runs = new Map<number, TrackRun>()
  #sequence = 0

  constructor(tracks: readonly Track[]) {
    this.init = initSegment(tracks)
    tracks.forEach((track, index) => {
      const step = Math.round(track.kind === 'video' ? track.clockRate / (track.fps ?? 25) : soundStep(track))
      this.#runs.set(track.id, { track, trackId: index + 1, frames: [], step })
    })
  }

  write(frame: Frame): void {
    const run = this.#runs.get(frame.track.id)
    if (!run) return
    run.frames.push(frame)
    this.bytes += frame.data.length
  }

  /** The fragment; frame data are not copied. `next` is the frame the next one will begin with, if it is known. */
  finish(next: Frame | null): Uint8Array[] {
    this.#sequence++
    const tracks = [...this.#runs.values()].map(run => {
      const following = next?.track.id === run.track.id ? next.dts : null
      const baseDecodeTime = run.frames[0]?.dts ?? 0
      return { track: run.track, trackId: run.trackId, baseDecodeTime, samples: samplesOf(run, following) }
    })
    for (const run of this.#runs.values()) run.frames = []
    this.bytes = 0
    return fragment({ sequence: this.#sequence, tracks })
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
