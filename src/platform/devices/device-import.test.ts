import { crc32, deflateRawSync } from 'node:zlib'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { ADMINISTRATOR, type PlatformUnderTest, platformUnderTest } from '../../../test/support/platform-under-test.ts'
import type { DeviceServices } from './compose-devices.ts'
import { csvLine, parseCsv } from './csv.ts'
import { parseXlsx } from './xlsx.ts'

const camera = (n: number) => `3402000000132${String(n).padStart(7, '0')}`

let platform: PlatformUnderTest
let gb: DeviceServices

beforeEach(async () => {
  platform = await platformUnderTest()
  gb = platform.services.gb28181
})

afterEach(() => platform.close())

const load = (content: string | Uint8Array, dryRun = false) =>
  gb.imports.import(ADMINISTRATOR, { space: 'default', content, dryRun })

async function names(): Promise<string[]> {
  const { items } = await gb.devices.list(ADMINISTRATOR, { sort: { by: 'gbId', descending: false }, limit: 100 })
  return items.map(item => `${item.gbId} ${item.name} ${item.type}`)
}

/** A ZIP archive of these files; the second is stored as it is. */
function zip(files: Record<string, string>): Buffer {
  const parts: Buffer[] = []
  const directory: Buffer[] = []
  let at = 0
  for (const [index, [name, text]] of Object.entries(files).entries()) {
    const content = Buffer.from(text)
    const packed = index === 1 ? content : deflateRawSync(content)
    const header = Buffer.alloc(30)
    header.writeUInt32LE(0x04034b50, 0)
    header.writeUInt16LE(index === 1 ? 0 : 8, 8)
    header.writeUInt32LE(crc32(content), 14)
    header.writeUInt32LE(packed.length, 18)
    header.writeUInt32LE(content.length, 22)
    header.writeUInt16LE(name.length, 26)
    const entry = Buffer.alloc(46)
    entry.writeUInt32LE(0x02014b50, 0)
    header.copy(entry, 6, 4, 28)
    entry.writeUInt32LE(at, 42)
    directory.push(entry, Buffer.from(name))
    parts.push(header, Buffer.from(name), packed)
    at += header.length + name.length + packed.length
  }
  const end = Buffer.alloc(22)
  end.writeUInt32LE(0x06054b50, 0)
  end.writeUInt16LE(Object.keys(files).length, 10)
  end.writeUInt32LE(at, 16)
  return Buffer.concat([...parts, ...directory, end])
}

const workbook = (sheet: string, shared = '') =>
  zip({
    'xl/workbook.xml': '<workbook xmlns:r="x"><sheets><sheet name="A" sheetId="1" r:id="rId7"/></sheets></workbook>',
    'xl/_rels/workbook.xml.rels':
      '<Relationships><Relationship Id="rId7" Target="worksheets/first.xml"/></Relationships>',
    'xl/worksheets/first.xml': `<?xml version="1.0"?><worksheet><sheetData>${sheet}</sheetData></worksheet>`,
    ...(shared === '' ? {} : { 'xl/sharedStrings.xml': `<sst>${shared}</sst>` }),
  })

describe('CSV', () => {
  test.each([
    [
      'quotes, separators and line breaks in cells',
      'a,"b ""c"", d\ne"\r\nf,g',
      [
        ['a', 'b "c", d\ne'],
        ['f', 'g'],
      ],
    ],
    [
      'semicolons',
      'a;b,c;d\n1;2;3',
      [
        ['a', 'b,c', 'd'],
        ['1', '2', '3'],
      ],
    ],
    [
      'tabs and a byte order mark',
      '\uFEFFa\tb\n1\t2\n',
      [
        ['a', 'b'],
        ['1', '2'],
      ],
    ],
    ['empty lines are rows too', 'a\n\nb', [['a'], [''], ['b']]],
    ['nothing', '', []],
  ])('%s', (_, text, rows) => {
    expect(parseCsv(text, 10)).toEqual(rows)
  })

  test('what a spreadsheet would take for a formula is text', () => {
    expect(csvLine(['=1+1', '-5', 'a,b', -5, null, true])).toBe('\'=1+1,\'-5,"a,b",-5,,true\r\n')
  })
})

describe('XLSX', () => {
  test('shared, inline and rich text, numbers, booleans, cells and rows left out', async () => {
    const sheet = [
      '<row r="1"><c r="A1" t="s"><v>0</v></c><c r="C1" t="s"><v>1</v></c></row>',
      '<row r="3"><c r="B3" t="inlineStr"><is><t>in &amp; line</t></is></c><c r="C3"><v>1.5</v></c><c t="b"><v>1</v></c></row>',
    ]
    const shared = '<si><t>code</t></si><si><r><t>na</t></r><r><rPr/><t xml:space="preserve">me </t></r></si>'
    expect(await parseXlsx(workbook(sheet.join(''), shared), 10)).toEqual([
      ['code', '', 'name '],
      [],
      ['', 'in & line', '1.5', 'true'],
    ])
  })

  test.each([
    ['text', Buffer.from('PK nothing')],
    ['cut off', workbook('<row/>').subarray(0, 200)],
    ['no sheet', zip({ 'a.txt': 'a' })],
    ['a bomb', workbook(`<row><c t="inlineStr"><is><t>${'x'.repeat(9 * 1024 * 1024)}</t></is></c></row>`)],
  ])('%s is refused', async (_, bytes) => {
    await expect(parseXlsx(bytes, 10)).rejects.toMatchObject({ code: 'INVALID' })
  })

  test('names with the prefix of their namespace, and what is not closed', async () => {
    const cell = '<x:c r="B1" t="inlineStr"><x:is><x:t>&#x4e2d;&quot;</x:t></x:is></x:c>'
    const prefixed = `<x:worksheet><x:sheetData><x:row r="1">${cell}</x:row></x:sheetData></x:worksheet>`
    expect(await parseXlsx(zip({ 'xl/worksheets/sheet1.xml': prefixed }), 10)).toEqual([['', '中"']])
    expect(await parseXlsx(workbook('<row><c><v>1</v></c></row><row><c>'), 10)).toEqual([['1']])
    expect(await parseXlsx(workbook('<row'.repeat(500_000)), 10)).toEqual([])
  })
})

test('what can be taken is, and each row says what became of it', async () => {
  await gb.directories.create(ADMINISTRATOR, { space: 'default', parentId: null, name: 'School', description: '' })
  await gb.devices.create(ADMINISTRATOR, { space: 'default', gbId: camera(9) })
  const report = await load(
    [
      'GB ID,名称,Type,password,directory,longitude,enabled',
      `${camera(1)},Lobby,ipc,secret,School,117.25,是`,
      `${camera(2)},Yard,nvr,,,,0`,
      '3.402E+19,Number,,,,,',
      ',,,,,,',
      `${camera(3)},Bad,robot,,,,`,
      `${camera(4)},Bad,,,Nowhere,,`,
      `${camera(5)},Bad,,,,900,`,
      `${camera(1)},Twice,,,,,`,
      `${camera(9)},There,,,,,`,
    ].join('\n'),
  )
  expect(report.map(({ row, error }) => [row, error?.code, error?.details['field']])).toEqual([
    [2, undefined, undefined],
    [3, undefined, undefined],
    [4, 'INVALID', 'gbId'],
    [6, 'INVALID', 'type'],
    [7, 'NOT_FOUND', undefined],
    [8, 'INVALID', 'longitude'],
    [9, 'CONFLICT', undefined],
    [10, 'CONFLICT', undefined],
  ])
  expect(await names()).toEqual([`${camera(1)} Lobby ipc`, `${camera(2)} Yard nvr`, `${camera(9)} ${camera(9)} ipc`])
  const [lobby] = await platform.db.selectFrom('devices').selectAll().where('name', '=', 'Lobby').execute()
  expect(lobby).toMatchObject({
    password: 'secret',
    longitude: 117.25,
    enabled: 1,
    directory_id: expect.stringMatching(/^dr_/),
  })
})

test('a dry run only says what would be', async () => {
  await gb.devices.create(ADMINISTRATOR, { space: 'default', gbId: camera(1) })
  const report = await load(`gbId\n${camera(1)}\n${camera(2)}`, true)
  expect(report.map(({ error }) => error?.code)).toEqual(['CONFLICT', undefined])
  expect(await names()).toHaveLength(1)
})

test('CSV of a Chinese spreadsheet and XLSX are read by what they are', async () => {
  // 名称 in GB 18030
  const head = Buffer.concat([Buffer.from('gbId,'), Buffer.from([0xc3, 0xfb, 0xb3, 0xc6]), Buffer.from('\n')])
  await load(Buffer.concat([head, Buffer.from(`${camera(1)},one`)]))
  const cells = [
    ['gbId', 'name'],
    [camera(2), 'two'],
  ]
  const rows = cells.map(
    row => `<row>${row.map(text => `<c t="inlineStr"><is><t>${text}</t></is></c>`).join('')}</row>`,
  )
  await load(workbook(rows.join('')))
  expect(await names()).toEqual([`${camera(1)} one ipc`, `${camera(2)} two ipc`])
})

test.each([
  ['no codes', 'name\nx', /names no column gbId/],
  ['too many rows', `gbId\n${`${camera(1)}\n`.repeat(5001)}`, /more than 5000 rows/],
])('%s is refused', async (_, text, reason) => {
  await expect(load(text)).rejects.toThrow(reason)
})

test('what is exported can be imported again', async () => {
  const parent = await gb.directories.create(ADMINISTRATOR, {
    space: 'default',
    parentId: null,
    name: 'School',
    description: '',
  })
  const { id } = await gb.directories.create(ADMINISTRATOR, {
    ...{ space: 'default', parentId: parent.id, name: 'Hall', description: '' },
  })
  const facts = { name: '=Lobby, "east"', directoryId: id, latitude: -31.5, media: 'udp', password: 'secret' } as const
  const device = await gb.devices.create(ADMINISTRATOR, { space: 'default', gbId: camera(1), ...facts })
  let text = ''
  for await (const part of gb.imports.export(ADMINISTRATOR, {})) text += part
  expect(text).not.toContain('secret')
  expect(text).toContain('School/Hall')
  await gb.devices.delete(ADMINISTRATOR, device.id)
  expect((await load(text)).map(({ error }) => error)).toEqual([null])
  const [again] = (await gb.devices.list(ADMINISTRATOR, { sort: { by: 'name', descending: false }, limit: 1 })).items
  expect(again).toMatchObject({
    gbId: camera(1),
    name: facts.name,
    directoryId: id,
    latitude: -31.5,
    media: 'udp',
  })
})

test('5000 devices of one file', { timeout: 60_000 }, async () => {
  const rows = Array.from({ length: 5000 }, (_, n) => `${camera(n + 1)},Camera ${n + 1}`)
  const report = await load(['gbId,name', ...rows].join('\n'))
  expect(report.filter(({ error }) => error !== null)).toEqual([])
  expect([...(await gb.devices.countByState())]).toEqual([['new', 5000]])
})
