import { expect, test } from 'vitest'
import { type QuirkProfile, quirksOf } from './quirks.ts'

const BOOK: readonly QuirkProfile[] = [
  { manufacturer: 'Acme', model: 'X1', firmware: '2', quirks: { speed: true } },
  { manufacturer: 'Acme', quirks: { charset: 'UTF-8', speed: false, ssrc: 'zero' } },
  { manufacturer: 'acme', model: 'x1', quirks: { ssrc: 'other' } },
  { manufacturer: 'Other', quirks: { seek: false } },
]

test('the closer one wins, and the device itself last', () => {
  expect(quirksOf(BOOK, { manufacturer: 'ACME ', model: 'Y' })).toEqual({
    charset: 'UTF-8',
    speed: false,
    ssrc: 'zero',
  })
  expect(quirksOf(BOOK, { manufacturer: 'Acme', model: 'X1', firmware: '1' })).toMatchObject({
    ssrc: 'other',
    speed: false,
  })
  expect(quirksOf(BOOK, { manufacturer: 'Acme', model: 'X1', firmware: '2' }, { charset: 'GB18030' })).toEqual({
    charset: 'GB18030',
    speed: true,
    ssrc: 'other',
  })
  expect(quirksOf(BOOK, {})).toEqual({})
})
