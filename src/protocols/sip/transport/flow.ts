import type { SipMessage } from '../message.ts'

export type SipTransport = 'udp' | 'tcp' | 'tls'

export interface SocketAddress {
  /** IP address; IPv4 seen through IPv6 is written as IPv4. */
  readonly address: string
  readonly port: number
}

/**
 * A way to a peer: one TCP or TLS connection, or an address reached from our UDP socket. RFC 5626 §2.
 * What is received has a flow, and what is sent over that flow finds the peer behind its NAT.
 */
export interface Flow {
  readonly transport: SipTransport
  readonly local: SocketAddress
  readonly remote: SocketAddress
  /** A stream: nothing is lost while it is open. */
  readonly reliable: boolean
  readonly closed: boolean
  /** Never throws; what cannot be sent shows as a timeout, or as the end of the connection. */
  send(bytes: Buffer, message: SipMessage): void
}

/** A peer by its address, when there is no flow to it yet. */
export interface Target {
  readonly transport: SipTransport
  /** Address or name. */
  readonly host: string
  readonly port: number
}

/** Everything that was received or sent, for ladders and captures. */
export interface TapEvent {
  readonly direction: 'in' | 'out'
  readonly bytes: Buffer
  /** null: it is no SIP message. */
  readonly message: SipMessage | null
  readonly transport: SipTransport
  readonly local: SocketAddress
  readonly remote: SocketAddress
  /** Wall clock, milliseconds since 1970. */
  readonly atMs: number
}

export function isFlow(target: Flow | Target): target is Flow {
  return 'send' in target
}
