import { connect } from 'node:net'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { WebSocket } from 'ws'
import {
  LINK_TOKEN,
  liveStream,
  NodeUnderTest,
  type PlatformUnderTest,
  platformUnderTest,
} from '../../test/support/platform-under-test.ts'
import { dialWebSocket } from '../link/websocket-carrier.ts'
import { Server } from './server.ts'

let platform: PlatformUnderTest
let server: Server
let host: string

beforeEach(async () => {
  platform = await platformUnderTest()
  server = await Server.create(platform.server)
  const { port } = await server.listen({ port: 0, host: '127.0.0.1' })
  host = `127.0.0.1:${port}`
})

afterEach(async () => {
  await server.close()
  await platform.close()
})

test('a node reaches the platform over a real WebSocket: events, requests, and its loss', async () => {
  const node = new NodeUnderTest(platform, { url: `ws://${host}/link`, dial: dialWebSocket })
  node.viewers = [
    {
      id: 'vw_1',
      path: 'default/live/cam',
      protocol: 'rtmp',
      remote: '192.0.2.1:1',
      agent: '',
      startedAtMs: 1,
      bytesSent: 2,
      bufferedBytes: 0,
      framesDropped: 0,
    },
  ]
  node.client.start()
  await vi.waitFor(() => expect(node.client.state).toBe('up'))
  await vi.waitFor(() => expect(node.outbox.size).toBe(0))
  await vi.waitFor(() => expect(node.applied).toHaveLength(1))
  const answer = await platform.services.links.request('node-1', 'stream.viewers', { path: 'default/live/cam' })
  expect(answer.viewers).toEqual(node.viewers)
  await node.close()
  await vi.waitFor(() => expect(platform.services.links.nodes.size).toBe(0))
})

test('a large report passes', async () => {
  const node = new NodeUnderTest(platform, { url: `ws://${host}/link`, dial: dialWebSocket })
  node.streams = Array.from({ length: 5000 }, (_, n) => liveStream(`default/live/cam-${n}`))
  node.client.start()
  await vi.waitFor(() => expect(platform.services.links.nodes.get('node-1')?.streams.size).toBe(5000))
  await node.close()
})

test.each([['wrong'], [''], [`${LINK_TOKEN}x`]])('token %j is refused', async token => {
  await expect(dialWebSocket(`ws://${host}/link`, token)).rejects.toMatchObject({ code: 'UNAUTHENTICATED' })
})

test('another path, a platform that is away and one that is no WebSocket server', async () => {
  await expect(dialWebSocket(`ws://${host}/other`, LINK_TOKEN)).rejects.toMatchObject({ code: 'LINK_CLOSED' })
  await expect(dialWebSocket('ws://127.0.0.1:1/link', LINK_TOKEN)).rejects.toMatchObject({ code: 'LINK_CLOSED' })
})

test('binary messages and garbage end the link, the server stays', async () => {
  const open = () => new WebSocket(`ws://${host}/link`, { headers: { authorization: `Bearer ${LINK_TOKEN}` } })
  for (const message of [Buffer.from([1, 2, 3]), 'garbage']) {
    const socket = open()
    socket.on('open', () => socket.send(message))
    await new Promise(resolve => socket.on('close', resolve))
  }
  const raw = connect(Number(host.split(':')[1]), '127.0.0.1')
  raw.end('GET /link HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n')
  const answer = await new Promise<string>(resolve => raw.once('data', data => resolve(data.toString())))
  expect(answer).toMatch(/^HTTP\/1.1 401/)
  expect((await fetch(`http://${host}/api/v1/health`)).status).toBe(200)
})
