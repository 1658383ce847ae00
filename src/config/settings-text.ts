import { stringify } from 'yaml'
import type { Origin } from './load.ts'
import { KEYS, type Settings } from './schema.ts'

const MASK = '***'
/** Longest line of a comment. */
const COLUMNS = 110

/** The value of a key, as it would stand in the file. */
export function writtenValue(settings: Settings, key: string): string | number | boolean | null {
  const value = key.split('.').reduce<unknown>((at, part) => (at as Record<string, unknown>)[part], settings) // KEYS names what Settings has
  if (value === null && key.startsWith('listen.')) return 'off'
  if (value === null && key.startsWith('public.')) return 'auto'
  if (typeof value === 'object' && value !== null && 'port' in value) {
    const port = Number(value.port)
    return 'host' in value && value.host !== undefined ? `${bracketed(String(value.host))}:${port}` : port
  }
  return value as string | number | boolean | null // what the schema has else
}

/**
 * The configuration in force as a file: in the order of the reference, only what is not a default, each key with what
 * it means. Reading it gives the same settings; with `secrets` false they are masked, and it is for people only.
 */
export function settingsText(
  settings: Settings,
  origins: Readonly<Record<string, Origin>>,
  { secrets, title }: { readonly secrets: boolean; readonly title: string },
): string {
  const lines = [`# ${title}`]
  let open: readonly string[] = []
  for (const [key, meta] of KEYS) {
    const value = writtenValue(settings, key)
    if ((origins[key] ?? 'default') === 'default' && (value === meta.fallback || meta.secret || key === 'public.host'))
      continue
    const groups = key.split('.')
    const name = groups.pop()
    for (const [depth, group] of groups.entries()) {
      if (open[depth] === group) continue
      open = [...open.slice(0, depth), group]
      lines.push(`${'  '.repeat(depth)}${group}:`)
    }
    open = open.slice(0, groups.length)
    const indent = '  '.repeat(groups.length)
    lines.push(...wrapped(meta.description).map(words => `${indent}# ${words}`))
    lines.push(`${indent}${name}: ${stringify(meta.secret && !secrets ? MASK : value, { lineWidth: 0 }).trim()}`)
  }
  return `${lines.join('\n')}\n`
}

function wrapped(text: string): string[] {
  const lines: string[] = []
  for (const word of text.split(' ')) {
    const line = lines.at(-1)
    if (line === undefined || line.length + word.length >= COLUMNS) lines.push(word)
    else lines[lines.length - 1] = `${line} ${word}`
  }
  return lines
}

function bracketed(host: string): string {
  return host.includes(':') ? `[${host}]` : host
}
