import { expect, test } from 'vitest'
import type { Device } from '../../lib/api/types.ts'
import { changeOf, draftOf, faultsOf, numberOf, redirectOf } from './device-edit.ts'

const DEVICE = {
  name: 'gate',
  type: 'ipc',
  gbId: '34020000001320000001',
  enabled: true,
  media: 'auto',
  charset: 'auto',
  vendor: '',
  description: '',
  autoStart: false,
  passwordSet: true,
  longitude: 120.1,
  latitude: null,
  subscribe: { catalog: true, alarm: true, positionS: null },
  redirect: null,
} as unknown as Device // what the form reads of one

test('a form that is not touched sends nothing', () => {
  expect(changeOf(DEVICE, draftOf(DEVICE))).toEqual({})
})

test('only what differs is sent', () => {
  const draft = { ...draftOf(DEVICE), name: ' north ', latitude: '30.2', positionS: '10', media: 'udp' as const }
  expect(changeOf(DEVICE, draft)).toEqual({
    name: 'north',
    latitude: 30.2,
    media: 'udp',
    subscribe: { catalog: true, alarm: true, positionS: 10 },
  })
})

test('a password is set, kept, or given back to the space', () => {
  const draft = draftOf(DEVICE)
  expect(changeOf(DEVICE, { ...draft, password: 'new' })).toEqual({ password: 'new' })
  expect(changeOf(DEVICE, { ...draft, password: 'ignored', spacePassword: true })).toEqual({ password: null })
  expect(changeOf({ ...DEVICE, passwordSet: false }, { ...draft, spacePassword: true })).toEqual({})
})

test('what cannot be sent is said', () => {
  const draft = { ...draftOf(DEVICE), gbId: '12', positionS: 'often', redirect: 'elsewhere' }
  expect([...faultsOf(draft)].sort()).toEqual(['gbId', 'place', 'positionS', 'redirect'])
  expect(numberOf('', 0, 1)).toBeNull()
  expect(numberOf('2', 0, 1)).toBeUndefined()
})

test.each([
  ['34020000002000000002@192.0.2.1:5061', { gbId: '34020000002000000002', host: '192.0.2.1', port: 5061 }],
  ['34020000002000000002@sip.example.org', { gbId: '34020000002000000002', host: 'sip.example.org', port: 5060 }],
  ['34020000002000000002@[2001:db8::1]:5060', { gbId: '34020000002000000002', host: '[2001:db8::1]', port: 5060 }],
  ['', null],
  ['192.0.2.1', undefined],
])('redirect to %s', (text, redirect) => {
  expect(redirectOf(text)).toEqual(redirect)
})
