import { setImmediate } from 'node:timers/promises'
import { AppError } from '../../base/errors.ts'
import { MEDIA_TRANSPORTS } from '../../link/gb28181.ts'
import type { Database } from '../../storage/database.ts'
import type { Actor } from '../access/actor.ts'
import { permit } from '../access/permission.ts'
import type { AuditLog } from '../audit/audit-log.ts'
import { type DirectoryRow, DirectoryStore } from '../directories/directory-store.ts'
import { PendingDeviceStore } from '../pending-devices/pending-device-store.ts'
import { csvLine, parseCsv } from './csv.ts'
import type { DesiredDevices } from './desired-devices.ts'
import { checkPlace, checkRoom, type DeviceWish, newRow } from './device-service.ts'
import { type DeviceFilter, type DeviceRow, DeviceStore } from './device-store.ts'
import { checkDeviceCode } from './gb-id.ts'
import { parseXlsx } from './xlsx.ts'

/** Rows of one file: its report is one answer. */
const MAX_IMPORT_ROWS = 5000
/** Devices written before others get a turn. */
const CHUNK = 100

/** Names of columns, the first of each as it is exported; case and spaces do not matter. */
const COLUMNS = {
  gbId: ['gbId', 'gb_id', 'code', 'deviceId', '国标编码', '设备编码', '国标ID', '编码'],
  name: ['name', '名称', '设备名称'],
  type: ['type', '类型', '设备类型'],
  password: ['password', '密码', '注册密码'],
  directory: ['directory', '目录', '分组'],
  description: ['description', '描述', '备注'],
  vendor: ['vendor', 'manufacturer', '厂商', '厂家'],
  longitude: ['longitude', '经度'],
  latitude: ['latitude', '纬度'],
  media: ['media', 'transport', '传输方式'],
  enabled: ['enabled', '启用'],
  autoStart: ['autoStart', '自动启动'],
  params: ['params', '参数'],
} as const
type Column = keyof typeof COLUMNS
const NAMES = Object.keys(COLUMNS) as Column[] // its own keys

const TYPES: Readonly<Record<string, 'ipc' | 'nvr' | 'platform'>> = {
  ...{ ipc: 'ipc', camera: 'ipc', 摄像机: 'ipc', nvr: 'nvr', dvr: 'nvr', recorder: 'nvr', 录像机: 'nvr' },
  ...{ platform: 'platform', 平台: 'platform', 下级平台: 'platform' },
}
const YES: ReadonlySet<string> = new Set(['1', 'true', 'yes', 'y', '是', '启用'])
const NO: ReadonlySet<string> = new Set(['0', 'false', 'no', 'n', '否', '禁用'])

export interface ImportWish {
  readonly space: string
  /** CSV, or the bytes of a CSV in any usual encoding or of an XLSX workbook. */
  readonly content: string | Uint8Array
  /** Only says what would become of the rows. */
  readonly dryRun: boolean
}

/** What became of one row. */
export interface ImportRow {
  /** As a spreadsheet counts them: the headings are row 1. */
  readonly row: number
  readonly gbId: string
  readonly name: string
  readonly error: AppError | null
}

/** Many devices from a file, and all of them into one. */
export class DeviceImport {
  readonly #db: Database
  readonly #desired: DesiredDevices
  readonly #audit: AuditLog

  constructor(db: Database, desired: DesiredDevices, audit: AuditLog) {
    this.#db = db
    this.#desired = desired
    this.#audit = audit
  }

  /** Takes what can be taken and says of each row what became of it. Throws INVALID for a file that cannot be read, NOT_FOUND. */
  async import(actor: Actor, { space, content, dryRun }: ImportWish): Promise<ImportRow[]> {
    permit(actor, 'devices.write')
    await checkPlace(this.#db, space, null)
    const rows = await cellsOf(content)
    const columns = columnsOf(rows[0] ?? [])
    const directories = pathsOf(await new DirectoryStore(this.#db).own(space))
    const report: ImportRow[] = []
    const wishes: { wish: DeviceWish; at: number }[] = []
    const seen = new Set<string>()
    for (const [index, cells] of rows.slice(1).entries()) {
      if (cells.every(text => text.trim() === '')) continue
      // a quote before what looks like a formula, or before digits, is the spreadsheet's mark of text
      const cell = (column: Column) => (cells[columns.get(column) ?? -1] ?? '').trim().replace(/^'(?=[=+\-@\d])/, '')
      const gbId = cell('gbId')
      const row = { row: index + 2, gbId, name: cell('name') }
      try {
        const wish = wishOf(space, gbId, cell, directories)
        if (seen.has(gbId)) throw new AppError('CONFLICT', { what: 'device', id: gbId })
        seen.add(gbId)
        wishes.push({ wish, at: report.length })
        report.push({ ...row, error: null })
      } catch (error) {
        if (!(error instanceof AppError)) throw error
        report.push({ ...row, error })
      }
    }
    const write = dryRun ? this.#look : this.#write
    for (const at of await write.call(this, actor, space, wishes)) {
      const row = report[at]
      if (row) report[at] = { ...row, error: new AppError('CONFLICT', { what: 'device', id: row.gbId }) }
    }
    return report
  }

  /** Lines of a CSV that can be imported again; without passwords. */
  async *export(actor: Actor, filter: DeviceFilter): AsyncGenerator<string> {
    permit(actor, 'devices.read')
    const told = ['space', 'state', 'manufacturer', 'model', 'firmware', 'remote'] as const
    // a spreadsheet takes a text without this mark for one of its own country
    yield `\uFEFF${csvLine([...NAMES.filter(name => name !== 'password'), ...told])}`
    const directories = new Map<string, string>()
    for (const { name } of await this.#db.selectFrom('spaces').select('name').execute()) {
      for (const [path, id] of pathsOf(await new DirectoryStore(this.#db).own(name))) directories.set(id, path)
    }
    for await (const rows of new DeviceStore(this.#db).all(filter)) {
      yield rows.map(row => csvLine([...exported(row, directories), ...told.map(name => row[name])])).join('')
    }
  }

  /** Places in the report of those whose code the space has already. */
  async #look(_: Actor, space: string, wishes: readonly { wish: DeviceWish; at: number }[]): Promise<number[]> {
    const taken = new Set<string>()
    const store = new DeviceStore(this.#db)
    for (let at = 0; at < wishes.length; at += CHUNK) {
      const some = wishes.slice(at, at + CHUNK).map(({ wish }) => wish.gbId)
      for (const gbId of await store.taken(space, some)) taken.add(gbId)
    }
    return wishes.filter(({ wish }) => taken.has(wish.gbId)).map(({ at }) => at)
  }

  async #write(actor: Actor, space: string, wishes: readonly { wish: DeviceWish; at: number }[]): Promise<number[]> {
    return this.#desired.change(async (trx, nowMs) => {
      const store = new DeviceStore(trx)
      const pending = new PendingDeviceStore(trx)
      const refused: number[] = []
      let created = 0
      for (let at = 0; at < wishes.length; at += CHUNK) {
        const some = wishes.slice(at, at + CHUNK)
        const taken = await store.taken(
          space,
          some.map(({ wish }) => wish.gbId),
        )
        const rows: DeviceRow[] = []
        for (const { wish, at } of some) {
          if (taken.has(wish.gbId)) refused.push(at)
          else rows.push(newRow(wish, nowMs))
        }
        if (rows.length > 0) {
          await checkRoom(trx, rows.length)
          await store.insert(rows)
          for (const row of rows) await pending.delete(space, row.gb_id)
        }
        created += rows.length
        await setImmediate()
      }
      await this.#audit.record(trx, actor, { action: 'device.import', object: space, after: { created } })
      return refused
    })
  }
}

/** Throws INVALID. */
async function cellsOf(content: string | Uint8Array): Promise<string[][]> {
  const rows = typeof content === 'string' ? parseCsv(content, MAX_IMPORT_ROWS + 2) : await fileOf(content)
  if (rows.length > MAX_IMPORT_ROWS + 1) {
    throw new AppError('INVALID', { field: 'body', reason: `has more than ${MAX_IMPORT_ROWS} rows` })
  }
  return rows
}

async function fileOf(bytes: Uint8Array): Promise<string[][]> {
  if (bytes[0] === 0x50 && bytes[1] === 0x4b) return parseXlsx(bytes, MAX_IMPORT_ROWS + 2)
  return parseCsv(decode(bytes), MAX_IMPORT_ROWS + 2)
}

/** Spreadsheets save CSV in the encoding of their country: UTF-8, or else that of China. */
function decode(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    return new TextDecoder('gb18030').decode(bytes)
  }
}

/** Throws INVALID when there is no column of codes. */
function columnsOf(headings: readonly string[]): Map<Column, number> {
  const plain = (text: string) => text.replaceAll(/[\s_*]/g, '').toLowerCase()
  const columns = new Map<Column, number>()
  for (const [index, heading] of headings.entries()) {
    const column = NAMES.find(name => COLUMNS[name].some(word => plain(word) === plain(heading)))
    if (column !== undefined && !columns.has(column)) columns.set(column, index)
  }
  if (columns.has('gbId')) return columns
  throw new AppError('INVALID', {
    field: 'body',
    reason: `row 1 names no column gbId, but ${headings.join(', ').slice(0, 200)}`,
  })
}

/** Throws INVALID, NOT_FOUND. */
function wishOf(
  space: string,
  gbId: string,
  cell: (column: Column) => string,
  directories: ReadonlyMap<string, string>,
): DeviceWish {
  const invalid = (field: Column, reason: string) => new AppError('INVALID', { field, reason })
  if (/e\+?\d+$/i.test(gbId)) throw invalid('gbId', 'the spreadsheet made a number of it: format the column as text')
  checkDeviceCode(gbId, 'gbId')
  const [typeText, media, directory] = [cell('type').toLowerCase(), cell('media').toLowerCase(), cell('directory')]
  const type = TYPES[typeText]
  if (typeText !== '' && type === undefined) throw invalid('type', 'expected ipc, nvr or platform')
  const transport = MEDIA_TRANSPORTS.find(name => name === media)
  if (media !== '' && transport === undefined) throw invalid('media', `expected ${MEDIA_TRANSPORTS.join(', ')}`)
  const directoryId = directories.get(directory)
  if (directory !== '' && directoryId === undefined)
    throw new AppError('NOT_FOUND', { what: 'directory', id: directory })
  const flag = (column: Column): boolean | undefined => {
    const text = cell(column).toLowerCase()
    if (text !== '' && !YES.has(text) && !NO.has(text)) throw invalid(column, 'expected true or false')
    return text === '' ? undefined : YES.has(text)
  }
  const degrees = (column: 'longitude' | 'latitude', most: number): number | undefined => {
    const text = cell(column)
    const value = Number(text)
    if (text !== '' && !(Math.abs(value) <= most)) throw invalid(column, `expected degrees from -${most} to ${most}`)
    return text === '' ? undefined : value
  }
  const words = (column: Column, most: number): string | undefined => {
    const text = cell(column)
    if (text.length > most) throw invalid(column, `longer than ${most} letters`)
    return text === '' ? undefined : text
  }
  const wish = {
    ...{ type, media: transport, directoryId, enabled: flag('enabled'), autoStart: flag('autoStart') },
    ...{ name: words('name', 200), password: words('password', 128), description: words('description', 1000) },
    ...{ vendor: words('vendor', 100), params: words('params', 4000) },
    ...{ longitude: degrees('longitude', 180), latitude: degrees('latitude', 90) },
  }
  const named = Object.fromEntries(Object.entries(wish).filter(([, value]) => value !== undefined))
  return { ...named, space, gbId }
}

/** Names of directories from the top down, with slashes between, and their ids. */
function pathsOf(all: readonly DirectoryRow[]): Map<string, string> {
  const byId = new Map(all.map(row => [row.id, row]))
  const path = (row: DirectoryRow): string => {
    const parent = byId.get(row.parent_id ?? '')
    return parent ? `${path(parent)}/${row.name}` : row.name
  }
  return new Map(all.map(row => [path(row), row.id]))
}

function exported(row: DeviceRow, directories: ReadonlyMap<string, string>): (string | number | boolean | null)[] {
  const values: Record<Exclude<Column, 'password'>, string | number | boolean | null> = {
    ...{ gbId: row.gb_id, name: row.name, type: row.type, directory: directories.get(row.directory_id ?? '') ?? '' },
    ...{ description: row.description, vendor: row.vendor, longitude: row.longitude, latitude: row.latitude },
    ...{ media: row.media, enabled: row.enabled === 1, autoStart: row.auto_start === 1, params: row.params },
  }
  return NAMES.flatMap(name => (name === 'password' ? [] : [values[name]]))
}
