import { setImmediate } from 'node:timers/promises'
import { AppError } from '../../base/errors.ts'
import { ZipFile } from './zip-file.ts'

/** Columns looked at: a list of devices has some twenty. */
const MAX_COLUMNS = 256
/** Texts of one workbook: each row of a list of devices has some twenty. */
const MAX_TEXTS = 200_000
/** Rows or texts read before others get a turn: some milliseconds. */
const TURN = 500

const NAMED: Readonly<Record<string, string>> = { lt: '<', gt: '>', amp: '&', quot: '"', apos: "'" }

/**
 * The cells of the first sheet of a workbook (ISO/IEC 29500-1 §18), as text. Numbers come as they are stored, so codes
 * of 20 digits have to be text cells: a number keeps only 15 of them. Throws INVALID.
 *
 * Reads the few elements it needs where they stand, in one pass: a parser that builds the whole tree of a sheet takes
 * half a second for 5000 rows.
 */
export async function parseXlsx(bytes: Uint8Array, maxRows: number): Promise<string[][]> {
  const zip = new ZipFile(bytes)
  const shared = await texts(part(zip, 'xl/sharedStrings.xml') ?? '')
  const sheet = part(zip, firstSheet(zip))
  if (sheet === null) throw new AppError('INVALID', { field: 'body.file', reason: 'the spreadsheet has no sheet' })
  const rows: string[][] = []
  for (const row of elements(sheet, 'row')) {
    // rows without cells are left out of the file, and count all the same
    const number = Number(attribute(row, 'r') ?? rows.length + 1)
    if (!(number >= 1 && number <= maxRows)) break
    const cells: string[] = []
    for (const cell of elements(row.inner, 'c')) {
      const column = columnOf(attribute(cell, 'r') ?? '', cells.length)
      if (column < MAX_COLUMNS) cells[column] = cellText(cell, shared)
    }
    rows[number - 1] = Array.from(cells, text => text ?? '')
    if (number % TURN === 0) await setImmediate()
  }
  return Array.from(rows, cells => cells ?? [])
}

interface Element {
  /** Between its name and `>`. */
  readonly head: string
  readonly inner: string
}

/** A part of the workbook; some writers put the prefix of a namespace before every name. Null when there is none. */
function part(zip: ZipFile, name: string): string | null {
  const xml = zip.read(name)
  const prefix = /<(\w{1,8}:)(?:worksheet|workbook|sst|Relationships)\b/.exec(xml?.slice(0, 2000) ?? '')?.[1]
  if (xml === null || prefix === undefined) return xml
  return xml.replaceAll(`<${prefix}`, '<').replaceAll(`</${prefix}`, '</')
}

/** Elements of a name that never has itself inside, in order. What is not closed ends it. */
function* elements(xml: string, name: string): Generator<Element> {
  const [open, close] = [`<${name}`, `</${name}>`]
  for (let at = xml.indexOf(open); at >= 0; ) {
    const after = xml[at + open.length] ?? ''
    const end = xml.indexOf('>', at)
    if (end < 0) return
    if (!/[\s/>]/.test(after)) {
      at = xml.indexOf(open, end)
      continue
    }
    const empty = xml[end - 1] === '/'
    const closed = empty ? end : xml.indexOf(close, end)
    if (closed < 0) return
    const head = xml.slice(at + open.length, empty ? end - 1 : end)
    yield { head, inner: empty ? '' : xml.slice(end + 1, closed) }
    at = xml.indexOf(open, closed)
  }
}

function attribute({ head }: Element, name: string): string | undefined {
  const found = new RegExp(`(?:^|[\\s:])${name}\\s*=\\s*["']([^"']*)["']`).exec(head)
  return found?.[1] === undefined ? undefined : decode(found[1])
}

function firstSheet(zip: ZipFile): string {
  const [sheet] = elements(part(zip, 'xl/workbook.xml') ?? '', 'sheet')
  const id = sheet && /\br?:?id\s*=\s*["'](rId[^"']*)["']/i.exec(sheet.head)?.[1]
  for (const relation of elements(part(zip, 'xl/_rels/workbook.xml.rels') ?? '', 'Relationship')) {
    const target = attribute(relation, 'Target')
    if (attribute(relation, 'Id') !== id || target === undefined) continue
    return target.startsWith('/') ? target.slice(1) : `xl/${target}`
  }
  return 'xl/worksheets/sheet1.xml'
}

async function texts(xml: string): Promise<string[]> {
  const all: string[] = []
  for (const item of elements(xml, 'si')) {
    if (all.push(textOf(item.inner)) > MAX_TEXTS) {
      throw new AppError('INVALID', { field: 'body.file', reason: `the spreadsheet has more than ${MAX_TEXTS} texts` })
    }
    if (all.length % TURN === 0) await setImmediate()
  }
  return all
}

/** Text alone, or in runs of different letters; `rPh` has how to pronounce it. */
function textOf(xml: string): string {
  const spoken = xml.indexOf('<rPh')
  let text = ''
  for (const { inner } of elements(spoken < 0 ? xml : xml.slice(0, spoken), 't')) text += decode(inner)
  return text
}

function cellText(cell: Element, shared: readonly string[]): string {
  const kind = attribute(cell, 't')
  if (kind === 'inlineStr') return textOf(cell.inner)
  const [value] = elements(cell.inner, 'v')
  const text = decode(value?.inner ?? '')
  if (kind === 's') return shared[Number(text)] ?? ''
  return kind === 'b' ? String(text === '1') : text
}

/** `C7` is column 2; without a name it is the next one. */
function columnOf(name: string, next: number): number {
  const letters = /^[A-Z]{1,3}/.exec(name)?.[0]
  if (letters === undefined) return next
  return [...letters].reduce((column, letter) => column * 26 + letter.charCodeAt(0) - 64, 0) - 1
}

/** The five named entities and character references; anything else stays as it was written. */
function decode(text: string): string {
  if (!text.includes('&')) return text
  return text.replace(/&(?:(lt|gt|amp|quot|apos)|#(\d{1,7})|#x([\da-f]{1,6}));/gi, (whole, name, decimal, hex) => {
    if (name !== undefined) return NAMED[String(name).toLowerCase()] ?? whole
    const point = decimal === undefined ? Number.parseInt(String(hex), 16) : Number(decimal)
    return point > 0 && point <= 0x10ffff ? String.fromCodePoint(point) : whole
  })
}
