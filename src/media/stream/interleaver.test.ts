import { expect, test } from 'vitest'
import type { Frame } from './frame.ts'
import { Interleaver } from './interleaver.ts'
import { audioFrame as a, videoFrame as v } from './test-frames.ts'

function collect() {
  const out: string[] = []
  const interleaver = new Interleaver(frame => out.push(`${frame.track.kind[0]}${frame.dts}`))
  const push = (...frames: Frame[]) => {
    for (const frame of frames) interleaver.push(frame)
  }
  return { out, interleaver, push }
}

test('a source in order passes at once', () => {
  const { out, push } = collect()
  push(v(0), a(0), a(23))
  expect(out).toEqual(['v0', 'a0', 'a23'])
})

test('from the first late frame on, frames come out by time', () => {
  const { out, push } = collect()
  push(v(0), v(40), a(10), v(80), a(50), v(120), a(90), a(130))
  expect(out).toEqual(['v0', 'v40', 'a10', 'a50', 'v80', 'a90', 'v120'])
})

test('a track that falls silent does not hold the other', () => {
  const { out, push } = collect()
  push(v(0), v(40), a(10), ...Array.from({ length: 60 }, (_, i) => v(80 + i * 40)))
  expect(out.length).toBeGreaterThan(30)
  expect(out.at(-1)).toBe(`v${80 + 59 * 40}`)
})

test('held frames come out at the end of the publisher', () => {
  const { out, push, interleaver } = collect()
  push(v(0), v(40), a(10), v(80))
  interleaver.flush()
  expect(out).toEqual(['v0', 'v40', 'a10', 'v80'])
  push(v(0), a(0))
  expect(out.slice(4)).toEqual(['v0', 'a0'])
})
