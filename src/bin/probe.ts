import { systemClock } from '../base/clock.ts'
import { AppError, errorText } from '../base/errors.ts'
import type { Frame } from '../media/stream/frame.ts'
import { dtsMs } from '../media/stream/frame.ts'
import { ProbeStatistics, reportText } from './probe-report.ts'
import { readSource } from './probe-source.ts'

export interface ProbeOptions {
  readonly url: string | undefined
  readonly seconds: number
  /** One line for each frame as it comes. */
  readonly frames: boolean
  readonly json: boolean
}

/** `sightline probe URL`: plays a stream for some seconds and says what came, when. Exit code 1 when nothing did. */
export async function runProbe({ url, seconds, frames, json }: ProbeOptions): Promise<void> {
  const parsed = url === undefined ? null : URL.parse(url)
  if (parsed === null) throw new AppError('INVALID', { field: 'URL', reason: 'the URL of a stream is needed' })
  const statistics = new ProbeStatistics()
  const startedAt = systemClock.monotonicMs()
  const elapsedMs = () => systemClock.monotonicMs() - startedAt
  const events = {
    track: statistics.track.bind(statistics),
    unsupported: statistics.unsupported.bind(statistics),
    frame(frame: Frame): void {
      const nowMs = elapsedMs()
      statistics.frame(frame, nowMs)
      if (frames) process.stdout.write(frameLine(frame, nowMs))
    },
  }
  const asked = new AbortController()
  process.once('SIGINT', () => asked.abort())
  // `| head` has read enough.
  process.stdout.on('error', () => process.exit(0))
  const signal = AbortSignal.any([AbortSignal.timeout(seconds * 1000), asked.signal])
  try {
    await readSource(parsed, events, systemClock, signal)
  } catch (error) {
    // The end of the time aborts what is being read.
    if (!signal.aborted) process.stderr.write(`sightline: ${errorText(error)}\n`)
  }
  const report = statistics.report(elapsedMs())
  process.stdout.write(json ? `${JSON.stringify(report, null, 2)}\n` : reportText(report))
  process.exitCode = report.tracks.some(track => track.frames > 0) ? 0 : 1
}

function frameLine(frame: Frame, nowMs: number): string {
  const { track, keyframe } = frame
  const compositionMs = ((frame.pts - frame.dts) * 1000) / track.clockRate
  const mark = track.kind === 'video' && keyframe ? ' keyframe' : ''
  return `${nowMs.toFixed(1)} ms ${track.kind} ${track.id} dts ${dtsMs(frame).toFixed(1)} +${compositionMs.toFixed(1)} ${frame.data.length} bytes${mark}\n`
}
