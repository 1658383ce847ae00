import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { newSecret } from '../base/id.ts'
import type { Settings } from '../config/schema.ts'

/** A generated secret that outlives the process: read from the data directory, or made there (mode 0600). */
export function secretFile(dataDirectory: string, name: string): string {
  const file = join(dataDirectory, name)
  mkdirSync(dataDirectory, { recursive: true, mode: 0o700 })
  try {
    writeFileSync(file, `${newSecret()}\n`, { mode: 0o600, flag: 'wx' })
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error
  }
  return readFileSync(file, 'utf8').trim()
}

/** Keys of the node that were not configured are made once and kept in the data directory. */
export function withSecrets(settings: Settings): Settings {
  const { access, data } = settings
  return {
    ...settings,
    access: {
      ...access,
      publishKey: access.publishKey ?? secretFile(data, 'publish-key'),
      playKey: access.playKey ?? secretFile(data, 'play-key'),
    },
  }
}
