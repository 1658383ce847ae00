import { chmodSync } from 'node:fs'
import { expect, test } from 'vitest'
import { countDecodedFrames, temporaryFolder } from '../ffmpeg.ts'
import { startNode, until } from './node-under-test.ts'
import { AAC, H264, PICTURE, program, publish, TONE } from './programs.ts'

const SECONDS = 4
/** VLC refuses to run as root: nobody does it then. */
const STEP_DOWN = process.getuid?.() === 0 ? ['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups'] : []

/** Plays with VLC; what it decoded comes as a file, encoded anew. */
async function playWithVlc(url: string, file: string): Promise<void> {
  const encoded = `#transcode{vcodec=mp2v,vb=2000,acodec=s16l}:std{access=file,mux=avi,dst=${file}}`
  const how = [
    '--intf',
    'dummy',
    '--sout',
    encoded,
    '--run-time',
    String(SECONDS),
    '--play-and-exit',
    url,
    'vlc://quit',
  ]
  const [command = 'vlc', ...args] = [...STEP_DOWN, 'vlc', ...how]
  await using vlc = program(command, ...args)
  expect(await vlc.exit, vlc.output()).toBe(0)
}

test('VLC plays RTMP, HTTP-FLV and HLS', async () => {
  using folder = temporaryFolder()
  chmodSync(folder.file('.'), 0o777)
  await using node = await startNode({ SIGHTLINE_HLS_SEGMENT_SECONDS: '1' })
  await using _ = publish(node.rtmp('live/cam'), ...PICTURE, ...TONE, ...H264, ...AAC)
  await until('the stream is up', async () => (await node.metric('sightline_stream_up', 'default/live/cam')) === 1)
  const addresses = [node.rtmp('live/cam'), node.http('live/cam.flv'), node.http('live/cam.m3u8')]
  for (const [n, url] of addresses.entries()) {
    const file = folder.file(`${n}.avi`)
    await playWithVlc(url, file)
    expect(countDecodedFrames(file, 'video'), url).toBeGreaterThan((SECONDS - 1) * 25)
    expect(countDecodedFrames(file, 'audio'), url).toBeGreaterThan((SECONDS - 1) * 40)
  }
})
