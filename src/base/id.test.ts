import { expect, test } from 'vitest'
import { newId } from './id.ts'

const NOW = Date.UTC(2026, 10, 20)

test('prefix, ten letters of time, ten more', () => {
  expect(newId('st', NOW)).toMatch(/^st_[0-9a-hjkmnp-tv-z]{20}$/)
  expect(newId('st', NOW).slice(0, 13)).toBe(newId('st', NOW).slice(0, 13))
})

test('ids sort by the order of their making, also within a millisecond', () => {
  const ids = Array.from({ length: 5000 }, (_, i) => newId('st', NOW + Math.floor(i / 1000)))
  expect(ids.toSorted()).toEqual(ids)
  expect(new Set(ids).size).toBe(ids.length)
})

test('ids of two processes differ by chance', () => {
  const random = (id: string) => id.slice(-10)
  const firsts = Array.from({ length: 100 }, (_, i) => random(newId('st', NOW + i)))
  expect(new Set(firsts).size).toBe(100)
})
