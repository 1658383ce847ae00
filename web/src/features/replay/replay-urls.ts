import type { Schemas } from '@sightline/client'
import { client } from '../../lib/api/client.ts'
import type { Span } from './track.ts'

type Urls = Schemas['ReplayUrls']

/** Signed for a day; asked for again before that is over. */
const FRESH_MS = 12 * 3_600_000

/** The URLs play a stream at any time: the signature is for the stream, the time is a parameter. */
function withQuery(url: string, query: Readonly<Record<string, number | null>>): string {
  const address = new URL(url)
  for (const [name, value] of Object.entries(query)) {
    if (value === null) address.searchParams.delete(name)
    else address.searchParams.set(name, String(value))
  }
  return address.href
}

/** Without an end: to now, and what comes. */
export const hlsUrl = ({ hls }: Urls, { fromMs, toMs }: { fromMs: number; toMs: number | null }): string =>
  withQuery(hls, { start: Math.round(fromMs), end: toMs === null ? null : Math.round(toMs) })

export const flvUrl = (url: string, { fromMs, toMs }: Span, speed: number): string =>
  withQuery(url, { start: Math.round(fromMs), end: Math.round(toMs), speed })

export const mp4Url = ({ mp4 }: Urls, { fromMs, toMs }: Span): string =>
  withQuery(mp4, { start: Math.round(fromMs), end: Math.round(toMs) })

export const thumbnailUrl = ({ thumbnail }: Urls, atMs: number, width: number): string =>
  withQuery(thumbnail, { at: Math.round(atMs), width })

interface Known extends Span {
  readonly urls: Urls
  readonly askedAtMs: number
}

/** Signed URLs of the streams of a page, asked for once for a time: nodes are told by where most of it lies. */
export class ReplayUrls {
  readonly #known = new Map<string, Known>()

  /** Throws SightlineError where nothing was recorded. */
  async of(stream: string, { fromMs, toMs }: Span): Promise<Urls> {
    const known = this.#known.get(stream)
    const now = Date.now()
    if (known !== undefined && fromMs >= known.fromMs && toMs <= known.toMs && now - known.askedAtMs < FRESH_MS)
      return known.urls
    const query = { start: new Date(fromMs).toISOString(), end: new Date(toMs).toISOString() }
    const { play } = await client.call('getReplay', { path: { id: stream }, query })
    this.#known.set(stream, { fromMs, toMs, urls: play, askedAtMs: now })
    return play
  }

  /** What is there without asking. */
  known(stream: string): Urls | null {
    return this.#known.get(stream)?.urls ?? null
  }
}
