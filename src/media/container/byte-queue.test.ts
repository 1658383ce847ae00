import { expect, test } from 'vitest'
import { ByteQueue } from './byte-queue.ts'

test('takes across chunks what was pushed, in order', () => {
  const queue = new ByteQueue()
  const input = Buffer.from(Array.from({ length: 200 }, (_, i) => i))
  for (let at = 0, step = 1; at < input.length; at += step, step = (step % 7) + 1) {
    queue.push(input.subarray(at, Math.min(input.length, at + step)))
  }
  expect(queue.length).toBe(200)
  const out: Uint8Array[] = []
  for (let step = 5; queue.length > 0; step = (step % 11) + 1) {
    const count = Math.min(step, queue.length)
    expect(queue.peek(count)).toHaveLength(count)
    out.push(queue.take(count))
  }
  expect(Buffer.concat(out)).toEqual(input)
})

test('a take within one chunk is a view', () => {
  const queue = new ByteQueue()
  const chunk = Buffer.of(1, 2, 3, 4)
  queue.push(chunk)
  expect(queue.take(2).buffer).toBe(chunk.buffer)
  expect(queue.peek(2).buffer).toBe(chunk.buffer)
})

test('skips what is there and says how much', () => {
  const queue = new ByteQueue()
  queue.push(Buffer.of(1, 2))
  queue.push(Buffer.of(3, 4, 5))
  expect(queue.skip(3)).toBe(3)
  expect([...queue.peek(2)]).toEqual([4, 5])
  expect(queue.skip(10)).toBe(2)
  expect(queue.length).toBe(0)
  expect(queue.take(0)).toHaveLength(0)
})
