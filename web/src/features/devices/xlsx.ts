/** What a sheet of 10 000 rows takes, and no more: the file is the visitor's own, but a mistake must not hang the page. */
const MAX_PART_BYTES = 64 * 1024 * 1024
const MAX_ROWS = 20_001
/** Columns of a sheet of devices, with some to spare. */
const MAX_COLUMNS = 256
const END_OF_DIRECTORY = 0x06054b50
const DIRECTORY_ENTRY = 0x02014b50
const DEFLATED = 8

/** The parts of a ZIP file by name (APPNOTE 4.3), each unpacked when it is asked for. Throws Error on what is no ZIP. */
function readZip(file: ArrayBuffer): ReadonlyMap<string, () => Promise<string>> {
  const view = new DataView(file)
  let end = file.byteLength - 22
  while (end >= 0 && view.getUint32(end, true) !== END_OF_DIRECTORY) end--
  if (end < 0) throw new Error('not an XLSX file')
  const parts = new Map<string, () => Promise<string>>()
  let at = view.getUint32(end + 16, true)
  for (let left = view.getUint16(end + 10, true); left > 0 && at + 46 <= file.byteLength; left--) {
    if (view.getUint32(at, true) !== DIRECTORY_ENTRY) break
    const [method, packed, size] = [
      view.getUint16(at + 10, true),
      view.getUint32(at + 20, true),
      view.getUint32(at + 24, true),
    ]
    const [nameLength, extra, comment] = [28, 30, 32].map(offset => view.getUint16(at + offset, true))
    const name = new TextDecoder().decode(new Uint8Array(file, at + 46, nameLength))
    const header = view.getUint32(at + 42, true)
    parts.set(name, () => {
      const from = header + 30 + view.getUint16(header + 26, true) + view.getUint16(header + 28, true)
      return unpack(new Uint8Array(file, from, packed), method, size)
    })
    at += 46 + (nameLength ?? 0) + (extra ?? 0) + (comment ?? 0)
  }
  return parts
}

async function unpack(bytes: Uint8Array<ArrayBuffer>, method: number, size: number): Promise<string> {
  if (size > MAX_PART_BYTES) throw new Error('the sheet is too large')
  if (method !== DEFLATED) return new TextDecoder().decode(bytes)
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream('deflate-raw'))
  return new Response(stream).text()
}

const ENTITIES: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" }

const plain = (xml: string): string =>
  xml.replace(/&(?:#(\d+)|#x([\da-f]+)|(\w+));/gi, (whole, decimal, hex, name) =>
    name === undefined
      ? String.fromCodePoint(Number.parseInt(decimal ?? hex, decimal ? 10 : 16))
      : (ENTITIES[name] ?? whole),
  )

/** The text of a cell or shared string: its runs one after the other, without how they are read aloud. */
const textOf = (xml: string): string =>
  [...xml.replace(/<rPh\b[\s\S]*?<\/rPh>/g, '').matchAll(/<t(?:\s[^>]*)?>([\s\S]*?)<\/t>/g)]
    .map(([, text = '']) => plain(text))
    .join('')

/** `AB12` is column 27. */
const columnOf = (reference: string): number =>
  [...reference.replace(/\d+$/, '')].reduce((sum, letter) => sum * 26 + letter.charCodeAt(0) - 64, 0) - 1

/** Cells of the first sheet of an XLSX file (ECMA-376 part 1 §18.3), as texts. Throws Error on what is none. */
export async function readXlsx(file: ArrayBuffer): Promise<readonly (readonly string[])[]> {
  const parts = readZip(file)
  const sheets = [...parts.keys()].filter(name => /^xl\/worksheets\/[^/]+\.xml$/.test(name)).sort()
  const sheet = await parts.get(sheets.find(name => name.endsWith('/sheet1.xml')) ?? sheets[0] ?? '')?.()
  if (sheet === undefined) throw new Error('the file has no sheet')
  const shared = [
    ...((await parts.get('xl/sharedStrings.xml')?.()) ?? '').matchAll(/<si\b[^>]*>([\s\S]*?)<\/si>/g),
  ].map(([, xml = '']) => textOf(xml))
  const rows: (readonly string[])[] = []
  for (const [, xml = ''] of sheet.matchAll(/<row\b[^>]*?(?:\/>|>([\s\S]*?)<\/row>)/g)) {
    const cells: string[] = []
    for (const [, attributes = '', content = ''] of xml.matchAll(/<c\b([^>]*?)(?:\/>|>([\s\S]*?)<\/c>)/g)) {
      const column = columnOf(/\br="([A-Z]+\d+)"/.exec(attributes)?.[1] ?? '')
      if (column < 0 || column >= MAX_COLUMNS) continue
      while (cells.length < column) cells.push('')
      cells[column] = cellValue(attributes, content, shared).trim()
    }
    if (cells.some(cell => cell !== '')) rows.push(cells)
    if (rows.length >= MAX_ROWS) break
  }
  return rows
}

function cellValue(attributes: string, content: string, shared: readonly string[]): string {
  const type = /\bt="(\w+)"/.exec(attributes)?.[1]
  if (type === 'inlineStr') return textOf(content)
  const value = plain(/<v(?:\s[^>]*)?>([\s\S]*?)<\/v>/.exec(content)?.[1] ?? '')
  if (type === 's') return shared[Number(value)] ?? ''
  // A code that was typed as a number has lost its last digits already: shown so that nobody takes it for one.
  return type === undefined && /^\d{16,}$/.test(value) ? Number(value).toExponential() : value
}
