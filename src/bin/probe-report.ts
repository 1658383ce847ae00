import { dtsMs, type Frame } from '../media/stream/frame.ts'
import type { Track } from '../media/stream/track.ts'

/** Frames whose intervals are remembered per track: an hour at 50 per second. More are only counted. */
const MAX_INTERVALS = 180_000
/** A step this many times the usual one is a gap. */
const GAP_FACTOR = 3

interface Spread {
  readonly medianMs: number
  readonly p99Ms: number
  readonly longestMs: number
}

interface TrackReport {
  readonly track: string
  readonly kind: Track['kind']
  readonly codec: string
  readonly codecString: string
  readonly profile: string
  /** `1280x720` or `44100 Hz, 2 channels`. */
  readonly format: string
  readonly frames: number
  readonly bytes: number
  readonly bitrateKbps: number
  readonly framesPerSecond: number
  /** From the start of the probe to the first frame of the track. */
  readonly firstFrameAfterMs: number
  /** Between decoding times of neighbours. */
  readonly step: Spread
  /** Between arrivals of neighbours. */
  readonly arrival: Spread
  /** Steps of more than three times the median. */
  readonly gaps: number
  /** Decoding times that went back or stood still. */
  readonly backwards: number
  /** Video only. */
  readonly keyframes: number
  readonly gopFrames: number | null
  readonly gopMs: number | null
}

export interface ProbeReport {
  readonly seconds: number
  readonly tracks: readonly TrackReport[]
  readonly unsupported: readonly string[]
}

/** What came of one track. Arrival times are monotonic milliseconds since the start of the probe. */
class TrackStatistics {
  track: Track
  frames = 0
  bytes = 0
  backwards = 0
  keyframes = 0
  readonly #steps: number[] = []
  readonly #arrivals: number[] = []
  #firstMs = 0
  #lastMs = 0
  #firstDtsMs = 0
  #lastDtsMs = 0
  #keyframeDtsMs: number | null = null
  #keyframeAt = 0
  #gop: { frames: number; ms: number } | null = null

  constructor(track: Track) {
    this.track = track
  }

  add(frame: Frame, nowMs: number): void {
    const dts = dtsMs(frame)
    if (this.frames === 0) {
      this.#firstMs = nowMs
      this.#firstDtsMs = dts
    } else {
      const step = dts - this.#lastDtsMs
      if (step <= 0) this.backwards++
      if (this.#steps.length < MAX_INTERVALS) {
        this.#steps.push(step)
        this.#arrivals.push(nowMs - this.#lastMs)
      }
    }
    if (frame.track.kind === 'video' && frame.keyframe) {
      this.keyframes++
      if (this.#keyframeDtsMs !== null)
        this.#gop = { frames: this.frames - this.#keyframeAt, ms: dts - this.#keyframeDtsMs }
      this.#keyframeDtsMs = dts
      this.#keyframeAt = this.frames
    }
    this.frames++
    this.bytes += frame.data.length
    this.#lastMs = nowMs
    this.#lastDtsMs = dts
  }

  report(): TrackReport {
    const { track } = this
    const step = spread(this.#steps)
    // Over the source's own time: a burst at the start must not raise the rates.
    const mediaSeconds = Math.max(0, (this.#lastDtsMs - this.#firstDtsMs) / 1000)
    const perSecond = (count: number) => (mediaSeconds > 0 ? count / mediaSeconds : 0)
    return {
      track: `${track.kind} ${track.id}`,
      kind: track.kind,
      codec: track.codec,
      codecString: track.codecString,
      profile: track.profile,
      format:
        track.kind === 'video'
          ? `${track.width}x${track.height}`
          : `${track.sampleRate} Hz, ${track.channels} channels`,
      frames: this.frames,
      bytes: this.bytes,
      bitrateKbps: round(perSecond(this.bytes * 8) / 1000),
      framesPerSecond: round(perSecond(this.frames - 1)),
      firstFrameAfterMs: round(this.#firstMs),
      step,
      arrival: spread(this.#arrivals),
      gaps: this.#steps.filter(ms => ms > step.medianMs * GAP_FACTOR).length,
      backwards: this.backwards,
      keyframes: this.keyframes,
      gopFrames: this.#gop?.frames ?? null,
      gopMs: this.#gop && round(this.#gop.ms),
    }
  }
}

/** Collects tracks and frames as they arrive, and says what they were. */
export class ProbeStatistics {
  readonly #tracks = new Map<number, TrackStatistics>()
  readonly #unsupported = new Set<string>()

  track(track: Track): void {
    const known = this.#tracks.get(track.id)
    if (known) known.track = track
    else this.#tracks.set(track.id, new TrackStatistics(track))
  }

  frame(frame: Frame, nowMs: number): void {
    this.#tracks.get(frame.track.id)?.add(frame, nowMs)
  }

  unsupported(codec: string): void {
    this.#unsupported.add(codec)
  }

  report(elapsedMs: number): ProbeReport {
    return {
      seconds: round(elapsedMs / 1000),
      tracks: [...this.#tracks.values()].map(track => track.report()),
      unsupported: [...this.#unsupported],
    }
  }
}

const round = (value: number): number => Math.round(value * 100) / 100

function spread(values: readonly number[]): Spread {
  const sorted = values.toSorted((a, b) => a - b)
  const at = (share: number) => round(sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0)
  return { medianMs: at(0.5), p99Ms: at(0.99), longestMs: at(1) }
}

/** The report for people. */
export function reportText(report: ProbeReport): string {
  const lines = [`${report.seconds} s, ${report.tracks.length} tracks`]
  for (const track of report.tracks) {
    const { step, arrival } = track
    lines.push(
      `${track.track}: ${track.codec} ${track.profile} (${track.codecString}), ${track.format}`,
      `  first frame after ${track.firstFrameAfterMs} ms; ${track.frames} frames, ${track.framesPerSecond} per second, ${track.bitrateKbps} kbit/s`,
      `  decoding times: step ${step.medianMs} ms (p99 ${step.p99Ms}, longest ${step.longestMs}), ${track.gaps} gaps, ${track.backwards} not increasing`,
      `  arrivals: every ${arrival.medianMs} ms (p99 ${arrival.p99Ms}, longest ${arrival.longestMs})`,
    )
    if (track.kind === 'video') {
      const gop =
        track.gopMs === null ? 'less than two keyframes came' : `last GOP ${track.gopFrames} frames, ${track.gopMs} ms`
      lines.push(`  ${track.keyframes} keyframes, ${gop}`)
    }
  }
  for (const codec of report.unsupported) lines.push(`not supported: ${codec}`)
  return `${lines.join('\n')}\n`
}
