import { expect, test } from 'vitest'
import { ago, bitrate, bytes, count, duration, milliseconds, percent, text } from './format.ts'

test.each([
  [0, '0 kbit/s'],
  [128, '128 kbit/s'],
  [999.6, '1.00 Mbit/s'],
  [2540, '2.54 Mbit/s'],
  [25_400, '25.4 Mbit/s'],
  [1_410_000, '1.41 Gbit/s'],
])('%d kbit/s is %s', (kbps, expected) => expect(text(bitrate(kbps))).toBe(expected))

test.each([
  [999, '999 B'],
  [1500, '1.50 kB'],
  [3.4e9, '3.40 GB'],
])('%d bytes are %s', (size, expected) => expect(text(bytes(size))).toBe(expected))

test.each([
  [219.4, '219 ms'],
  [1500, '1.50 s'],
  [12_340, '12.3 s'],
])('%d ms is %s', (ms, expected) => expect(text(milliseconds(ms))).toBe(expected))

test.each([
  [7000, '0:07'],
  [754_000, '12:34'],
  [11_045_000, '3:04:05'],
  [183_840_000, '2d 03:04'],
  [-5000, '0:00'],
])('%d ms last %s', (ms, expected) => expect(duration(ms)).toBe(expected))

test('thousands are grouped by a space that does not break', () => {
  expect(count(1_234_567).split(/\s/)).toEqual(['1', '234', '567'])
  expect(count(999)).toBe('999')
})

test('relative times in both languages, never in the future', () => {
  const now = Date.parse('2026-11-20T12:00:00Z')
  expect(ago(now - 1000, now, 'en')).toBe('now')
  expect(ago(now + 9000, now, 'en')).toBe('now')
  expect(ago(now - 3 * 60_000, now, 'en')).toBe('3 minutes ago')
  expect(ago(now - 3 * 60_000, now, 'zh-CN')).toBe('3分钟前')
  expect(ago(now - 86_400_000, now, 'en')).toBe('yesterday')
})

test('what is nearly all does not read as all, and what is nearly nothing not as nothing', () => {
  expect([0, 0.001, 12.34, 98.76, 99.999, 100].map(percent)).toEqual([
    '0 %',
    '0.01 %',
    '12.3 %',
    '98.8 %',
    '99.99 %',
    '100 %',
  ])
})
