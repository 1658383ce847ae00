import { deflateRawSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { readCsv, writeCsv } from './csv.ts'
import { readTable, typeOfCode } from './import-rows.ts'
import { readXlsx } from './xlsx.ts'

const ID = '34020000001320000001'
const NVR = '34020000001180000002'

test('quotes, separators within them, line ends, the mark of UTF-8', () => {
  expect(readCsv('\uFEFFid,name\r\n1,"a, ""b""\nc"\r\n\r\n2, d \n')).toEqual([
    ['id', 'name'],
    ['1', 'a, "b"\nc'],
    ['2', 'd'],
  ])
  expect(readCsv('id;name\n1;a,b')).toEqual([
    ['id', 'name'],
    ['1', 'a,b'],
  ])
  expect(readCsv('id\tname\n1\ta')[1]).toEqual(['1', 'a'])
})

test('what is written is read again, and is no formula', () => {
  const rows = [
    ['id', 'name'],
    [ID, '=cmd()'],
    ['1', 'a "b", c'],
  ]
  const text = writeCsv(rows)
  expect(text).toContain(`="${ID}"`)
  expect(text).toContain(`'=cmd()`)
  expect(readCsv(text)[2]).toEqual(['1', 'a "b", c'])
  expect(readTable(readCsv(text), 'default')?.rows[0]).toMatchObject({ gbId: ID, fault: null })
})

test('columns are known by words of both languages, in any order', () => {
  const table = readTable(
    [
      ['设备名称', '国标编号*', '类型', '颜色', '经度', '纬度', '密码'],
      ['北门', ID, '摄像机', 'red', '120.1', '30.2', 'secret'],
      ['recorder', `'${NVR}`, '', '', '', '', ''],
    ],
    'harbour',
  )
  expect(table?.columns.map(({ field }) => field)).toEqual([
    'name',
    'gbId',
    'type',
    null,
    'longitude',
    'latitude',
    'password',
  ])
  expect(table?.rows[0]?.wish).toEqual({
    protocol: 'gb28181',
    gbId: ID,
    space: 'harbour',
    type: 'ipc',
    name: '北门',
    password: 'secret',
    longitude: 120.1,
    latitude: 30.2,
  })
  expect(table?.rows[1]?.wish).toMatchObject({ gbId: NVR, type: 'nvr', name: 'recorder' })
})

test('each row that cannot be sent says why; a table without a head is read too', () => {
  const table = readTable(
    [
      [ID, 'a'],
      [ID, 'again'],
      ['3402', 'short'],
      [NVR, 'b', 'robot'],
    ],
    'default',
  )
  expect(table?.rows.map(({ line, fault }) => [line, fault])).toEqual([
    [1, null],
    [2, 'twice'],
    [3, 'gbId'],
    [4, 'type'],
  ])
  const places = readTable(
    [
      ['id', 'lon', 'lat'],
      [ID, '500', '1'],
      [NVR, '1', ''],
    ],
    'default',
  )
  expect(places?.rows.map(({ fault }) => fault)).toEqual(['place', 'place'])
  expect(readTable([['id'], ['3.4020000001320002E+19']], 'default')?.rows[0]?.fault).toBe('rounded')
  expect(readTable([], 'default')).toBeNull()
})

test.each([
  [ID, 'ipc'],
  [NVR, 'nvr'],
  ['34020000002000000001', 'platform'],
  ['34020000001110000001', 'nvr'],
])('the code %s is that of a %s', (gbId, type) => {
  expect(typeOfCode(gbId)).toBe(type)
})

/** A ZIP as Excel writes it: deflated parts, then the directory. */
function zip(parts: Readonly<Record<string, string>>): ArrayBuffer {
  const bodies: Buffer[] = []
  const directory: Buffer[] = []
  let at = 0
  for (const [name, text] of Object.entries(parts)) {
    const data = deflateRawSync(Buffer.from(text))
    const [head, entry] = [Buffer.alloc(30), Buffer.alloc(46)]
    head.writeUInt32LE(0x04034b50, 0)
    head.writeUInt16LE(8, 8)
    head.writeUInt16LE(name.length, 26)
    entry.writeUInt32LE(0x02014b50, 0)
    entry.writeUInt16LE(8, 10)
    entry.writeUInt32LE(data.length, 20)
    entry.writeUInt32LE(text.length, 24)
    entry.writeUInt16LE(name.length, 28)
    entry.writeUInt32LE(at, 42)
    bodies.push(head, Buffer.from(name), data)
    directory.push(entry, Buffer.from(name))
    at += 30 + name.length + data.length
  }
  const end = Buffer.alloc(22)
  end.writeUInt32LE(0x06054b50, 0)
  end.writeUInt16LE(Object.keys(parts).length, 10)
  end.writeUInt32LE(at, 16)
  return new Uint8Array(Buffer.concat([...bodies, ...directory, end])).buffer
}

test('the first sheet of an XLSX file', async () => {
  const file = zip({
    'xl/workbook.xml': '<workbook/>',
    'xl/sharedStrings.xml': `<sst><si><t>国标编号</t></si><si><r><t>na</t></r><r><t xml:space="preserve">me</t></r></si><si><t>${ID}</t></si></sst>`,
    'xl/worksheets/sheet1.xml':
      '<worksheet><sheetData><row r="1"><c r="A1" t="s"><v>0</v></c><c r="B1" t="s"><v>1</v></c><c r="D1" s="1"/></row>' +
      '<row r="2"><c r="A2" t="s"><v>2</v></c><c r="C2" t="inlineStr"><is><t>a &amp; b</t></is></c></row><row r="3"/>' +
      '<row r="4"><c r="A4"><v>3.4020000001320002E+19</v></c></row></sheetData></worksheet>',
  })
  expect(await readXlsx(file)).toEqual([['国标编号', 'name', '', ''], [ID, '', 'a & b'], ['3.4020000001320002E+19']])
  await expect(readXlsx(new ArrayBuffer(100))).rejects.toThrow('not an XLSX file')
})
