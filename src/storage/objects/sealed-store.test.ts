import { createHash, randomBytes } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { FakeTime } from '../../base/fake-time.ts'
import { DiskStore } from './disk-store.ts'
import { readAll } from './object-store.ts'
import { SealedGrowingStore } from './sealed-store.ts'

const KEY = 'default/live/cam/a.mp4'
const LIMIT = 1 << 20

let folder: string
let disk: DiskStore
let store: SealedGrowingStore

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'sightline-sealed-'))
  disk = new DiskStore({ name: 'disk', folders: [folder], sync: 'never', floorBytes: 0, clock: new FakeTime() })
  store = new SealedGrowingStore(disk, 'disk+aes', 'a secret of some letters')
})

afterEach(() => rmSync(folder, { recursive: true, force: true }))

const onDisk = () => readFileSync(join(folder, KEY))

test('what is appended is read again, in any span, and is not in the file', async () => {
  const parts = [7, 1000, 1, 16, 333].map(size => randomBytes(size))
  const writer = await store.create(KEY)
  for (const part of parts) await writer.append([part.subarray(0, 3), part.subarray(3)])
  await writer.finish()
  const plain = Buffer.concat(parts)
  expect([writer.bytes, (await store.stat(KEY))?.bytes]).toEqual([plain.length, plain.length])
  expect((await readAll(store.read(KEY), LIMIT)).equals(plain)).toBe(true)
  for (const [start, end] of [
    [0, 1],
    [5, 40],
    [16, 32],
    [17, 1300],
    [1356, 1357],
  ] as const) {
    expect((await readAll(store.read(KEY, { start, end }), LIMIT)).equals(plain.subarray(start, end))).toBe(true)
  }
  expect(onDisk().includes(plain.subarray(8, 40))).toBe(false)
  const other = new SealedGrowingStore(disk, 'disk+aes', 'another secret of letters')
  expect((await readAll(other.read(KEY), LIMIT)).equals(plain)).toBe(false)
})

test('put again, the same bytes are others in the file; input stays as it is', async () => {
  const plain = Buffer.alloc(100, 'x')
  const files = new Set<string>()
  for (let i = 0; i < 3; i++) {
    expect(await store.put(KEY, [plain])).toBe(100)
    files.add(createHash('md5').update(onDisk()).digest('hex'))
  }
  expect(files.size).toBe(3)
  expect(plain.equals(Buffer.alloc(100, 'x'))).toBe(true)
})

test('cut by recovery', async () => {
  const writer = await store.create(KEY)
  await writer.append([Buffer.from('0123456789')])
  await writer.finish()
  await store.truncate(KEY, 4)
  expect((await readAll(store.read(KEY), LIMIT)).toString()).toBe('0123')
  expect((await store.list('')).objects).toMatchObject([{ key: KEY, bytes: 4 }])
})
