import { expect, test } from 'vitest'
import { formatDateHeader, formatLocalTime, localTimeMs } from './gb-time.ts'

test.each([
  ['2026-11-20T21:30:00', 'Asia/Shanghai', '2026-11-20T13:30:00Z'],
  ['2026-01-01T00:00:00', 'Asia/Shanghai', '2025-12-31T16:00:00Z'],
  ['2026-07-01T12:00:00', 'America/New_York', '2026-07-01T16:00:00Z'],
  ['2026-01-01T12:00:00', 'America/New_York', '2026-01-01T17:00:00Z'],
  ['2026-11-01T03:30:00', 'America/New_York', '2026-11-01T08:30:00Z'],
  ['2026-06-01T12:00:00', 'UTC', '2026-06-01T12:00:00Z'],
])('%s in %s', (text, zone, utc) => {
  expect(localTimeMs(text, zone)).toBe(Date.parse(utc))
  expect(formatLocalTime(Date.parse(utc), zone)).toBe(text)
})

test.each([
  ['2026-11-20 21:30:00', '2026-11-20T13:30:00.000Z'],
  ['2026-11-20T21:30:00.250', '2026-11-20T13:30:00.250Z'],
  ['2026-1-2T3:4:5', '2026-01-01T19:04:05.000Z'],
  ['20261120T213000', '2026-11-20T13:30:00.000Z'],
  ['2026/11/20 21:30:00', '2026-11-20T13:30:00.000Z'],
  ['2026-11-20T13:30:00Z', '2026-11-20T13:30:00.000Z'],
  ['2026-11-20T15:30:00+02:00', '2026-11-20T13:30:00.000Z'],
  ['2026-11-20T24:00:00', '2026-11-20T16:00:00.000Z'],
])('a device that writes %s', (text, utc) => {
  expect(localTimeMs(text)).toBe(Date.parse(utc))
})

test.each(['', 'now', '2026-13-01T00:00:00', '2026-01-32T00:00:00', '2026-01-01', '2026-01-01T25:00:00'])(
  'not a time: %j',
  text => {
    expect(localTimeMs(text)).toBeNull()
  },
)

test('the Date header is Beijing time with milliseconds', () => {
  expect(formatDateHeader(Date.parse('2026-11-20T13:30:00.045Z'))).toBe('2026-11-20T21:30:00.045')
})

test('a zone nobody knows', () => {
  expect(() => formatLocalTime(0, 'Mars/Base')).toThrow(expect.objectContaining({ code: 'INVALID' }))
})
