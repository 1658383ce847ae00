import { expect, test } from 'vitest'
import type { ParentPlatform } from '../../lib/api/types.ts'
import { changeOf, draftOf, faultsOf, NEW_PARENT, wishOf } from './parent-edit.ts'

const SERVER = '34020000002000000001'
const DRAFT = { ...NEW_PARENT, name: ' city ', serverId: SERVER, host: 'sip.example.org ' }
const PARENT: ParentPlatform = {
  id: 'p1',
  space: 'default',
  name: 'city',
  description: '',
  enabled: true,
  serverId: SERVER,
  domain: '3402000000',
  host: 'sip.example.org',
  port: 5060,
  transport: 'udp',
  localId: '34020000002000000002',
  username: '',
  expiresS: 3600,
  keepaliveS: 60,
  charset: 'gb18030',
  passwordSet: true,
  createdAt: '2026-11-20T08:00:00Z',
  state: 'on',
  reason: '',
  stateAt: null,
}

test('a form becomes a wish; what is empty is left to the platform', () => {
  expect(faultsOf(DRAFT).size).toBe(0)
  const wish = wishOf(DRAFT, 'harbour')
  expect(wish).toMatchObject({ name: 'city', host: 'sip.example.org', port: 5060, space: 'harbour', password: null })
  expect(wish).not.toHaveProperty('domain')
  expect(wish).not.toHaveProperty('localId')
})

test('only what differs is sent, and an empty password keeps the one there is', () => {
  expect(changeOf(PARENT, draftOf(PARENT))).toEqual({})
  expect(changeOf(PARENT, { ...draftOf(PARENT), port: '5061', password: 'x' })).toEqual({ port: 5061, password: 'x' })
})

test('what cannot be sent is said', () => {
  const draft = {
    ...DRAFT,
    name: ' ',
    serverId: '1',
    localId: '2',
    host: '',
    port: '0',
    expiresS: '10',
    keepaliveS: '',
  }
  expect([...faultsOf(draft)].sort()).toEqual(['expiresS', 'host', 'keepaliveS', 'localId', 'name', 'port', 'serverId'])
})
