import { isIP } from 'node:net'
import { AppError } from '../../base/errors.ts'

/** Serves what no other vhost matches (MS-111). */
export const DEFAULT_VHOST = '__defaultVhost__'

/** Longest app, stream or vhost, letters; FMS and CDNs stay under 256. */
const MAX_NAME_LENGTH = 512
/** Longest URL or field looked at; signed URLs have some hundred letters. */
const MAX_URL_LENGTH = 4096

/** What connect and publish/play say about the stream, undivided. */
export interface StreamFields {
  /** `tcUrl` of connect: `rtmp://host:1935/live?vhost=a`; '' when the client sent none. */
  readonly tcUrl: string
  /** `app` of connect, perhaps with parameters. */
  readonly app: string
  /** Name of publish or play, perhaps with parameters. */
  readonly stream: string
  /** String arguments of connect after the command object (MS-146). */
  readonly connectArguments?: readonly string[]
}

export interface StreamTarget {
  /** `vhost` parameter, else host name of tcUrl; DEFAULT_VHOST for addresses and localhost. Lower case. */
  readonly vhost: string
  /** One level or several: 'live', 'show/live'. */
  readonly app: string
  readonly stream: string
  /** Parameters of stream, app and connect arguments, in this order of precedence; without vhost. */
  readonly query: URLSearchParams
}

export interface RtmpUrl {
  readonly tls: boolean
  readonly host: string
  readonly port: number
  /** For connect, with its parameters: 'live?key=x'. */
  readonly app: string
  /** For publish and play, with its parameters: 'camera?key=x'. */
  readonly stream: string
  readonly tcUrl: string
}

/**
 * Finds vhost, app, stream and parameters, however the client divided them (MS-110..117).
 *
 * - The last slash divides app and stream; `live` + `a/b` is app `live/a`, stream `b`.
 * - Parameters may be on app or stream; `...vhost...NAME` (older players cannot send `?`) is a parameter too.
 * - vhost: of the stream, of the app, of tcUrl; else the host name.
 *
 * Throws AppError INVALID when app or stream is missing or has letters a path cannot have.
 */
export function parseStreamFields(fields: StreamFields): StreamTarget {
  for (const [field, text] of Object.entries({ tcUrl: fields.tcUrl, app: fields.app, stream: fields.stream })) {
    if (text.length > MAX_URL_LENGTH) throw new AppError('INVALID', { field, reason: `over ${MAX_URL_LENGTH} letters` })
  }
  const tc = divideTcUrl(fields.tcUrl)
  const app = divideQuery(fields.app === '' ? tc.path : fields.app)
  const stream = divideQuery(fields.stream)
  const segments = [...pathSegments(app.path, 'app'), ...pathSegments(stream.path, 'stream')]
  const name = segments.pop()
  if (name === undefined) throw new AppError('INVALID', { field: 'stream', reason: 'is empty' })
  if (segments.length === 0) throw new AppError('INVALID', { field: 'app', reason: 'is empty' })

  const query = new URLSearchParams()
  for (const part of [stream.query, app.query, divideQuery(tc.path).query]) {
    for (const [key, value] of parameters(part)) if (!query.has(key)) query.set(key, value)
  }
  for (const [key, value] of connectParameters(fields.connectArguments ?? [])) {
    if (!query.has(key)) query.set(key, value)
  }
  const vhost = vhostName(query.get('vhost') ?? tc.host)
  query.delete('vhost')
  return { vhost, app: checkLength(segments.join('/'), 'app'), stream: checkLength(name, 'stream'), query }
}

/**
 * Divides a URL for a client: `rtmp://host/app/stream?key=x` and `rtmp://host/app?key=x/stream`. A slash inside a
 * parameter value of the stream is kept when what follows it cannot be a stream name (has `=` or `&` but no `?`).
 * Throws AppError INVALID.
 */
export function parseRtmpUrl(url: string): RtmpUrl {
  const match = /^(rtmps?):\/\/(\[[0-9a-f:.]+\]|[^/:?#@\s]+)(?::(\d{1,5}))?\/+([^\s#]+)$/i.exec(url)
  if (!match || url.length > MAX_URL_LENGTH) {
    throw new AppError('INVALID', { field: 'url', reason: 'is not rtmp[s]://host[:port]/app/stream' })
  }
  const [, scheme = '', host = '', portText, path = ''] = match
  const tls = scheme.toLowerCase() === 'rtmps'
  const port = portText === undefined ? (tls ? 443 : 1935) : Number(portText)
  if (port < 1 || port > 65535) throw new AppError('INVALID', { field: 'url', reason: `port ${port} is not 1..65535` })
  let slash = path.lastIndexOf('/')
  while (slash > 0 && /^[^?]*[=&]/.test(path.slice(slash + 1))) slash = path.lastIndexOf('/', slash - 1)
  const app = path.slice(0, slash)
  const stream = path.slice(slash + 1)
  if (slash <= 0 || stream === '') throw new AppError('INVALID', { field: 'url', reason: 'lacks app or stream name' })
  const authority = portText === undefined ? host : `${host}:${port}`
  return {
    tls,
    host: host.replace(/^\[|\]$/g, ''),
    port,
    app,
    stream,
    tcUrl: `${scheme.toLowerCase()}://${authority}/${app}`,
  }
}

/** Host and the rest (path with query) of a tcUrl; both '' when it is none. */
function divideTcUrl(tcUrl: string): { host: string; path: string } {
  const match = /^[a-z]+:\/\/(\[[^\]]*\]|[^/:?]*)(?::\d*)?\/?(.*)$/i.exec(tcUrl)
  return { host: match?.[1] ?? '', path: match?.[2] ?? '' }
}

/** `live?a=b` and `live...vhost...name`; what has both is read as `live?vhost=name&...`. */
function divideQuery(text: string): { path: string; query: string } {
  const question = text.indexOf('?')
  const before = question < 0 ? text : text.slice(0, question)
  const query = question < 0 ? '' : text.slice(question + 1)
  const dots = before.indexOf('...')
  if (dots < 0) return { path: before, query }
  const words = before.slice(dots + 3).split('...')
  const pairs: string[] = []
  for (let i = 0; i + 1 < words.length; i += 2) pairs.push(`${words[i]}=${words[i + 1]?.replace(/\/+$/, '')}`)
  return { path: before.slice(0, dots), query: [...pairs, query].filter(part => part !== '').join('&') }
}

/** `?` and `,vhost=` separate too: players put a second `?` behind one that was there, and bandwidth tools a comma. */
function parameters(query: string): URLSearchParams {
  return new URLSearchParams(query.replace(/\?|,(?=vhost=)/g, '&').replace(/\/+$/, ''))
}

/** `connect(url, 'secret')` is the stream key; `connect(url, 'token=x&time=y')` are parameters. */
function connectParameters(texts: readonly string[]): [string, string][] {
  const result: [string, string][] = []
  for (const text of texts) {
    if (text === '' || text.length > MAX_URL_LENGTH) continue
    if (/^\w+=/.test(text)) result.push(...new URLSearchParams(text))
    else result.push(['key', text])
  }
  return result
}

function pathSegments(path: string, field: string): string[] {
  const segments: string[] = []
  for (const raw of path.split('/')) {
    if (raw === '') continue
    const segment = decode(raw)
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
    if (segment === '.' || segment === '..' || /[\x00-\x20\x7f/\\]/.test(segment)) {
      throw new AppError('INVALID', { field, reason: `${JSON.stringify(segment)} is not a name` })
    }
    segments.push(segment)
  }
  return segments
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text // a lone percent sign is part of the name
  }
}

function vhostName(host: string): string {
  const name = host.toLowerCase()
  if (name === DEFAULT_VHOST.toLowerCase() || name === 'localhost' || name === '') return DEFAULT_VHOST
  if (isIP(name.replace(/^\[|\]$/g, '')) !== 0) return DEFAULT_VHOST
  if (!/^[\w.-]+$/.test(name))
    throw new AppError('INVALID', { field: 'vhost', reason: `${JSON.stringify(name)} is not a name` })
  return checkLength(name, 'vhost')
}

function checkLength(text: string, field: string): string {
  if (text.length > MAX_NAME_LENGTH) throw new AppError('INVALID', { field, reason: `over ${MAX_NAME_LENGTH} letters` })
  return text
}
