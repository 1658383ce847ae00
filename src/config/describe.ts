import type { Origin } from './load.ts'
import { environmentName, KEYS, type Settings } from './schema.ts'

/** One key as people may see it. */
export interface DescribedKey {
  readonly key: string
  readonly variable: string
  readonly value: unknown
  readonly origin: Origin
  readonly reloadable: boolean
}

const MASK = '***'

/** The configuration in force, key by key, secrets masked. */
export function describeSettings(settings: Settings, origins: Readonly<Record<string, Origin>>): DescribedKey[] {
  return [...KEYS].map(([key, meta]) => {
    const value = key.split('.').reduce<unknown>((at, part) => (at as Record<string, unknown>)[part], settings) // KEYS names what Settings has
    return {
      key,
      variable: environmentName(key),
      value: meta.secret && value !== meta.fallback ? MASK : value,
      origin: origins[key] ?? 'default',
      reloadable: meta.reloadable,
    }
  })
}
