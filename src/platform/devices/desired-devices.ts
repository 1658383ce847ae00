import { setImmediate } from 'node:timers/promises'
import type { Clock } from '../../base/clock.ts'
import type { DevicesState, GbDevice } from '../../link/gb28181.ts'
import type { Database, Db } from '../../storage/database.ts'
import type { DesiredTopic } from '../nodes/node-links.ts'
import { RevisionStore } from '../nodes/revision-store.ts'
import { ParentStore } from '../parent-platforms/parent-store.ts'
import { QuirkBook } from '../quirks/quirk.ts'
import { QuirkStore } from '../quirks/quirk-store.ts'
import { SpaceStore } from '../spaces/space-store.ts'
import { type DeviceRow, DeviceStore, toDevice } from './device-store.ts'

const REVISION = 'devices'
const NO_STATS = { channels: 0, online: 0 }

/** A change of what the nodes shall know of devices, inside its transaction. */
type Changing<T> = (trx: Db, nowMs: number) => Promise<T>

/**
 * What the nodes shall know of devices and upper platforms. It is read when a node is told, not kept: of thousands of
 * devices it is megabytes.
 */
export class DesiredDevices {
  readonly #db: Database
  readonly #clock: Clock
  #revision = 0
  #onChange: () => void = () => {}

  private constructor(db: Database, clock: Clock) {
    this.#db = db
    this.#clock = clock
  }

  static async open(db: Database, clock: Clock): Promise<DesiredDevices> {
    const desired = new DesiredDevices(db, clock)
    await desired.refresh()
    return desired
  }

  /** Called after every change. */
  onChange(run: () => void): void {
    this.#onChange = run
  }

  /** What the nodes are told of it. */
  get topic(): DesiredTopic {
    return {
      name: 'devices',
      revision: () => this.#revision,
      tell: async connection => connection.request('devices.apply', await this.read()),
    }
  }

  /** Runs a change of it in a transaction, then tells the nodes. */
  async change<T>(changing: Changing<T>): Promise<T> {
    const result = await this.#db.transaction().execute(async trx => {
      const nowMs = this.#clock.nowMs()
      const result = await changing(trx, nowMs)
      await this.raise(trx)
      return result
    })
    await this.refresh()
    return result
  }

  /** For who changes it in a transaction of his own; `refresh` follows when that is done. */
  async raise(trx: Db): Promise<void> {
    await new RevisionStore(trx, REVISION).raise(this.#clock.nowMs())
  }

  /** Tells the nodes when it has changed. */
  async refresh(): Promise<void> {
    const revision = await new RevisionStore(this.#db, REVISION).value()
    // two changes at once: the one read last may not be the newer one
    if (revision <= this.#revision) return
    this.#revision = revision
    this.#onChange()
  }

  async read(): Promise<DevicesState> {
    // the revision first: what changes meanwhile raises it, and the nodes are told again
    const revision = await new RevisionStore(this.#db, REVISION).value()
    const spaces = (await new SpaceStore(this.#db).all()).map(({ name, gb28181 }) => ({ name, ...gb28181 }))
    const book = new QuirkBook(await new QuirkStore(this.#db).all())
    const nowMs = this.#clock.nowMs()
    const devices: GbDevice[] = []
    for await (const rows of new DeviceStore(this.#db).all()) {
      for (const row of rows) devices.push(forNodes(row, book, nowMs))
      await setImmediate()
    }
    return { revision, spaces, devices, parents: await new ParentStore(this.#db).forNodes() }
  }
}

function forNodes(row: DeviceRow, book: QuirkBook, nowMs: number): GbDevice {
  const device = toDevice(row, NO_STATS, nowMs)
  const { id, space, gbId, name, type, enabled, media, charset, subscribe, redirect, stopped, autoStart } = device
  const { manufacturer, model, firmware, learntQuirks: learnt, quirks: set } = device
  return {
    ...{ id, space, gbId, name, type, enabled, media, charset, subscribe, redirect },
    password: row.password,
    locked: row.locked === 1,
    quirks: book.quirksOf({ manufacturer, model, firmware, learnt, set }),
    ...(stopped && { stopped }),
    ...(autoStart && { autoStart }),
  }
}
