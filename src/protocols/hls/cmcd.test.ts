import { expect, test } from 'vitest'
import { parseCmcd } from './cmcd.ts'

test.each([
  ['ltc=4200', { delayMs: 4200, droppedFrames: 0 }],
  ['dfa=3,ltc=0', { delayMs: 0, droppedFrames: 3 }],
  ['br=3200,bs,cid="a=b",ltc=17,sid="x",v=2', { delayMs: 17, droppedFrames: 0 }],
  ['ltc=1,ltc=2', { delayMs: 2, droppedFrames: 0 }],
  ['ltc=5,dfa=many', { delayMs: 5, droppedFrames: 0 }],
  ['', null],
  ['dfa=3', null],
  ['ltc', null],
  ['ltc=', null],
  ['ltc=-5', null],
  ['ltc=1.5', null],
  ['ltc=86400001', null],
  ['ltc=9999999999999999', null],
  [`ltc=5,x=${'y'.repeat(600)}`, null],
])('%s', (text, report) => {
  expect(parseCmcd(text)).toEqual(report)
})
