import type { TFunction } from 'i18next'
import { expect, test } from 'vitest'
import { reasonIn } from './off-reason.ts'

const t = ((key: string, values: object = {}) => [key, ...Object.values(values)].join(' ')) as unknown as TFunction

test.each([
  ['its device says so', 'why.toldOff'],
  ['its device is off', 'why.deviceIs state.off'],
  ['its device is off: it unregistered', 'why.because why.deviceIs state.off why.unregistered'],
  ['its device is failed: 403 by the registrar', 'why.because why.deviceIs state.failed 403 by the registrar'],
  ['toString', 'toString'],
  ['', ''],
])('%s', (reason, words) => {
  expect(reasonIn(t, reason)).toBe(words)
})
