import type { ConnectionState } from './connection.ts'

/** Handshake and connect take two round trips; a peer that needs longer than this is none. */
const CONNECT_TIMEOUT_MS = 10_000

export interface Patience {
  /** How long a publisher may take to send media, and a client to publish or play. MS-035. */
  readonly firstPacketTimeoutMs: number
  /** How long a publisher may send nothing. MS-036. */
  readonly silenceTimeoutMs: number
}

/** What a peer was to do by now, and how long it had; null when it still has time. */
export function overdue(
  { firstPacketTimeoutMs, silenceTimeoutMs }: Patience,
  peer: {
    readonly state: ConnectionState
    readonly inStateMs: number
    readonly silentMs: number
    readonly started: boolean
  },
): { readonly ms: number; readonly what: string } | null {
  const { inStateMs } = peer
  const after = (ms: number, what: string, waitedMs = inStateMs) => (waitedMs >= ms ? { ms, what } : null)
  switch (peer.state) {
    case 'handshake':
    case 'connecting':
      return after(CONNECT_TIMEOUT_MS, 'connect')
    case 'idle':
      return after(firstPacketTimeoutMs, 'publish or play')
    case 'publishing':
      return peer.started
        ? after(silenceTimeoutMs, 'media', peer.silentMs)
        : after(firstPacketTimeoutMs, 'the first media')
    default:
      return null
  }
}
