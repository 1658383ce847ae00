import { expect, test } from 'vitest'
import { FakeTime } from '../../base/fake-time.ts'
import { ReorderBuffer } from './reorder-buffer.ts'

function buffer(maxPackets = 8) {
  const time = new FakeTime()
  const out: (number | string)[] = []
  const reorder = new ReorderBuffer({
    timers: time,
    maxPackets,
    maxDelayMs: 50,
    onPacket: packet => out.push(Buffer.from(packet).readUInt16BE(0)),
    onLoss: packets => out.push(`-${packets}`),
  })
  const push = (...sequences: number[]) => {
    for (const sequence of sequences) reorder.push(Buffer.from([sequence >> 8, sequence & 0xff]), sequence)
  }
  return { time, out, reorder, push }
}

interface Counted {
  readonly lost?: number
  readonly reordered?: number
  readonly duplicates?: number
  readonly late?: number
}

const CASES: readonly [name: string, sent: number[], out: (number | string)[], counters: Counted][] = [
  ['in order', [1, 2, 3], [1, 2, 3], {}],
  ['over the wrap', [65_534, 65_535, 0, 1], [65_534, 65_535, 0, 1], {}],
  ['two exchanged', [1, 3, 2, 4], [1, 2, 3, 4], { reordered: 1 }],
  ['exchanged at the wrap', [65_535, 1, 0, 2], [65_535, 0, 1, 2], { reordered: 1 }],
  ['reversed', [1, 5, 4, 3, 2], [1, 2, 3, 4, 5], { reordered: 3 }],
  ['twice', [1, 2, 2, 4, 4, 3], [1, 2, 3, 4], { duplicates: 2, reordered: 1 }],
  ['a gap as wide as the buffer', [1, 3, 4, 5, 6, 7, 8, 9, 10], [1, '-1', 3, 4, 5, 6, 7, 8, 9, 10], { lost: 1 }],
  ['late behind the gap', [1, 3, 4, 5, 6, 7, 8, 9, 10, 2], [1, '-1', 3, 4, 5, 6, 7, 8, 9, 10], { lost: 1, late: 1 }],
  ['a wide gap', [1, 100, 101], [1, '-98', 100, 101], { lost: 98 }],
  ['a sender that starts anew', [1, 2, 20_000, 20_001], [1, 2, '-0', 20_000, 20_001], {}],
]

test.each(CASES)('%s', (_, sent, out, counters) => {
  const made = buffer()
  made.push(...sent)
  expect(made.out).toEqual(out)
  const { lost, reordered, duplicates, late } = made.reorder
  expect({ lost, reordered, duplicates, late }).toEqual({ lost: 0, reordered: 0, duplicates: 0, late: 0, ...counters })
})

test('a missing packet is waited for only so long', () => {
  const { time, out, push, reorder } = buffer()
  push(1, 3, 5)
  time.advance(49)
  expect(out).toEqual([1])
  time.advance(1)
  expect(out).toEqual([1, '-1', 3])
  time.advance(50)
  expect(out).toEqual([1, '-1', 3, '-1', 5])
  push(6)
  expect(out.at(-1)).toBe(6)
  expect(reorder.lost).toBe(2)
})

test('the timer stops when the gap is filled, and what waits comes out at the end', () => {
  const { time, out, push, reorder } = buffer()
  push(1, 3, 2)
  time.advance(1000)
  push(5)
  reorder.flush()
  time.advance(1000)
  expect(out).toEqual([1, 2, 3, '-1', 5])
})
