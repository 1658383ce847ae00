import { expect, test } from 'vitest'
import { FakeTime } from '../../base/fake-time.ts'
import { formatSsrc, SSRC_REST_MS, SsrcPool, ssrcNumber } from './ssrc.ts'

const SERVER = '13010000002000000001'

test('digits of kind, domain and number', () => {
  const pool = new SsrcPool(SERVER, new FakeTime(), 9999)
  expect([pool.take('live'), pool.take('history'), pool.take('live')]).toEqual([
    '0100009999',
    '1100000000',
    '0100000001',
  ])
  expect(pool.inUse).toBe(3)
})

test('a number rests ten minutes, all can be used up', () => {
  const time = new FakeTime()
  const pool = new SsrcPool(SERVER, time, 0)
  const taken = Array.from({ length: 10_000 }, () => pool.take('live'))
  expect(new Set(taken).size).toBe(10_000)
  expect(() => pool.take('live')).toThrow(expect.objectContaining({ code: 'LIMIT_REACHED' }))
  pool.release('0100000042')
  pool.release('0100000042')
  pool.release('0999990043') // of another domain
  time.advance(SSRC_REST_MS - 1)
  expect(() => pool.take('live')).toThrow()
  time.advance(1)
  expect(pool.take('history')).toBe('1100000042')
  expect(() => pool.take('live')).toThrow()
})

test('what a dialog from before a restart uses is not given out', () => {
  const pool = new SsrcPool(SERVER, new FakeTime(), 5)
  pool.reserve('0100000005')
  pool.reserve('0999990006') // of another domain
  expect([pool.take('live'), pool.take('live')]).toEqual(['0100000006', '0100000007'])
})

test('as the number of RTP', () => {
  expect(ssrcNumber('0200000001')).toBe(0x0bebc201)
  expect(ssrcNumber('9999999999')).toBeNull()
  expect(ssrcNumber('x')).toBeNull()
  expect(formatSsrc(0x0bebc201)).toBe('0200000001')
  expect(formatSsrc(-1)).toBe('4294967295')
})

test('a wrong server id', () => {
  expect(() => new SsrcPool('1', new FakeTime(), 0)).toThrow(expect.objectContaining({ code: 'INVALID' }))
})
