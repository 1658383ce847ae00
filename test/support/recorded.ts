import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { FakeTime } from '../../src/base/fake-time.ts'
import { silentLog } from '../../src/base/log.ts'
import type { Frame } from '../../src/media/stream/frame.ts'
import type { RecordingSettings } from '../../src/node/recorder/segment.ts'
import { SegmentIndex } from '../../src/node/recorder/segment-index.ts'
import { StreamRecorder } from '../../src/node/recorder/stream-recorder.ts'
import { SETTINGS } from '../../src/node/recorder/testing/room.ts'
import { WriteBudget } from '../../src/node/recorder/write-budget.ts'
import { FragmentReader } from '../../src/node/replay/fragment-reader.ts'
import { Recordings } from '../../src/node/replay/recordings.ts'
import { DiskStore } from '../../src/storage/objects/disk-store.ts'
import type { GrowingStore } from '../../src/storage/objects/object-store.ts'
import { type Media, TestStream } from './media.ts'

export const PATH = 'default/live/cam'
/** Where the time of a test begins, and recordings with it. */
export const START_MS = 1_700_000_000_000

/** Media that have been recorded, in a store and an index of their own. */
export class Recorded {
  readonly folder = mkdtempSync(join(tmpdir(), 'sightline-replay-'))
  readonly time = new FakeTime(START_MS)
  readonly store = new DiskStore({
    name: 'disk',
    folders: [this.folder],
    sync: 'never',
    floorBytes: 0,
    clock: this.time,
  })
  readonly index = new SegmentIndex(join(this.folder, 'index.sqlite'))
  readonly recordings = new Recordings(this.index, () => this.store)
  readonly reader = new FragmentReader(this.recordings)
  /** What readers of the stream got. */
  readonly delivered: Frame[] = []

  /** Publishes and records; time goes on as the media do. Ends the recording, unless it is to be left open. */
  async record(
    media: Media,
    settings: Partial<RecordingSettings> = {},
    leaveOpen = false,
    store: GrowingStore = this.store,
  ): Promise<StreamRecorder> {
    const source = new TestStream(media, this.time, PATH)
    const recorder = new StreamRecorder({
      path: PATH,
      stores: () => store,
      budget: new WriteBudget(1 << 28),
      clock: this.time,
      timers: this.time,
      log: silentLog,
      events: {
        begun: segment => this.index.put(segment),
        written: (segment, entry) => this.index.grown(segment, entry),
        closed: segment => this.index.put(segment),
        dropped: segment => this.index.remove(segment.id),
        trouble() {},
        ended() {},
      },
    })
    recorder.attach(source.stream, 0)
    const run = { recording: 'rec_1', cause: 'manual', template: null, settings: { ...SETTINGS, ...settings } } as const
    recorder.start(run, 0)
    await source.play(media.frames, async () => {
      do await new Promise(resolve => setImmediate(resolve))
      while (recorder.queuedBytes > 0)
    })
    this.delivered.push(...source.delivered)
    if (!leaveOpen) await recorder.close()
    return recorder
  }

  /** The same recordings, read from another store. */
  through(store: GrowingStore): { readonly recordings: Recordings; readonly reader: FragmentReader } {
    const recordings = new Recordings(this.index, () => store)
    return { recordings, reader: new FragmentReader(recordings) }
  }

  [Symbol.dispose](): void {
    this.index.close()
    rmSync(this.folder, { recursive: true, force: true })
  }
}
