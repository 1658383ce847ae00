import { expect, test } from 'vitest'
import type { Endpoints, SpaceState } from '../../link/messages.ts'
import { PlaySignatures } from './play-signatures.ts'
import { addressOf, pathOf } from './stream.ts'
import { playUrls, publishUrls } from './urls.ts'

const endpoints: Endpoints = { host: null, media: 8080, mediaTls: 8443, rtmp: 1935, rtmps: 1936 }
const space: SpaceState = {
  name: 'default',
  publish: 'open',
  play: 'open',
  pushKeys: ['push'],
  playKeys: ['play'],
  latency: 'normal',
  gopCache: true,
}
const address = { space: 'default', app: 'live', name: 'cam' }
const signatures = new PlaySignatures()
const request = { address, space, endpoints, host: 'h', secure: false }

test('an open space needs neither key nor signature', () => {
  expect(publishUrls(request)).toEqual({
    rtmp: 'rtmp://h:1935/live/cam',
    rtmps: 'rtmps://h:1936/live/cam',
    obs: { server: 'rtmp://h:1935/live', streamKey: 'cam' },
  })
  expect(playUrls(request, signatures, 1000)).toEqual({
    flv: 'http://h:8080/live/cam.flv',
    wsFlv: 'ws://h:8080/live/cam.flv',
    hls: 'http://h:8080/live/cam.m3u8',
    ts: 'http://h:8080/live/cam.ts',
    rtmp: 'rtmp://h:1935/live/cam',
    rtmps: 'rtmps://h:1936/live/cam',
    expiresAtMs: null,
  })
})

test('whoever comes by HTTPS gets HTTPS where the node has it', () => {
  const secure = playUrls({ ...request, secure: true }, signatures, 1000)
  expect([secure.flv, secure.wsFlv]).toEqual(['https://h:8443/live/cam.flv', 'wss://h:8443/live/cam.flv'])
  const plain = playUrls(
    { ...request, secure: true, endpoints: { ...endpoints, mediaTls: null, rtmps: null } },
    signatures,
    1000,
  )
  expect(plain.flv).toBe('http://h:8080/live/cam.flv')
  expect(plain).not.toHaveProperty('rtmps')
})

test("the node's own host goes first; IPv6 addresses are bracketed", () => {
  const far = { ...request, endpoints: { ...endpoints, host: 'edge.example' } }
  expect(playUrls(far, signatures, 1000).flv).toBe('http://edge.example:8080/live/cam.flv')
  expect(publishUrls({ ...request, host: '2001:db8::1' }).rtmp).toBe('rtmp://[2001:db8::1]:1935/live/cam')
  expect(publishUrls({ ...request, host: '[::1]' }).rtmp).toBe('rtmp://[::1]:1935/live/cam')
})

test('other spaces and apps of several levels are named whole', () => {
  const other = { ...request, address: { space: 'acme', app: 'a/b', name: 'c' } }
  expect(playUrls(other, signatures, 1000).hls).toBe('http://h:8080/acme/a/b/c.m3u8')
  expect(publishUrls(other).obs).toEqual({ server: 'rtmp://h:1935/acme/a/b', streamKey: 'c' })
})

test('a signature is kept until another time or key is asked for', () => {
  const signed = (key: string, expiresAtMs: number) =>
    playUrls({ ...request, space: { ...space, play: 'signed', playKeys: [key] } }, signatures, expiresAtMs).flv
  const first = signed('one', 60_000)
  expect(first).toMatch(/\?expires=60&sign=[0-9a-f]{64}$/)
  expect(signed('one', 60_999)).toBe(first)
  expect(new Set([first, signed('one', 61_000), signed('two', 61_000), signed('two', 60_000)]).size).toBe(4)
  expect(signed('one', 60_000)).toBe(first)
})

test('names that need it are encoded', () => {
  const odd = { ...request, address: { space: 'default', app: 'live', name: 'Tür@1+a' } }
  expect(playUrls(odd, signatures, 1000).flv).toBe('http://h:8080/live/T%C3%BCr%401%2Ba.flv')
})

test.each([
  ['default/live/cam', address],
  ['acme/a/b/c', { space: 'acme', app: 'a/b', name: 'c' }],
])('path %s', (path, parts) => {
  expect(addressOf(path)).toEqual(parts)
  expect(pathOf(parts)).toBe(path)
})

test.each([[''], ['a'], ['a/b'], ['/a/b'], ['a//b'], ['a/b/']])('%j is no path', path => {
  expect(() => addressOf(path)).toThrow('expected space/app/name')
})
