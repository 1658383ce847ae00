import type { Selectable } from 'kysely'
import { AddressRules, RefererRules } from '../../link/messages.ts'
import type { Db } from '../../storage/database.ts'
import type { SpaceTable } from '../../storage/tables.ts'
import type { Space, SpaceChange, SpaceDevices } from './space.ts'

type SpaceRow = Selectable<SpaceTable>
type LimitsAndRules = Partial<
  Pick<SpaceRow, 'address_rules' | 'referer_rules' | 'max_viewers' | 'max_viewers_per_stream' | 'chunk_size'>
>

/** SQL of spaces. */
export class SpaceStore {
  readonly #db: Db

  constructor(db: Db) {
    this.#db = db
  }

  async all(): Promise<Space[]> {
    return (await this.#db.selectFrom('spaces').selectAll().orderBy('name').execute()).map(toSpace)
  }

  async byName(name: string): Promise<Space | undefined> {
    const row = await this.#db.selectFrom('spaces').selectAll().where('name', '=', name).executeTakeFirst()
    return row && toSpace(row)
  }

  /** False when the name is taken. */
  async insert({ name, createdAtMs, ...facts }: Space): Promise<boolean> {
    const { enabled, latency, play, publish } = facts
    const result = await this.#db
      .insertInto('spaces')
      .values({
        name,
        created_at: createdAtMs,
        publish,
        play,
        latency,
        enabled: enabled ? 1 : 0,
        gop_cache: facts.gopCache ? 1 : 0,
        ...limitsAndRules(facts),
        ...deviceColumns(facts.gb28181),
      })
      .onConflict(c => c.column('name').doNothing())
      .executeTakeFirst()
    return (result.numInsertedOrUpdatedRows ?? 0n) > 0n
  }

  /** At least one change. */
  async update(name: string, change: SpaceChange): Promise<void> {
    const { enabled, gopCache, latency, play, publish } = change
    const set = {
      ...(publish && { publish }),
      ...(play && { play }),
      ...(latency && { latency }),
      ...(enabled === undefined ? {} : { enabled: enabled ? 1 : 0 }),
      ...(gopCache === undefined ? {} : { gop_cache: gopCache ? 1 : 0 }),
      ...limitsAndRules(change),
      ...deviceColumns(change.gb28181 ?? {}),
    }
    await this.#db.updateTable('spaces').set(set).where('name', '=', name).execute()
  }

  /** Its keys, streams and forbidden paths go with it. */
  async delete(name: string): Promise<void> {
    await this.#db.deleteFrom('streams').where('space', '=', name).execute()
    await this.#db.deleteFrom('spaces').where('name', '=', name).execute()
  }

  async countStreams(name: string): Promise<number> {
    const query = this.#db.selectFrom('streams').select(e => e.fn.countAll<number>().as('count'))
    return Number((await query.where('space', '=', name).executeTakeFirstOrThrow()).count)
  }
}

/** What may be null too; only what is named. */
function limitsAndRules(change: SpaceChange): LimitsAndRules {
  const { addressRules, chunkSize, maxViewers, maxViewersPerStream, refererRules } = change
  return {
    ...(addressRules === undefined ? {} : { address_rules: json(addressRules) }),
    ...(refererRules === undefined ? {} : { referer_rules: json(refererRules) }),
    ...(maxViewers === undefined ? {} : { max_viewers: maxViewers }),
    ...(maxViewersPerStream === undefined ? {} : { max_viewers_per_stream: maxViewersPerStream }),
    ...(chunkSize === undefined ? {} : { chunk_size: chunkSize }),
  }
}

function deviceColumns(change: Partial<SpaceDevices>) {
  const { admission, password, sendDate, stopAfterS, zone } = change
  return {
    ...(password === undefined ? {} : { gb_password: password }),
    ...(admission === undefined ? {} : { gb_admission: admission }),
    ...(sendDate === undefined ? {} : { gb_send_date: sendDate ? 1 : 0 }),
    ...(zone === undefined ? {} : { gb_zone: zone }),
    ...(stopAfterS === undefined ? {} : { gb_stop_after_s: stopAfterS }),
  }
}

function json(value: object | null): string | null {
  return value && JSON.stringify(value)
}

function toSpace(row: SpaceRow): Space {
  const { name, publish, play, latency, address_rules, referer_rules } = row
  return {
    name,
    publish,
    play,
    latency,
    gopCache: row.gop_cache === 1,
    enabled: row.enabled === 1,
    addressRules: address_rules === null ? null : AddressRules.parse(JSON.parse(address_rules)),
    refererRules: referer_rules === null ? null : RefererRules.parse(JSON.parse(referer_rules)),
    maxViewers: row.max_viewers,
    maxViewersPerStream: row.max_viewers_per_stream,
    chunkSize: row.chunk_size,
    gb28181: {
      password: row.gb_password,
      admission: row.gb_admission as SpaceDevices['admission'], // written above
      sendDate: row.gb_send_date === 1,
      zone: row.gb_zone,
      stopAfterS: row.gb_stop_after_s,
    },
    createdAtMs: row.created_at,
  }
}
