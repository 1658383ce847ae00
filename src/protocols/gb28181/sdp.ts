import { AppError } from '../../base/errors.ts'

/** `s=`: what is asked for. Talk is an extension many devices have. GB/T 28181-2022 Annex G. */
export type SessionName = 'Play' | 'Playback' | 'Download' | 'Talk'

/** Whether the sender of the description dials or is dialled; RFC 4145. */
export type Setup = 'active' | 'passive'

export type MediaDirection = 'sendonly' | 'recvonly' | 'sendrecv' | 'inactive'

export interface RtpMap {
  readonly payloadType: number
  /** As written: PS, H264, H265, MPEG4, SVAC, PCMA ... */
  readonly encoding: string
  readonly clockRate: number
}

/** The description of an INVITE and of its answer: session and one medium, with the extra lines of the standard. */
export interface GbSdp {
  /** `o=`: device or channel, or the platform in an answer. */
  readonly ownerId: string
  /** Where media are to go, or come from. */
  readonly address: string
  readonly sessionName: SessionName
  readonly media: 'video' | 'audio'
  readonly port: number
  readonly transport: 'udp' | 'tcp'
  /** TCP only. */
  readonly setup?: Setup | undefined
  readonly direction: MediaDirection
  /** In the order of preference of `m=`. */
  readonly payloads: readonly RtpMap[]
  /** `t=`: seconds since 1970, zeros for live. */
  readonly start: number
  readonly end: number
  /** `u=`: channel id and kind of recording (0 all, 1 manual, 2 alarm, 3 time), or an address. */
  readonly uri?: string | undefined
  /** `y=`: ten decimal digits. */
  readonly ssrc?: string | undefined
  /** `f=`: see MediaFormat. */
  readonly format?: string | undefined
  /** Download: times the speed of play. */
  readonly downloadSpeed?: number | undefined
  /** Answer to Download: bytes. */
  readonly fileSize?: number | undefined
  /** 0 main, 1 sub stream ... */
  readonly streamNumber?: number | undefined
}

/** How a vendor names the stream number: standard 2022, then others. */
export type StreamAttribute = 'streamnumber' | 'streamprofile' | 'streamMode' | 'stream'
const STREAM_ATTRIBUTES: readonly StreamAttribute[] = ['streamnumber', 'streamprofile', 'streamMode', 'stream']

/** A description of the standard has some 20 lines; ten times that is junk. */
const MAX_LINES = 256
const MAX_CHARACTERS = 16 * 1024

/** What may be asked for over `m=video`: PS first, elementary streams for devices without it. §9.2 and Annex G. */
export const VIDEO_PAYLOADS: readonly RtpMap[] = [
  { payloadType: 96, encoding: 'PS', clockRate: 90_000 },
  { payloadType: 97, encoding: 'MPEG4', clockRate: 90_000 },
  { payloadType: 98, encoding: 'H264', clockRate: 90_000 },
  { payloadType: 99, encoding: 'H265', clockRate: 90_000 },
]

export const AUDIO_PAYLOADS: readonly RtpMap[] = [{ payloadType: 8, encoding: 'PCMA', clockRate: 8000 }]

/** Types of RFC 3551 and of §9.12 for descriptions without `a=rtpmap`. */
const STATIC_PAYLOADS: ReadonlyMap<number, RtpMap> = new Map(
  [
    ...VIDEO_PAYLOADS,
    { payloadType: 0, encoding: 'PCMU', clockRate: 8000 },
    { payloadType: 4, encoding: 'G723', clockRate: 8000 },
    ...AUDIO_PAYLOADS,
    { payloadType: 9, encoding: 'G722', clockRate: 8000 },
    { payloadType: 18, encoding: 'G729', clockRate: 8000 },
    { payloadType: 20, encoding: 'SVACA', clockRate: 8000 },
  ].map(map => [map.payloadType, map]),
)

const isIpv6 = (address: string): boolean => address.includes(':')
const family = (address: string): string => `IN ${isIpv6(address) ? 'IP6' : 'IP4'} ${address}`

/** Throws AppError INVALID for what cannot be written. */
export function writeSdp(sdp: GbSdp, streamAttribute: StreamAttribute = 'streamnumber'): string {
  if (sdp.ssrc !== undefined && !/^\d{10}$/.test(sdp.ssrc)) {
    throw new AppError('INVALID', { field: 'y', reason: 'must be ten digits' })
  }
  if (/\s/.test(`${sdp.ownerId}${sdp.address}`) || /[\r\n]/.test(`${sdp.uri ?? ''}${sdp.format ?? ''}`)) {
    throw new AppError('INVALID', { field: 'sdp', reason: 'has white space where none may be' })
  }
  const tcp = sdp.transport === 'tcp'
  const lines = ['v=0', `o=${sdp.ownerId} 0 0 ${family(sdp.address)}`, `s=${sdp.sessionName}`]
  if (sdp.uri !== undefined) lines.push(`u=${sdp.uri}`)
  lines.push(`c=${family(sdp.address)}`, `t=${sdp.start} ${sdp.end}`)
  const types = sdp.payloads.map(map => map.payloadType).join(' ')
  lines.push(`m=${sdp.media} ${sdp.port} ${tcp ? 'TCP/RTP/AVP' : 'RTP/AVP'} ${types}`, `a=${sdp.direction}`)
  for (const map of sdp.payloads) lines.push(`a=rtpmap:${map.payloadType} ${map.encoding}/${map.clockRate}`)
  if (tcp && sdp.setup) lines.push(`a=setup:${sdp.setup}`)
  if (tcp) lines.push('a=connection:new')
  if (sdp.downloadSpeed !== undefined) lines.push(`a=downloadspeed:${sdp.downloadSpeed}`)
  if (sdp.fileSize !== undefined) lines.push(`a=filesize:${sdp.fileSize}`)
  if (sdp.streamNumber !== undefined)
    lines.push(`a=${streamAttribute}:${streamValue(streamAttribute, sdp.streamNumber)}`)
  if (sdp.ssrc !== undefined) lines.push(`y=${sdp.ssrc}`)
  if (sdp.format !== undefined) lines.push(`f=${sdp.format}`)
  return `${lines.join('\r\n')}\r\n`
}

/** 'stream' and 'streamMode' have words for main and sub. */
function streamValue(attribute: StreamAttribute, number: number): string {
  if (attribute === 'stream' || attribute === 'streamMode') return number === 0 ? 'main' : 'sub'
  return String(number)
}

function streamNumberOf(value: string): number | undefined {
  if (/^main/i.test(value)) return 0
  if (/^sub/i.test(value)) return 1
  const number = Number(value)
  return Number.isInteger(number) && number >= 0 && number <= 255 ? number : undefined
}

const natural = (text: string | undefined): number | undefined =>
  text !== undefined && /^\d{1,15}$/.test(text) ? Number(text) : undefined

interface MediaLine {
  media: 'video' | 'audio'
  port: number
  transport: 'udp' | 'tcp'
  types: number[]
}

function mediaLine(value: string): MediaLine | null {
  const [kind, port, profile = '', ...types] = value.trim().split(/\s+/)
  const number = natural(port?.split('/')[0])
  if ((kind !== 'video' && kind !== 'audio') || number === undefined || number > 65535) return null
  return {
    media: kind,
    port: number,
    transport: /tcp/i.test(profile) ? 'tcp' : 'udp',
    types: types.map(Number).filter(type => Number.isInteger(type) && type >= 0 && type <= 127),
  }
}

const SESSION_NAMES: readonly SessionName[] = ['Play', 'Playback', 'Download', 'Talk']

/**
 * Reads an offer or an answer. Only `m=` and an address (of `c=` or `o=`) must be there: devices leave out or disorder
 * the rest, end lines with LF and write `y=` in the middle. Of several media the first with a port counts.
 * Throws AppError BYTES_INVALID or LIMIT_EXCEEDED.
 */
export function parseSdp(text: string): GbSdp {
  if (text.length > MAX_CHARACTERS) {
    throw new AppError('LIMIT_EXCEEDED', { what: 'SDP', size: text.length, limit: MAX_CHARACTERS })
  }
  const session = new Map<string, string>()
  const attributes = new Map<string, string>()
  const maps: RtpMap[] = []
  let media: MediaLine | null = null
  let direction: MediaDirection | undefined
  for (const line of text.split(/\r\n|\n|\r/, MAX_LINES)) {
    const key = line[0] ?? ''
    if (line[1] !== '=') continue
    const value = line.slice(2).trim()
    if (key === 'm') {
      const found = mediaLine(value)
      if (found && (media === null || (media.port === 0 && found.port > 0))) media = found
    } else if (key === 'a') {
      const colon = value.indexOf(':')
      const name = (colon < 0 ? value : value.slice(0, colon)).toLowerCase()
      const rest = colon < 0 ? '' : value.slice(colon + 1).trim()
      if (name === 'sendonly' || name === 'recvonly' || name === 'sendrecv' || name === 'inactive') direction ??= name
      else if (name === 'rtpmap') maps.push(...rtpMap(rest))
      else if (!attributes.has(name)) attributes.set(name, rest)
    } else if (!session.has(key)) session.set(key, value)
  }
  const owner = (session.get('o') ?? '').split(/\s+/)
  const address = (session.get('c')?.split(/\s+/)[2] ?? owner[5] ?? '').split('/')[0] ?? ''
  if (media === null) throw new AppError('BYTES_INVALID', { what: 'SDP', reason: 'it has no medium' })
  if (!/^[\w.:-]+$/.test(address)) throw new AppError('BYTES_INVALID', { what: 'SDP', reason: 'it has no address' })
  return describe(session, attributes, media, maps, direction, owner[0] ?? '', address)
}

function rtpMap(value: string): RtpMap[] {
  const found = /^(\d{1,3})\s+([\w.-]+)(?:\/(\d{1,6}))?/.exec(value)
  if (!found?.[1] || !found[2]) return []
  return [{ payloadType: Number(found[1]), encoding: found[2], clockRate: Number(found[3] ?? 90_000) }]
}

function describe(
  session: ReadonlyMap<string, string>,
  attributes: ReadonlyMap<string, string>,
  media: MediaLine,
  maps: readonly RtpMap[],
  direction: MediaDirection | undefined,
  ownerId: string,
  address: string,
): GbSdp {
  const name = session.get('s')?.toLowerCase()
  const [start, end] = (session.get('t') ?? '').split(/\s+/).map(natural)
  const payloads = media.types
    .map(type => maps.find(map => map.payloadType === type) ?? STATIC_PAYLOADS.get(type))
    .filter(map => map !== undefined)
  const setup = attributes.get('setup')?.toLowerCase()
  const ssrc = /\d{1,10}/.exec(session.get('y') ?? '')?.[0]
  const stream = STREAM_ATTRIBUTES.map(key => attributes.get(key.toLowerCase())).find(value => value !== undefined)
  return {
    ownerId,
    address,
    sessionName: SESSION_NAMES.find(known => known.toLowerCase() === name) ?? 'Play',
    media: media.media,
    port: media.port,
    transport: media.transport,
    ...(media.transport === 'tcp' && (setup === 'active' || setup === 'passive') ? { setup } : {}),
    direction: direction ?? 'sendrecv',
    payloads: payloads.length > 0 ? payloads : maps,
    start: start ?? 0,
    end: end ?? 0,
    ...optional('uri', session.get('u')),
    ...optional('ssrc', ssrc?.padStart(10, '0')),
    ...optional('format', session.get('f')),
    ...optional('downloadSpeed', natural(attributes.get('downloadspeed'))),
    ...optional('fileSize', natural(attributes.get('filesize'))),
    ...optional('streamNumber', stream === undefined ? undefined : streamNumberOf(stream)),
  }
}

const optional = <K extends string, T>(key: K, value: T | undefined): { readonly [P in K]?: T } =>
  value === undefined ? {} : ({ [key]: value } as { [P in K]: T }) // a computed key widens to string
