import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setImmediate } from 'node:timers/promises'
import { expect, test, vi } from 'vitest'
import { framesOf, MEDIA, TestStream } from '../../../test/support/media.ts'
import { FakeTime } from '../../base/fake-time.ts'
import { silentLog } from '../../base/log.ts'
import { DiskStore } from '../../storage/objects/disk-store.ts'
import { Recorder } from '../recorder/recorder.ts'
import type { RecorderEvent } from '../recorder/recorder-events.ts'
import { SegmentIndex } from '../recorder/segment-index.ts'
import { WriteBudget } from '../recorder/write-budget.ts'
import { DesiredRecording } from './desired-recording.ts'

const PATH = 'default/live/cam'
const HOUR_S = 3600
const DAY_MS = 86_400_000
/** Wednesday 15 November 2023, 08:00:00 in Shanghai. */
const EIGHT_MS = Date.parse('2023-11-15T08:00:00+08:00')
const ELEVEN_MS = EIGHT_MS + 3 * HOUR_S * 1000
/** Of each day a little is seen: 12 s around the begin and around the end of what is planned. */
const SEEN_S = 12
/** Wednesday to Friday, Monday, Tuesday. */
const PLANNED = [0, 1, 2, 5, 6]

test('a week by its plan: from Monday to Friday what is planned, each day, and no more', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'sightline-week-'))
  const time = new FakeTime(EIGHT_MS - 6000)
  const media = MEDIA['H.264 and AAC'](SEEN_S)
  const source = new TestStream(media, time, PATH)
  const events: RecorderEvent[] = []
  const budget = new WriteBudget(1 << 28)
  const store = new DiskStore({ name: 'disk', folders: [folder], sync: 'never', floorBytes: 0, clock: time })
  const index = new SegmentIndex(join(folder, 'index.sqlite'))
  const recorder = new Recorder({
    host: { find: () => source.stream, hold: () => () => {}, forbidden: () => false },
    ...{ index, stores: () => store, budget, clock: time, timers: time, log: silentLog, copier: null },
    emit: event => void events.push(event),
  })
  const closed = () => events.flatMap(event => (event.type === 'segment.closed' ? [event.segment] : []))
  /** Twelve seconds of the stream from a moment on; what is written is waited for. */
  const see = async (atMs: number) => {
    time.jump(atMs - time.nowMs())
    const frames = media.frames.map(frame => {
      const ticks = ((atMs - EIGHT_MS + DAY_MS) * frame.track.clockRate) / 1000
      return { ...frame, dts: frame.dts + ticks, pts: frame.pts + ticks }
    })
    await source.play(frames, async () => {
      do await setImmediate()
      while (budget.usedBytes > 0)
    })
  }
  try {
    await recorder.start()
    const interval = [{ startS: 8 * HOUR_S, endS: 11 * HOUR_S }]
    const state = new DesiredRecording({
      ...{ revision: 1, snapshotTemplates: [], manual: [] },
      bindings: [{ scope: 'space', target: 'default', kind: 'record', template: 't1', plan: 'school' }],
      plans: [{ id: 'school', name: '', zone: 'Asia/Shanghai', week: [...Array(5).fill(interval), [], []] }],
      templates: [
        {
          ...{ id: 't1', name: '', trigger: 'auto', format: 'fmp4', segmentS: 600, segmentBytes: null },
          ...{ overlapKeyframes: 0, preRecordS: 0, postRecordS: 0, snapshots: false, encrypt: false },
          ...{ objectName: '{Space}/{AppName}/{StreamName}/{EscapedStartTime}', retentionDays: 30 },
          ...{ retentionBytes: null, thinAfterDays: null, tierAfterDays: null },
        },
      ],
    })
    recorder.setPlans(state.plans({ live: [PATH], belongs: () => true, onDemand: () => false, hasS3: false }))
    for (let day = 0; day < 7; day++) {
      await see(EIGHT_MS + day * DAY_MS - 6000)
      await see(ELEVEN_MS + day * DAY_MS - 6000)
      time.advance(3000)
      const files = PLANNED.filter(planned => planned <= day).length * 2
      await vi.waitFor(() => expect(closed()).toHaveLength(files), { timeout: 10_000, interval: 2 })
    }
    const edges = PLANNED.flatMap(day => [EIGHT_MS + day * DAY_MS, ELEVEN_MS + day * DAY_MS])
    for (const [i, { startMs, endMs, object, cause }] of closed().entries()) {
      const edge = edges[i] ?? 0
      // From the keyframe before the begin; to the look after the end.
      const off = i % 2 === 0 ? edge - startMs : endMs - edge
      expect([cause, off >= -2000, off <= 2000]).toEqual(['plan', true, true])
      const frames = framesOf(readFileSync(join(folder, object))).filter(({ track }) => track.kind === 'video')
      expect(Math.abs(frames.length / 25 - (endMs - startMs) / 1000)).toBeLessThan(0.2)
      expect(frames.length).toBeGreaterThan(4 * 25)
      expect(frames.length).toBeLessThan(9 * 25)
    }
  } finally {
    await recorder.close()
    index.close()
    rmSync(folder, { recursive: true, force: true })
  }
}, 60_000)
