import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { systemClock, systemTimers } from '../../base/clock.ts'
import { silentLog } from '../../base/log.ts'
import { DiskStore } from './disk-store.ts'
import { readAll } from './object-store.ts'
import { PART_BYTES } from './s3-store.ts'
import { SpooledStore } from './spool.ts'
import { S3Server } from './testing/s3-server.ts'

let root: string
let server: S3Server
let states: string[]

beforeEach(async () => {
  root = mkdtempSync(join(tmpdir(), 'sightline-spool-'))
  server = new S3Server()
  await server.start()
  states = []
})
afterEach(async () => {
  await server[Symbol.asyncDispose]()
  rmSync(root, { recursive: true, force: true })
})

const local = () =>
  new DiskStore({ name: 'disk', folders: [join(root, 'disk')], sync: 'never', floorBytes: 0, clock: systemClock })

function open(maxBytes = 1 << 30): SpooledStore {
  return new SpooledStore({
    local: local(),
    remote: server.store(),
    db: new DatabaseSync(join(root, 'spool.db')),
    maxBytes,
    clock: systemClock,
    timers: systemTimers,
    log: silentLog,
    onState: state => states.push(state),
  })
}

async function until(what: string, look: () => Promise<boolean> | boolean): Promise<void> {
  const end = performance.now() + 25_000
  while (!(await look())) {
    if (performance.now() > end) throw new Error(`${what} did not come`)
    await new Promise(resolve => setTimeout(resolve, 20))
  }
}

const atRemote = async (key: string, bytes: Buffer) => {
  const remote = server.store()
  const found = await readAll(remote.read(key), 1 << 27)
  remote.close()
  return found.equals(bytes)
}

test('an open object is carried part by part, the local copy goes when all has arrived', async () => {
  const spool = open()
  const bytes = randomBytes(2 * PART_BYTES + 999)
  const writer = await spool.create('cam/1.mp4')
  for (let at = 0; at < bytes.length; at += 1_000_000) await writer.append([bytes.subarray(at, at + 1_000_000)])
  expect(await local().stat('cam/1.mp4')).not.toBeNull()
  await writer.finish()
  await until('upload', () => spool.waitingBytes === 0)
  await until('local copy', async () => (await local().stat('cam/1.mp4')) === null)
  expect(await atRemote('cam/1.mp4', bytes)).toBe(true)
  expect((await readAll(spool.read('cam/1.mp4', { start: 5, end: 25 }), 100)).equals(bytes.subarray(5, 25))).toBe(true)
  await spool.close()
})

test('S3 dies in the middle of an upload: what was begun waits, and is carried on when it is back', async () => {
  const spool = open()
  const bytes = randomBytes(5 * PART_BYTES + 1)
  await spool.put('cam/1.mp4', [bytes])
  await until('first part', () => sent() > 0)
  await server.stop()
  await until('notice', () => states.includes('unreachable'))
  await spool.put('cam/2.mp4', [Buffer.from('while it is away')])
  expect(String(await readAll(spool.read('cam/2.mp4'), 100))).toBe('while it is away')
  expect(spool.waitingBytes).toBe(bytes.length + 16)
  await server.start()
  await until('uploads', () => spool.waitingBytes === 0)
  expect(states).toEqual(['unreachable', 'ok'])
  expect(await atRemote('cam/1.mp4', bytes)).toBe(true)
  expect(await atRemote('cam/2.mp4', Buffer.from('while it is away'))).toBe(true)
  await spool.close()
})

test('a restart goes on where the upload was, with what recovery left of an open object', async () => {
  const bytes = randomBytes(3 * PART_BYTES)
  const before = open()
  const writer = await before.create('cam/1.mp4')
  await writer.append([bytes])
  await before.put('cam/2.mp4', [Buffer.from('finished')])
  await until('a part', () => sent() > 0)
  await server.stop()
  await before.close()

  await server.start()
  const after = open()
  await after.truncate('cam/1.mp4', 2 * PART_BYTES + 77)
  await until('uploads', () => after.waitingBytes === 0)
  expect(await atRemote('cam/1.mp4', bytes.subarray(0, 2 * PART_BYTES + 77))).toBe(true)
  expect(await atRemote('cam/2.mp4', Buffer.from('finished'))).toBe(true)
  await after.close()
})

test('it is full when too much waits', async () => {
  await server.stop()
  const spool = open(1000)
  const writer = await spool.create('cam/1.mp4')
  await writer.append([Buffer.alloc(1000)])
  await expect(writer.append([Buffer.alloc(1)])).rejects.toMatchObject({ code: 'STORE_FULL' })
  await expect(spool.create('cam/2.mp4')).rejects.toMatchObject({ code: 'STORE_FULL' })
  await expect(spool.put('cam/2.mp4', [])).rejects.toMatchObject({ code: 'STORE_FULL' })
  expect(await spool.hasRoom()).toBe(false)
  await writer.finish()
  await spool.delete('cam/1.mp4')
  expect(await spool.hasRoom()).toBe(true)
  await spool.close()
  await server.start()
})

test('an object that is replaced again and again ends as the last', async () => {
  const spool = open()
  for (let i = 0; i < 20; i++) await spool.put('cam/poster.jpg', [Buffer.from(`picture ${i}`)])
  await until('uploads', () => spool.waitingBytes === 0)
  expect(await atRemote('cam/poster.jpg', Buffer.from('picture 19'))).toBe(true)
  expect((await spool.list('')).objects.map(({ key }) => key)).toEqual(['cam/poster.jpg'])
  await spool.close()
})

/** Bytes of cam/1.mp4 that have been sent, as the table says. */
function sent(): number {
  const db = new DatabaseSync(join(root, 'spool.db'), { readOnly: true })
  try {
    return Number(db.prepare("SELECT sent FROM uploads WHERE key = 'cam/1.mp4'").get()?.['sent'] ?? 0)
  } finally {
    db.close()
  }
}
