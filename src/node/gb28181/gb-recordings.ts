import type { Timers } from '../../base/clock.ts'
import type { DeviceRecording } from '../../link/gb28181.ts'
import type { DeviceSession } from '../../protocols/gb28181/device-side/device-session.ts'
import { formatLocalTime, localTimeMs } from '../../protocols/gb28181/gb-time.ts'
import type { RecordItem } from '../../protocols/gb28181/manscdp/record-info.ts'

export interface RecordingsQuery {
  readonly channel: string
  readonly startMs: number
  readonly endMs: number
  readonly kind: 'all' | 'time' | 'alarm' | 'manual'
}

export interface FoundRecordings {
  readonly recordings: DeviceRecording[]
  /** False: the device did not tell all it promised, or there are too many. */
  readonly complete: boolean
}

/** A recorder looks through its disks for 10 s. */
const SILENCE_MS = 10_000
/** Who asked waits no longer. */
const PATIENCE_MS = 40_000
/** A span a device answers short is asked for in halves, down to this: its files are half an hour and more. */
const MIN_SPAN_MS = 3_600_000
/** What one answer on the link holds. */
const MAX_RECORDINGS = 10_000

/**
 * What a device has recorded of a channel, by start. Times are in the device's zone. Where it promises more than it tells
 * the span is asked for in parts. Throws as `DeviceSession.records` when there is no answer at all.
 */
export async function findRecordings(
  session: DeviceSession,
  query: RecordingsQuery,
  timers: Timers,
): Promise<FoundRecordings> {
  const found = new Map<string, DeviceRecording>()
  const patience = new AbortController()
  const timer = timers.after(PATIENCE_MS, () => patience.abort())
  const spans = [{ startMs: query.startMs, endMs: query.endMs }]
  let complete = true
  try {
    for (let span = spans.shift(); span; span = spans.shift()) {
      if (patience.signal.aborted || found.size >= MAX_RECORDINGS) return answer(found, false)
      const { startMs, endMs } = span
      try {
        const result = await ask(session, { ...query, startMs, endMs }, found, patience.signal)
        if (result) continue
      } catch (error) {
        if (found.size === 0) throw error
        return answer(found, false) // it has answered before, and has gone since
      }
      if (endMs - startMs < 2 * MIN_SPAN_MS) complete = false
      else {
        const middleMs = startMs + Math.round((endMs - startMs) / 2000) * 1000
        spans.unshift({ startMs, endMs: middleMs }, { startMs: middleMs, endMs })
      }
    }
  } finally {
    timer.cancel()
  }
  return answer(found, complete)
}

/** Whether all was told. */
async function ask(
  session: DeviceSession,
  { channel, endMs, kind, startMs }: RecordingsQuery,
  found: Map<string, DeviceRecording>,
  signal: AbortSignal,
): Promise<boolean> {
  const { timeZone } = session.policy
  const onItems = (items: readonly RecordItem[]) => {
    for (const item of items) {
      const recording = recordingOf(item, channel, timeZone)
      if (recording && recording.endMs > startMs && recording.startMs < endMs) found.set(keyOf(recording), recording)
    }
  }
  const query = {
    deviceId: channel,
    startTime: formatLocalTime(startMs, timeZone),
    endTime: formatLocalTime(endMs, timeZone),
    secrecy: false,
    type: kind,
  }
  const result = await session.records(query, onItems, { signal, silenceMs: SILENCE_MS })
  return result.complete
}

function recordingOf(item: RecordItem, channel: string, zone: string): DeviceRecording | null {
  const startMs = localTimeMs(item.startTime, zone)
  const endMs = localTimeMs(item.endTime, zone)
  if (startMs === null || endMs === null || startMs < 0 || endMs <= startMs) return null
  return {
    channel,
    name: (item.name ?? '').slice(0, 255),
    startMs,
    endMs,
    kind: item.type ?? '',
    sizeBytes: item.fileSize ?? null,
    path: (item.filePath ?? '').slice(0, 512),
  }
}

/** A file that reaches over the border of two questions is told twice, cut by some devices. */
const keyOf = ({ endMs, kind, path, startMs }: DeviceRecording): string => `${startMs} ${endMs} ${kind} ${path}`

function answer(found: ReadonlyMap<string, DeviceRecording>, complete: boolean): FoundRecordings {
  const recordings = merged([...found.values()].toSorted((a, b) => a.startMs - b.startMs || a.endMs - b.endMs))
  return { recordings: recordings.slice(0, MAX_RECORDINGS), complete: complete && recordings.length <= MAX_RECORDINGS }
}

/** Pieces of one file that touch are one. */
function merged(sorted: readonly DeviceRecording[]): DeviceRecording[] {
  const whole: DeviceRecording[] = []
  for (const recording of sorted) {
    const last = whole.at(-1)
    const same = last !== undefined && last.path !== '' && last.path === recording.path && last.kind === recording.kind
    if (same && recording.startMs <= last.endMs) {
      whole[whole.length - 1] = {
        ...last,
        endMs: Math.max(last.endMs, recording.endMs),
        sizeBytes: sizeOf(last, recording),
      }
    } else whole.push(recording)
  }
  return whole
}

/** Devices tell the size of the file, or of the piece. */
function sizeOf(a: DeviceRecording, b: DeviceRecording): number | null {
  if (a.sizeBytes === null || b.sizeBytes === null) return a.sizeBytes ?? b.sizeBytes
  return a.sizeBytes === b.sizeBytes ? a.sizeBytes : a.sizeBytes + b.sizeBytes
}
