import type { Clock } from '../base/clock.ts'
import { formatLocalTime, localTimeMs } from '../protocols/gb28181/gb-time.ts'
import type { RecordItem } from '../protocols/gb28181/manscdp/record-info.ts'

export interface GbRecordedOptions {
  readonly clock: Clock
  readonly zone: string
  /** How long ago the recordings of the device begin. */
  readonly recordedHours: number
}

const HOUR_MS = 3_600_000
/** Recordings are files of so long, one after the other. */
const FILE_MS = HOUR_MS / 2
/** 1 Mbit/s. */
const BYTES_PER_MS = 125

/** What a device has recorded: all of the last hours, without a gap. */
export class GbRecorded {
  readonly #options: GbRecordedOptions

  constructor(options: GbRecordedOptions) {
    this.#options = options
  }

  /** What of a time there is. */
  within(startMs: number, endMs: number): { readonly startMs: number; readonly endMs: number } {
    const { clock, recordedHours } = this.#options
    const nowMs = clock.nowMs()
    const start = Math.max(startMs, nowMs - recordedHours * HOUR_MS)
    return { startMs: start, endMs: Math.max(start, Math.min(endMs, nowMs)) }
  }

  /** Its files, of a channel of that name. */
  files(query: { deviceId: string; startTime: string; endTime: string }, name: string): RecordItem[] {
    const { deviceId, endTime, startTime } = query
    const { zone } = this.#options
    const { endMs, startMs } = this.within(localTimeMs(startTime, zone) ?? 0, localTimeMs(endTime, zone) ?? 0)
    const items: RecordItem[] = []
    for (let at = startMs - (startMs % FILE_MS); at < endMs; at += FILE_MS) {
      const [from, to] = [Math.max(at, startMs), Math.min(at + FILE_MS, endMs)]
      const times = { startTime: formatLocalTime(from, zone), endTime: formatLocalTime(to, zone) }
      const file = { filePath: `/card/${at}.ps`, secrecy: false, type: 'time' as const }
      items.push({ deviceId, name, ...times, ...file, fileSize: Math.round((to - from) * BYTES_PER_MS) })
    }
    return items
  }
}
