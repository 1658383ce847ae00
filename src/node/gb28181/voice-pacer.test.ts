import { beforeEach, expect, test } from 'vitest'
import { FakeTime } from '../../base/fake-time.ts'
import { VoiceLevel } from './voice-level.ts'
import { VoicePacer } from './voice-pacer.ts'

let time: FakeTime
let pacer: VoicePacer
let sent: { readonly atMs: number; readonly bytes: number; readonly time: number }[]

beforeEach(() => {
  time = new FakeTime(0)
  sent = []
  pacer = new VoicePacer({
    clock: time,
    timers: time,
    onPacket: (samples, at) => sent.push({ atMs: time.nowMs(), bytes: samples.length, time: at }),
  })
})

test('what comes in one piece goes out as packets of 20 ms', () => {
  pacer.push(Buffer.alloc(800))
  time.advance(200)
  expect(sent.map(({ bytes }) => bytes)).toEqual([160, 160, 160, 160, 160])
  expect(sent.map(({ atMs }) => atMs)).toEqual([10, 30, 50, 70, 90])
  expect(sent.map(({ time }) => time - (sent[0]?.time ?? 0))).toEqual([0, 160, 320, 480, 640])
})

test('one message alone waits for a second, and the tail of a word for nothing', () => {
  pacer.push(Buffer.alloc(160))
  time.advance(50)
  expect(sent).toEqual([])
  time.advance(10)
  expect(sent).toMatchObject([{ bytes: 160 }])
  pacer.push(Buffer.alloc(70))
  time.advance(100)
  expect(sent.at(-1)?.bytes).toBe(70)
})

test('after a pause the time has gone on', () => {
  pacer.push(Buffer.alloc(320))
  time.advance(1000)
  pacer.push(Buffer.alloc(320))
  time.advance(1000)
  const [first, , second] = sent
  expect(sent).toHaveLength(4)
  expect((second?.time ?? 0) - (first?.time ?? 0)).toBe(8000)
})

test('more than a second that waits is dropped, the oldest first', () => {
  for (let n = 0; n < 100; n++) pacer.push(Buffer.alloc(160))
  expect(pacer.dropped).toBe(8000)
  time.advance(2000)
  expect(sent).toHaveLength(50)
})

test('closed: nothing more is sent', () => {
  pacer.push(Buffer.alloc(1600))
  time.advance(30)
  pacer.close()
  time.advance(500)
  expect(sent).toHaveLength(2)
})

test.each([
  ['silence', Buffer.alloc(160, 0xd5), -72],
  ['the loudest square wave', Buffer.from(Array.from({ length: 160 }, (_, n) => (n % 2 ? 0xaa : 0x2a))), 0],
])('the level of %s', (_, samples, decibels) => {
  const level = new VoiceLevel()
  expect(level.decibels).toBe(-78)
  level.push(samples)
  expect(level.decibels).toBe(decibels)
  for (let n = 0; n < 200; n++) level.push(new Uint8Array())
  expect(level.decibels).toBe(-78)
})
