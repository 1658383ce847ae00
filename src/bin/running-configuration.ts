import { renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type LoadedSettings, loadSettings } from '../config/load.ts'
import type { Settings } from '../config/schema.ts'
import { settingsText } from '../config/settings-text.ts'

/** Secrets stand in it. */
const FILE_MODE = 0o600

/**
 * Writes the configuration in force of one process into the data directory, to be read again with `-c`.
 * Answers the file. Throws what the system says.
 */
export function writeRunning(name: string, settings: Settings, origins: LoadedSettings['origins']): string {
  const file = join(settings.data, `running-${name}.yaml`)
  const fresh = `${file}.new`
  const title = `Configuration in force of the ${name}; written at SIGUSR2.`
  rmSync(fresh, { force: true }) // of somebody who was killed; its mode may be another
  writeFileSync(fresh, settingsText(settings, origins, { secrets: true, title }), { mode: FILE_MODE, flag: 'wx' })
  renameSync(fresh, file)
  return file
}

/** `sightline config`: what file and environment say, cleaned and formatted, without secrets. */
export function runConfig(configFile: string | undefined): void {
  const sources = { file: configFile, environment: process.env, directory: process.cwd() }
  const { settings, origins, file } = loadSettings(sources)
  const title = `Configuration ${file === null ? 'without a file' : `of ${file}`}, with the environment over it.`
  process.stdout.write(settingsText(settings, origins, { secrets: false, title }))
}
