import type { Clock } from '../../base/clock.ts'
import { AppError } from '../../base/errors.ts'
import { newId, newSecret } from '../../base/id.ts'
import type { SpaceState, SpacesState } from '../../link/messages.ts'
import type { Database } from '../../storage/database.ts'
import type { Actor } from '../access/actor.ts'
import { permit } from '../access/permission.ts'
import { DEFAULT_SPACE, type Space, type SpaceChange } from './space.ts'
import { SpaceStore } from './space-store.ts'

/** Spaces, and the desired state of the nodes that follows from them. */
export class SpaceService {
  readonly #db: Database
  readonly #clock: Clock
  #desired: SpacesState = { revision: 0, spaces: [], forbidden: [] }
  #onChange: () => void = () => {}

  private constructor(db: Database, clock: Clock) {
    this.#db = db
    this.#clock = clock
  }

  /** Makes the default space at the first start. */
  static async open(db: Database, clock: Clock): Promise<SpaceService> {
    const service = new SpaceService(db, clock)
    const spaces = await new SpaceStore(db).all()
    if (spaces.length === 0) await service.#create(DEFAULT_SPACE)
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

  /** Throws NOT_FOUND. Nodes learn of it at once, viewers and publishers stay. */
  async update(actor: Actor, name: string, change: SpaceChange): Promise<Space> {
    permit(actor, 'spaces.write')
    await this.#db.transaction().execute(async trx => {
      const store = new SpaceStore(trx)
      if (!(await store.update(name, change))) throw new AppError('NOT_FOUND', { what: 'space', id: name })
      await store.raiseRevision(this.#clock.nowMs())
    })
    await this.#load()
    this.#onChange()
    const space = (await new SpaceStore(this.#db).all()).find(space => space.name === name)
    if (!space) throw new AppError('NOT_FOUND', { what: 'space', id: name })
    return space
  }

  /** What the nodes are to apply. */
  get desired(): SpacesState {
    return this.#desired
  }

  /** Keys and rules of one space; for building URLs. */
  state(name: string): SpaceState | undefined {
    return this.#desired.spaces.find(space => space.name === name)
  }

  async #create(name: string): Promise<void> {
    const createdAtMs = this.#clock.nowMs()
    await this.#db.transaction().execute(async trx => {
      const store = new SpaceStore(trx)
      await store.insert({ name, publish: 'key', play: 'signed', latency: 'normal', gopCache: true, createdAtMs })
      for (const purpose of ['publish', 'play'] as const) {
        const id = newId('sk', createdAtMs)
        await store.insertKey({
          id,
          space: name,
          purpose,
          secret: newSecret(),
          created_at: createdAtMs,
          expires_at: null,
        })
      }
      await store.raiseRevision(createdAtMs)
    })
  }

  async #load(): Promise<void> {
    const store = new SpaceStore(this.#db)
    const [revision, spaces, keys] = [await store.revision(), await store.all(), await store.keys(this.#clock.nowMs())]
    const secrets = (space: string, purpose: string) =>
      keys.filter(key => key.space === space && key.purpose === purpose).map(key => key.secret)
    this.#desired = {
      revision,
      spaces: spaces.map(({ createdAtMs: _, ...space }) => ({
        ...space,
        pushKeys: secrets(space.name, 'publish'),
        playKeys: secrets(space.name, 'play'),
      })),
      forbidden: [],
    }
  }
}
