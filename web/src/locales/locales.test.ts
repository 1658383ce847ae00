import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'

const SRC = join(import.meta.dirname, '..')

/** Dotted keys and their texts. */
function texts(tree: object, prefix = ''): readonly (readonly [key: string, text: string])[] {
  return Object.entries(tree).flatMap(([key, value]: [string, unknown]) =>
    typeof value === 'object' && value !== null
      ? texts(value, `${prefix}${key}.`)
      : [[prefix + key, String(value)] as const],
  )
}

/** Of all topics; a key that is in two of them would be one text too many. */
function language(name: string): ReadonlyMap<string, string> {
  const files = globSync(`{${name},*.${name}}.json`, { cwd: import.meta.dirname })
  const all = files.flatMap(file => texts(JSON.parse(readFileSync(join(import.meta.dirname, file), 'utf8'))))
  expect(all.map(([key]) => key)).toHaveLength(new Set(all.map(([key]) => key)).size)
  return new Map(all)
}

const english = language('en')
const chinese = language('zh')
const placeholders = (text: string) => [...text.matchAll(/\{\{(\w+)\}\}/g)].map(([, name]) => name).sort()

const sources = globSync('**/*.{ts,tsx}', { cwd: SRC })
  .filter(file => !file.includes('.test.'))
  .map(file => readFileSync(join(SRC, file), 'utf8'))

/** The first argument of each `t(...)`: up to the comma or bracket that ends it. */
function firstArguments(source: string): readonly string[] {
  return [...source.matchAll(/\bt\(/g)].map(({ index }) => {
    const from = index + 2
    let depth = 0
    for (let at = from; at < source.length; at++) {
      const letter = source[at] ?? ''
      if ('([{'.includes(letter)) depth++
      if (depth === 0 && ',)'.includes(letter)) return source.slice(from, at)
      if (')]}'.includes(letter)) depth--
    }
    return source.slice(from)
  })
}

/** `t('a.b')` and the words of `t(cond ? 'a' : 'b')`; a template `t(`a.${x}`)` stands for every key that begins so. */
const used = (source: string) => {
  const all = firstArguments(source)
  return {
    exact: all.flatMap(text => [...text.matchAll(/'([\w-]+(?:\.[\w-]+)+)'/g)].map(([, key]) => key ?? '')),
    starts: all.flatMap(text => [...text.matchAll(/`([\w.-]+\.)\$\{/g)].map(([, key]) => key ?? '')),
  }
}

test('both languages have the same keys, with the same placeholders, and no empty text', () => {
  expect([...chinese.keys()].sort()).toEqual([...english.keys()].sort())
  for (const [key, text] of english) {
    expect([key, placeholders(chinese.get(key) ?? '')]).toEqual([key, placeholders(text)])
    expect(text.trim(), key).not.toBe('')
    expect(chinese.get(key)?.trim(), key).not.toBe('')
  }
})

test('Chinese is Chinese, apart from names that are the same everywhere', () => {
  const same = [...english].filter(([key, text]) => chinese.get(key) === text).map(([key]) => key)
  expect(same.sort()).toEqual([
    'nodes.cpu',
    'player.protocol.hls',
    'player.protocol.http-flv',
    'player.protocol.ws-flv',
    'system.runtime',
  ])
})

test('every key that is used exists, and every key that exists is used', () => {
  const exact = new Set(sources.flatMap(source => used(source).exact))
  const starts = sources.flatMap(source => used(source).starts)
  expect([...exact].filter(key => !english.has(key))).toEqual([])
  expect(starts.filter(start => ![...english.keys()].some(key => key.startsWith(start)))).toEqual([])
  expect([...english.keys()].filter(key => !exact.has(key) && !starts.some(start => key.startsWith(start)))).toEqual([])
})
