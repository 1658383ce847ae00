import type { Kysely } from 'kysely'
import { type Migration, Migrator } from 'kysely/migration'
import { AppError } from '../base/errors.ts'
import * as core from './migrations/0001-core.ts'
import * as access from './migrations/0002-access.ts'
import * as control from './migrations/0003-control.ts'
import * as devices from './migrations/0004-devices.ts'
import * as recordings from './migrations/0005-recordings.ts'
import * as spaceChunks from './migrations/0006-space-chunks.ts'
import * as channelLists from './migrations/0007-channel-lists.ts'
import * as sharedStreams from './migrations/0008-shared-streams.ts'
import * as site from './migrations/0009-site.ts'
import * as feedEvents from './migrations/0010-feed-events.ts'
import type { Tables } from './tables.ts'

/** Applied in the order of their names; a name that was released never changes. */
export const MIGRATIONS: Readonly<Record<string, Migration>> = {
  '0001-core': core,
  '0002-access': access,
  '0003-control': control,
  '0004-devices': devices,
  '0005-recordings': recordings,
  '0006-space-chunks': spaceChunks,
  '0007-channel-lists': channelLists,
  '0008-shared-streams': sharedStreams,
  '0009-site': site,
  '0010-feed-events': feedEvents,
}

/**
 * Brings the schema up to date in one transaction, so two processes that start at once do not meet. Returns the names
 * applied. Throws INTERNAL naming the migration that failed, also for a database written by a newer version; and what
 * the database itself is to blame for.
 */
export function migrate(db: Kysely<Tables>, migrations = MIGRATIONS): Promise<string[]> {
  return db.transaction().execute(async trx => {
    const migrator = new Migrator({ db: trx, provider: { getMigrations: async () => ({ ...migrations }) } })
    const { error, results = [] } = await migrator.migrateToLatest()
    if (error instanceof AppError) throw error
    if (error !== undefined) {
      const failed = results.find(result => result.status === 'Error')?.migrationName ?? 'check of the schema'
      throw new AppError('INTERNAL', { what: `database migration (${failed})` }, { cause: error })
    }
    return results.map(result => result.migrationName)
  })
}
