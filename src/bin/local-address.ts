import type { Clock } from '../base/clock.ts'
import { signedQuery } from '../base/signed-url.ts'
import type { Listen } from '../config/key.ts'
import { addressOfPath } from '../node/paths.ts'
import type { Spaces } from '../node/spaces.ts'

/** A program beside a stream that loses its connection may play again for so long: longer than any stream lasts in practice. */
const SIGNED_FOR_S = 30 * 86_400

/** How this machine reaches its own listener. */
export function localHost(host: string | undefined): string {
  if (host === undefined || host === '0.0.0.0' || host === '::') return '127.0.0.1'
  return host.includes(':') ? `[${host}]` : host
}

/** Where programs of this machine play a stream of its node; signed where its space wants that. Null: RTMP is off. */
export function localRtmp(path: string, spaces: Spaces, listen: Listen, port: number | null, clock: Clock) {
  if (port === null) return null
  const { space: name, app } = addressOfPath(path)
  const space = spaces.get(name)
  const [key] = space?.play === 'signed' ? space.playKeys : []
  const expires = Math.floor(clock.nowMs() / 1000) + SIGNED_FOR_S
  const query = key === undefined ? '' : `?${signedQuery(key, 'play', path, expires)}`
  const origin = `rtmp://${localHost(listen?.host)}:${port}`
  return { url: `${origin}/${path}${query}`, tcUrl: `${origin}/${name}/${app}`, port }
}
