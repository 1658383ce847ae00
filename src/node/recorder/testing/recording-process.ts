/**
 * Records streams until it is killed: `folder file streams`. One JSON line for each thing that counts: a fragment that
 * is in its file, a segment that was told closed.
 */
import { readFileSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { systemClock, systemTimers } from '../../../base/clock.ts'
import { silentLog } from '../../../base/log.ts'
import { FlvDemuxer } from '../../../media/container/flv/demuxer.ts'
import { dtsMs, type Frame } from '../../../media/stream/frame.ts'
import type { Publication } from '../../../media/stream/publication.ts'
import { Stream } from '../../../media/stream/stream.ts'
import type { Track } from '../../../media/stream/track.ts'
import { DiskStore } from '../../../storage/objects/disk-store.ts'
import type { FragmentEntry } from '../fragment-entry.ts'
import { Recorder } from '../recorder.ts'
import type { SegmentRecord } from '../segment.ts'
import { SegmentIndex } from '../segment-index.ts'
import { WriteBudget } from '../write-budget.ts'

const [folder = '', file = '', count = '1'] = process.argv.slice(2)
const say = (line: unknown) => writeSync(1, `${JSON.stringify(line)}\n`)

class TellingIndex extends SegmentIndex {
  override grown(segment: SegmentRecord, entry: FragmentEntry): void {
    super.grown(segment, entry)
    say({ written: segment.id, offset: entry.offset, bytes: entry.bytes })
  }
}

const tracks: Track[] = []
const frames: Frame[] = []
new FlvDemuxer({ track: track => tracks.push(track), frame: frame => frames.push(frame) }).push(readFileSync(file))

const streams = new Map<string, { stream: Stream; publication: Publication }>()
for (let i = 0; i < Number(count); i++) {
  const path = `default/live/cam${i}`
  const options = { timestamps: 'full', republishGraceMs: 1000, clock: systemClock, timers: systemTimers } as const
  const stream = new Stream(path, options, { onPublish() {}, onUnpublish() {}, onEnd() {} })
  const publication = stream.publish({ id: path, protocol: 'test', remote: '127.0.0.1:1', agent: '' })
  for (const track of tracks) publication.setTrack(track)
  streams.set(path, { stream, publication })
}

const store = new DiskStore({
  name: 'disk',
  folders: [join(folder, 'disk')],
  sync: 'append',
  floorBytes: 0,
  clock: systemClock,
})
const recorder = new Recorder({
  host: { find: path => streams.get(path)?.stream, hold: () => () => {}, forbidden: () => false },
  index: new TellingIndex(join(folder, 'recordings.sqlite')),
  stores: () => store,
  budget: new WriteBudget(1 << 28),
  clock: systemClock,
  timers: systemTimers,
  log: silentLog,
  emit: event => {
    if (event.type === 'segment.closed') say({ closed: event.segment })
  },
  copier: null,
})
await recorder.start()
const settings = {
  store: 'disk',
  copy: null,
  segmentMs: 2000,
  segmentBytes: null,
  overlapKeyframes: 0,
  preRecordMs: 0,
  postRecordMs: 0,
  audioOnly: false,
}
recorder.setPlans(
  [...streams.keys()].map(path => ({ path, cause: 'always', template: null, settings, week: null, expected: true })),
)
say({ up: true })

const startMs = performance.now()
let sent = 0
setInterval(() => {
  while (sent < frames.length && dtsMs(frames[sent]!) <= performance.now() - startMs) {
    for (const { publication } of streams.values()) publication.write(frames[sent]!)
    sent++
  }
}, 10)
