import { setImmediate } from 'node:timers/promises'
import type { Clock } from '../../base/clock.ts'
import { AppError } from '../../base/errors.ts'
import type { NodeEvent } from '../../link/events.ts'
import type { Database, Db } from '../../storage/database.ts'
import type { Actor } from '../access/actor.ts'
import { permit } from '../access/permission.ts'
import { findDevice } from '../devices/device-service.ts'
import { DeviceStore } from '../devices/device-store.ts'
import type { EventSink } from '../nodes/node-events.ts'
import { type Position, PositionStore, type TrackFilter } from './position-store.ts'

const KEEP_MS = 30 * 86_400_000
/** Points of one track: a day at one every 10 s, more than a map can show. */
const MAX_TRACK = 10_000
/** Places on one map. */
const MAX_LATEST = 5000

/** Writes down where devices are. */
export class PositionEvents implements EventSink {
  async apply(db: Db, _: string, event: NodeEvent): Promise<void> {
    if (event.type !== 'device.positions') return
    const device = await new DeviceStore(db).byId(event.device)
    if (!device) return
    const rows = new Map(
      event.positions.map(({ gbId, atMs, ...place }) => [
        `${gbId} ${atMs}`,
        { device_id: device.id, gb_id: gbId, at: atMs, ...place },
      ]),
    )
    await new PositionStore(db).insert([...rows.values()], device.space)
  }
}

/** Where devices are and were. */
export class PositionService {
  readonly #db: Database
  readonly #clock: Clock

  constructor(db: Database, clock: Clock) {
    this.#db = db
    this.#clock = clock
  }

  /** Oldest first; whole unless it has more points than are answered at once. Throws NOT_FOUND, INVALID. */
  async track(actor: Actor, filter: TrackFilter): Promise<{ positions: Position[]; complete: boolean }> {
    permit(actor, 'devices.read')
    if (filter.toMs <= filter.fromMs)
      throw new AppError('INVALID', { field: 'querystring.end', reason: 'is not after start' })
    await findDevice(this.#db, filter.deviceId)
    const positions = await new PositionStore(this.#db).track(filter, MAX_TRACK + 1)
    return { positions: positions.slice(0, MAX_TRACK), complete: positions.length <= MAX_TRACK }
  }

  /** The last known place of each. */
  async latest(
    actor: Actor,
    filter: { deviceId?: string | undefined; space?: string | undefined },
  ): Promise<Position[]> {
    permit(actor, 'devices.read')
    return new PositionStore(this.#db).latest(filter, MAX_LATEST)
  }

  /** Removes what is older than it is kept. */
  async tidy(): Promise<void> {
    const before = this.#clock.nowMs() - KEEP_MS
    while (await new PositionStore(this.#db).deleteSomeOlderThan(before)) await setImmediate()
  }
}
