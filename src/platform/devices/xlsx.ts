import { XMLParser } from 'fast-xml-parser'
import { AppError } from '../../base/errors.ts'
import { ZipFile } from './zip-file.ts'

/** Columns looked at: a list of devices has some twenty. */
const MAX_COLUMNS = 256

/** A run of letters in a cell of a sheet is the deepest at eight. */
const MAX_DEPTH = 16

const ARRAYS: ReadonlySet<string> = new Set(['row', 'c', 'si', 'r', 't', 'sheet', 'Relationship'])
const parser = new XMLParser({
  ignoreAttributes: false,
  attributeNamePrefix: '@',
  parseTagValue: false,
  parseAttributeValue: false,
  trimValues: false,
  removeNSPrefix: true,
  processEntities: true,
  ignoreDeclaration: true,
  ignorePiTags: true,
  maxNestedTags: MAX_DEPTH,
  jPath: false,
  isArray: name => ARRAYS.has(name),
})

/** What the parser makes: text, or elements by name. */
type Xml = { readonly [name: string]: unknown }

/**
 * The cells of the first sheet of a workbook (ISO/IEC 29500-1 §18), as text. Numbers come as they are stored, so codes
 * of 20 digits have to be text cells: a number keeps only 15 of them. Throws INVALID.
 */
export function parseXlsx(bytes: Uint8Array, maxRows: number): string[][] {
  const zip = new ZipFile(bytes)
  const shared = texts(zip)
  const sheet = zip.read(firstSheet(zip))
  if (sheet === null) throw new AppError('INVALID', { field: 'body.file', reason: 'the spreadsheet has no sheet' })
  const rows: string[][] = []
  for (const row of list(child(child(parse(sheet), 'worksheet'), 'sheetData'), 'row')) {
    // rows without cells are left out of the file, and count all the same
    const number = Number(row['@r'] ?? rows.length + 1)
    if (!(number >= 1 && number <= maxRows)) break
    const cells: string[] = []
    for (const cell of list(row, 'c')) {
      const column = columnOf(String(cell['@r'] ?? ''), cells.length)
      if (column < MAX_COLUMNS) cells[column] = cellText(cell, shared)
    }
    rows[number - 1] = Array.from(cells, text => text ?? '')
  }
  return Array.from(rows, cells => cells ?? [])
}

function firstSheet(zip: ZipFile): string {
  const sheets = child(child(parse(zip.read('xl/workbook.xml') ?? ''), 'workbook'), 'sheets')
  const id = list(sheets, 'sheet')[0]?.['@id']
  const relations = child(parse(zip.read('xl/_rels/workbook.xml.rels') ?? ''), 'Relationships')
  const target = list(relations, 'Relationship').find(relation => relation['@Id'] === id)?.['@Target']
  const path = typeof target === 'string' ? target : 'worksheets/sheet1.xml'
  return path.startsWith('/') ? path.slice(1) : `xl/${path}`
}

function texts(zip: ZipFile): string[] {
  const table = child(parse(zip.read('xl/sharedStrings.xml') ?? ''), 'sst')
  return list(table, 'si').map(textOf)
}

/** Text alone, or in runs of different letters. */
function textOf(item: Xml): string {
  const own = many(item['t']).map(plain)
  const runs = list(item, 'r').flatMap(run => many(run['t']).map(plain))
  return [...own, ...runs].join('')
}

function cellText(cell: Xml, shared: readonly string[]): string {
  const value = plain(many(cell['v'])[0])
  if (cell['@t'] === 's') return shared[Number(value)] ?? ''
  if (cell['@t'] === 'inlineStr') return textOf(child(cell, 'is'))
  if (cell['@t'] === 'b') return value === '1' ? 'true' : 'false'
  return value
}

/** `C7` is column 2; without a name it is the next one. */
function columnOf(name: string, next: number): number {
  const letters = /^[A-Z]{1,3}/.exec(name)?.[0]
  if (letters === undefined) return next
  return [...letters].reduce((column, letter) => column * 26 + letter.charCodeAt(0) - 64, 0) - 1
}

function parse(xml: string): Xml {
  if (xml.includes('<!DOCTYPE')) {
    throw new AppError('INVALID', { field: 'body.file', reason: 'the spreadsheet declares entities' })
  }
  try {
    return xml === '' ? {} : parser.parse(xml)
  } catch (error) {
    throw new AppError('INVALID', { field: 'body.file', reason: 'the spreadsheet cannot be read' }, { cause: error })
  }
}

function child(of: Xml, name: string): Xml {
  const value = many(of[name])[0]
  return isXml(value) ? value : {}
}

function list(of: Xml, name: string): Xml[] {
  return many(of[name]).filter(isXml)
}

function many(value: unknown): unknown[] {
  return Array.isArray(value) ? value : value === undefined ? [] : [value]
}

function plain(value: unknown): string {
  if (typeof value === 'string') return value
  const text = isXml(value) ? value['#text'] : undefined
  return typeof text === 'string' ? text : ''
}

function isXml(value: unknown): value is Xml {
  return typeof value === 'object' && value !== null
}
