import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { loadSettings } from './load.ts'
import { KEYS } from './schema.ts'
import { settingsText } from './settings-text.ts'

let directory: string

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'sightline-settings-'))
})

afterEach(() => rmSync(directory, { recursive: true }))

function load(text: string, environment: Record<string, string> = {}) {
  const file = join(directory, 'given.yaml')
  writeFileSync(file, text)
  return loadSettings({ file, environment, directory })
}

const GIVEN = `
# by hand, in no order
rtmp: {chunkSize: 4096}
media:
  windowMs:
    low:    20
listen: { rtmp: "127.0.0.1:1936", https: off, http: "[::1]:8000",
          sip: 5061 }
admin: { password: "yes: a # secret" }
log: {level: info}
public: {media: 443}
`

test('cleaned and formatted: what is no default, in the order of the reference, with what it means', () => {
  const { settings, origins } = load(GIVEN, { SIGHTLINE_HLS_WINDOW_SECONDS: '12' })
  const text = settingsText(settings, origins, { secrets: false, title: 'in force' })
  expect(text.replace(/^\s*#.*\n/gm, '')).toBe(`listen:
  http: "[::1]:8000"
  https: off
  rtmp: 127.0.0.1:1936
  sip: 5061
admin:
  password: "***"
log:
  level: info
public:
  media: 443
rtmp:
  chunkSize: 4096
media:
  windowMs:
    low: 20
hls:
  windowSeconds: 12
`)
  expect(text).toContain('  # Length of the playlist.\n  windowSeconds: 12\n')
  expect(text.startsWith('# in force\n')).toBe(true)
})

test('read again it gives the same settings, secrets too', () => {
  const { settings, origins } = load(GIVEN)
  const again = load(settingsText(settings, origins, { secrets: true, title: 'in force' }))
  expect(again.settings).toEqual(settings)
  expect(again.origins).toEqual(origins)
})

test('every key can be written and read back', () => {
  const all = Object.fromEntries([...KEYS.keys()].map(key => [key, 'file' as const]))
  const { settings } = load('')
  const text = settingsText(settings, all, { secrets: true, title: 'all' })
  expect(load(text).settings).toEqual(settings)
})

test('nothing but defaults is an empty file', () => {
  const { settings, origins } = load('')
  expect(settingsText(settings, origins, { secrets: true, title: 'in force' })).toBe('# in force\n')
})
