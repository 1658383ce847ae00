import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { describe, expect, test } from 'vitest'
import { PAGES } from '../scripts/reference.ts'
import { ERROR_CODES } from '../src/base/errors.ts'
import { loadSettings } from '../src/config/load.ts'
import { KEYS } from '../src/config/schema.ts'

const ROOT = join(import.meta.dirname, '..')
const read = (file: string): string => readFileSync(join(ROOT, file), 'utf8')

/** First cells of a page's table rows that are code, without the backticks. */
const firstCells = (page: string): string[] => [...page.matchAll(/^\| `([^`]+)` \|/gm)].map(match => match[1]!)

describe('pages written from the code are what the code says', () => {
  test.each(Object.entries(PAGES))('%s', (file, page) => {
    expect(read(file), 'run: node scripts/reference.ts').toBe(page())
  })
})

test('every error and every key is on its page, and nothing else', () => {
  expect(firstCells(read('docs/reference/errors.md'))).toEqual(Object.keys(ERROR_CODES))
  expect(firstCells(read('docs/reference/configuration.md'))).toEqual([...KEYS.keys()])
})

test('every error that the code throws is in the list', () => {
  const thrown = new Set<string>()
  for (const file of files('src', /\.ts$/))
    for (const [, code] of read(file).matchAll(/new AppError\(\s*'([A-Z_]+)'/g)) thrown.add(code!)
  expect([...thrown].filter(code => !(code in ERROR_CODES))).toEqual([])
})

test('every listener is in the table of ports with its default', () => {
  const rows = [...read('docs/reference/ports.md').matchAll(/^\| `(listen\.\w+)` \| (\w+) \|/gm)].map(row => [
    row[1],
    row[2],
  ])
  const listeners = [...KEYS]
    .filter(([key]) => key.startsWith('listen.'))
    .map(([key, meta]) => [key, String(meta.fallback)])
  expect(rows).toEqual(listeners)
})

test('every dependency has its line, and no line is without a dependency', () => {
  const wanted = ['package.json', 'web/package.json'].flatMap(file => {
    const json = JSON.parse(read(file)) as Record<string, Record<string, string> | undefined>
    return ['dependencies', 'devDependencies', 'optionalDependencies'].flatMap(kind => Object.keys(json[kind] ?? {}))
  })
  expect(firstCells(read('docs/design/dependencies.md')).sort()).toEqual([...new Set(wanted)].sort())
})

test('the lock file names the packages of every platform', () => {
  const { packages } = JSON.parse(read('package-lock.json')) as {
    packages: Record<string, { optionalDependencies?: Record<string, string> }>
  }
  const missing = Object.values(packages)
    .flatMap(entry => Object.keys(entry.optionalDependencies ?? {}))
    .filter(
      name =>
        !Object.keys(packages).some(path => path === `node_modules/${name}` || path.endsWith(`/node_modules/${name}`)),
    )
  expect(missing).toEqual([])
})

describe('example configurations load', () => {
  test.each(files('deploy/examples', /\.yaml$/))('%s', file => {
    expect(() => loadSettings({ file: join(ROOT, file), environment: {}, directory: ROOT })).not.toThrow()
  })

  test('full.yaml is the defaults', () => {
    const full = loadSettings({ file: join(ROOT, 'deploy/examples/full.yaml'), environment: {}, directory: '/' })
    expect(full.settings).toEqual(loadSettings({ environment: {}, directory: '/' }).settings)
    expect(new Set(Object.values(full.origins))).toEqual(new Set(['file']))
  })
})

describe('pages do not point to what is not there', () => {
  test.each(files('.', /\.md$/))('%s', file => {
    const page = read(file).replaceAll(/^```.*?^```/gms, '')
    const links = [...page.matchAll(/\]\(([^)#\s]+)[^)]*\)/g)]
      .map(match => match[1]!)
      .filter(link => !/^[a-z]+:/.test(link))
      .map(link => relative(ROOT, join(ROOT, dirname(file), link)))
    // Files of the project that are named in the text, such as `src/node/hub.ts`.
    const named = [...page.matchAll(/`((?:src|test|web|docs|deploy|scripts|bench)\/[\w./-]+\.\w+)`/g)].map(
      match => match[1]!,
    )
    // A room's own page may name its files from there.
    const bases = [ROOT, join(ROOT, dirname(file))]
    expect(links.filter(target => !existsSync(join(ROOT, target)))).toEqual([])
    expect(named.filter(target => !bases.some(base => existsSync(join(base, target))))).toEqual([])
  })
})

/** Files of the project below a directory; what is brought or built is not ours. */
function files(directory: string, pattern: RegExp): string[] {
  const others = new Set(['node_modules', 'dist', 'data', 'coverage'])
  return readdirSync(join(ROOT, directory), { withFileTypes: true }).flatMap(entry => {
    const path = join(directory, entry.name)
    if (entry.isDirectory()) return others.has(entry.name) || entry.name.startsWith('.') ? [] : files(path, pattern)
    return pattern.test(entry.name) ? [path] : []
  })
}
