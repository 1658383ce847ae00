import { expect, test } from 'vitest'
import { FakeTime } from '../../../base/fake-time.ts'
import { MultiPart, type MultiPartResult } from './multi-part.ts'

interface Item {
  readonly id: string
}

const items = (from: number, count: number): Item[] =>
  Array.from({ length: count }, (_, i) => ({ id: String(from + i) }))

function collect() {
  const time = new FakeTime()
  const batches: number[] = []
  const ids: string[] = []
  const results: MultiPartResult[] = []
  const parts = new MultiPart<Item>({
    timers: time,
    key: item => item.id,
    onBatch: batch => {
      batches.push(batch.length)
      ids.push(...batch.map(item => item.id))
    },
    onEnd: result => results.push(result),
  })
  return { time, batches, ids, results, parts }
}

test('parts out of order and repeated are complete', () => {
  const { time, ids, results, parts } = collect()
  parts.push({ sumNum: 6, items: items(4, 2) })
  parts.push({ sumNum: 6, items: items(0, 2) })
  parts.push({ sumNum: 6, items: items(0, 2) })
  parts.push({ sumNum: 6, items: items(2, 2) })
  expect(results).toEqual([])
  time.advance(500)
  expect(results).toEqual([
    { complete: true, received: 6, expected: 6, missing: 0, duplicates: 2, parts: 4, ended: 'complete' },
  ])
  expect(ids.sort()).toEqual(['0', '1', '2', '3', '4', '5'])
})

test('a short answer says how many are missing', () => {
  const { time, results, parts } = collect()
  parts.push({ sumNum: 140, items: items(0, 10) })
  time.advance(19_999)
  expect(results).toEqual([])
  time.advance(1)
  expect(results).toMatchObject([{ complete: false, received: 10, missing: 130, ended: 'silence' }])
})

test('each part moves the deadline', () => {
  const { time, results, parts } = collect()
  for (let i = 0; i < 10; i++) {
    time.advance(19_000)
    parts.push({ sumNum: 11, items: items(i, 1) })
  }
  expect(results).toEqual([])
  parts.push({ sumNum: 11, items: items(10, 1) })
  time.advance(500)
  expect(results).toMatchObject([{ complete: true, received: 11 }])
})

test('a device whose SumNum counts the message only', () => {
  const { time, results, parts } = collect()
  for (let i = 0; i < 14; i++) {
    parts.push({ sumNum: 10, items: items(i * 10, 10) })
    time.advance(300)
  }
  time.advance(500)
  expect(results).toMatchObject([{ complete: true, received: 140, expected: 10, missing: 0 }])
})

test('nothing found', () => {
  const { results, parts } = collect()
  parts.push({ sumNum: 0, items: [] })
  expect(results).toMatchObject([{ complete: true, received: 0, expected: 0, ended: 'complete' }])
})

test('no SumNum at all', () => {
  const { time, results, parts } = collect()
  parts.push({ items: items(0, 3) })
  time.advance(20_000)
  expect(results).toMatchObject([{ complete: true, received: 3, expected: null, ended: 'silence' }])
})

test('no answer', () => {
  const { time, results } = collect()
  time.advance(20_000)
  expect(results).toMatchObject([{ complete: false, received: 0, expected: null, parts: 0, ended: 'silence' }])
})

test('what comes late is given out all the same', () => {
  const { time, ids, results, parts } = collect()
  parts.push({ sumNum: 4, items: items(0, 2) })
  time.advance(20_000)
  parts.push({ sumNum: 4, items: items(1, 3) })
  expect(ids).toEqual(['0', '1', '2', '3'])
  expect(results).toHaveLength(1)
})

test('100 000 items in batches, no more than one in each step', () => {
  const { time, batches, results, parts } = collect()
  let most = 0
  for (let i = 0; i < 100_000; i += 10) {
    const before = batches.length
    parts.push({ sumNum: 100_000, items: items(i, 10) })
    most = Math.max(most, batches.length - before)
  }
  time.advance(500)
  expect(results).toMatchObject([{ complete: true, received: 100_000 }])
  expect(Math.max(...batches)).toBe(200)
  expect(most).toBe(1)
})

test('aborted', () => {
  const { time, results, parts } = collect()
  parts.push({ sumNum: 4, items: items(0, 2) })
  parts.abort()
  time.advance(60_000)
  expect(results).toMatchObject([{ complete: false, received: 2, ended: 'aborted' }])
})
