import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Clock, Timers } from '../../../base/clock.ts'
import { silentLog } from '../../../base/log.ts'
import { DiskStore } from '../../../storage/objects/disk-store.ts'
import type { GrowingStore } from '../../../storage/objects/object-store.ts'
import type { FragmentEntry } from '../fragment-entry.ts'
import type { GapReason, RecordingSettings, SegmentRecord } from '../segment.ts'
import { StreamRecorder } from '../stream-recorder.ts'
import { WriteBudget } from '../write-budget.ts'

export const SETTINGS: RecordingSettings = {
  store: 'disk',
  copy: null,
  segmentMs: 600_000,
  segmentBytes: null,
  overlapKeyframes: 0,
  preRecordMs: 0,
  postRecordMs: 0,
  audioOnly: false,
}

/** A recorder with a disk of its own, and what it told. */
export class RecorderRoom {
  readonly folder = mkdtempSync(join(tmpdir(), 'sightline-recorder-'))
  readonly closed: SegmentRecord[] = []
  readonly dropped: SegmentRecord[] = []
  readonly entries: FragmentEntry[] = []
  readonly troubles: (GapReason | null)[] = []
  readonly budget = new WriteBudget(1 << 28)
  readonly store: GrowingStore
  readonly recorder: StreamRecorder

  constructor(time: Clock & Timers, store?: GrowingStore) {
    this.store =
      store ?? new DiskStore({ name: 'disk', folders: [this.folder], sync: 'never', floorBytes: 0, clock: time })
    this.recorder = new StreamRecorder({
      path: 'default/live/cam',
      stores: name => (name === 'disk' ? this.store : undefined),
      budget: this.budget,
      clock: time,
      timers: time,
      log: silentLog,
      events: {
        begun() {},
        written: (_, entry) => void this.entries.push(entry),
        closed: segment => void this.closed.push(segment),
        dropped: segment => void this.dropped.push(segment),
        trouble: reason => void this.troubles.push(reason),
        ended() {},
      },
    })
  }

  start(settings: Partial<RecordingSettings> = {}, beforeMs = 0): void {
    const run = { recording: 'rec_1', cause: 'manual', template: null, settings: { ...SETTINGS, ...settings } } as const
    this.recorder.start(run, beforeMs)
  }

  pathOf(segment: SegmentRecord): string {
    return join(this.folder, segment.object)
  }

  file(segment: SegmentRecord): Buffer {
    return readFileSync(this.pathOf(segment))
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.recorder.close()
    rmSync(this.folder, { recursive: true, force: true })
  }
}
