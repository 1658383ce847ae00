import { expect, test } from 'vitest'
import {
  iFrameSpelling,
  knowsConfig,
  knowsControl,
  knowsQuery,
  knowsStreamNumber,
  parseGbVersion,
} from './gb-version.ts'

test.each([
  ['1.0', '1.0'],
  ['1.1', '1.1'],
  [' 2.0 ', '2.0'],
  ['2', '2.0'],
  ['2.5', '2.0'],
  ['3.0', '3.0'],
  ['4.0', '3.0'],
  ['0.9', null],
  ['x', null],
  [undefined, null],
] as const)('%s is %s', (header, version) => {
  expect(parseGbVersion(header)).toBe(version)
})

test('what came in 2022 goes to 2022 only', () => {
  for (const version of ['1.0', '1.1', '2.0'] as const) {
    expect(knowsControl(version, 'ptzCmd')).toBe(true)
    expect(knowsControl(version, 'ptzPreciseCtrl')).toBe(false)
    expect(knowsQuery(version, 'Catalog')).toBe(true)
    expect(knowsQuery(version, 'SDCardStatus')).toBe(false)
    expect(knowsConfig(version, 'BasicParam')).toBe(true)
    expect(knowsConfig(version, 'OSDConfig')).toBe(false)
    expect(iFrameSpelling(version)).toBe('iFameCmd')
    expect(knowsStreamNumber(version)).toBe(false)
  }
  expect(knowsControl('3.0', 'ptzPreciseCtrl')).toBe(true)
  expect(knowsQuery('3.0', 'SDCardStatus')).toBe(true)
  expect(knowsConfig('3.0', 'OSDConfig')).toBe(true)
  expect(iFrameSpelling('3.0')).toBe('iFrameCmd')
})
