import type { LiveVideo, PlayUrls } from '../../lib/api/types.ts'

/** Of a track, what the decision needs. */
type Coded = Pick<LiveVideo, 'codec' | 'codecString'>

export type PlayProtocol = 'ws-flv' | 'http-flv' | 'hls' | 'hls-native'

/** What the browser said when asked. An interface, so that tests can be any browser. */
export interface Capabilities {
  /** Media Source Extensions exist (everywhere but old iPhones). */
  readonly mse: boolean
  isTypeSupported(mimeType: string): boolean
  readonly webSocket: boolean
  /** The video element itself takes an HLS playlist (Safari, newer Chromium). */
  readonly nativeHls: boolean
  /** The video element (not MSE) plays such a file. */
  canPlayType(mimeType: string): boolean
  /** The console came over https: the browser then blocks http: and ws: media. */
  readonly securePage: boolean
}

export interface Source {
  readonly urls: Pick<PlayUrls, 'flv' | 'wsFlv' | 'hls'>
  /** Null when the stream has no such track; both null when the tracks are not known yet. */
  readonly video: Coded | null
  readonly audio: Coded | null
}

export interface Attempt {
  readonly protocol: PlayProtocol
  readonly url: string
  /** Which tracks are handed to the browser. */
  readonly video: boolean
  readonly audio: boolean
  /** False: nobody knows the tracks, the player finds out. */
  readonly known: boolean
}

/** Why a protocol is not even tried. */
export type SkipReason = 'no-mse' | 'codec' | 'mixed-content' | 'no-websocket'

export interface Skipped {
  readonly protocol: PlayProtocol
  readonly reason: SkipReason
}

export interface Plan {
  /** In the order to try them: shortest delay first. */
  readonly attempts: readonly Attempt[]
  readonly skipped: readonly Skipped[]
  /** Codecs of this stream the browser's MSE cannot decode. */
  readonly undecodable: readonly string[]
}

/** G.711 has no sample entry any browser's MSE knows; asking is pointless and some answer 'true' to odd strings. */
const NEVER_IN_MSE = new Set(['pcma', 'pcmu'])

const mimeType = (kind: 'video' | 'audio', track: Coded) => `${kind}/mp4; codecs="${track.codecString}"`

function decodable(kind: 'video' | 'audio', track: Coded, browser: Capabilities): boolean {
  const codec = track.codec.toLowerCase()
  if (NEVER_IN_MSE.has(codec)) return false
  if (codec === 'mp3' && browser.isTypeSupported('audio/mpeg')) return true
  return browser.isTypeSupported(mimeType(kind, track))
}

/** The server sends AAC in place of G.711, made once for all who ask so, and everything else as it is. */
function withAac(url: string): string {
  const address = new URL(url)
  address.searchParams.set('sound', 'aac')
  return address.href
}

const AAC = { codec: 'aac', codecString: 'mp4a.40.2' }

const insecure = (url: string) => url.startsWith('http:') || url.startsWith('ws:')

/**
 * Decides what to try, in which order, by asking the browser. A stream whose audio cannot be decoded is shown
 * without sound; one whose picture cannot be decoded is not played over MSE at all, sound alone would look broken.
 * G.711 comes as AAC at the first try; where that does not play, the picture does without it.
 */
export function planPlayback(source: Source, browser: Capabilities): Plan {
  const unknown = source.video === null && source.audio === null
  const video = unknown || (source.video !== null && decodable('video', source.video, browser))
  const audio = unknown || (source.audio !== null && decodable('audio', source.audio, browser))
  const undecodable = [
    ...(source.video !== null && !video ? [source.video.codec] : []),
    ...(source.audio !== null && !audio ? [source.audio.codec] : []),
  ]
  const asAac =
    source.audio !== null && NEVER_IN_MSE.has(source.audio.codec.toLowerCase()) && decodable('audio', AAC, browser)
  const playable = source.video !== null ? video : audio || unknown

  const attempts: Attempt[] = []
  const skipped: Skipped[] = []
  const candidates: readonly { protocol: PlayProtocol; url: string; missing: SkipReason | null }[] = [
    { protocol: 'ws-flv', url: source.urls.wsFlv, missing: browser.webSocket ? null : 'no-websocket' },
    { protocol: 'http-flv', url: source.urls.flv, missing: null },
    { protocol: 'hls', url: source.urls.hls, missing: null },
  ]
  for (const { protocol, url, missing } of candidates) {
    const transcoded = asAac && protocol !== 'hls' && (attempts.length === 0 || source.video === null)
    const reason: SkipReason | null = !browser.mse
      ? 'no-mse'
      : !playable && !(transcoded && source.video === null)
        ? 'codec'
        : browser.securePage && insecure(url)
          ? 'mixed-content'
          : missing
    if (reason === null) {
      const sounding = transcoded || (unknown && protocol !== 'hls')
      attempts.push({
        protocol,
        url: sounding ? withAac(url) : url,
        video,
        audio: audio || transcoded,
        known: !unknown,
      })
    } else skipped.push({ protocol, reason })
  }
  if (browser.nativeHls) {
    const { hls: url } = source.urls
    const picture = source.video
    const blind = picture !== null && !browser.canPlayType(mimeType('video', picture))
    if (browser.securePage && insecure(url)) skipped.push({ protocol: 'hls-native', reason: 'mixed-content' })
    else if (blind) skipped.push({ protocol: 'hls-native', reason: 'codec' })
    else
      attempts.push({ protocol: 'hls-native', url, video: unknown || picture !== null, audio: true, known: !unknown })
  }
  return { attempts, skipped, undecodable }
}
