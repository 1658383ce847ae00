import { expect, test } from 'vitest'
import { WebSocket } from 'ws'
import { startNode, until } from './node-under-test.ts'
import { AAC, H264, PICTURE, play, publish, TONE } from './programs.ts'

test('players who follow a 302 see the stream of the other node', async () => {
  await using other = await startNode()
  await using dispatcher = await startNode({
    SIGHTLINE_REDIRECT_WHEN: 'always',
    SIGHTLINE_REDIRECT_HTTP: other.http('').slice(0, -1),
    SIGHTLINE_REDIRECT_RTMP: other.rtmp('').slice(0, -1),
  })
  await using _ = publish(other.rtmp('live/cam'), ...PICTURE, ...TONE, ...H264, ...AAC)
  await until('the stream is up', async () => (await other.metric('sightline_stream_up', 'default/live/cam')) === 1)

  const answer = await fetch(dispatcher.http('live/cam.flv?sign=x&y=1'), { redirect: 'manual' })
  expect(answer.status).toBe(302)
  expect(answer.headers.get('location')).toBe(other.http('live/cam.flv?sign=x&y=1'))
  expect((await play(dispatcher.http('live/cam.flv'), 1)).video).toBeGreaterThan(20)
  expect((await play(dispatcher.http('live/cam.m3u8'), 1)).video).toBeGreaterThan(20)

  const socket = new WebSocket(dispatcher.http('live/cam.flv').replace('http', 'ws'))
  const location = await new Promise(resolve => {
    socket.on('unexpected-response', (_, response) => resolve(response.headers.location))
    socket.on('error', resolve)
  })
  expect(location).toBe(other.http('live/cam.flv'))
})
