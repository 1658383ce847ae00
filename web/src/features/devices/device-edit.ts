import type { Operations } from '@sightline/client'
import type { Device } from '../../lib/api/types.ts'

export type DeviceEdit = Operations['updateDevice']['body']

/** A device as a form holds it: texts, and '' for null. */
export interface DeviceDraft {
  readonly name: string
  readonly type: Device['type']
  readonly gbId: string
  /** Empty: stays as it is. */
  readonly password: string
  /** Goes back to that of the space. */
  readonly spacePassword: boolean
  readonly enabled: boolean
  readonly media: Device['media']
  readonly charset: Device['charset']
  readonly vendor: string
  readonly description: string
  readonly longitude: string
  readonly latitude: string
  readonly autoStart: boolean
  readonly catalog: boolean
  readonly alarm: boolean
  /** Seconds; empty: none. */
  readonly positionS: string
  /** `id@host:port`; empty: it stays here. */
  readonly redirect: string
}

const text = (value: number | null) => (value === null ? '' : String(value))

export function draftOf(device: Device): DeviceDraft {
  const { name, type, gbId, enabled, media, charset, vendor, description, autoStart, subscribe, redirect } = device
  return {
    ...{ name, type, gbId, enabled, media, charset, vendor, description, autoStart },
    password: '',
    spacePassword: !device.passwordSet,
    longitude: text(device.longitude),
    latitude: text(device.latitude),
    catalog: subscribe.catalog,
    alarm: subscribe.alarm,
    positionS: text(subscribe.positionS),
    redirect: redirect === null ? '' : `${redirect.gbId}@${redirect.host}:${redirect.port}`,
  }
}

/** The number; null for nothing, undefined for what is no number within the bounds. */
export function numberOf(text: string, least: number, most: number): number | null | undefined {
  if (text.trim() === '') return null
  const value = Number(text)
  return Number.isFinite(value) && value >= least && value <= most ? value : undefined
}

export function redirectOf(text: string): Device['redirect'] | undefined {
  if (text.trim() === '') return null
  const [, gbId = '', host = '', port = '5060'] =
    /^(\d{20})@([^:\s]+|\[[^\]]+\])(?::(\d{1,5}))?$/.exec(text.trim()) ?? []
  return gbId === '' || Number(port) > 65_535 ? undefined : { gbId, host, port: Number(port) }
}

export type DraftFault = 'gbId' | 'place' | 'positionS' | 'redirect'

export function faultsOf(draft: DeviceDraft): ReadonlySet<DraftFault> {
  const faults = new Set<DraftFault>()
  if (!/^\d{20}$/.test(draft.gbId)) faults.add('gbId')
  const place = [numberOf(draft.longitude, -180, 180), numberOf(draft.latitude, -90, 90)]
  if (place.includes(undefined) || (place[0] === null) !== (place[1] === null)) faults.add('place')
  if (numberOf(draft.positionS, 1, 86_400) === undefined) faults.add('positionS')
  if (redirectOf(draft.redirect) === undefined) faults.add('redirect')
  return faults
}

/** Only what differs from the device. The draft has no faults. */
export function changeOf(device: Device, draft: DeviceDraft): DeviceEdit {
  const { name, type, gbId, enabled, media, charset, vendor, description, autoStart } = draft
  const wanted: DeviceEdit = {
    ...{ name: name.trim(), type, gbId, enabled, media, charset, vendor: vendor.trim(), description, autoStart },
    longitude: numberOf(draft.longitude, -180, 180) ?? null,
    latitude: numberOf(draft.latitude, -90, 90) ?? null,
    subscribe: {
      catalog: draft.catalog,
      alarm: draft.alarm,
      positionS: numberOf(draft.positionS, 1, 86_400) ?? null,
    },
    redirect: redirectOf(draft.redirect) ?? null,
  }
  const changed = Object.entries(wanted).filter(
    ([key, value]) => JSON.stringify(value) !== JSON.stringify(device[key as keyof Device]), // its own keys
  )
  const password = draft.spacePassword
    ? device.passwordSet
      ? { password: null }
      : {}
    : draft.password !== ''
      ? { password: draft.password }
      : {}
  return { ...Object.fromEntries(changed), ...password }
}
