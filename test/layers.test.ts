import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { expect, test } from 'vitest'

/** room -> rooms it may import. A room not named here is a failure, so a new folder is a decision. */
const MAY_IMPORT: Record<string, readonly string[]> = {
  base: [],
  config: ['base'],
  media: ['base'],
  protocols: ['base', 'media'],
  link: ['base'],
  simulator: ['base', 'media', 'protocols'],
  storage: ['base'],
  node: ['base', 'media', 'protocols', 'link', 'storage'],
  platform: ['base', 'storage', 'link'],
  http: ['base', 'platform', 'link'],
  edge: ['base', 'link', 'node', 'storage'],
}

/** part of a room -> parts of the same room it may import; parts not named are unrestricted. */
const PARTS: Record<string, Record<string, readonly string[]>> = {
  media: {
    codec: [],
    container: ['codec', 'stream'],
    stream: ['codec'],
    broadcast: ['codec', 'stream'],
  },
}

function* sources(dir: string): Generator<string> {
  for (const entry of readdirSync(dir, { withFileTypes: true })) {
    const path = join(dir, entry.name)
    if (entry.isDirectory()) yield* sources(path)
    else if (/\.tsx?$/.test(entry.name) && !/\.(test|fuzz)\.tsx?$/.test(entry.name)) yield path
  }
}

test('no file imports against the direction of the rooms', () => {
  const wrong: string[] = []
  for (const file of sources('src')) {
    const [room = '', part = ''] = relative('src', file).split('/')
    if (room === 'bin') continue // composition roots see everything
    const allowed = MAY_IMPORT[room]
    expect(allowed, `src/${room} is not a room: add it to MAY_IMPORT and ARCHITECTURE.md`).toBeDefined()
    for (const [, spec] of readFileSync(file, 'utf8').matchAll(/(?:from|import\()\s*'(\.[^']+)'/g)) {
      const [toRoom = '', toPart = ''] = relative('src', join(dirname(file), spec!)).split('/')
      if (toRoom !== room && !allowed?.includes(toRoom)) wrong.push(`${file}: ${room} -> ${toRoom}`)
      if (toRoom !== room || toPart === part) continue
      if (room === 'protocols' && toPart !== 'rtp' && !(part === 'gb28181' && toPart === 'sip'))
        wrong.push(`${file}: protocols/${part} -> protocols/${toPart}`)
      const parts = PARTS[room]?.[part]
      if (parts && !parts.includes(toPart)) wrong.push(`${file}: ${room}/${part} -> ${room}/${toPart}`)
    }
  }
  expect(wrong).toEqual([])
})
