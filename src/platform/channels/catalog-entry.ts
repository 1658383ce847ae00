import type { CatalogItem } from '../../link/gb28181.ts'
import type { ChannelTable, DeviceTable, DirectoryTable } from '../../storage/device-tables.ts'
import { typeCode } from '../devices/gb-id.ts'

/** What an entry of a catalog is to us; null: the device itself. */
export type EntryKind =
  | { readonly channel: ChannelTable['kind'] }
  | { readonly directory: Exclude<DirectoryTable['kind'], 'own'> }
  | null

/** Peripherals that are no source of pictures. Unknown types are taken for cameras: makers are free with them. */
const CHANNEL_KINDS: Readonly<Record<number, ChannelTable['kind']>> = {
  133: 'other',
  134: 'alarmIn',
  135: 'alarmOut',
  136: 'audioIn',
  137: 'audioOut',
  138: 'other',
  140: 'alarmOut',
  141: 'other',
  142: 'other',
  143: 'other',
}

const BUSINESS_GROUP = 215
const VIRTUAL_ORGANISATION = 216
const isSystem = (type: number) => type >= 200 && type < 300
/** DVR, encoder, NVR ... */
const isMainDevice = (type: number) => type >= 111 && type <= 130

/** GB/T 28181-2022 annex J: areas, systems, business groups and virtual organisations are directories, the rest is watched. */
export function entryKind(
  { gbId, parental }: Pick<CatalogItem, 'gbId' | 'parental'>,
  device: Pick<DeviceTable, 'gb_id' | 'type'>,
): EntryKind {
  const type = typeCode(gbId)
  if (Number.isNaN(type)) return { directory: 'area' }
  if (type === BUSINESS_GROUP) return { directory: 'group' }
  if (type === VIRTUAL_ORGANISATION) return { directory: 'organisation' }
  // a camera that is its own only channel has one code for both
  if (gbId === device.gb_id) return device.type === 'ipc' ? { channel: 'video' } : null
  if (isSystem(type)) return { directory: 'system' }
  if (isMainDevice(type) && parental) return { directory: 'device' }
  return { channel: CHANNEL_KINDS[type] ?? 'video' }
}

/** Codes of the directories an entry may be in, the best first; `weak` ones only count when the catalog has them. */
export function placesOf(
  {
    gbId,
    parentIds,
    businessGroupId,
    civilCode,
  }: Pick<CatalogItem, 'gbId' | 'parentIds' | 'businessGroupId' | 'civilCode'>,
  deviceGbId: string,
): { readonly strong: string | null; readonly weak: readonly string[] } {
  const parents = parentIds.filter(id => id !== deviceGbId && id !== gbId)
  const ofType = (fits: (type: number) => boolean) => parents.find(id => fits(typeCode(id)))
  const strong =
    ofType(type => type === VIRTUAL_ORGANISATION) ??
    ofType(type => type === BUSINESS_GROUP) ??
    (businessGroupId !== gbId ? businessGroupId : null) ??
    ofType(isMainDevice) ??
    null
  const weak = [...parents.filter(id => id !== strong), civilCode].filter(id => id !== '' && id !== gbId)
  return { strong, weak }
}

/** Kind of a directory that the catalog refers to without having it. */
export function referredKind(gbId: string): Exclude<DirectoryTable['kind'], 'own'> {
  const type = typeCode(gbId)
  if (Number.isNaN(type)) return 'area'
  if (type === BUSINESS_GROUP) return 'group'
  if (type === VIRTUAL_ORGANISATION) return 'organisation'
  return isMainDevice(type) ? 'device' : 'system'
}
