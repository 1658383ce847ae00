import { randomBytes } from 'node:crypto'
import { mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { systemClock, systemTimers } from '../../base/clock.ts'
import { silentLog } from '../../base/log.ts'
import { DiskStore, type SyncPolicy } from './disk-store.ts'
import { checkedKey, type GrowingStore, type ObjectStore, readAll } from './object-store.ts'
import { PART_BYTES } from './s3-store.ts'
import { SpooledStore } from './spool.ts'
import { S3Server } from './testing/s3-server.ts'

const root = mkdtempSync(join(tmpdir(), 'sightline-objects-'))
const server = new S3Server()
const toClose: ObjectStore[] = []
let folders = 0

beforeAll(() => server.start())
afterAll(async () => {
  for (const store of toClose) await store.close()
  await server[Symbol.asyncDispose]()
  rmSync(root, { recursive: true, force: true })
})

const folder = () => join(root, String(folders++))

function disk(sync: SyncPolicy = 'append', disks = 1): DiskStore {
  const paths = Array.from({ length: disks }, folder)
  return new DiskStore({ name: 'disk', folders: paths, sync, floorBytes: 0, clock: systemClock })
}

function spooled(): SpooledStore {
  return new SpooledStore({
    local: disk(),
    remote: server.store(`${folders++}/`),
    db: new DatabaseSync(':memory:'),
    maxBytes: 1 << 30,
    clock: systemClock,
    timers: systemTimers,
    log: silentLog,
  })
}

const STORES: readonly [string, () => ObjectStore][] = [
  ['disk', () => disk()],
  ['two disks', () => disk('finish', 2)],
  ['S3', () => server.store(`${folders++}/`)],
  ['disk and S3 behind it', spooled],
]

async function* pieces(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size)
}

const keysOf = async (store: ObjectStore, prefix: string, after?: string, limit?: number) => {
  const { objects, next } = await store.list(prefix, after, limit)
  return { keys: objects.map(({ key }) => key), next }
}

describe.each(STORES)('%s', (_, make) => {
  test('what is put is read, whole and in spans, until it is deleted', async () => {
    const store = make()
    toClose.push(store)
    const bytes = randomBytes(700_000)
    expect(await store.put('cam/a/1.mp4', [bytes.subarray(0, 1000), bytes.subarray(1000)])).toBe(bytes.length)
    expect(await readAll(store.read('cam/a/1.mp4'), 1 << 20)).toEqual(bytes)
    expect(await readAll(store.read('cam/a/1.mp4', { start: 10, end: 300_010 }), 1 << 20)).toEqual(
      bytes.subarray(10, 300_010),
    )
    expect(await store.stat('cam/a/1.mp4')).toMatchObject({ key: 'cam/a/1.mp4', bytes: bytes.length })
    await expect(readAll(store.read('cam/a/1.mp4'), 1000)).rejects.toMatchObject({ code: 'LIMIT_EXCEEDED' })
    await store.delete('cam/a/1.mp4')
    await store.delete('cam/a/1.mp4')
    expect(await store.stat('cam/a/1.mp4')).toBeNull()
    await expect(readAll(store.read('cam/a/1.mp4'), 1)).rejects.toMatchObject({ code: 'NOT_FOUND' })
  })

  test('a stream of more than one part, and what was there before is replaced', async () => {
    const store = make()
    toClose.push(store)
    const bytes = randomBytes(2 * PART_BYTES + 12_345)
    await store.put('big', [Buffer.from('before')])
    expect(await store.put('big', pieces(bytes, 1_000_003))).toBe(bytes.length)
    expect((await readAll(store.read('big'), 1 << 26)).equals(bytes)).toBe(true)
    expect(await store.put('empty', [])).toBe(0)
    expect((await store.stat('empty'))?.bytes).toBe(0)
  })

  test('lists by prefix in order', async () => {
    const store = make()
    toClose.push(store)
    const keys = ['a/b/1', 'a/b/2', 'a/c', 'a/d/1', 'a/e', 'b/1']
    for (const key of keys) await store.put(key, [Buffer.from(key)])
    while (store instanceof SpooledStore && store.waitingBytes > 0) await new Promise(setImmediate) // s3rver lists halves
    expect(await keysOf(store, '')).toEqual({ keys: keys.toSorted(), next: null })
    expect(await keysOf(store, 'a/b/')).toEqual({ keys: ['a/b/1', 'a/b/2'], next: null })
    expect(await keysOf(store, 'a/', 'a/b/2')).toEqual({ keys: ['a/c', 'a/d/1', 'a/e'], next: null })
  })

  test('a stream that fails leaves nothing behind', async () => {
    const store = make()
    toClose.push(store)
    async function* broken() {
      yield randomBytes(1000)
      throw new Error('torn')
    }
    await expect(store.put('torn', broken())).rejects.toThrow()
    expect(await store.stat('torn')).toBeNull()
    expect(await keysOf(store, '')).toEqual({ keys: [], next: null })
  })
})

/** Not on S3: s3rver sorts by folder, and makes its tokens for next pages with what Node.js no longer has. */
test('disks list by key, not by folder, in pages', async () => {
  const store = disk('never', 3)
  const keys = ['a/b/1', 'a/b/2', 'a/b-c/1', 'a/b.d', 'a/c', 'b/1', 'a/b/10']
  for (const key of keys) await store.put(key, [Buffer.from(key)])
  expect(await keysOf(store, '')).toEqual({ keys: keys.toSorted(), next: null })
  expect(await keysOf(store, 'a/b', 'a/b-c/1', 2)).toEqual({ keys: ['a/b.d', 'a/b/1'], next: 'a/b/1' })
})

describe.each(STORES.filter(([name]) => name !== 'S3') as [string, () => GrowingStore][])(
  'growing on %s',
  (_, make) => {
    test('an object that grows is readable while it does', async () => {
      const store = make()
      toClose.push(store)
      const writer = await store.create('cam/1.mp4')
      await writer.append([Buffer.from('one '), Buffer.alloc(0), Buffer.from('two ')])
      expect(writer.bytes).toBe(8)
      expect(String(await readAll(store.read('cam/1.mp4'), 100))).toBe('one two ')
      await expect(store.create('cam/1.mp4')).rejects.toMatchObject({ code: 'CONFLICT' })
      await writer.append(Array.from({ length: 3000 }, () => Buffer.from('x'))) // beyond IOV_MAX
      await writer.finish()
      await writer.finish()
      expect((await store.stat('cam/1.mp4'))?.bytes).toBe(3008)
      const other = await store.create('cam/2.mp4')
      await other.append([Buffer.from('gone')])
      await other.abort()
      expect(await store.stat('cam/2.mp4')).toBeNull()
    })

    test('is cut after a crash', async () => {
      const store = make()
      toClose.push(store)
      const writer = await store.create('cam/1.mp4')
      await writer.append([Buffer.from('whole torn')])
      await store.truncate('cam/1.mp4', 5)
      expect(String(await readAll(store.read('cam/1.mp4'), 100))).toBe('whole')
      await expect(store.truncate('cam/none', 5)).rejects.toMatchObject({ code: 'NOT_FOUND' })
      await writer.finish().catch(() => {})
    })
  },
)

test.each([
  '',
  '/',
  'a//b',
  '../x',
  'a/../../x',
  'a/./b',
  '/etc/passwd',
  'a\\b',
  'a\0b',
  '.partial/x',
  'a/',
  'x'.repeat(300),
])('key %j is refused by all', async key => {
  expect(() => checkedKey(key)).toThrow(expect.objectContaining({ code: 'INVALID' }))
  const store = disk()
  const refused = { code: 'INVALID' }
  await expect(store.put(key, [])).rejects.toMatchObject(refused)
  await expect(store.create(key)).rejects.toMatchObject(refused)
  await expect(readAll(store.read(key), 1)).rejects.toMatchObject(refused)
  await expect(store.stat(key)).rejects.toMatchObject(refused)
  await expect(store.delete(key)).rejects.toMatchObject(refused)
})

test('a link in the folder is not followed', async () => {
  const path = folder()
  mkdirSync(path, { recursive: true })
  writeFileSync(join(root, 'secret'), 'secret')
  symlinkSync(join(root, 'secret'), join(path, 'link'))
  const store = new DiskStore({ name: 'disk', folders: [path], sync: 'never', floorBytes: 0, clock: systemClock })
  await expect(readAll(store.read('link'), 100)).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' })
})

test('folders go with their last object', async () => {
  const path = folder()
  const store = new DiskStore({ name: 'disk', folders: [path], sync: 'never', floorBytes: 0, clock: systemClock })
  await store.put('a/b/c', [Buffer.from('x')])
  await store.put('a/d', [Buffer.from('x')])
  await store.delete('a/b/c')
  expect(readdirSync(join(path, 'a'))).toEqual(['d'])
  await store.delete('a/d')
  expect(readdirSync(path).filter(name => !name.startsWith('.'))).toEqual([])
})

test('below the floor nothing is taken', async () => {
  const floorBytes = Number.MAX_SAFE_INTEGER
  const store = new DiskStore({ name: 'disk', folders: [folder()], sync: 'never', floorBytes, clock: systemClock })
  await expect(store.create('a')).rejects.toMatchObject({ code: 'STORE_FULL' })
  await expect(store.put('a', [])).rejects.toMatchObject({ code: 'STORE_FULL' })
  expect(await store.hasRoom()).toBe(false)
  expect((await store.space()).totalBytes).toBeGreaterThan(0)
})
