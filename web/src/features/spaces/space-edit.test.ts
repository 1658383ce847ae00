import { expect, test } from 'vitest'
import type { Space } from '../../lib/api/types.ts'
import { changeOf, draftOf, limitOf } from './space-edit.ts'

const SPACE: Space = {
  name: 'default',
  publish: 'key',
  play: 'signed',
  latency: 'normal',
  gopCache: true,
  enabled: true,
  addressRules: null,
  refererRules: {
    allowEmpty: false,
    all: { allow: ['example.org'], deny: [] },
    publish: { allow: [], deny: [] },
    play: { allow: [], deny: ['bad.example.org'] },
  },
  maxViewers: null,
  maxViewersPerStream: 10,
  chunkSize: null,
  gb28181: { admission: 'password', sendDate: true, zone: 'Asia/Shanghai', stopAfterS: 30, passwordSet: false },
  createdAt: '2026-11-20T08:00:00.000Z',
}

test('what was not touched is not sent', () => {
  expect(changeOf(SPACE, draftOf(SPACE))).toEqual({})
})

test('only what differs is sent; lists are read by line, space and comma', () => {
  const draft = draftOf(SPACE)
  expect(changeOf(SPACE, { ...draft, latency: 'low', maxViewers: ' 500 ', maxViewersPerStream: '' })).toEqual({
    latency: 'low',
    maxViewers: 500,
    maxViewersPerStream: null,
  })
  expect(changeOf(SPACE, { ...draft, byAddress: true, publishAllow: '192.0.2.0/24, 10.0.0.1\n\n' })).toEqual({
    addressRules: { publish: { allow: ['192.0.2.0/24', '10.0.0.1'], deny: [] }, play: { allow: ['all'], deny: [] } },
  })
  expect(changeOf(SPACE, { ...draft, pageAllow: '' }).refererRules).toMatchObject({
    all: { allow: [] },
    play: { deny: ['bad.example.org'] },
  })
  expect(changeOf(SPACE, { ...draft, byPage: false })).toEqual({ refererRules: null })
})

test.each([
  ['', null],
  [' 7 ', 7],
  ['-1', undefined],
  ['1.5', undefined],
  ['x', undefined],
])('a limit written %j', (text, value) => {
  expect(limitOf(text)).toBe(value)
})
