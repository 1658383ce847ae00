import { expect, test } from 'vitest'
import { CONFIGS, parsed, parsedJson, rowsOf, toldOf } from './config-fields.ts'

const spec = (name: string) => CONFIGS.find(each => each.name === name) ?? CONFIGS[0]

test('what the device told becomes a form, and a number alone a field', () => {
  const answer = {
    basicParam: { name: 'gate' },
    frameMirror: 2,
    osdConfig: { lines: [{ text: 'a', x: 1, y: 2 }, null] },
  }
  expect(toldOf(spec('BasicParam'), answer)).toEqual({ name: 'gate' })
  expect(toldOf(spec('FrameMirror'), answer)).toEqual({ value: 2 })
  expect(toldOf(spec('AlarmReport'), answer)).toBeNull()
  expect(rowsOf(toldOf(spec('OSDConfig'), answer) ?? {}, 'lines')).toEqual([{ text: 'a', x: 1, y: 2 }])
  expect(rowsOf({}, 'lines')).toEqual([])
})

test('numbers are numbers, and nothing is left out', () => {
  expect(parsed({ key: 'x', kind: 'number' }, ' 12 ')).toBe(12)
  expect(parsed({ key: 'x', kind: 'number' }, 'wide')).toBeUndefined()
  expect(parsed({ key: 'x', kind: 'text' }, '12')).toBe('12')
  expect(parsed({ key: 'x', kind: 'text' }, '')).toBeUndefined()
  expect(parsedJson('{"on":true}')).toEqual({ on: true })
  expect(parsedJson('[1]')).toBeNull()
  expect(parsedJson('{')).toBeNull()
})
