import { expect, test } from 'vitest'
import { parsePlayerReport } from './player-report.ts'

test.each([
  ['{"delayMs":850.4,"droppedFrames":3}', { delayMs: 850, droppedFrames: 3 }],
  ['{"delayMs":0}', { delayMs: 0, droppedFrames: 0 }],
  ['{"delayMs":1,"droppedFrames":2,"stalls":9}', { delayMs: 1, droppedFrames: 2 }],
])('%s', (text, report) => {
  expect(parsePlayerReport(Buffer.from(text))).toEqual(report)
})

test.each([
  '',
  'null',
  '[]',
  '{}',
  '"delayMs"',
  '{"delayMs":"1"}',
  '{"delayMs":-1}',
  '{"delayMs":1e99}',
  '{"delayMs":1,"droppedFrames":-1}',
  '{"delayMs":1,"droppedFrames":null}',
  '{"delayMs":1',
  `{"delayMs":1,"more":"${'a'.repeat(600)}"}`,
  '\u0000\xff',
])('%s is ignored', text => {
  expect(parsePlayerReport(Buffer.from(text))).toBeNull()
})
