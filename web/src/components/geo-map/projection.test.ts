import { expect, test } from 'vitest'
import {
  degreesText,
  graticule,
  movedBy,
  onScreen,
  scaleBar,
  toPlace,
  toWorld,
  viewOf,
  zoomedBy,
} from './projection.ts'

const HANGZHOU = { longitude: 120.1551, latitude: 30.2741 }

test('there and back again', () => {
  const { x, y } = toWorld(HANGZHOU)
  const back = toPlace(x, y)
  expect(back.longitude).toBeCloseTo(HANGZHOU.longitude, 9)
  expect(back.latitude).toBeCloseTo(HANGZHOU.latitude, 9)
  expect(toWorld({ longitude: 0, latitude: 0 })).toEqual({ x: 0.5, y: 0.5 })
  expect(toWorld({ longitude: 0, latitude: 90 }).y).toBeCloseTo(0, 3)
})

test('all places are in view, one alone is not zoomed in without end', () => {
  const far = { longitude: 121.5, latitude: 31.2 }
  const view = viewOf([HANGZHOU, far], 800, 400)
  for (const place of [HANGZHOU, far]) {
    const { x, y } = onScreen(place, view, 800, 400)
    expect(x).toBeGreaterThan(0)
    expect(x).toBeLessThan(800)
    expect(y).toBeGreaterThan(0)
    expect(y).toBeLessThan(400)
  }
  expect(viewOf([HANGZHOU], 800, 400).worldPx).toBe(256 * 2 ** 15)
})

test('zooming keeps what is under the pointer, dragging carries it along', () => {
  const view = viewOf([HANGZHOU], 800, 400)
  const before = onScreen(HANGZHOU, view, 800, 400)
  const zoomed = zoomedBy(movedBy(view, 100, -50), 2, 100, -50)
  const after = onScreen(HANGZHOU, zoomed, 800, 400)
  expect(after.x).toBeCloseTo(before.x + 100, 3)
  expect(after.y).toBeCloseTo(before.y - 50, 3)
  expect(zoomedBy(view, 1e9).worldPx).toBe(256 * 2 ** 22)
})

test('lines are round, evenly apart, and never crowded', () => {
  const view = viewOf([HANGZHOU], 800, 400)
  const { meridians, parallels } = graticule(view, 800, 400)
  expect(meridians.length).toBeGreaterThan(2)
  expect(parallels.length).toBeGreaterThan(0)
  for (const [i, { at }] of meridians.entries())
    if (i > 0) expect(at - (meridians[i - 1]?.at ?? 0)).toBeGreaterThan(100)
  expect(degreesText(120.5, ['E', 'W'])).toBe('120°30′E')
  expect(degreesText(-0.0025, ['E', 'W'])).toBe('0°00′09″W')
  expect(degreesText(0, ['E', 'W'])).toBe('0°')
})

test('the bar is a round length', () => {
  const { metres, px } = scaleBar({ x: 0.5, y: 0.5, worldPx: 256 * 2 ** 15 }, 120)
  expect(metres).toBe(500)
  expect(px).toBeGreaterThan(60)
  expect(px).toBeLessThanOrEqual(120)
})
