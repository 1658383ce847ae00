import type { Device } from '../../lib/api/types.ts'

type Quirks = Device['quirks']

/** One `name=value` per line. */
export const quirksText = (quirks: Quirks): string =>
  Object.entries(quirks)
    .map(([name, value]) => `${name}=${value}`)
    .join('\n')

/** Null: a line is no `name=value`. */
export function quirksOf(text: string): Quirks | null {
  const quirks: Record<string, string | number | boolean> = {}
  for (const line of text.split('\n').map(each => each.trim())) {
    if (line === '') continue
    const [, name = '', value = ''] = /^([A-Za-z]\w{0,63})\s*=\s*(\S.{0,254})$/.exec(line) ?? []
    if (name === '') return null
    quirks[name] =
      value === 'true' ? true : value === 'false' ? false : /^-?\d{1,15}$/.test(value) ? Number(value) : value
  }
  return quirks
}
