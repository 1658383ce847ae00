import { expect, test } from 'vitest'
import { AppError } from '../base/errors.ts'
import type { SpaceState } from '../link/messages.ts'
import type { Visitor } from './hub.ts'
import { Redirect, type RedirectSettings } from './redirect.ts'
import { Spaces } from './spaces.ts'

const SPACE: SpaceState = {
  name: 'default',
  publish: 'open',
  play: 'open',
  pushKeys: [],
  playKeys: [],
  latency: 'normal',
  gopCache: true,
}

function redirect(draining: boolean, settings: Partial<RedirectSettings> = {}) {
  const spaces = new Spaces(SPACE)
  spaces.apply({ revision: 1, spaces: [SPACE, { ...SPACE, name: 'shop' }], forbidden: [], draining })
  const all = { when: 'draining', rtmp: 'rtmp://other:1936/', http: 'https://other:8443', ...settings } as const
  return new Redirect(() => all, spaces)
}

function sentTo(from: Redirect, protocol: string, uri: string, query = '', space = 'default'): unknown {
  const address = { space, app: 'live', name: 'cam' }
  const rest = { remote: '', agent: '', pageUrl: '', traceId: '' }
  const visitor: Visitor = { address, query: new URLSearchParams(query), uri, protocol, ...rest }
  try {
    from.check(visitor)
    return null
  } catch (error) {
    return error instanceof AppError && error.code === 'MOVED' ? error.details['to'] : error
  }
}

test('a draining node sends newcomers on with their whole URL', () => {
  const from = redirect(true)
  expect(sentTo(from, 'rtmp', '/live/cam', 'key=a b')).toBe('rtmp://other:1936/live/cam?key=a+b')
  expect(sentTo(from, 'http-flv', '/live/cam.flv', 'sign=1&expires=2')).toBe(
    'https://other:8443/live/cam.flv?sign=1&expires=2',
  )
  expect(sentTo(from, 'hls', '/shop/live/cam.m3u8', '', 'shop')).toBe('https://other:8443/shop/live/cam.m3u8')
})

test('a space that the host name said goes on as a parameter', () => {
  expect(sentTo(redirect(true), 'rtmps', '/live/cam', '', 'shop')).toBe('rtmp://other:1936/live/cam?vhost=shop')
  expect(sentTo(redirect(true), 'rtmp', '/shop/live/cam', '', 'shop')).toBe('rtmp://other:1936/shop/live/cam')
})

test('nobody is sent while the node is not draining, unless always; nor where no target is named', () => {
  expect(sentTo(redirect(false), 'rtmp', '/live/cam')).toBeNull()
  expect(sentTo(redirect(false, { when: 'always' }), 'rtmp', '/live/cam')).toBe('rtmp://other:1936/live/cam')
  expect(sentTo(redirect(true, { http: null }), 'ws-flv', '/live/cam.flv')).toBeNull()
})
