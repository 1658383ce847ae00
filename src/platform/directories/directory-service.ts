import type { Clock } from '../../base/clock.ts'
import { AppError } from '../../base/errors.ts'
import { newId } from '../../base/id.ts'
import type { Database, Db } from '../../storage/database.ts'
import type { Actor } from '../access/actor.ts'
import { permit } from '../access/permission.ts'
import type { AuditLog } from '../audit/audit-log.ts'
import { SpaceStore } from '../spaces/space-store.ts'
import type { Directory } from './directory.ts'
import { type DirectoryRow, DirectoryStore, toDirectory } from './directory-store.ts'
import { type TreeNode, TreeReader } from './tree-reader.ts'

/** Directories people may make in one space; the tree is put together in memory. */
const MAX_DIRECTORIES = 5000
/** Levels below each other. */
const MAX_DEPTH = 16

export interface DirectoryWish {
  readonly space: string
  readonly parentId: string | null
  readonly name: string
  readonly description: string
}

export interface DirectoryChange {
  readonly name?: string
  readonly description?: string
  readonly parentId?: string | null
}

/** What is put into a directory; null takes it out of the one it is in. */
export interface Binding {
  readonly directoryId: string | null
  readonly deviceIds: readonly string[]
  readonly channelIds: readonly string[]
}

export interface BindingResult {
  readonly id: string
  readonly error: AppError | null
}

/** The tree of a space: directories people make, and below each device those of its catalog. */
export class DirectoryService {
  readonly #db: Database
  readonly #audit: AuditLog
  readonly #clock: Clock
  #onBound: () => void = () => {}

  constructor(db: Database, audit: AuditLog, clock: Clock) {
    this.#db = db
    this.#audit = audit
    this.#clock = clock
  }

  /** Called when what is in a directory has changed: directories may be shared with upper platforms. */
  onBound(run: () => void): void {
    this.#onBound = run
  }

  /** Those made by people, in the order of names. Throws NOT_FOUND. */
  async list(actor: Actor, space: string): Promise<Directory[]> {
    permit(actor, 'devices.read')
    await checkSpace(this.#db, space)
    return (await new DirectoryStore(this.#db).own(space)).map(toDirectory)
  }

  /** Throws NOT_FOUND. */
  async get(actor: Actor, id: string): Promise<Directory> {
    permit(actor, 'devices.read')
    return toDirectory(await find(this.#db, id))
  }

  /** What is directly below a directory or device, or at the top of a space. Throws NOT_FOUND. */
  async children(actor: Actor, space: string, of: string | null, after: string | null, limit: number) {
    permit(actor, 'devices.read')
    await checkSpace(this.#db, space)
    return new TreeReader(this.#db).children(space, of, after, limit)
  }

  /** Directories, devices and channels with a text in their name or code, with where they are. */
  async search(actor: Actor, space: string, text: string, limit: number): Promise<TreeNode[]> {
    permit(actor, 'devices.read')
    await checkSpace(this.#db, space)
    return new TreeReader(this.#db).search(space, text, limit)
  }

  /** Throws NOT_FOUND for space or parent, LIMIT_REACHED. */
  async create(actor: Actor, wish: DirectoryWish): Promise<Directory> {
    permit(actor, 'devices.write')
    const { space, parentId, name, description } = wish
    const nowMs = this.#clock.nowMs()
    const row: DirectoryRow = {
      ...{ id: newId('dr', nowMs), space, parent_id: parentId, kind: 'own', name, description },
      ...{ device_id: null, gb_id: null, parent_gb_id: '', sync: '', created_at: nowMs },
    }
    await this.#db.transaction().execute(async trx => {
      const store = new DirectoryStore(trx)
      await checkSpace(trx, space)
      if ((await store.countOwn(space)) >= MAX_DIRECTORIES) {
        throw new AppError('LIMIT_REACHED', { what: `directories of ${space}`, limit: MAX_DIRECTORIES })
      }
      await checkParent(trx, row, parentId)
      await store.insert(row)
      await this.#audit.record(trx, actor, { action: 'directory.create', object: row.id, after: wish })
    })
    return toDirectory(row)
  }

  /** Throws NOT_FOUND, INVALID for a parent below it, FORBIDDEN for a mirrored one. */
  async update(actor: Actor, id: string, { name, description, parentId }: DirectoryChange): Promise<Directory> {
    permit(actor, 'devices.write')
    return this.#db.transaction().execute(async trx => {
      const before = await findOwn(trx, id)
      if (parentId !== undefined) await checkParent(trx, before, parentId)
      const after = {
        ...before,
        ...(name === undefined ? {} : { name }),
        ...(description === undefined ? {} : { description }),
        ...(parentId === undefined ? {} : { parent_id: parentId }),
      }
      const { parent_id, name: newName, description: newDescription } = after
      await new DirectoryStore(trx).update(id, { parent_id, name: newName, description: newDescription })
      await this.#audit.record(trx, actor, { action: 'directory.update', object: id, before, after })
      return toDirectory(after)
    })
  }

  /** With all below it; devices and channels in them go to the top. Throws NOT_FOUND, FORBIDDEN for a mirrored one. */
  async delete(actor: Actor, id: string): Promise<void> {
    permit(actor, 'devices.write')
    await this.#db.transaction().execute(async trx => {
      const row = await findOwn(trx, id)
      const store = new DirectoryStore(trx)
      const ids = below(await store.own(row.space), id)
      await store.delete([...ids])
      await this.#audit.record(trx, actor, {
        ...{ action: 'directory.delete', object: id, before: { name: row.name, directories: ids.size } },
      })
    })
    this.#onBound()
  }

  /** What became of each. Throws NOT_FOUND for the directory, FORBIDDEN for a mirrored one. */
  async bind(actor: Actor, { directoryId, deviceIds, channelIds }: Binding): Promise<BindingResult[]> {
    permit(actor, 'devices.write')
    const results = await this.#db.transaction().execute(async trx => {
      const space = directoryId === null ? null : (await findOwn(trx, directoryId)).space
      const results: BindingResult[] = []
      for (const [table, ids] of [
        ['devices', deviceIds],
        ['channels', channelIds],
      ] as const) {
        const what = table === 'devices' ? 'device' : 'channel'
        const known = new Map(
          (
            await trx
              .selectFrom(table)
              .select(['id', 'space'])
              .where('id', 'in', [...ids, ''])
              .execute()
          ).map(row => [row.id, row.space]),
        )
        const bound = ids.filter(id => known.has(id) && (space === null || known.get(id) === space))
        if (bound.length > 0) {
          await trx.updateTable(table).set({ directory_id: directoryId }).where('id', 'in', bound).execute()
        }
        for (const id of ids) {
          const reason = 'it belongs to another space'
          const error = !known.has(id)
            ? new AppError('NOT_FOUND', { what, id })
            : bound.includes(id)
              ? null
              : new AppError('FORBIDDEN', { action: `putting ${what} ${id} into ${directoryId}`, reason })
          results.push({ id, error })
        }
      }
      const after = { directoryId, devices: deviceIds.length, channels: channelIds.length }
      await this.#audit.record(trx, actor, { action: 'channel.bind', object: directoryId ?? '', after })
      return results
    })
    this.#onBound()
    return results
  }
}

async function checkSpace(db: Db, space: string): Promise<void> {
  if (!(await new SpaceStore(db).byName(space))) throw new AppError('NOT_FOUND', { what: 'space', id: space })
}

async function find(db: Db, id: string): Promise<DirectoryRow> {
  const row = await new DirectoryStore(db).byId(id)
  if (!row) throw new AppError('NOT_FOUND', { what: 'directory', id })
  return row
}

async function findOwn(db: Db, id: string): Promise<DirectoryRow> {
  const row = await find(db, id)
  if (row.kind === 'own') return row
  const reason = 'it mirrors the catalog of a device'
  throw new AppError('FORBIDDEN', { action: `changing directory ${row.name}`, reason })
}

/** Throws NOT_FOUND, INVALID for a parent that is the directory or below it, or too deep. */
async function checkParent(db: Db, { id, space }: DirectoryRow, parentId: string | null): Promise<void> {
  if (parentId === null) return
  const all = new Map((await new DirectoryStore(db).own(space)).map(row => [row.id, row]))
  if (!all.has(parentId)) throw new AppError('NOT_FOUND', { what: 'directory', id: parentId })
  const invalid = (reason: string) => new AppError('INVALID', { field: 'body.parentId', reason })
  let depth = 1
  for (let at = all.get(parentId); at; at = all.get(at.parent_id ?? '')) {
    if (at.id === id) throw invalid('is the directory itself or below it')
    if (++depth > MAX_DEPTH) throw invalid(`is more than ${MAX_DEPTH} levels deep`)
  }
}

/** A directory and all below it. */
export function below(all: readonly DirectoryRow[], id: string): Set<string> {
  const children = Map.groupBy(all, row => row.parent_id)
  const found = new Set<string>()
  for (const waiting = [id]; waiting.length > 0; ) {
    const next = waiting.pop()
    if (next === undefined || found.has(next)) continue
    found.add(next)
    for (const child of children.get(next) ?? []) waiting.push(child.id)
  }
  return found
}
