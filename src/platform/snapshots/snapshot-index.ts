import type { NodeEvent } from '../../link/events.ts'
import type { Snapshot as LinkSnapshot } from '../../link/recording.ts'
import type { Db } from '../../storage/database.ts'
import type { Announcer } from '../callbacks/announcement.ts'
import type { EventSink } from '../nodes/node-events.ts'
import { UsageStore } from '../storages/usage-store.ts'
import { addressOf } from '../streams/stream.ts'
import type { Snapshot } from './snapshot.ts'
import { SnapshotStore } from './snapshot-store.ts'

/** Keeps the index of pictures as the nodes tell of them. */
export class SnapshotIndex implements EventSink {
  readonly #announcer: Announcer

  constructor(announcer: Announcer) {
    this.#announcer = announcer
  }

  async apply(db: Db, nodeId: string, event: NodeEvent): Promise<void> {
    switch (event.type) {
      case 'snapshot.taken':
        return this.take(db, nodeId, event.snapshot, event.atMs)
      case 'snapshot.deleted':
        return this.remove(db, event.snapshots, event.atMs)
    }
  }

  /** One that was asked for is told twice: as the answer, and as an event. */
  async take(db: Db, nodeId: string, snapshot: LinkSnapshot, atMs: number): Promise<void> {
    const store = new SnapshotStore(db)
    const before = await store.byId(snapshot.id)
    await store.put({ ...snapshot, nodeId })
    const { path, sizeBytes, takenAtMs } = snapshot
    const change = { snapshots: before ? 0 : 1, snapshotBytes: sizeBytes - (before?.sizeBytes ?? 0) }
    await new UsageStore(db).add(path, change, atMs)
    if (before?.takenAtMs === takenAtMs) return
    const { space, app, name } = addressOf(path)
    const { id, template, cause, object, format, width, height } = snapshot
    await this.#announcer.announce(db, {
      ...{ event: 'snapshot_created', object: path, space, template, atMs },
      data: {
        ...{ space, app, stream: name, uri: object, snapshot: id, template, cause, format, width, height },
        ...{ size: sizeBytes, created_at: Math.floor(takenAtMs / 1000) },
      },
      media: { nodeId, part: `objects/${id}` },
    })
  }

  /** Those that are there; the others were removed before. */
  async remove(db: Db, ids: readonly string[], atMs: number): Promise<void> {
    const store = new SnapshotStore(db)
    const gone = await store.byIds(ids)
    await store.delete(gone.map(({ id }) => id))
    for (const [path, some] of Map.groupBy(gone, ({ path }: Snapshot) => path)) {
      const snapshotBytes = -some.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0)
      await new UsageStore(db).add(path, { snapshots: -some.length, snapshotBytes }, atMs)
    }
  }
}
