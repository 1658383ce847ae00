import { describe, expect, test } from 'vitest'
import { FakeTime } from '../base/fake-time.ts'
import { authKey, signedQuery } from '../base/signed-url.ts'
import type { SpaceState } from '../link/messages.ts'
import { Access } from './access.ts'
import { Spaces } from './spaces.ts'

const space: SpaceState = {
  name: 'default',
  publish: 'key',
  play: 'signed',
  pushKeys: ['push-new', 'push-old'],
  playKeys: ['play-main', 'play-backup'],
  latency: 'normal',
  gopCache: true,
}
const address = { space: 'default', app: 'live', name: 'cam' }
const PATH = 'default/live/cam'
const caller = { remote: '192.0.2.7:5000', pageUrl: '' }

function check(action: 'play' | 'publish', query: string, change: Partial<SpaceState> = {}, uri = '/live/cam.flv') {
  const time = new FakeTime()
  const access = new Access(new Spaces({ ...space, ...change }), time)
  try {
    access.check({ action, address, query: new URLSearchParams(query), uri, ...caller })
    return 'ok'
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
}

const nowS = new FakeTime().nowMs() / 1000
const missing = 'is not allowed: the URL has neither a key nor a signature'
const wrong = 'is not allowed: the key or signature is wrong'
const expired = 'is not allowed: the signature has expired'

describe('publish', () => {
  test.each([
    ['key=push-new', 'ok'],
    ['key=push-old', 'ok'],
    ['key=play-main', `publish ${wrong}`],
    ['key=', `publish ${wrong}`],
    ['', `publish ${missing}`],
    [signedQuery('push-new', 'publish', PATH, nowS + 60), 'ok'],
    [signedQuery('push-new', 'play', PATH, nowS + 60), `publish ${wrong}`],
    [signedQuery('push-new', 'publish', 'default/live/other', nowS + 60), `publish ${wrong}`],
    [signedQuery('push-new', 'publish', PATH, nowS - 1), `publish ${expired}`],
  ])('%s', (query, expected) => {
    expect(check('publish', query)).toBe(expected)
  })

  test('open spaces ask for nothing', () => {
    expect(check('publish', '', { publish: 'open' })).toBe('ok')
  })
})

describe('play', () => {
  test.each([
    [signedQuery('play-main', 'play', PATH, nowS + 60), 'ok'],
    [signedQuery('play-backup', 'play', PATH, nowS + 60), 'ok'],
    [signedQuery('push-new', 'play', PATH, nowS + 60), `play ${wrong}`],
    [signedQuery('play-main', 'play', PATH, nowS + 60).replace('expires=', 'expires=9'), `play ${wrong}`],
    [`auth_key=${authKey('play-main', '/live/cam.flv', nowS + 60)}`, 'ok'],
    [`auth_key=${authKey('play-backup', '/live/cam.flv', nowS - 1799)}`, 'ok'],
    [`auth_key=${authKey('play-main', '/live/cam.flv', nowS - 1801)}`, `play ${expired}`],
    [`auth_key=${authKey('play-main', '/live/cam.m3u8', nowS + 60)}`, `play ${wrong}`],
    ['auth_key=1-2-3', 'play is not allowed: the signature is malformed'],
    [`auth_key=${'9'.repeat(5000)}`, 'play is not allowed: the signature is malformed'],
    ['expires=soon&sign=00', 'play is not allowed: the signature is malformed'],
    ['key=play-main', `play ${missing}`], // the signing key itself is never taken as a password
    ['', `play ${missing}`],
  ])('%s', (query, expected) => {
    expect(check('play', query)).toBe(expected)
  })
})

test('published samples of the CDN type A', () => {
  const sample = (uri: string, timestamp: number, key: string) => authKey(key, uri, timestamp).split('-')[3]
  expect(sample('/video/standard/test.mp4', 1_627_747_200, 'aliyunvodexp1234')).toBe('0e9048c8c7de46b6015618f42de79bc2')
  expect(sample('/video/standard', 1_622_194_197, 'aliyunliveexp1234')).toBe('5552ff52b5e4e20387c6dc18afce206b')
})

test('a forbidden path is refused until its time has passed', () => {
  const time = new FakeTime()
  const spaces = new Spaces(space)
  const access = new Access(spaces, time)
  const publish = () =>
    access.check({
      action: 'publish',
      address,
      query: new URLSearchParams('key=push-new'),
      uri: '/live/cam',
      ...caller,
    })
  spaces.apply({ revision: 1, spaces: [space], forbidden: [{ path: PATH, untilMs: time.nowMs() + 1000 }] })
  expect(publish).toThrow('the stream is forbidden')
  time.advance(1000)
  expect(publish).not.toThrow()
  spaces.apply({ revision: 2, spaces: [space], forbidden: [{ path: PATH, untilMs: null }] })
  time.advance(1e9)
  expect(publish).toThrow('the stream is forbidden')
})

test('an older desired state is not taken, and unknown spaces are closed', () => {
  const spaces = new Spaces(space)
  expect(spaces.apply({ revision: 5, spaces: [space], forbidden: [] })).toBe(true)
  expect(spaces.apply({ revision: 4, spaces: [], forbidden: [] })).toBe(false)
  expect(spaces.has('default')).toBe(true)
  const access = new Access(spaces, new FakeTime())
  const request = {
    action: 'play' as const,
    address: { ...address, space: 'nobody' },
    query: new URLSearchParams(),
    uri: '',
    ...caller,
  }
  expect(() => access.check(request)).toThrow('space nobody does not exist')
})

test('a replaced push key is good until its time, without the platform saying so', () => {
  const time = new FakeTime()
  const retiringPushKeys = [{ key: 'replaced', untilMs: time.nowMs() + 1000 }]
  const access = new Access(new Spaces({ ...space, retiringPushKeys }), time)
  const publish = (query: string) =>
    access.check({ action: 'publish', address, query: new URLSearchParams(query), uri: '/live/cam', ...caller })
  const signed = signedQuery('replaced', 'publish', PATH, time.nowMs() / 1000 + 60)
  publish('key=replaced')
  publish(signed)
  time.advance(1000)
  for (const query of ['key=replaced', signed]) expect(() => publish(query)).toThrow('the key or signature is wrong')
  publish('key=push-new')
})

test('a disabled space lets nobody in', () => {
  const refused = 'is not allowed: space default is disabled'
  expect(check('publish', 'key=push-new', { enabled: false })).toBe(`publish ${refused}`)
  expect(check('play', '', { enabled: false, play: 'open' })).toBe(`play ${refused}`)
})

test('who is forbidden is told until when and why', () => {
  const time = new FakeTime()
  const spaces = new Spaces(space)
  const access = new Access(spaces, time)
  const untilMs = time.nowMs() + 60_000
  spaces.apply({ revision: 1, spaces: [space], forbidden: [{ path: PATH, untilMs, reason: 'wrong camera' }] })
  const query = new URLSearchParams('key=push-new')
  expect(() => access.check({ action: 'publish', address, query, uri: '', ...caller })).toThrow(
    'the stream is forbidden until 2023-11-14T22:14:20.000Z: wrong camera',
  )
})

test('rules come before keys: a right key does not help', () => {
  const none = { allow: [], deny: [] }
  const addressRules = { publish: none, play: none }
  expect(check('publish', 'key=push-new', { addressRules })).toBe(
    'publish is not allowed: the rules of space default do not allow this address',
  )
  const refererRules = { allowEmpty: false, all: { allow: ['example.com'], deny: [] }, publish: none, play: none }
  expect(check('publish', 'key=push-new', { refererRules })).toBe(
    'publish is not allowed: the rules of space default do not allow this page',
  )
})

describe('a credential for one thing is none for another', () => {
  const inAnHour = nowS + 3600
  test.each([
    ['play signature to publish', 'publish', signedQuery('play-main', 'play', PATH, inAnHour)],
    ['publish signature to play', 'play', signedQuery('push-new', 'publish', PATH, inAnHour)],
    ['publish signature by the play key', 'publish', signedQuery('play-main', 'publish', PATH, inAnHour)],
    ['auth_key by the play key to publish', 'publish', `auth_key=${authKey('play-main', '/live/cam.flv', inAnHour)}`],
    ['auth_key by the push key to play', 'play', `auth_key=${authKey('push-new', '/live/cam.flv', inAnHour)}`],
    ['signature for another space', 'play', signedQuery('play-main', 'play', 'other/live/cam', inAnHour)],
    ["another space's key", 'play', signedQuery('play-of-other', 'play', PATH, inAnHour)],
    ['no key at all as the key', 'play', signedQuery('', 'play', PATH, inAnHour)],
    ['hash of auth_key as signature', 'play', `expires=${inAnHour}&sign=${md5Of(inAnHour)}`],
    ['signature as hash of auth_key', 'play', `auth_key=${inAnHour}-0-0-${signOf(inAnHour)}`],
    [
      'a good signature beside a bad auth_key',
      'play',
      `auth_key=1-0-0-0&${signedQuery('play-main', 'play', PATH, inAnHour)}`,
    ],
    ['a good signature beside a wrong key', 'publish', `key=x&${signedQuery('push-new', 'publish', PATH, inAnHour)}`],
  ] as const)('%s', (_, action, query) => {
    expect(check(action, query)).toBe(`${action} ${wrong}`)
  })

  function md5Of(timestamp: number): string {
    return authKey('play-main', '/live/cam.flv', timestamp).split('-')[3] ?? ''
  }

  function signOf(expires: number): string {
    return new URLSearchParams(signedQuery('play-main', 'play', PATH, expires)).get('sign') ?? ''
  }
})

test('a node that is drained takes nobody new, until it is told otherwise', () => {
  const spaces = new Spaces({ ...space, publish: 'open', play: 'open' })
  const access = new Access(spaces, new FakeTime())
  const desired = { revision: 1, spaces: [{ ...space, publish: 'open', play: 'open' } as const], forbidden: [] }
  const ask = () => access.check({ action: 'play', address, query: new URLSearchParams(), uri: '', ...caller })
  spaces.apply({ ...desired, draining: true })
  expect(ask).toThrow('play is not allowed: this node takes nobody new')
  spaces.apply({ ...desired, draining: false })
  expect(ask).not.toThrow()
})
