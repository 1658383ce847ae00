import { expect, test } from 'vitest'
import { type Shuttle, SPEEDS, shuttled, wayOf } from './speed.ts'

test.each([
  // speed, pictures, hls -> way
  [1, 1, true, 'hls'],
  [0.25, 1, true, 'hls'],
  [4, 1, true, 'hls'],
  [8, 1, true, 'flv'],
  [16, 1, true, 'flv'],
  [1, 4, true, 'hls'],
  [2, 2, true, 'hls'],
  [2, 4, true, 'flv'],
  [0.5, 4, true, 'hls'],
  [1, 1, false, 'flv'],
  [-2, 1, true, 'steps'],
] as const)('%d times with %d pictures, HLS %s: by %s', (speed, pictures, hls, kind) =>
  expect(wayOf(speed, pictures, hls)).toMatchObject({ kind }),
)

test('every speed on offer has a way', () => {
  for (const speed of SPEEDS)
    for (const pictures of [1, 2, 3, 4]) expect(wayOf(speed, pictures, true).kind).not.toBe('steps')
})

test('J, K and L go back, pause and go forward, faster each time', () => {
  const press = (keys: string, from: Shuttle = { playing: false, speed: 1 }) =>
    [...keys].reduce((state, key) => shuttled(state, key as 'j'), from) // only these letters
  expect(press('l')).toEqual({ playing: true, speed: 1 })
  expect(press('lll')).toEqual({ playing: true, speed: 4 })
  expect(press('llllllllll')).toEqual({ playing: true, speed: 16 })
  expect(press('lllj')).toEqual({ playing: true, speed: -1 })
  expect(press('jjjjjj')).toEqual({ playing: true, speed: -8 })
  expect(press('jjl')).toEqual({ playing: true, speed: 1 })
  expect(press('lllk')).toEqual({ playing: false, speed: 1 })
})
