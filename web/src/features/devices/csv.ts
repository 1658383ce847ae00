/** Excel of many countries writes semicolons; a table copied from a sheet has tabs. */
const SEPARATORS = [',', ';', '\t'] as const

/** Rows of cells (RFC 4180): quoted cells may hold separators, quotes twice and line ends. Empty lines are left out. */
export function readCsv(text: string): readonly (readonly string[])[] {
  const clean = text.replace(/^\uFEFF/, '')
  const separator = separatorOf(clean)
  const rows: string[][] = []
  let row: string[] = []
  let cell = ''
  let quoted = false
  const endRow = () => {
    row.push(cell)
    if (row.some(each => each.trim() !== '')) rows.push(row.map(each => each.trim()))
    row = []
    cell = ''
  }
  for (let at = 0; at < clean.length; at++) {
    const letter = clean[at] ?? ''
    if (quoted) {
      if (letter !== '"') cell += letter
      else if (clean[at + 1] === '"') {
        cell += '"'
        at++
      } else quoted = false
    } else if (letter === '"' && cell.trim() === '') {
      cell = ''
      quoted = true
    } else if (letter === separator) {
      row.push(cell)
      cell = ''
    } else if (letter === '\n') endRow()
    else if (letter !== '\r') cell += letter
  }
  endRow()
  return rows
}

/** The one that stands most often in the first line. */
function separatorOf(text: string): string {
  const head = text.slice(0, text.search(/\r?\n|$/))
  const counts = SEPARATORS.map(each => ({ each, count: head.split(each).length }))
  return counts.reduce((best, next) => (next.count > best.count ? next : best)).each
}

/** With the mark by which Excel knows UTF-8. Codes of 20 digits stay texts: as numbers Excel would round them. */
export function writeCsv(rows: readonly (readonly string[])[]): string {
  return `\uFEFF${rows.map(row => row.map(cellText).join(',')).join('\r\n')}\r\n`
}

function cellText(value: string): string {
  if (/^\d{16,}$/.test(value)) return `="${value}"`
  // a cell that begins so would be run as a formula by who opens the file
  const safe = /^[=+\-@\t]/.test(value) ? `'${value}` : value
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe
}
