import { expect, test } from 'vitest'
import { peerAddress } from './peer-address.ts'

test.each<[string | undefined, string]>([
  ['10.0.0.1', '10.0.0.1:5000'],
  ['::ffff:10.0.0.1', '10.0.0.1:5000'],
  ['2001:db8::1', '[2001:db8::1]:5000'],
  [undefined, '?:5000'],
])('%s', (remoteAddress, text) => {
  expect(peerAddress({ remoteAddress, remotePort: 5000 })).toBe(text)
})
