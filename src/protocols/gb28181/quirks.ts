import type { GbCharset } from './charset.ts'
import type { GbVersion } from './gb-version.ts'
import type { MansRtspVersion } from './mansrtsp.ts'
import type { StreamAttribute } from './sdp.ts'

/** How media come: over UDP, over TCP with the device dialling us (passive), or us dialling it (active). */
export type MediaTransport = 'udp' | 'tcp-passive' | 'tcp-active'

/**
 * Where a kind of device leaves the standard: set by hand, learnt from its behaviour, shared as JSON. What is missing
 * is not known: the standard's way is tried.
 */
export interface Quirks {
  /** Edition it follows, whatever X-GB-Ver says. */
  readonly version?: GbVersion
  /** What it reads and writes, whatever it declares. */
  readonly charset?: GbCharset
  /** Its SSRC is not the one asked for, or zero: packets are told apart by address and port alone. */
  readonly ssrc?: 'asked' | 'other' | 'zero'
  /** Spelling of the keyframe order it reacts to. */
  readonly iFrame?: 'iFrameCmd' | 'iFameCmd' | 'none'
  /** Tried in this order. */
  readonly transports?: readonly MediaTransport[]
  readonly streamAttribute?: StreamAttribute
  readonly mansRtsp?: MansRtspVersion
  /** It plays recordings at the speed asked for. */
  readonly speed?: boolean
  /** It goes to the place asked for. */
  readonly seek?: boolean
  /** Answers INVITE only after so long, milliseconds. */
  readonly slowAnswerMs?: number
  /** Longest interval at which its NAT keeps the way back open, milliseconds. */
  readonly natLifetimeMs?: number
  /** SUBSCRIBE with `Event: presence` instead of Catalog. */
  readonly catalogEvent?: 'Catalog' | 'presence'
  /** Two-way audio it understands. */
  readonly voice?: 'broadcast' | 'talk' | 'none'
}

/** Quirks of a kind of device, as exported and imported. */
export interface QuirkProfile {
  /** As in DeviceInfo; firmware may be missing: all of the model. */
  readonly manufacturer: string
  readonly model?: string
  readonly firmware?: string
  readonly quirks: Quirks
}

const same = (a: string, b: string | undefined): boolean => a.trim().toLowerCase() === b?.trim().toLowerCase()

/** The quirks of a device out of a book: of its maker, then of its model, then of its firmware, then its own. */
export function quirksOf(
  book: readonly QuirkProfile[],
  device: {
    readonly manufacturer?: string | undefined
    readonly model?: string | undefined
    readonly firmware?: string | undefined
  },
  own: Quirks = {},
): Quirks {
  const fitting = book.filter(
    profile =>
      same(profile.manufacturer, device.manufacturer) &&
      (profile.model === undefined || same(profile.model, device.model)) &&
      (profile.firmware === undefined || same(profile.firmware, device.firmware)),
  )
  const weight = (profile: QuirkProfile): number =>
    (profile.model === undefined ? 0 : 1) + (profile.firmware === undefined ? 0 : 2)
  fitting.sort((a, b) => weight(a) - weight(b))
  return Object.assign({}, ...fitting.map(profile => profile.quirks), own)
}
