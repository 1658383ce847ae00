import { KEYS, type Settings } from './schema.ts'

export interface Reload {
  /** The running settings with every reloadable key taken from the new ones. */
  readonly settings: Settings
  readonly changed: readonly string[]
  /** Keys that differ and wait for a restart. */
  readonly needRestart: readonly string[]
}

type Tree = Record<string, unknown>

/** Merges what a reload may change; the rest keeps its running value. */
export function mergeReload(running: Settings, next: Settings): Reload {
  const settings = structuredClone(running)
  const changed: string[] = []
  const needRestart: string[] = []
  for (const [key, meta] of KEYS) {
    const parts = key.split('.')
    const name = parts.pop()!
    const group = (settings: Settings): Tree =>
      parts.reduce((at, part) => at[part] as Tree, settings as unknown as Tree) // KEYS names what Settings has
    const before = group(settings)
    const after = group(next)
    if (JSON.stringify(before[name]) === JSON.stringify(after[name])) continue
    if (meta.reloadable) {
      before[name] = after[name]
      changed.push(key)
    } else needRestart.push(key)
  }
  return { settings, changed, needRestart }
}
