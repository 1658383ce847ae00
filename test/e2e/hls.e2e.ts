import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { temporaryFolder } from '../ffmpeg.ts'
import { startNode, until } from './node-under-test.ts'
import { AAC, H264, PICTURE, play, publish, TONE } from './programs.ts'

const PATH = 'default/live/cam'
const FROM_THE_FIRST_SEGMENT = ['-live_start_index', '0']

describe('ffmpeg publishes by RTMP and plays by HLS', () => {
  test.each([
    ['H.264 and AAC in MPEG-TS', {}, [...PICTURE, ...TONE, ...H264, ...AAC], 100, 'ts'],
    ['H.264 and AAC in fMP4', { SIGHTLINE_HLS_CONTAINER: 'fmp4' }, [...PICTURE, ...TONE, ...H264, ...AAC], 100, 'm4s'],
    ['sound alone', {}, [...TONE, ...AAC], 0, 'ts'],
    ['picture alone', {}, [...PICTURE, ...H264], 100, 'ts'],
  ])('%s', async (_, variables, encoder, frames, extension) => {
    await using node = await startNode(variables)
    await using __ = publish(node.rtmp('live/cam'), ...encoder)
    await until('the stream is up', async () => (await node.metric('sightline_stream_up', PATH)) === 1)
    const player = await play(node.http('live/cam.m3u8'), 4, ...FROM_THE_FIRST_SEGMENT)
    expect(player.complaints).toBe('')
    expect(player.video).toBe(frames)
    if (encoder.includes('aac')) expect(player.audio).toBeGreaterThan(300)

    const master = await (await fetch(node.http('live/cam.m3u8'))).text()
    const media = new URL(
      master.split('\n').find(line => line !== '' && !line.startsWith('#')) ?? '',
      node.http('live/cam.m3u8'),
    )
    expect(await (await fetch(media)).text()).toContain(`.${extension}?session=`)
  })
})

test('an HLS player is a viewer in the numbers, until it stops asking', async () => {
  await using node = await startNode()
  await using _ = publish(node.rtmp('live/cam'), ...PICTURE, ...TONE, ...H264, ...AAC)
  const playing = play(node.http('live/cam.m3u8'), 3)
  await until('it is counted', async () => (await node.metric('sightline_stream_viewers', PATH)) === 1)
  expect((await playing).video).toBe(75)
  expect(await node.metric('sightline_stream_sent_bytes_total', PATH)).toBeGreaterThan(50_000)
})

test('a republish is a discontinuity, and numbers go on', async () => {
  await using node = await startNode()
  const first = publish(node.rtmp('live/cam'), ...PICTURE, ...TONE, ...H264, ...AAC)
  const master = await until('a master playlist', async () => {
    const response = await fetch(node.http('live/cam.m3u8'))
    return response.ok ? await response.text() : undefined
  })
  const media = new URL(
    master.split('\n').find(line => line !== '' && !line.startsWith('#')) ?? '',
    node.http('live/cam.m3u8'),
  )
  const numbers = async () =>
    [...(await (await fetch(media)).text()).matchAll(/-(\d+)\.ts/g)].map(match => Number(match[1]))
  await until('two segments', async () => (await numbers()).length >= 2)
  await first[Symbol.asyncDispose]()
  await until('the publisher is gone', async () => (await node.metric('sightline_stream_up', PATH)) === 0)
  await using _ = publish(node.rtmp('live/cam'), ...PICTURE, ...TONE, ...H264, ...AAC)
  const playlist = await until('a discontinuity', async () => {
    const text = await (await fetch(media)).text()
    return text.includes('#EXT-X-DISCONTINUITY\n') ? text : undefined
  })
  const listed = await numbers()
  for (const [at, number] of listed.entries()) if (at > 0) expect(number).toBe(listed[at - 1]! + 1)
  expect(playlist).toMatch(/#EXT-X-TARGETDURATION:\d+\n/)
})

test('segments as files, served from their folder', async () => {
  using folder = temporaryFolder()
  const directory = folder.file('hls')
  await using node = await startNode({
    SIGHTLINE_HLS_DIRECTORY: directory,
    SIGHTLINE_HLS_PLAYLIST_FILE: '[app]/[stream]/live.m3u8',
    SIGHTLINE_HLS_SEGMENT_FILE: '[app]/[stream]/[timestamp].ts',
    SIGHTLINE_MEDIA_FILES: folder.file(''),
  })
  await using _ = publish(node.rtmp('live/cam'), ...PICTURE, ...TONE, ...H264, ...AAC)
  const playlist = join(directory, 'live/cam/live.m3u8')
  await until(
    'three segments are there',
    () => existsSync(playlist) && readFileSync(playlist, 'utf8').split('.ts').length > 3,
  )
  const player = await play(playlist, 3, ...FROM_THE_FIRST_SEGMENT)
  expect(player).toMatchObject({ complaints: '', video: 75 })
  const [name] = readFileSync(playlist, 'utf8').match(/\d+\.ts/) ?? []
  const answer = await fetch(node.http(`hls/live/cam/${name}`))
  expect(answer.headers.get('content-type')).toBe('video/mp2t')
  expect(Buffer.from(await answer.arrayBuffer()).equals(readFileSync(join(directory, 'live/cam', name ?? '')))).toBe(
    true,
  )
})
