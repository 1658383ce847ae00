import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { CHANNEL, DEVICE, GbSite, MediaDoor, type SiteOptions } from '../../../test/support/gb-site.ts'

/** Begins where a keyframe of the simulated recording is. */
const START = Math.floor((Date.now() - 3_600_000) / 4000) * 4000
const PATH = `default/download/${CHANNEL}-1`

let folder: string
let site: GbSite
let door: MediaDoor

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'sightline-downloads-'))
})

afterEach(async () => {
  await door.close()
  await site.close()
  rmSync(folder, { recursive: true, force: true })
})

async function fetchSpan(seconds: number, options: SiteOptions = {}) {
  site = await GbSite.open({ ...options, room: { folder, ...options.room } })
  door = await new MediaDoor(site).open()
  const span = { startMs: START, endMs: START + seconds * 1000 }
  const wish = { device: DEVICE, channel: CHANNEL, path: PATH, mode: 'download', speed: 4, ...span } as const
  return site.ask.playback(wish)
}

const ended = (id: string) => site.until(async () => (await site.session(id)).state === 'ended')

/** The file as somebody with the signed address gets it, as ffprobe reads it. */
async function probed(file: string) {
  const response = await fetch(door.url(file, PATH))
  expect(response.status).toBe(200)
  const bytes = Buffer.from(await response.arrayBuffer())
  expect(bytes.length).toBe(Number(response.headers.get('content-length')))
  const name = join(folder, 'fetched.mp4')
  writeFileSync(name, bytes)
  const args = ['-v', 'error', '-show_format', '-show_streams', '-count_frames', '-of', 'json', name]
  const found: unknown = JSON.parse(execFileSync('ffprobe', args).toString())
  const { format, streams } = found as Record<'format', Record<string, string>> & {
    streams: Record<string, string>[]
  }
  return { bytes, format, streams }
}

test.each([
  ['H.264 and A-law', {}, 'udp', ['h264', 'pcm_alaw']],
  ['H.265 and AAC', { video: 'h265', audio: 'aac' }, 'tcp-passive', ['hevc', 'aac']],
] as const)('a span becomes an MP4: %s', async (_, clip, media, codecs) => {
  const { session, attempt } = await fetchSpan(12, { clip, device: { media } })
  expect(session).toMatchObject({ kind: 'download', state: 'on', transport: media, speed: 4 })
  const progress: number[] = []
  await site.until(async () => {
    const { progress: done, state } = await site.session(session.id)
    if (done !== null && done !== progress.at(-1)) progress.push(done)
    return state === 'ended'
  })
  expect(progress.length).toBeGreaterThan(3)
  expect(progress).toEqual(progress.toSorted((a, b) => a - b))
  await site.idle()
  const done = await site.session(session.id)
  expect(done).toMatchObject({ progress: 1, file: `/downloads/${session.id}.mp4` })
  expect(done.reason).toBeUndefined()
  const { bytes, format, streams } = await probed(done.file ?? '')
  expect(streams.map(stream => stream['codec_name'])).toEqual(codecs)
  expect(Number(format['duration'])).toBeGreaterThan(11.5)
  expect(Number(format['duration'])).toBeLessThan(12.5)
  expect(Number(streams[0]?.['nb_read_frames'])).toBe(120)
  // a player may begin before it has all of it
  expect(bytes.indexOf('moov')).toBeLessThan(bytes.indexOf('mdat'))
  const found = await site.attempt('download')
  expect(found.attempt).toMatchObject({ id: attempt, ok: true, verdict: 'ok' })
})

test('only with the signature; ranges; gone when it is thrown away', async () => {
  const { session } = await fetchSpan(4)
  await ended(session.id)
  const { file } = await site.session(session.id)
  const url = door.url(file ?? '', PATH)
  expect((await fetch(url.replace(/sign=\w/, 'sign=x'))).status).toBe(403)
  expect((await fetch(door.url(file ?? '', 'default/live/other'))).status).toBe(403)
  const range = await fetch(url, { headers: { range: 'bytes=4-7' } })
  expect([range.status, await range.text()]).toEqual([206, 'ftyp'])
  expect((await fetch(url, { headers: { range: 'bytes=99999999-' } })).status).toBe(416)
  expect((await fetch(url, { method: 'HEAD' })).headers.get('content-disposition')).toContain(CHANNEL)
  await site.ask.control({ session: session.id, action: 'stop' })
  expect((await fetch(url)).status).toBe(404)
  expect(await readdir(folder)).not.toContain(`${session.id}.mp4`)
})

test('a device without downloads: the recording is played into the file', async () => {
  const { session } = await fetchSpan(3, { faults: 'no-download', device: { media: 'udp' } })
  expect(session.speed).toBe(1)
  await ended(session.id)
  const { format } = await probed((await site.session(session.id)).file ?? '')
  expect(Number(format['duration'])).toBeGreaterThan(2.5)
})

test('a device that does not tell the end: it is known by the time', async () => {
  const { session } = await fetchSpan(8, { faults: 'no-end' })
  await ended(session.id)
  const done = await site.session(session.id)
  expect(done.reason).toBeUndefined()
  expect(Number((await probed(done.file ?? '')).format['duration'])).toBeGreaterThan(7.5)
})

test('a device that hangs up: what came is a file, and it is said that it is not all', async () => {
  const { session } = await fetchSpan(600)
  await site.until(async () => ((await site.session(session.id)).atMs ?? 0) > START + 4000)
  await site.device.hangUpByBye()
  await ended(session.id)
  const done = await site.session(session.id)
  expect(done.reason).toContain('it ended early')
  expect(done.progress).toBeLessThan(0.5)
  expect(Number((await probed(done.file ?? '')).format['duration'])).toBeGreaterThan(3)
})

test('stopped: BYE, and no file is left', async () => {
  const { session } = await fetchSpan(600)
  await site.ask.control({ session: session.id, action: 'stop' })
  await site.idle()
  expect(await site.session(session.id)).toMatchObject({ state: 'ended', reason: 'stopped' })
  expect((await readdir(folder)).filter(name => name.startsWith('dl_'))).toEqual([])
})

test('a finished file is there after a restart, and half a one is removed', async () => {
  const { session } = await fetchSpan(2)
  await ended(session.id)
  const { file } = await site.session(session.id)
  await site.until(async () => (await readdir(folder)).includes(`${session.id}.json`))
  writeFileSync(join(folder, 'dl_00000000000000000000.mp4.part'), 'half')
  await door.close()
  await site.close()
  site = await GbSite.open({ room: { folder } })
  door = await new MediaDoor(site).open()
  await site.until(async () => (await site.ask.sessions({ session: session.id })).sessions.length > 0)
  expect(Number((await probed(file ?? '')).format['duration'])).toBeGreaterThan(1.5)
  await site.until(async () => !(await readdir(folder)).some(name => name.endsWith('.part')))
})

test('a busy device: who asks is told why, and nothing is left', async () => {
  await expect(fetchSpan(5, { faults: 'busy' })).rejects.toMatchObject({ details: { verdict: 'busy' } })
  expect((await readdir(folder)).filter(name => name.startsWith('dl_'))).toEqual([])
})
