import { setTimeout } from 'node:timers/promises'
import { type Clock, systemTimers } from '../base/clock.ts'
import { AppError, errorText } from '../base/errors.ts'
import { FlvDemuxer } from '../media/container/flv/demuxer.ts'
import { Fmp4Demuxer } from '../media/container/fmp4/demuxer.ts'
import { TsDemuxer } from '../media/container/mpegts/demuxer.ts'
import type { Frame } from '../media/stream/frame.ts'
import type { Track } from '../media/stream/track.ts'
import { playRtmp } from '../protocols/rtmp/client-player.ts'

/** What a source reports as it comes. */
export interface ProbeEvents {
  track(track: Track): void
  frame(frame: Frame): void
  unsupported(codec: string): void
}

/** Playlists are a few kB; segments of 60 s at 20 Mbit/s are 150 MB. */
const MAX_PLAYLIST_BYTES = 1 << 20
const MAX_SEGMENT_BYTES = 256 << 20
/** Playlists are asked for again after this long: less than any segment lasts. */
const PLAYLIST_MS = 500

/** Reads a stream until `signal` aborts or the stream ends. Throws INVALID for a URL it cannot read, and what the peer causes. */
export async function readSource(url: URL, events: ProbeEvents, clock: Clock, signal: AbortSignal): Promise<void> {
  if (url.protocol === 'rtmp:' || url.protocol === 'rtmps:') return readRtmp(url, events, clock, signal)
  if (url.protocol !== 'http:' && url.protocol !== 'https:')
    throw new AppError('INVALID', {
      field: 'URL',
      reason: `${url.protocol} cannot be probed; rtmp, rtmps, http and https can`,
    })
  if (url.pathname.endsWith('.m3u8')) return readHls(url, events, signal)
  const demuxer = url.pathname.endsWith('.ts') ? new TsDemuxer(elementaryOutput(events)) : new FlvDemuxer(events)
  for await (const part of await body(url, signal)) demuxer.push(part)
}

async function readRtmp(url: URL, events: ProbeEvents, clock: Clock, signal: AbortSignal): Promise<void> {
  const ended = Promise.withResolvers<void>()
  const player = await playRtmp(url.href, {
    clock,
    timers: systemTimers,
    publication: {
      setTrack: track => events.track(track),
      write: frame => events.frame(frame),
      countBytes() {},
      end: () => ended.resolve(),
    },
    onUnsupported: codec => events.unsupported(codec),
  })
  signal.addEventListener('abort', () => player.close('probe is over'))
  if (signal.aborted) player.close('probe is over')
  await ended.promise
}

function elementaryOutput(events: ProbeEvents) {
  return { onTrack: (track: Track) => events.track(track), onFrame: (frame: Frame) => events.frame(frame) }
}

async function body(url: URL, signal: AbortSignal): Promise<AsyncIterable<Uint8Array>> {
  const response = await fetch(url, { signal }).catch((error: Error) => {
    // fetch says why only in the cause.
    throw new AppError('PEER_REFUSED', { peer: url.host, reason: errorText(error.cause ?? error) }, { cause: error })
  })
  if (!response.ok || response.body === null)
    throw new AppError('PEER_REFUSED', {
      peer: url.host,
      reason: `${response.status} ${(await response.text()).slice(0, 200)}`,
    })
  return response.body
}

async function bytes(url: URL, limit: number, signal: AbortSignal): Promise<Buffer> {
  const parts: Uint8Array[] = []
  let size = 0
  for await (const part of await body(url, signal)) {
    size += part.length
    if (size > limit) throw new AppError('LIMIT_EXCEEDED', { what: url.pathname, size, limit })
    parts.push(part)
  }
  return Buffer.concat(parts)
}

/** Takes the first variant of a master playlist, then each new segment once. RFC 8216 §6.3. */
async function readHls(master: URL, events: ProbeEvents, signal: AbortSignal): Promise<void> {
  const ts = new TsDemuxer(elementaryOutput(events))
  let fmp4: Fmp4Demuxer | null = null
  let init: string | null = null
  let url = master
  let next = -1
  while (!signal.aborted) {
    const playlist = parsePlaylist((await bytes(url, MAX_PLAYLIST_BYTES, signal)).toString())
    if (playlist.variant !== null) {
      url = new URL(playlist.variant, url)
      continue
    }
    for (const [index, segment] of playlist.segments.entries()) {
      const sequence = playlist.sequence + index
      if (sequence < next) continue
      next = sequence + 1
      if (segment.map !== null && segment.map !== init) {
        init = segment.map
        fmp4 = new Fmp4Demuxer(events)
        fmp4.push(await bytes(new URL(init, url), MAX_SEGMENT_BYTES, signal))
      }
      const demuxer = fmp4 ?? ts
      demuxer.push(await bytes(new URL(segment.uri, url), MAX_SEGMENT_BYTES, signal))
    }
    if (playlist.ended) return
    await setTimeout(PLAYLIST_MS, undefined, { signal })
  }
}

export interface Playlist {
  /** First variant of a master playlist. */
  readonly variant: string | null
  readonly sequence: number
  readonly segments: readonly { readonly uri: string; readonly map: string | null }[]
  readonly ended: boolean
}

/** Reads what a probe needs of a playlist. Throws BYTES_INVALID when it is none. */
export function parsePlaylist(text: string): Playlist {
  const lines = text.split(/\r?\n/)
  if (lines[0] !== '#EXTM3U') throw new AppError('BYTES_INVALID', { what: 'playlist', reason: 'no #EXTM3U' })
  let map: string | null = null
  const uris: { uri: string; map: string | null }[] = []
  for (const line of lines) {
    const [, mapped] = /^#EXT-X-MAP:.*URI="([^"]+)"/.exec(line) ?? []
    if (mapped !== undefined) map = mapped
    else if (line !== '' && !line.startsWith('#')) uris.push({ uri: line, map })
  }
  const isMaster = lines.some(line => line.startsWith('#EXT-X-STREAM-INF'))
  return {
    variant: isMaster ? (uris[0]?.uri ?? null) : null,
    sequence: Number(/^#EXT-X-MEDIA-SEQUENCE:(\d+)$/m.exec(text)?.[1] ?? 0),
    segments: isMaster ? [] : uris,
    ended: lines.includes('#EXT-X-ENDLIST'),
  }
}
