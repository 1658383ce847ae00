import { AppError } from '../../base/errors.ts'
import type { DeviceTable } from '../../storage/device-tables.ts'

/**
 * Codes of GB/T 28181-2022 Annex E: centre (8) + industry (2) + type (3) + network (1) + serial (6).
 * Ranges of the type: 111 to 130 front-end main devices, 131 to 199 peripherals, 200 to 299 platforms, of which
 * 215 is a business group and 216 a virtual organisation, 300 to 499 users.
 */
const CODE = /^\d{20}$/

export type DeviceType = DeviceTable['type']

/** Type used for a code made for each kind of device: IP camera, network recorder, central signalling server. */
const TYPE_OF = { ipc: 132, nvr: 118, platform: 200 } as const satisfies Record<DeviceType, number>

const BUSINESS_GROUP = 215
const VIRTUAL_ORGANISATION = 216

/** The three digits that say what something is; `NaN` for an area. */
export function typeCode(gbId: string): number {
  return CODE.test(gbId) ? Number(gbId.slice(10, 13)) : Number.NaN
}

/** What a device with this code most likely is. */
export function deviceType(gbId: string): DeviceType {
  const type = typeCode(gbId)
  if (type >= 200 && type < 300) return 'platform'
  return type >= 111 && type <= 130 ? 'nvr' : 'ipc'
}

/** Throws INVALID for what cannot be the code of a device; makers are free with the type, so only nonsense is refused. */
export function checkDeviceCode(gbId: string, field = 'body.gbId'): void {
  const invalid = (reason: string) => new AppError('INVALID', { field, reason })
  if (!CODE.test(gbId)) throw invalid('expected 20 digits')
  const type = typeCode(gbId)
  if (type === BUSINESS_GROUP || type === VIRTUAL_ORGANISATION) {
    throw invalid(`digits 11 to 13 are ${type}: that is a directory, not a device`)
  }
  if (type >= 300 && type < 500) throw invalid(`digits 11 to 13 are ${type}: that is a user, not a device`)
  if (gbId.startsWith('00')) throw invalid('begins with 00, which is no province')
}

/** Digits of a code before its serial of six: the domain of the server (10 digits), the type and network 0. */
export function codePrefix(domain: string, type: DeviceType | number): string {
  const centre = /^\d{10}/.exec(domain)?.[0]
  if (centre === undefined) {
    throw new AppError('INVALID', { field: 'sip.domain', reason: 'does not begin with the 10 digits codes begin with' })
  }
  return `${centre}${typeof type === 'number' ? type : TYPE_OF[type]}0`
}

/** Throws LIMIT_REACHED beyond six digits. */
export function codeWith(prefix: string, serial: number): string {
  if (serial > 999_999) throw new AppError('LIMIT_REACHED', { what: `codes that begin with ${prefix}`, limit: 999_999 })
  return prefix + String(serial).padStart(6, '0')
}
