import { AppError } from '../../base/errors.ts'

/** What an id stands for in the catalog tree. GB/T 28181-2022 Annex E and J. */
export type IdKind =
  | 'area' // administrative area: 2, 4, 6 or 8 digits
  | 'platform' // 200: a signalling server, also "the system" of a catalog
  | 'businessGroup' // 215
  | 'virtualOrganisation' // 216
  | 'device' // 111-130: has channels
  | 'channel' // 131, 132 and the other peripherals
  | 'server' // 201-214, 217-299: other machines of a platform
  | 'user' // 300-499
  | 'extension' // 500-999

export interface DeviceIdParts {
  /** Centre, 8 digits: province, city, district, grass-roots unit. */
  readonly centre: string
  readonly industry: string
  /** 111-999. */
  readonly type: number
  /** Kind of network, 0-9. */
  readonly network: number
  readonly serial: string
}

/** Type codes 111-299 by name, in English. GB/T 28181-2022 Annex E, table E.1. */
const TYPE_NAMES: Readonly<Record<number, string>> = {
  111: 'DVR',
  112: 'video server',
  113: 'encoder',
  114: 'decoder',
  115: 'video matrix',
  116: 'audio matrix',
  117: 'alarm controller',
  118: 'NVR',
  120: 'online image collection system',
  121: 'checkpoint',
  122: 'multi-lens device',
  123: 'parking controller',
  124: 'door controller',
  125: 'security inspection',
  130: 'HVR',
  131: 'camera',
  132: 'IPC',
  133: 'display',
  134: 'alarm input',
  135: 'alarm output',
  136: 'audio input',
  137: 'audio output',
  138: 'mobile transmission',
  139: 'other peripheral',
  140: 'alarm relay',
  141: 'barrier gate',
  142: 'smart door',
  143: 'credential reader',
  200: 'signalling server',
  201: 'web server',
  202: 'media server',
  203: 'proxy server',
  204: 'security server',
  205: 'alarm server',
  206: 'database server',
  207: 'GIS server',
  208: 'management server',
  209: 'access gateway',
  210: 'media storage',
  211: 'signalling security gateway',
  215: 'business group',
  216: 'virtual organisation',
}

export const isDeviceId = (text: string): boolean => /^\d{20}$/.test(text)

/** An administrative area: province, city, district or grass-roots unit. */
const isAreaCode = (text: string): boolean => /^(\d{2}){1,4}$/.test(text)

/** Throws AppError INVALID when `id` is not 20 digits. */
export function parseDeviceId(id: string): DeviceIdParts {
  if (!isDeviceId(id)) throw new AppError('INVALID', { field: 'gbId', reason: 'must be 20 digits' })
  return {
    centre: id.slice(0, 8),
    industry: id.slice(8, 10),
    type: Number(id.slice(10, 13)),
    network: Number(id[13]),
    serial: id.slice(14),
  }
}

/** Throws AppError INVALID when a part does not have its digits. */
export function formatDeviceId(parts: DeviceIdParts): string {
  const id = `${parts.centre}${parts.industry}${String(parts.type).padStart(3, '0')}${parts.network}${parts.serial}`
  parseDeviceId(id)
  return id
}

/** Kind of an id of the catalog; null when it is neither 20 digits nor an area. */
export function classifyId(id: string): IdKind | null {
  if (isAreaCode(id)) return 'area'
  if (!isDeviceId(id)) return null
  const { type } = parseDeviceId(id)
  if (type === 200) return 'platform'
  if (type === 215) return 'businessGroup'
  if (type === 216) return 'virtualOrganisation'
  if (type >= 111 && type <= 130) return 'device'
  if (type >= 131 && type <= 199) return 'channel'
  if (type >= 200 && type <= 299) return 'server'
  if (type >= 300 && type <= 499) return 'user'
  return 'extension'
}

/** English name of a type code, e.g. 132 'IPC'; null for reserved and extension codes. */
export function typeName(type: number): string | null {
  return TYPE_NAMES[type] ?? null
}

/** The area above: '11010101' -> '110101'; null for a province. */
export function parentArea(code: string): string | null {
  return isAreaCode(code) && code.length > 2 ? code.slice(0, -2) : null
}

/** The area a device stands in, from the centre code: trailing '00' say "the level above". */
export function areaOf(id: string): string {
  let code = parseDeviceId(id).centre
  while (code.length > 2 && code.endsWith('00')) code = code.slice(0, -2)
  return code
}

/** The SIP domain (realm) of a server id: by convention its first ten digits. */
export function domainOf(id: string): string {
  parseDeviceId(id)
  return id.slice(0, 10)
}
