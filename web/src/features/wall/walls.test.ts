import { expect, test } from 'vitest'
import { decodable } from './decode-budget.ts'
import { FIRST_WALL, parseWalls, placed, places, withLayout } from './walls.ts'

test.each([
  ['', FIRST_WALL],
  ['[]', FIRST_WALL],
  ['null', FIRST_WALL],
  ['{"size":5,"tiles":[1],"saved":[{"name":"a"}]}', FIRST_WALL],
  [
    '{"size":9,"tiles":["a",null],"saved":[{"name":"n","size":1,"tiles":["a"]},7]}',
    { size: 9, tiles: ['a', null], saved: [{ name: 'n', size: 1, tiles: ['a'] }] },
  ],
])('what was stored is read with care: %s', (stored, walls) => {
  expect(parseWalls(stored)).toEqual(walls)
})

test('a stream stands in one place: putting it elsewhere changes places', () => {
  expect(placed(['a', 'b', null], 2, 'a')).toEqual([null, 'b', 'a'])
  expect(placed(['a', 'b'], 0, 'b')).toEqual(['b', 'a'])
  expect(placed(['a'], 3, 'c')).toEqual(['a', null, null, 'c'])
  expect(placed(['a', 'b'], 1, null)).toEqual(['a', null])
  expect(places(['a', 'b', 'c', 'd', 'e'], 4)).toEqual(['a', 'b', 'c', 'd'])
  expect(places([], 1)).toEqual([null])
})

test('layouts are kept by name', () => {
  const one = { name: 'night', size: 4, tiles: ['a'] } as const
  const two = { name: 'day', size: 1, tiles: ['b'] } as const
  const saved = withLayout(withLayout([], one), two)
  expect(saved.map(({ name }) => name)).toEqual(['day', 'night'])
  expect(withLayout(saved, { ...one, size: 9 })).toEqual([two, { ...one, size: 9 }])
})

test('what a computer can decode goes to the first ones, and one picture always plays', () => {
  const hd = { width: 1920, height: 1080, fps: 30 }
  expect(decodable([hd, hd, hd, hd, hd], 2)).toEqual([true, true, true, true, false])
  expect(decodable([{ ...hd, width: 40_000 }, hd], 1)).toEqual([true, false])
  expect(decodable([null, null, hd], 1)).toEqual([true, true, true])
  expect(decodable([hd, hd, { width: 320, height: 240, fps: null }], 1)).toEqual([true, true, true])
})
