import type { Timers } from '../../../base/clock.ts'
import type { SipMessage, SipResponse } from '../message.ts'
import type { SipTiming } from './timing.ts'

/** What a transaction needs of the world. */
export interface TransactionWire {
  /** TCP and TLS: nothing is sent again. */
  readonly reliable: boolean
  readonly timers: Timers
  readonly timing: SipTiming
  send(bytes: Buffer, message: SipMessage): void
}

/** What the user of a client transaction is told. */
export interface ClientEvents {
  /** Provisional and final responses; for INVITE every 2xx, also those that were sent again or come from a fork. */
  onResponse(response: SipResponse): void
  /** No final response in time. RFC 3261 §8.1.3.1: as if it were 408. */
  onTimeout(): void
  /** The connection is gone. */
  onTransportError(error: Error): void
  /** Nothing follows. */
  onTerminated(): void
}

/** What the user of a server transaction is told. */
export interface ServerEvents {
  /** The ACK of a 2xx that came with the branch of its INVITE, as some devices send it. */
  onAck?(): void
  /** A final response other than 2xx was never acknowledged. */
  onNoAck?(): void
  onTerminated(): void
}
