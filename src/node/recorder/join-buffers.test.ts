import { expect, test } from 'vitest'
import { JoinBuffers } from './join-buffers.ts'

const PARTS = [Buffer.from('moof'), Buffer.from(''), Buffer.from('mdat')]

test('parts are one piece, in a buffer that is used again', async () => {
  const buffers = new JoinBuffers()
  const memory: ArrayBufferLike[] = []
  for (let i = 0; i < 3; i++) {
    await buffers.joined(PARTS, 8, async parts => {
      expect(parts.map(String)).toEqual(['moofmdat'])
      memory.push(parts[0]!.buffer)
    })
  }
  expect(new Set(memory).size).toBe(1)
})

test('what finds no buffer stays as it is', async () => {
  const buffers = new JoinBuffers()
  const { promise, resolve } = Promise.withResolvers<void>()
  const pieces: number[] = []
  const writes = Array.from({ length: 5 }, () =>
    buffers.joined(PARTS, 8, parts => {
      pieces.push(parts.length)
      return promise
    }),
  )
  expect(pieces).toEqual([1, 1, 1, 1, 3])
  resolve()
  await Promise.all(writes)
  const big = [Buffer.alloc(600_000), Buffer.alloc(600_000)]
  expect(await buffers.joined(big, 1_200_000, async parts => parts)).toEqual(big)
})

test('a write that fails gives its buffer back', async () => {
  const buffers = new JoinBuffers()
  for (let i = 0; i < 8; i++) {
    const failing = buffers.joined(PARTS, 8, async parts => Promise.reject(new Error(String(parts.length))))
    await expect(failing).rejects.toThrow('1')
  }
})
