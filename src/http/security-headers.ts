import type { App } from './app.ts'

/**
 * The console runs no script but its own. Styles are written by its component library at run time. It fetches media
 * and pictures from the nodes, whose hosts and ports are not known beforehand, hence the open schemes.
 */
const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data: blob: http: https:",
  "font-src 'self' data:",
  "connect-src 'self' http: https: ws: wss:",
  "media-src 'self' blob: http: https:",
  "worker-src 'self' blob:",
  "manifest-src 'self'",
  "base-uri 'none'",
  "form-action 'self'",
  "frame-ancestors 'none'",
].join('; ')

const HEADERS = {
  'content-security-policy': CONTENT_SECURITY_POLICY,
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'permissions-policy': 'camera=(), microphone=(self), geolocation=()',
} as const

/** A year; only ever sent over HTTPS, where RFC 6797 §7.2 allows it. */
const TRANSPORT_SECURITY = 'max-age=31536000'

export function secureHeaders(app: App): void {
  app.addHook('onRequest', async (request, reply) => {
    reply.headers(HEADERS)
    reply.header('x-trace-id', request.id)
    if (request.protocol === 'https') reply.header('strict-transport-security', TRANSPORT_SECURITY)
    if (request.url.startsWith('/api/')) reply.header('cache-control', 'no-store')
  })
}
