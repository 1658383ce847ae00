import type { Endpoints, SpaceState } from '../../link/messages.ts'
import { DEFAULT_SPACE } from '../spaces/space.ts'
import type { PlaySignatures } from './play-signatures.ts'
import { pathOf, type StreamAddress } from './stream.ts'

export interface PublishUrls {
  readonly rtmp: string
  readonly rtmps?: string
  /** The two fields of OBS and of most encoders. */
  readonly obs: { readonly server: string; readonly streamKey: string }
}

export interface PlayUrls {
  readonly flv: string
  readonly wsFlv: string
  readonly hls: string
  readonly ts: string
  readonly rtmp: string
  readonly rtmps?: string
  /** Null when the space is open and nothing is signed. */
  readonly expiresAtMs: number | null
}

export interface UrlRequest {
  readonly address: StreamAddress
  readonly space: SpaceState
  readonly endpoints: Endpoints
  /** Host the caller reached us by, without port. */
  readonly host: string
  /** The caller came by HTTPS, whose pages may not load plain HTTP. */
  readonly secure: boolean
}

/** The push key stands in the URL as `key`, unless the space is open. */
export function publishUrls({ address, space, endpoints, host }: UrlRequest): PublishUrls {
  const key = space.publish === 'key' ? (space.pushKeys[0] ?? '') : ''
  const { app, name } = levels(address)
  const streamKey = key === '' ? name : `${name}?key=${encodeURIComponent(key)}`
  const server = `${origin('rtmp', endpoints.host ?? host, endpoints.rtmp)}/${app}`
  const rtmps = endpoints.rtmps === null ? null : `${origin('rtmps', endpoints.host ?? host, endpoints.rtmps)}/${app}`
  return {
    rtmp: `${server}/${streamKey}`,
    ...(rtmps === null ? {} : { rtmps: `${rtmps}/${streamKey}` }),
    obs: { server, streamKey },
  }
}

/** Where in the past a live stream is played: seconds behind, or a moment (RFC 3339). */
export type TimeShift = { readonly delay: number } | { readonly start: string }

/** Signed with the space's newest play key until `expiresAtMs`, unless the space is open. */
export function playUrls(
  { address, space, endpoints, host, secure }: UrlRequest,
  signatures: PlaySignatures,
  expiresAtMs: number,
  shift?: TimeShift,
): PlayUrls {
  const expires = Math.floor(expiresAtMs / 1000)
  const key = space.play === 'signed' ? space.playKeys[0] : undefined
  const query = key === undefined ? '' : `?${signatures.query(key, pathOf(address), expires)}`
  const shifted = shift ? `${query === '' ? '?' : `${query}&`}${parameters({ ...shift })}` : query
  const tls = secure && endpoints.mediaTls !== null
  const port = tls ? endpoints.mediaTls : endpoints.media
  const at = endpoints.host ?? host
  const { app, name } = levels(address)
  const path = `${app}/${name}`
  const http = `${origin(tls ? 'https' : 'http', at, port)}/${path}`
  return {
    flv: `${http}.flv${shifted}`,
    wsFlv: `${origin(tls ? 'wss' : 'ws', at, port)}/${path}.flv${shifted}`,
    hls: `${http}.m3u8${shifted}`,
    ts: `${http}.ts${query}`,
    rtmp: `${origin('rtmp', at, endpoints.rtmp)}/${path}${query}`,
    ...(endpoints.rtmps === null ? {} : { rtmps: `${origin('rtmps', at, endpoints.rtmps)}/${path}${query}` }),
    expiresAtMs: key === undefined ? null : expires * 1000,
  }
}

/** Something of a stream at the media port beside its live picture: its path below the stream's, and parameters. */
export interface MediaPart {
  /** Such as `replay/stream.flv`. */
  readonly part: string
  readonly query?: Readonly<Record<string, string | number>>
  readonly webSocket?: boolean
}

/** Signed as playing the stream; the space is always named, since an app could be taken for one. */
export function mediaUrl(
  { address, space, endpoints, host, secure }: UrlRequest,
  signatures: PlaySignatures,
  expiresAtMs: number,
  { part, query = {}, webSocket = false }: MediaPart,
): string {
  const at = mediaOrigin(webSocket ? 'ws' : 'http', { endpoints, host, secure })
  const key = space.play === 'signed' ? space.playKeys[0] : undefined
  const expires = Math.floor(expiresAtMs / 1000)
  const signature = key === undefined ? '' : signatures.query(key, pathOf(address), expires)
  const all = [parameters(query), signature].filter(text => text !== '').join('&')
  return `${at}/${encode(pathOf(address))}/${part}${all === '' ? '' : `?${all}`}`
}

/** A file at the media port that a node named by its path, signed as playing the stream it was made of. */
export function fileUrl(
  { address, space, ...at }: UrlRequest,
  signatures: PlaySignatures,
  expiresAtMs: number,
  file: string,
): string {
  const key = space.play === 'signed' ? space.playKeys[0] : undefined
  const expires = Math.floor(expiresAtMs / 1000)
  const query = key === undefined ? '' : `?${signatures.query(key, pathOf(address), expires)}`
  return `${mediaOrigin('http', at)}${file}${query}`
}

/** A WebSocket at the media port; what lets one in is told apart. */
export function socketUrl(at: Pick<UrlRequest, 'endpoints' | 'host' | 'secure'>, path: string): string {
  return `${mediaOrigin('ws', at)}${path}`
}

function mediaOrigin(
  scheme: 'http' | 'ws',
  { endpoints, host, secure }: Pick<UrlRequest, 'endpoints' | 'host' | 'secure'>,
): string {
  const tls = secure && endpoints.mediaTls !== null
  return origin(`${scheme}${tls ? 's' : ''}`, endpoints.host ?? host, tls ? endpoints.mediaTls : endpoints.media)
}

function parameters(query: Readonly<Record<string, string | number>>): string {
  return Object.entries(query)
    .map(([name, value]) => `${name}=${encodeURIComponent(value)}`)
    .join('&')
}

/** The default space needs no name, unless the app has levels of which the first might be taken for a space. */
function levels({ space, app, name }: StreamAddress): { app: string; name: string } {
  const short = space === DEFAULT_SPACE && !app.includes('/')
  return { app: encode(short ? app : `${space}/${app}`), name: encode(name) }
}

/** Most names need nothing: looking is cheaper than encoding. */
function encode(text: string): string {
  return /^[\w./~-]*$/.test(text) ? text : text.split('/').map(encodeURIComponent).join('/')
}

/** A port that is off leaves the scheme's own port: there is nothing better to say. */
function origin(scheme: string, host: string, port: number | null): string {
  const bracketed = host.includes(':') && !host.startsWith('[') ? `[${host}]` : host
  return port === null ? `${scheme}://${bracketed}` : `${scheme}://${bracketed}:${port}`
}
