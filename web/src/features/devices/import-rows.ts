import type { Operations } from '@sightline/client'

export type DeviceWish = Operations['createDevice']['body']

/** What a column of an imported table may be. */
const FIELDS = [
  'gbId',
  'name',
  'type',
  'password',
  'space',
  'vendor',
  'description',
  'longitude',
  'latitude',
  'media',
] as const
export type ImportField = (typeof FIELDS)[number]

/** Words people write over a column, in both languages and as other platforms export them. */
const HEADS: Readonly<Record<ImportField, readonly string[]>> = {
  gbId: [
    'gbid',
    'gb id',
    'id',
    'device id',
    'deviceid',
    'code',
    '国标编号',
    '国标编码',
    '设备编号',
    '设备编码',
    '设备id',
    '编码',
    '编号',
    '国标id',
  ],
  name: ['name', 'device name', '名称', '设备名称', '设备名'],
  type: ['type', 'device type', '类型', '设备类型'],
  password: ['password', '密码', '注册密码', '设备密码'],
  space: ['space', 'group', '空间'],
  vendor: ['vendor', 'manufacturer', 'maker', '厂商', '厂家', '设备厂商'],
  description: ['description', 'notes', 'remark', '描述', '备注', '说明'],
  longitude: ['longitude', 'lon', 'lng', '经度'],
  latitude: ['latitude', 'lat', '纬度'],
  media: ['media', 'transport', '传输方式', '媒体传输', '传输'],
}

const TYPES: Readonly<Record<string, DeviceWish['type']>> = {
  ipc: 'ipc',
  camera: 'ipc',
  摄像机: 'ipc',
  摄像头: 'ipc',
  nvr: 'nvr',
  dvr: 'nvr',
  recorder: 'nvr',
  录像机: 'nvr',
  platform: 'platform',
  平台: 'platform',
}
const MEDIA: Readonly<Record<string, DeviceWish['media']>> = {
  auto: 'auto',
  自动: 'auto',
  udp: 'udp',
  tcp: 'tcp-passive',
  'tcp-passive': 'tcp-passive',
  tcp被动: 'tcp-passive',
  'tcp-active': 'tcp-active',
  tcp主动: 'tcp-active',
}

export type RowFault = 'gbId' | 'rounded' | 'twice' | 'type' | 'place' | 'media' | 'long'

export interface ImportRow {
  /** Of the file, the head is line 1. */
  readonly line: number
  readonly gbId: string
  readonly name: string
  readonly wish: DeviceWish | null
  /** Why it cannot be sent. */
  readonly fault: RowFault | null
}

export interface ImportTable {
  /** What each column is; null: not understood, and not sent. */
  readonly columns: readonly { readonly head: string; readonly field: ImportField | null }[]
  readonly rows: readonly ImportRow[]
}

const fieldOf = (head: string): ImportField | null => {
  const word = head
    .toLowerCase()
    .replace(/[*（(].*$/, '')
    .trim()
  return FIELDS.find(field => HEADS[field].includes(word)) ?? null
}

/** Excel keeps a long number as a text by `="..."` or an apostrophe in front. */
const bare = (cell: string): string => cell.replace(/^="(.*)"$/, '$1').replace(/^'/, '')

/** Reads the table that a file holds. Without a head the first columns are code, name, type, password. Null: nothing in it. */
export function readTable(cells: readonly (readonly string[])[], space: string): ImportTable | null {
  const first = cells[0]
  if (first === undefined) return null
  const headless = /^\d{20}$/.test(bare(first[0] ?? ''))
  const columns = headless
    ? (['gbId', 'name', 'type', 'password'] as const).map((field, i) => ({ head: `${i + 1}`, field }))
    : first.map(head => ({ head, field: fieldOf(head) }))
  const at = (field: ImportField) => columns.findIndex(column => column.field === field)
  const seen = new Set<string>()
  const rows = cells.slice(headless ? 0 : 1).map((row, i): ImportRow => {
    const get = (field: ImportField) => bare(row[at(field)] ?? '')
    const [gbId, name] = [get('gbId'), get('name')]
    const common = { line: i + (headless ? 1 : 2), gbId, name }
    const fault = faultOf(get, seen)
    return fault === null ? { ...common, wish: wishOf(get, space), fault } : { ...common, wish: null, fault }
  })
  return { columns, rows }
}

type Get = (field: ImportField) => string

function faultOf(get: Get, seen: Set<string>): RowFault | null {
  const gbId = get('gbId')
  if (/^\d(\.\d+)?E\+\d+$/i.test(gbId)) return 'rounded'
  if (!/^\d{20}$/.test(gbId)) return 'gbId'
  const key = `${get('space')} ${gbId}`
  if (seen.has(key)) return 'twice'
  seen.add(key)
  if (get('type') !== '' && TYPES[get('type').toLowerCase()] === undefined) return 'type'
  if (get('media') !== '' && MEDIA[get('media').toLowerCase()] === undefined) return 'media'
  const [longitude, latitude] = [get('longitude'), get('latitude')]
  if ((longitude === '') !== (latitude === '')) return 'place'
  if (longitude !== '' && !(Math.abs(Number(longitude)) <= 180 && Math.abs(Number(latitude)) <= 90)) return 'place'
  return get('name').length > 200 || get('password').length > 128 || get('description').length > 1000 ? 'long' : null
}

/** The type by the code, where no column says it: 111 to 118 and 130 are recorders, 200 and up platforms (Annex E). */
export function typeOfCode(gbId: string): 'ipc' | 'nvr' | 'platform' {
  const type = Number(gbId.slice(10, 13))
  if (type >= 200 && type < 300) return 'platform'
  return (type >= 111 && type <= 118) || type === 130 ? 'nvr' : 'ipc'
}

function wishOf(get: Get, space: string): DeviceWish {
  const optional = (field: 'name' | 'password' | 'vendor' | 'description') =>
    get(field) === '' ? {} : { [field]: get(field) }
  const media = MEDIA[get('media').toLowerCase()]
  return {
    protocol: 'gb28181',
    gbId: get('gbId'),
    space: get('space') || space,
    type: TYPES[get('type').toLowerCase()] ?? typeOfCode(get('gbId')),
    ...optional('name'),
    ...optional('password'),
    ...optional('vendor'),
    ...optional('description'),
    ...(media === undefined ? {} : { media }),
    ...(get('longitude') === '' ? {} : { longitude: Number(get('longitude')), latitude: Number(get('latitude')) }),
  }
}

/** Heads of the file to fill in, in the order people look for them. */
export const TEMPLATE_ROWS: readonly (readonly string[])[] = [
  ['gbId', 'name', 'type', 'password', 'vendor', 'description', 'longitude', 'latitude'],
  ['34020000001320000001', 'Gate north', 'ipc', '', '', '', '120.15510', '30.27410'],
]
