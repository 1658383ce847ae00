import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { expect, test } from 'vitest'
import { temporaryFolder } from '../../../test/ffmpeg.ts'
import { playlistFile, segmentFile } from './file-template.ts'
import type { Segment } from './segment.ts'
import { Bench } from './testing/bench.ts'
import { AAC, audio, H264, H265, interleave, video } from './testing/source.ts'

const PATH = 'default/live/cam'
const SEGMENT: Segment = {
  name: 'run-7.ts',
  data: Buffer.alloc(1),
  sequence: 7,
  durationMs: 2040,
  startedAtMs: Date.UTC(2026, 6, 5, 9, 8, 7, 60),
  slot: null,
  discontinuity: false,
  independent: true,
  init: null,
}

test.each([
  ['[space]/[app]/[stream]-[seq].ts', PATH, {}, 'default/live/cam-7.ts'],
  [
    '[vhost]/[app]/[stream]/[2006][01][02][15]/[04][05][999]_[duration]_[seq].ts',
    PATH,
    {},
    'default/live/cam/2026070509/0807060_2040_7.ts',
  ],
  ['[app]/[stream]-[timestamp].ts', 'shop/a/b/cam', { slot: 891 }, 'a/b/cam-891.ts'],
  ['[stream]-[timestamp].ts', PATH, {}, `cam-${SEGMENT.startedAtMs}.ts`],
  ['[stream]-[seq]-[else].ts', PATH, { name: 'run-7.m4s' }, 'cam-7-[else].m4s'],
] as const)('%s', (template, path, more, file) => {
  expect(segmentFile(template, path, { ...SEGMENT, ...more })).toBe(file)
})

test('the playlist has the names of the stream alone', () => {
  expect(playlistFile('[space]/[app]/[stream].m3u8', 'shop/a/b/cam')).toBe('shop/a/b/cam.m3u8')
})

const files = (directory: string) => ({
  directory,
  segmentFile: '[space]/[app]/[stream]/[seq].ts',
  playlistFile: '[space]/[app]/[stream].m3u8',
})
const named = (text: string) => text.split('\n').filter(line => line !== '' && !line.startsWith('#'))

test('segments and playlist are there from the start, old ones go, and all of them with the stream', async () => {
  using folder = temporaryFolder()
  const root = folder.file('made/for/it')
  const bench = new Bench()
  Object.assign(bench.settings, { windowSeconds: 4, segmentSeconds: 1, files: files(root) })
  const publication = bench.publish('/default/live/cam', [H264, AAC], [])
  const stream = bench.streams.get('/default/live/cam')
  if (!stream) throw new Error('no stream')
  bench.handler.published(stream)
  const playlist = join(root, 'default/live/cam.m3u8')
  for (let second = 0; second < 20; second++) {
    const [from, to] = [second * 1000, (second + 1) * 1000]
    for (const frame of interleave(video(H264, from, to, 1000), audio(AAC, from, to))) publication.write(frame)
    if (second === 0) continue
    await expect.poll(() => existsSync(playlist) && readFileSync(playlist, 'utf8')).toContain(`cam/${second - 1}.ts`)
    for (const name of named(readFileSync(playlist, 'utf8')))
      expect(existsSync(join(dirname(playlist), name))).toBe(true)
  }
  await expect.poll(() => readFileSync(playlist, 'utf8')).toContain('cam/18.ts')
  const listed = named(readFileSync(playlist, 'utf8'))
  expect(listed).toEqual(['cam/15.ts', 'cam/16.ts', 'cam/17.ts', 'cam/18.ts'])
  await expect.poll(() => readdirSync(join(root, 'default/live/cam')).length).toBeLessThanOrEqual(9)
  expect(readFileSync(join(root, 'default/live/cam/18.ts'))[0]).toBe(0x47)

  stream.end('over')
  await expect.poll(() => readFileSync(playlist, 'utf8')).toContain('#EXT-X-ENDLIST')
  await bench.close()
  expect(
    readdirSync(join(root, 'default/live'), { recursive: true, withFileTypes: true }).filter(e => e.isFile()),
  ).toEqual([])
  expect(bench.fileErrors).toEqual([])
})

test('fragmented MP4 has its init segment beside it', async () => {
  using folder = temporaryFolder()
  const bench = new Bench()
  Object.assign(bench.settings, { segmentSeconds: 1, files: files(folder.file('hls')) })
  const publication = bench.publish('/default/live/cam', [H265], [])
  const stream = bench.streams.get('/default/live/cam')
  if (stream) bench.handler.published(stream)
  for (const frame of video(H265, 0, 5000, 1000)) publication.write(frame)
  const playlist = folder.file('hls/default/live/cam.m3u8')
  await expect.poll(() => existsSync(playlist) && readFileSync(playlist, 'utf8')).toContain('cam/3.m4s')
  const init = /EXT-X-MAP:URI="([^"]+)"/.exec(readFileSync(playlist, 'utf8'))?.[1] ?? ''
  expect(readFileSync(join(dirname(playlist), init)).toString('latin1', 4, 8)).toBe('ftyp')
  await bench.close()
})

test('a folder that cannot be written is told and costs nobody his stream', async () => {
  using folder = temporaryFolder()
  writeFileSync(folder.file('hls'), 'not a folder')
  const bench = new Bench()
  Object.assign(bench.settings, { segmentSeconds: 1, files: files(folder.file('hls')) })
  const publication = bench.publish('/default/live/cam', [H264], [])
  const stream = bench.streams.get('/default/live/cam')
  if (stream) bench.handler.published(stream)
  for (const frame of video(H264, 0, 30_000, 1000)) publication.write(frame)
  await expect.poll(() => bench.fileErrors.length).toBeGreaterThan(1)
  expect(stream?.readerCount).toBe(1)
  await bench.close()
})
