import { expect, test } from 'vitest'
import { quirksOf, quirksText } from './quirk-lines.ts'

test('lines become words, numbers and yes or no, and lines again', () => {
  const quirks = quirksOf('ssrc=other\n\n slowAnswerMs = 8000 \nspeed=false\ntransports=udp,tcp-active')
  expect(quirks).toEqual({ ssrc: 'other', slowAnswerMs: 8000, speed: false, transports: 'udp,tcp-active' })
  expect(quirksOf(quirksText(quirks ?? {}))).toEqual(quirks)
})

test('anything else is not taken', () => {
  expect(quirksOf('ssrc')).toBeNull()
  expect(quirksOf('=x')).toBeNull()
  expect(quirksOf('')).toEqual({})
})
