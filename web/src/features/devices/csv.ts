/** Rows of cells (RFC 4180), with the mark by which Excel knows UTF-8. Codes of 20 digits stay texts: Excel would round them. */
export function writeCsv(rows: readonly (readonly string[])[]): string {
  return `\uFEFF${rows.map(row => row.map(cellText).join(',')).join('\r\n')}\r\n`
}

function cellText(value: string): string {
  if (/^\d{16,}$/.test(value)) return `="${value}"`
  // a cell that begins so would be run as a formula by who opens the file
  const safe = /^[=+\-@\t]/.test(value) ? `'${value}` : value
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe
}
