import { expect, test } from 'vitest'
import { AddressRanges, addressOf, isAddressRange, networkOf } from './ip-address.ts'

test.each([
  ['10.0.0.1:5000', '10.0.0.1'],
  ['10.0.0.1', '10.0.0.1'],
  ['[2001:db8::1]:5000', '2001:db8::1'],
  ['2001:db8::1', '2001:db8::1'],
  ['::ffff:10.0.0.1', '10.0.0.1'],
  ['[::ffff:10.0.0.1]:80', '10.0.0.1'],
  ['fe80::1%eth0', 'fe80::1'],
  ['?:0', '?'],
])('address of %s', (peer, address) => expect(addressOf(peer)).toBe(address))

test.each([
  ['192.0.2.1', '192.0.2.1'],
  ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
  ['2001:db8:1:2::', '2001:db8:1:2::/64'],
  ['2001:DB8::1', '2001:db8:0:0::/64'],
  ['::1', '0:0:0:0::/64'],
  ['unknown', 'unknown'],
])('network of %s', (address, network) => expect(networkOf(address)).toBe(network))

test.each([
  ['all', true],
  ['10.0.0.0/8', true],
  ['10.0.0.1', true],
  ['2001:db8::/32', true],
  ['::1', true],
  ['10.0.0.0/33', false],
  ['2001:db8::/129', false],
  ['10.0.0.0/', false],
  ['10.0.0.0/8/8', false],
  ['10.0.0', false],
  ['fe80::1%eth0', false],
  ['example.com', false],
  ['', false],
])('%j is a range: %s', (text, valid) => expect(isAddressRange(text)).toBe(valid))

test('ranges of both families, ports and mapped addresses', () => {
  const ranges = new AddressRanges(['10.1.0.0/16', '192.0.2.7', '2001:db8::/32'])
  for (const inside of ['10.1.255.1:80', '192.0.2.7', '::ffff:10.1.0.1', '[2001:db8:9::1]:1']) {
    expect(ranges.has(inside), inside).toBe(true)
  }
  for (const outside of ['10.2.0.1', '192.0.2.8', '2001:db9::1', '?:0', '']) {
    expect(ranges.has(outside), outside).toBe(false)
  }
  expect(new AddressRanges(['all']).has('?:0')).toBe(true)
  expect(new AddressRanges([]).has('10.0.0.1')).toBe(false)
})
