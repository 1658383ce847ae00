import { expect, test } from 'vitest'
import { lengthPrefixed } from '../nal/length-prefixed.ts'
import { isH264Keyframe } from './nal-unit.ts'

const RECOVERY_0 = '060601c480'
const RECOVERY_10 = '0606020b4480'
const USER_DATA = `0605ff01${'aa'.repeat(256)}80`
const [IDR, I, P, B] = ['658884009fd9', '4188dd07ff5d', '419a246c4dff', '019e617442df']

/** NAL units of access units of libx264, slices cut after some bytes. */
const ACCESS_UNITS: readonly (readonly [string, readonly string[], boolean])[] = [
  ['IDR', [IDR], true],
  ['IDR behind parameter sets and SEI', ['6764000c', '68ebe3cb', USER_DATA, IDR], true],
  ['P', [P], false],
  ['B', [B], false],
  ['I without recovery point', [I], false],
  ['open GOP: recovery point and I', [RECOVERY_0, I], true],
  ['recovery point behind other SEI', [USER_DATA, RECOVERY_0, I], true],
  ['recovery point and two I slices', [RECOVERY_0, I, I], true],
  ['recovery point, but one slice is P', [RECOVERY_0, I, P], false],
  ['recovery point at once, but P', [RECOVERY_0, P], false],
  ['gradual intra refresh: recovery in ten frames', [RECOVERY_10, '419abb9a2657'], true],
  ['only parameter sets', ['6764000c', '68ebe3cb'], false],
  ['SEI cut short', ['0606'], false],
  ['slice cut short', [RECOVERY_0, '41'], false],
]

test.each(ACCESS_UNITS)('%s', (_, units, keyframe) => {
  expect(isH264Keyframe(lengthPrefixed(units.map(unit => Buffer.from(unit, 'hex'))))).toBe(keyframe)
})

test('broken lengths are no keyframe', () => {
  expect(isH264Keyframe(Uint8Array.of(0, 0, 0, 9, 0x65, 0x88))).toBe(false)
  expect(isH264Keyframe(new Uint8Array(3))).toBe(false)
})
