import { expect, test } from 'vitest'
import { writeCsv } from './csv.ts'
import { typeOfCode } from './type-of-code.ts'

test.each([
  [['id', 'name'], 'id,name'],
  [['34020000001320000001'], '="34020000001320000001"'],
  [['=cmd()', '-1'], `'=cmd(),'-1`],
  [['a, "b"', 'c\nd'], '"a, ""b""","c\nd"'],
])('%s', (row, line) => {
  expect(writeCsv([row])).toBe(`\uFEFF${line}\r\n`)
})

test.each([
  ['34020000001320000001', 'ipc'],
  ['34020000001180000002', 'nvr'],
  ['34020000002000000001', 'platform'],
  ['34020000001110000001', 'nvr'],
])('the code %s is that of a %s', (gbId, type) => {
  expect(typeOfCode(gbId)).toBe(type)
})
