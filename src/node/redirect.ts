import { AppError } from '../base/errors.ts'
import type { Visitor } from './hub.ts'
import { DEFAULT_SPACE } from './paths.ts'
import type { Spaces } from './spaces.ts'

export interface RedirectSettings {
  readonly when: 'draining' | 'always'
  /** `rtmp[s]://host[:port]`; null: RTMP clients are not sent anywhere. */
  readonly rtmp: string | null
  /** `http[s]://host[:port]`; null: HTTP viewers are not sent anywhere. */
  readonly http: string | null
}

/** Sends newcomers to another node or a balancer, with their whole URL: the 302 of RTMP and HTTP (MS-062, MS-063). */
export class Redirect {
  readonly #settings: () => RedirectSettings
  readonly #spaces: Spaces

  constructor(settings: () => RedirectSettings, spaces: Spaces) {
    this.#settings = settings
    this.#spaces = spaces
  }

  /** Where newcomers of a protocol go; null when they may stay. */
  target(protocol: string): string | null {
    const { when, rtmp, http } = this.#settings()
    if (when === 'draining' && !this.#spaces.draining) return null
    return (protocol.startsWith('rtmp') ? rtmp : http)?.replace(/\/+$/, '') ?? null
  }

  /** Throws AppError MOVED with the URL, where there is a target. Access is for that to check. */
  check({ protocol, uri, query, address }: Visitor): void {
    const target = this.target(protocol)
    if (target === null) return
    const parameters = new URLSearchParams(query)
    // The host name that named the space over RTMP is the target's from now on.
    const named = address.space === DEFAULT_SPACE || uri.startsWith(`/${address.space}/`)
    if (protocol.startsWith('rtmp') && !named) parameters.set('vhost', address.space)
    throw new AppError('MOVED', { to: `${target}${uri}${parameters.size > 0 ? `?${parameters}` : ''}` })
  }
}
