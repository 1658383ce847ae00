import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'

test('every column says what it means in the line above it', () => {
  const bare: string[] = []
  for (const name of readdirSync(import.meta.dirname)) {
    if (name.endsWith('.test.ts')) continue
    const lines = readFileSync(join(import.meta.dirname, name), 'utf8').split('\n')
    lines.forEach((line, at) => {
      if (line.includes('.addColumn(') && !lines[at - 1]?.trim().startsWith('// ')) bare.push(`${name}:${at + 1}`)
    })
  }
  expect(bare).toEqual([])
})
