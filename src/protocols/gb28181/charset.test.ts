import { expect, test } from 'vitest'
import { decodeText, encodeText, type GbCharset } from './charset.ts'

const GB = Buffer.from('d6d0cec4', 'hex') // 中文
const UTF8 = Buffer.from('中文')
const xml = (encoding: string, body: Uint8Array): Buffer =>
  Buffer.concat([Buffer.from(`<?xml version="1.0" encoding="${encoding}"?><a>`), body, Buffer.from('</a>')])

test.each([
  ['GB2312', xml('GB2312', GB), 'GB2312', false],
  ['gbk', xml('gbk', GB), 'GB2312', false],
  ['GB18030', xml('GB18030', GB), 'GB18030', false],
  ['gb18030-2005', xml('gb18030-2005', GB), 'GB18030', false],
  ['UTF-8', xml('utf-8', UTF8), 'UTF-8', false],
  ['UTF-8 under a GB label', xml('GB2312', UTF8), 'UTF-8', true],
  ['GB under a UTF-8 label', xml('UTF-8', GB), 'GB18030', true],
  ['GB without a label', Buffer.concat([Buffer.from('<a>'), GB, Buffer.from('</a>')]), 'GB18030', false],
  ['UTF-8 without a label', Buffer.concat([Buffer.from('<a>'), UTF8, Buffer.from('</a>')]), 'UTF-8', false],
  ['GB under a label nobody knows', xml('x-unknown', GB), 'GB18030', false],
] as const)('%s', (_, bytes, charset, mislabelled) => {
  const decoded = decodeText(bytes)
  expect(decoded).toMatchObject({ charset, mislabelled })
  expect(decoded.text).toContain('<a>中文</a>')
})

test('ASCII tells only what it declares', () => {
  expect(decodeText(xml('GB2312', Buffer.from('x')))).toMatchObject({ charset: 'GB2312', mislabelled: false })
  expect(decodeText(Buffer.from('<a>x</a>'))).toMatchObject({ charset: null, mislabelled: false })
})

test('GB text that is valid UTF-8 by accident stays GB', () => {
  const bytes = Buffer.from('d0a1d0a1', 'hex') // 小小, in UTF-8 two Cyrillic letters
  expect(decodeText(xml('GB2312', bytes)).text).toContain('小小')
})

test.each<[GbCharset, string, string]>([
  ['GB2312', '中文', 'd6d0cec4'],
  ['GB2312', '镕', 'e946'], // only in GBK
  ['GB2312', '😀', '3f'],
  ['GB18030', '😀', '9439fc36'],
  ['UTF-8', '中', 'e4b8ad'],
])('writes %s %s', (charset, text, hex) => {
  expect(encodeText(text, charset).toString('hex')).toBe(hex)
})
