import { deflateRawSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { fuzz } from '../../base/fuzz.ts'
import { fileOf, pictureKind } from '../device-snapshots/picture.ts'
import { parseCsv } from './csv.ts'
import { ZipFile } from './zip-file.ts'

/** One file, packed. */
function zip(name: string, text: string): Buffer {
  const packed = deflateRawSync(text)
  const header = Buffer.alloc(30)
  header.writeUInt32LE(0x04034b50, 0)
  header.writeUInt16LE(8, 8)
  header.writeUInt32LE(packed.length, 18)
  header.writeUInt16LE(name.length, 26)
  const entry = Buffer.alloc(46)
  entry.writeUInt32LE(0x02014b50, 0)
  header.copy(entry, 6, 4, 28)
  const end = Buffer.alloc(22)
  end.writeUInt32LE(0x06054b50, 0)
  end.writeUInt16LE(1, 10)
  end.writeUInt32LE(30 + name.length + packed.length, 16)
  return Buffer.concat([header, Buffer.from(name), packed, entry, Buffer.from(name), end])
}

test('archives', () => {
  const seed = zip('a', 'text '.repeat(20))
  expect(new ZipFile(seed).read('a')).toBe('text '.repeat(20))
  fuzz({ seeds: [seed], run: input => void new ZipFile(input).read('a') })
})

test('CSV', () => {
  fuzz({
    seeds: [Buffer.from('gbId,name\r\n"1""2",x;y\n\n3,\t"')],
    run: input => {
      const rows = parseCsv(Buffer.from(input).toString(), 5)
      if (rows.length > 5) throw new Error('more rows than asked for')
    },
  })
})

test('uploaded forms', () => {
  const form = '--x\r\nContent-Disposition: form-data; name="f"; filename="a.jpg"\r\n\r\n\xff\xd8\xff\xe0\r\n--x--\r\n'
  fuzz({
    seeds: [Buffer.from(form, 'latin1')],
    run: input => {
      const file = fileOf(input, 'multipart/form-data; boundary=x')
      if (file.length > input.length) throw new Error('more than there was')
      pictureKind(file)
    },
  })
})
