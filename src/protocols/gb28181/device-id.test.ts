import { expect, test } from 'vitest'
import {
  areaOf,
  classifyId,
  type DeviceIdParts,
  domainOf,
  formatDeviceId,
  parentArea,
  parseDeviceId,
  typeName,
} from './device-id.ts'

const IDS: readonly [string, DeviceIdParts][] = [
  ['34020000002000000001', { centre: '34020000', industry: '00', type: 200, network: 0, serial: '000001' }],
  ['11010101401327123456', { centre: '11010101', industry: '40', type: 132, network: 7, serial: '123456' }],
]

test.each(IDS)('%s', (id, parts) => {
  expect(parseDeviceId(id)).toEqual(parts)
  expect(formatDeviceId(parts)).toBe(id)
})

test.each(['', '1', '3402000000132000000', '340200000013200000011', '3402000000132000000x'])('refused: %j', id => {
  expect(() => parseDeviceId(id)).toThrow(expect.objectContaining({ code: 'INVALID' }))
  expect(classifyId(id)).toBeNull()
})

test.each([
  ['34', 'area'],
  ['3402', 'area'],
  ['340200', 'area'],
  ['34020001', 'area'],
  ['34020000002000000001', 'platform'],
  ['34020000002150000001', 'businessGroup'],
  ['34020000002160000001', 'virtualOrganisation'],
  ['34020000001110000001', 'device'],
  ['34020000001180000001', 'device'],
  ['34020000001310000001', 'channel'],
  ['34020000001320000001', 'channel'],
  ['34020000001370000001', 'channel'],
  ['34020000002020000001', 'server'],
  ['34020000003000000001', 'user'],
  ['34020000004990000001', 'user'],
  ['34020000005000000001', 'extension'],
] as const)('%s is %s', (id, kind) => {
  expect(classifyId(id)).toBe(kind)
})

test('areas', () => {
  expect(parentArea('34020001')).toBe('340200')
  expect(parentArea('34')).toBeNull()
  expect(parentArea('34020000001320000001')).toBeNull()
  expect(areaOf('34020000001320000001')).toBe('3402')
  expect(areaOf('11010103001320000001')).toBe('11010103')
  expect(areaOf('00000000001320000001')).toBe('00')
  expect(domainOf('34020000002000000001')).toBe('3402000000')
})

test('names of types', () => {
  expect(typeName(132)).toBe('IPC')
  expect(typeName(130)).toBe('HVR')
  expect(typeName(999)).toBeNull()
})
