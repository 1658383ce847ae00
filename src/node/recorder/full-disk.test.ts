import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { probe } from '../../../test/ffmpeg.ts'
import { framesOf, linesOf, MEDIA, TestStream } from '../../../test/support/media.ts'
import { DiskStore } from '../../storage/objects/disk-store.ts'
import { readAll } from '../../storage/objects/object-store.ts'
import { RecorderRoom } from './testing/room.ts'

/** A file system of 3 MB; null where nobody may mount one. */
function smallDisk(): { readonly folder: string; [Symbol.dispose](): void } | null {
  const folder = mkdtempSync(join(tmpdir(), 'sightline-small-'))
  const { status } = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=3m', 'tmpfs', folder])
  if (status !== 0) {
    rmdirSync(folder)
    return null
  }
  return {
    folder,
    [Symbol.dispose]: () => {
      spawnSync('umount', [folder])
      rmdirSync(folder)
    },
  }
}

const breathe = () => new Promise<void>(resolve => setImmediate(resolve))

test('a disk that is really full: recording pauses, and resumes by itself when there is room', async ctx => {
  using disk = smallDisk()
  if (!disk) return ctx.skip('mounting a small file system needs root and CAP_SYS_ADMIN')
  const media = MEDIA['H.264 and AAC'](20)
  const source = new TestStream(media)
  const { time } = source
  const store = new DiskStore({ name: 'disk', folders: [disk.folder], sync: 'append', floorBytes: 0, clock: time })
  await using room = new RecorderRoom(time, store)
  const ballast = join(disk.folder, 'ballast')
  writeFileSync(ballast, Buffer.alloc(3_000_000))
  room.recorder.attach(source.stream, 0)
  room.start()
  await source.play(media.frames, async () => {
    do await breathe()
    while (room.recorder.queuedBytes > 0)
    if (room.troubles.length === 1 && room.closed.length === 1) rmSync(ballast, { force: true })
  })
  await room.recorder.close()
  expect(room.troubles).toEqual(['diskFull', null])
  expect(room.recorder.droppedFragments).toBeGreaterThan(0)
  expect(room.closed).toHaveLength(2)
  for (const segment of room.closed) {
    const path = join(disk.folder, segment.object)
    const frames = framesOf(await readAll(store.read(segment.object), 1 << 24))
    expect(probe(path, 'video').decodedFrames).toBe(linesOf(frames, 'video').length)
    expect((await store.stat(segment.object))?.bytes).toBe(segment.sizeBytes)
  }
})
