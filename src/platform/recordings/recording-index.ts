import type { NodeEvent } from '../../link/events.ts'
import type { Segment } from '../../link/recording.ts'
import type { Db } from '../../storage/database.ts'
import type { Announcement, Announcer } from '../callbacks/announcement.ts'
import type { EventSink } from '../nodes/node-events.ts'
import { intervalAt, type Plan } from '../plans/plan.ts'
import { UsageStore } from '../storages/usage-store.ts'
import { addressOf } from '../streams/stream.ts'
import { type Recording, spaceOf } from './recording.ts'
import { SegmentStore } from './segment-store.ts'

type Event<T extends NodeEvent['type']> = Extract<NodeEvent, { type: T }>

/** When a stream is recorded, to file what was. */
interface Plans {
  planOf(path: string): Plan | null
}

/** Keeps the index of recorded files as the nodes tell of them. */
export class RecordingIndex implements EventSink {
  readonly #plans: Plans
  readonly #announcer: Announcer

  constructor(plans: Plans, announcer: Announcer) {
    this.#plans = plans
    this.#announcer = announcer
  }

  async apply(db: Db, nodeId: string, event: NodeEvent): Promise<void> {
    switch (event.type) {
      case 'recording.segment':
        return this.take(db, nodeId, event.segment, event.atMs)
      case 'recording.moved':
        return this.#moved(db, event)
      case 'recording.deleted':
        return this.remove(db, event.segments, event.atMs)
    }
  }

  /** A file that is new, has grown or is complete. */
  async take(db: Db, nodeId: string, segment: Segment, atMs: number): Promise<void> {
    const wasOpen = await this.put(db, nodeId, segment, atMs)
    if (wasOpen && segment.state !== 'open') await this.#announcer.announce(db, fileAnnouncement(nodeId, segment, atMs))
  }

  /** The same without telling anybody. False: it was complete before. */
  async put(db: Db, nodeId: string, segment: Segment, atMs: number): Promise<boolean> {
    const store = new SegmentStore(db)
    const before = await store.byId(segment.id)
    // told before its end and delivered after it
    if (before && before.state !== 'open' && segment.state === 'open') return false
    await store.put({ ...segment, nodeId, ...this.#filing(segment, before) })
    const segmentBytes = segment.sizeBytes - (before?.sizeBytes ?? 0)
    await new UsageStore(db).add(segment.path, { segments: before ? 0 : 1, segmentBytes }, atMs)
    return before === undefined || before.state === 'open'
  }

  /** Those that are there; the others were removed before. */
  async remove(db: Db, ids: readonly string[], atMs: number): Promise<void> {
    const store = new SegmentStore(db)
    const recordings = await store.byIds(ids)
    await store.delete(recordings.map(({ id }) => id))
    for (const [path, gone] of Map.groupBy(recordings, ({ path }) => path)) {
      const segmentBytes = -gone.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0)
      await new UsageStore(db).add(path, { segments: -gone.length, segmentBytes }, atMs)
    }
  }

  async #moved(db: Db, { segment, store: to, object, sizeBytes, thinned, atMs }: Event<'recording.moved'>) {
    const store = new SegmentStore(db)
    const before = await store.byId(segment)
    if (!before) return
    await store.put({ ...before, store: to, object, sizeBytes, thinned })
    await new UsageStore(db).add(before.path, { segmentBytes: sizeBytes - before.sizeBytes }, atMs)
  }

  /** By the interval that most of the file lies in; what people wrote stays. */
  #filing({ path, startMs, endMs }: Segment, before: Recording | undefined) {
    if (before?.filed) {
      const { subject, teacher, note, filed } = before
      return { subject, teacher, note, filed }
    }
    const plan = this.#plans.planOf(path)
    const interval = plan && intervalAt(plan, (startMs + endMs) / 2)
    const { subject = '', teacher = '' } = interval ?? before ?? {}
    return { subject, teacher, note: before?.note ?? '', filed: false }
  }
}

function fileAnnouncement(nodeId: string, segment: Segment, atMs: number): Announcement {
  const { path, template, startMs, endMs, format, object, sizeBytes, sha256, recording, id, state } = segment
  const { space, app, name } = addressOf(path)
  return {
    event: 'record_file',
    ...{ object: path, space: spaceOf(path), template, atMs },
    data: {
      ...{ space, app, stream: name, uri: object, format, template, recording, file: id },
      duration: (endMs - startMs) / 1000,
      start_time: Math.floor(startMs / 1000),
      stop_time: Math.floor(endMs / 1000),
      ...{ size: sizeBytes, sha256, recovered: state === 'recovered' },
    },
    media: { nodeId, part: 'replay/clip.mp4', query: { start: startMs, end: endMs } },
  }
}
