import type { Clock } from '../../base/clock.ts'
import { AppError } from '../../base/errors.ts'
import { newId, newSecret } from '../../base/id.ts'
import { MAX_RETIRING_KEYS, type SpaceState, type SpacesState } from '../../link/messages.ts'
import type { Database, Db } from '../../storage/database.ts'
import type { SpaceKeyTable } from '../../storage/tables.ts'
import type { Actor } from '../access/actor.ts'
import { may, permit } from '../access/permission.ts'
import type { AuditLog } from '../audit/audit-log.ts'
import type { DesiredTopic } from '../nodes/node-links.ts'
import { RevisionStore } from '../nodes/revision-store.ts'
import { readDesiredState, SPACES_REVISION } from './desired-state.ts'
import { ForbiddenStore } from './forbidden-store.ts'
import { type KeyPurpose, KeyStore } from './key-store.ts'
import { changed, DEFAULT_SPACE, NEW_SPACE, type Space, type SpaceChange } from './space.ts'
import { SpaceStore } from './space-store.ts'

/** The desired state of a node is one message of at most 16 MiB. */
const MAX_SPACES = 2000

export interface SpaceKey {
  readonly key: string
  readonly createdAtMs: number
  /** End of the grace time; null: in force. */
  readonly validUntilMs: number | null
}

export interface SpaceKeys {
  /** The newest first: new URLs have the first one. */
  readonly push: readonly SpaceKey[]
  /** Main, then backup: the first one signs, both are taken. */
  readonly play: readonly SpaceKey[]
}

/** Why nobody may publish a path. */
export interface Forbidden {
  /** Null: until somebody takes it back. */
  readonly untilMs: number | null
  readonly reason: string
}

/** A change of the desired state, inside its transaction. */
type Changing<T> = (trx: Db, nowMs: number) => Promise<T>

/** Spaces, and the desired state of the nodes that follows from them. */
export class SpaceService {
  readonly #db: Database
  readonly #clock: Clock
  readonly #audit: AuditLog
  #desired: SpacesState = { revision: 0, spaces: [], forbidden: [] }
  #forbidden: ReadonlyMap<string, SpacesState['forbidden'][number]> = new Map()
  #onChange: () => void = () => {}

  private constructor(db: Database, clock: Clock, audit: AuditLog) {
    this.#db = db
    this.#clock = clock
    this.#audit = audit
  }

  /** Makes the default space at the first start. */
  static async open(db: Database, clock: Clock, audit: AuditLog): Promise<SpaceService> {
    const service = new SpaceService(db, clock, audit)
    if ((await new SpaceStore(db).all()).length === 0) {
      await service.change(async trx => {
        await service.#insert(trx, { ...NEW_SPACE, name: DEFAULT_SPACE, createdAtMs: clock.nowMs() })
      })
    }
    await service.#load()
    return service
  }

  /** Called after every change of `desired`. */
  onChange(run: () => void): void {
    this.#onChange = run
  }

  async list(actor: Actor): Promise<Space[]> {
    permit(actor, 'spaces.read')
    return new SpaceStore(this.#db).all()
  }

  async get(actor: Actor, name: string): Promise<Space> {
    permit(actor, 'spaces.read')
    return find(this.#db, name)
  }

  /** With a push key and a key to sign with. Throws CONFLICT, LIMIT_REACHED. */
  async create(actor: Actor, name: string, facts: SpaceChange): Promise<Space> {
    permit(actor, 'spaces.write')
    const space: Space = { ...changed(NEW_SPACE, facts), name, createdAtMs: this.#clock.nowMs() }
    await this.change(async trx => {
      if ((await new SpaceStore(trx).all()).length >= MAX_SPACES) {
        throw new AppError('LIMIT_REACHED', { what: 'spaces', limit: MAX_SPACES })
      }
      await this.#insert(trx, space)
      await this.#audit.record(trx, actor, { action: 'space.create', object: name, after: space })
    })
    return space
  }

  /** Throws NOT_FOUND. Nodes learn of it at once; who is there stays, unless the space is disabled. */
  async update(actor: Actor, name: string, change: SpaceChange): Promise<Space> {
    permit(actor, 'spaces.write')
    return this.change(async trx => {
      const before = await find(trx, name)
      await new SpaceStore(trx).update(name, change)
      const after = changed(before, change)
      await this.#audit.record(trx, actor, { action: 'space.update', object: name, before, after })
      return after
    })
  }

  /** With its streams only when `force` is its name. Throws FORBIDDEN for the default space, SPACE_NOT_EMPTY. */
  async delete(actor: Actor, name: string, force: string | null): Promise<void> {
    permit(actor, 'spaces.write')
    if (name === DEFAULT_SPACE) {
      const reason = 'URLs that name no space mean this one; it can be disabled'
      throw new AppError('FORBIDDEN', { action: `deleting space ${name}`, reason })
    }
    await this.change(async trx => {
      const store = new SpaceStore(trx)
      const before = await find(trx, name)
      const streams = await store.countStreams(name)
      if (streams > 0 && force !== name) throw new AppError('SPACE_NOT_EMPTY', { space: name, streams })
      await store.delete(name)
      await this.#audit.record(trx, actor, { action: 'space.delete', object: name, before: { ...before, streams } })
    })
  }

  /** Of devices without their own, for who may see keys; null: none, or not for him. */
  devicePassword(actor: Actor, { gb28181 }: Space): string | null {
    return may(actor, 'spaces.keys') ? gb28181.password : null
  }

  async keys(actor: Actor, name: string): Promise<SpaceKeys> {
    permit(actor, 'spaces.keys')
    await find(this.#db, name)
    return keysOf(await new KeyStore(this.#db).inForce(this.#clock.nowMs(), name))
  }

  /** A new push key; the one before is taken for the grace time, also by nodes whose link is down. */
  async rotatePushKey(actor: Actor, name: string, graceMs: number): Promise<SpaceKeys> {
    permit(actor, 'spaces.write')
    return this.change(async (trx, nowMs) => {
      await find(trx, name)
      const store = new KeyStore(trx)
      const before = (await store.inForce(nowMs, name)).filter(key => key.purpose === 'publish')
      const validUntilMs = nowMs + graceMs
      let retiring = 0
      for (const { id, expires_at } of before) {
        const until = Math.min(expires_at ?? validUntilMs, validUntilMs)
        if (until <= nowMs || ++retiring > MAX_RETIRING_KEYS) await store.delete(id)
        else await store.setExpiry(id, until)
      }
      await this.#insertKey(trx, name, 'publish', before)
      const after = { oldKeysValidUntil: new Date(validUntilMs).toISOString() }
      await this.#audit.record(trx, actor, { action: 'space.rotatePushKey', object: name, after })
      return keysOf(await store.inForce(nowMs, name))
    })
  }

  /** A new main key to sign with; main becomes backup, and URLs signed by the backup before are refused. */
  async rotatePlayKey(actor: Actor, name: string): Promise<SpaceKeys> {
    permit(actor, 'spaces.write')
    return this.change(async (trx, nowMs) => {
      await find(trx, name)
      const store = new KeyStore(trx)
      const before = (await store.inForce(nowMs, name)).filter(key => key.purpose === 'play')
      for (const { id } of before.slice(1)) await store.delete(id)
      await this.#insertKey(trx, name, 'play', before)
      await this.#audit.record(trx, actor, { action: 'space.rotatePlayKey', object: name })
      return keysOf(await store.inForce(nowMs, name))
    })
  }

  /** What the nodes are to apply. */
  get desired(): SpacesState {
    return this.#desired
  }

  /** What the nodes are told of it. */
  get topic(): DesiredTopic {
    return {
      name: 'spaces',
      revision: () => this.#desired.revision,
      tell: (connection, { draining }) => connection.request('spaces.apply', { ...this.#desired, draining }),
    }
  }

  /** Keys and rules of one space; for building URLs. */
  state(name: string): SpaceState | undefined {
    return this.#desired.spaces.find(space => space.name === name)
  }

  /** Until when and why nobody may publish a path; null when one may. */
  forbidden(path: string): Forbidden | null {
    const forbidden = this.#forbidden.get(path)
    if (!forbidden) return null
    const { untilMs, reason = '' } = forbidden
    return untilMs === null || untilMs > this.#clock.nowMs() ? { untilMs, reason } : null
  }

  /** Runs a change of the desired state in a transaction, then tells the nodes. */
  async change<T>(changing: Changing<T>): Promise<T> {
    const result = await this.#db.transaction().execute(async trx => {
      const nowMs = this.#clock.nowMs()
      const result = await changing(trx, nowMs)
      await new RevisionStore(trx, SPACES_REVISION).raise(nowMs)
      return result
    })
    await this.#load()
    this.#onChange()
    return result
  }

  /** Removes keys and prohibitions whose time is over. */
  async tidy(): Promise<void> {
    const nowMs = this.#clock.nowMs()
    await new KeyStore(this.#db).deleteExpired(nowMs)
    await new ForbiddenStore(this.#db).deleteExpired(nowMs)
  }

  async #insert(trx: Db, space: Space): Promise<void> {
    if (!(await new SpaceStore(trx).insert(space))) throw new AppError('CONFLICT', { what: 'space', id: space.name })
    for (const purpose of ['publish', 'play'] as const) await this.#insertKey(trx, space.name, purpose, [])
  }

  /** Newer than the ones before by its time, however fast one follows the other. */
  async #insertKey(trx: Db, space: string, purpose: KeyPurpose, before: readonly SpaceKeyTable[]): Promise<void> {
    const now = this.#clock.nowMs()
    const created_at = Math.max(now, ...before.map(key => key.created_at + 1))
    const id = newId('sk', now)
    await new KeyStore(trx).insert({ id, space, purpose, secret: newSecret(), created_at, expires_at: null })
  }

  async #load(): Promise<void> {
    const desired = await readDesiredState(this.#db, this.#clock.nowMs())
    // two changes at once: the one read last may not be the newer one
    if (desired.revision < this.#desired.revision) return
    this.#desired = desired
    this.#forbidden = new Map(desired.forbidden.map(forbidden => [forbidden.path, forbidden]))
  }
}

async function find(db: Db, name: string): Promise<Space> {
  const space = await new SpaceStore(db).byName(name)
  if (!space) throw new AppError('NOT_FOUND', { what: 'space', id: name })
  return space
}

function keysOf(keys: readonly SpaceKeyTable[]): SpaceKeys {
  const of = (purpose: KeyPurpose) =>
    keys
      .filter(key => key.purpose === purpose)
      .map(({ created_at, expires_at, secret }) => ({
        key: secret,
        createdAtMs: created_at,
        validUntilMs: expires_at,
      }))
  return { push: of('publish'), play: of('play') }
}
