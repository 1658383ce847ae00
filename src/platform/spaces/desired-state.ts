import type { SpaceState, SpacesState } from '../../link/messages.ts'
import type { Database } from '../../storage/database.ts'
import type { SpaceKeyTable } from '../../storage/tables.ts'
import { RevisionStore } from '../nodes/revision-store.ts'
import { SiteStore } from '../site/site-store.ts'
import { ForbiddenStore } from './forbidden-store.ts'
import { KeyStore } from './key-store.ts'
import type { Space } from './space.ts'
import { SpaceStore } from './space-store.ts'

/** Name of the revision of spaces and prohibitions. */
export const SPACES_REVISION = 'spaces'

/** What the nodes are to apply, as the database says. */
export async function readDesiredState(db: Database, nowMs: number): Promise<SpacesState> {
  const store = new SpaceStore(db)
  // the revision first: what changes meanwhile raises it, and the nodes are told again
  const revision = await new RevisionStore(db, SPACES_REVISION).value()
  const keys = Map.groupBy(await new KeyStore(db).inForce(nowMs), key => key.space)
  const spaces = (await store.all()).map(space => stateOf(space, keys.get(space.name) ?? []))
  const forbidden = (await new ForbiddenStore(db).inForce(nowMs)).map(({ path, until, reason }) => ({
    path,
    untilMs: until,
    ...(reason === '' ? {} : { reason }),
  }))
  const { mark, name } = await new SiteStore(db).find()
  return { revision, spaces, forbidden, site: { mark, name } }
}

function stateOf(space: Space, keys: readonly SpaceKeyTable[]): SpaceState {
  const {
    createdAtMs: _,
    gb28181: __,
    addressRules,
    refererRules,
    maxViewers,
    maxViewersPerStream,
    chunkSize,
    ...rest
  } = space
  const retiring = keys.flatMap(({ expires_at, purpose, secret }) =>
    purpose === 'publish' && expires_at !== null ? [{ key: secret, untilMs: expires_at }] : [],
  )
  const lasting = (purpose: SpaceKeyTable['purpose']) =>
    keys.filter(key => key.purpose === purpose && key.expires_at === null).map(key => key.secret)
  return {
    ...rest,
    pushKeys: lasting('publish'),
    playKeys: lasting('play'),
    ...(retiring.length > 0 && { retiringPushKeys: retiring }),
    ...(addressRules && { addressRules }),
    ...(refererRules && { refererRules }),
    ...(maxViewers !== null && { maxViewers }),
    ...(maxViewersPerStream !== null && { maxViewersPerStream }),
    ...(chunkSize !== null && { chunkSize }),
  }
}
