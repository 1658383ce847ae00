import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { connect } from 'node:tls'
import { afterAll, expect, test } from 'vitest'
import { EndpointRoom } from './testing/endpoint-room.ts'
import { rawRequest, rawTcpPeer, until } from './testing/raw-peer.ts'
import type { TlsOptions } from './transport/stream-server.ts'
import { parseVia } from './via.ts'

const folder = mkdtempSync(join(tmpdir(), 'sightline-sip-'))
afterAll(() => rmSync(folder, { recursive: true }))

const MESSAGE = { method: 'MESSAGE', uri: 'sip:b@b', from: 'sip:a@a', to: 'sip:b@b' }

function certificate(): Required<Pick<TlsOptions, 'key' | 'cert'>> {
  const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')]
  const options = ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2']
  const names = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=IP:127.0.0.1']
  execFileSync('openssl', [...options, ...names, '-keyout', key, '-out', cert], { stdio: 'ignore' })
  return { key: readFileSync(key, 'utf8'), cert: readFileSync(cert, 'utf8') }
}
const own = certificate()

test('TLS and TCP on the same port, both ways over the connection that is open', async () => {
  await using server = await EndpointRoom.open({ tls: own })
  await using secure = await EndpointRoom.open({ tls: { ca: own.cert } })
  await using plain = await EndpointRoom.open()
  secure.endpoint.on('MESSAGE', (_request, context) => context.respond(202))
  let back: Promise<number> | null = null
  server.endpoint.on('MESSAGE', (request, context) => {
    context.respond(200, { body: `${context.remote.transport} ${parseVia(request.headers.get('via')!)?.transport}` })
    if (context.remote.transport === 'tls')
      back = server.endpoint.request(context.flow, MESSAGE).then(response => response.status)
  })
  const answer = async (room: EndpointRoom, transport: 'tls' | 'tcp' | 'udp') =>
    (await room.endpoint.request(server.target(transport), MESSAGE)).body.toString()
  expect(await answer(secure, 'tls')).toBe('tls TLS')
  expect(await answer(plain, 'tcp')).toBe('tcp TCP')
  expect(await answer(plain, 'udp')).toBe('udp UDP')
  expect(await back).toBe(202)
  expect(server.endpoint.counts.connections).toBe(2)
  expect(secure.endpoint.counts.connections).toBe(1)
})

test('a certificate nobody vouches for is refused, unless that is allowed', async () => {
  await using server = await EndpointRoom.open({ tls: own })
  await using strict = await EndpointRoom.open()
  await using lenient = await EndpointRoom.open({ tls: { insecure: true } })
  await expect(strict.endpoint.request(server.target('tls'), MESSAGE)).rejects.toMatchObject({ code: 'PEER_REFUSED' })
  expect((await lenient.endpoint.request(server.target('tls'), MESSAGE)).status).toBe(405)
})

test('a peer that says nothing, or breaks off its handshake, is closed', async () => {
  await using server = await EndpointRoom.open({ tls: own })
  await using silent = await rawTcpPeer(server.port)
  await using broken = await rawTcpPeer(server.port)
  broken.send(Buffer.from('1603010005ffffffffff', 'hex'))
  await until(() => expect(broken.closed).toBe(true))
  // One that is answered is known to have been accepted after the silent one.
  await using other = await rawTcpPeer(server.port)
  other.send(rawRequest('OPTIONS'))
  await other.response()
  server.time.advance(5000)
  await until(() => expect(silent.closed).toBe(true))
  expect(server.endpoint.counts.connections).toBe(1)
})

test('close ends those that have not said whether they are TLS', async () => {
  const server = await EndpointRoom.open({ tls: own })
  const socket = connect({ port: server.port, host: '127.0.0.1', rejectUnauthorized: false })
  socket.on('error', () => {})
  await until(() => expect(server.endpoint.counts.connections).toBe(1))
  await using silent = await rawTcpPeer(server.port)
  await server.endpoint.close()
  await until(() => expect([silent.closed, socket.closed]).toEqual([true, true]))
})
