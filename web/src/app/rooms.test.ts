import { globSync, readFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { expect, test } from 'vitest'

const SRC = join(import.meta.dirname, '..')

/** Room -> rooms it may import. Features do not know each other. */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  locales: [],
  lib: ['locales'],
  components: ['lib'],
  features: ['components', 'lib'],
  app: ['features', 'components', 'lib'],
}

test('imports follow the rooms, and nothing of the server is among them', () => {
  const wrong: string[] = []
  for (const file of globSync('**/*.{ts,tsx}', { cwd: SRC })) {
    if (file.includes('.test.')) continue
    const [room = '', part] = file.split('/')
    const source = readFileSync(join(SRC, file), 'utf8')
    for (const [, spec = ''] of source.matchAll(/(?:import|from)[^'\n;]*'(\.[^']+)'/g)) {
      const target = relative(SRC, join(SRC, dirname(file), spec))
      const [toRoom = '', toPart] = target.split('/')
      const allowed = toRoom === room ? room !== 'features' || toPart === part : MAY_IMPORT[room]?.includes(toRoom)
      if (!allowed) wrong.push(`${file} -> ${target}`)
    }
  }
  expect(wrong).toEqual([])
})
