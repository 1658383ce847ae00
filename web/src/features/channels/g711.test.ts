import { expect, test } from 'vitest'
import { aLaw, FRAME_BYTES, VoiceEncoder } from './g711.ts'

/** As a decoder of ITU-T G.711 has it. */
function decode(byte: number): number {
  const value = byte ^ 0x55
  const segment = (value >> 4) & 7
  const step = ((value & 0x0f) << 4) + 8
  const size = segment === 0 ? step : (step + 0x100) << (segment - 1)
  return (value & 0x80 ? size : -size) / 32_768
}

test.each([
  [0, 0xd5],
  [1, 0xaa],
  [-1, 0x2a],
  [2, 0xaa],
])('%d is %d', (level, byte) => {
  expect(aLaw(level)).toBe(byte)
})

test('what is decoded again is within the step of its segment', () => {
  for (let i = -1000; i <= 1000; i++) {
    const level = i / 1000
    expect(Math.abs(decode(aLaw(level)) - level)).toBeLessThanOrEqual(Math.max(Math.abs(level) / 30, 1 / 2000))
  }
})

test.each([48_000, 44_100, 16_000, 8000])(
  'one second at %d Hz is 25 frames of 40 ms, a tone stays as loud as it is',
  hz => {
    const encoder = new VoiceEncoder(hz)
    const frames: { frame: Uint8Array; peak: number }[] = []
    const tone = Float32Array.from({ length: hz }, (_, i) => 0.5 * Math.sin((2 * Math.PI * 400 * i) / hz))
    for (let at = 0; at < hz; at += 128)
      encoder.push(tone.subarray(at, at + 128), (frame, peak) => frames.push({ frame, peak }))
    expect(frames.length).toBeGreaterThanOrEqual(24)
    expect(frames.length).toBeLessThanOrEqual(25)
    const loudest = Math.max(...[...(frames[5]?.frame ?? [])].map(decode))
    expect(loudest).toBeGreaterThan(0.45)
    expect(loudest).toBeLessThan(0.55)
    expect(frames.every(({ frame, peak }) => frame.length === FRAME_BYTES && peak > 0.45)).toBe(true)
    expect(new Set(frames.map(({ frame }) => frame.buffer)).size).toBe(frames.length)
  },
)
