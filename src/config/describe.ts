import type { Origin } from './load.ts'
import { environmentName, KEYS, type Settings } from './schema.ts'
import { writtenValue } from './settings-text.ts'

/** One key as people may see it. */
export interface DescribedKey {
  readonly key: string
  readonly variable: string
  /** As it would stand in the file. */
  readonly value: string | number | boolean | null
  readonly origin: Origin
  readonly reloadable: boolean
}

const MASK = '***'

/** The configuration in force, key by key, secrets masked. */
export function describeSettings(settings: Settings, origins: Readonly<Record<string, Origin>>): DescribedKey[] {
  return [...KEYS].map(([key, meta]) => {
    const value = writtenValue(settings, key)
    return {
      key,
      variable: environmentName(key),
      value: meta.secret && value !== meta.fallback ? MASK : value,
      origin: origins[key] ?? 'default',
      reloadable: meta.reloadable,
    }
  })
}
