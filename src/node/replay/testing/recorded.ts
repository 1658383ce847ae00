import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { FakeTime } from '../../../base/fake-time.ts'
import { silentLog } from '../../../base/log.ts'
import type { Frame } from '../../../media/stream/frame.ts'
import { DiskStore } from '../../../storage/objects/disk-store.ts'
import type { RecordingSettings } from '../../recorder/segment.ts'
import { SegmentIndex } from '../../recorder/segment-index.ts'
import { StreamRecorder } from '../../recorder/stream-recorder.ts'
import { type Media, TestStream } from '../../recorder/testing/media.ts'
import { SETTINGS } from '../../recorder/testing/room.ts'
import { WriteBudget } from '../../recorder/write-budget.ts'
import { FragmentReader } from '../fragment-reader.ts'
import { Recordings } from '../recordings.ts'

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
  async record(media: Media, settings: Partial<RecordingSettings> = {}, leaveOpen = false): Promise<StreamRecorder> {
    const source = new TestStream(media, this.time, PATH)
    const recorder = new StreamRecorder({
      path: PATH,
      stores: () => this.store,
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

  [Symbol.dispose](): void {
    this.index.close()
    rmSync(this.folder, { recursive: true, force: true })
  }
}
