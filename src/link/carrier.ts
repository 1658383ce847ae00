/** Moves whole text messages in order between two peers, until it closes. */
export interface Carrier {
  /** Begins delivery. Called once; nothing is lost that came before. */
  start(handlers: CarrierHandlers): void
  /** Does nothing on a closed carrier. */
  send(text: string): void
  /** Bytes handed to `send` and not yet taken by the network. */
  pendingBytes(): number
  /** Idempotent; `onClose` follows once, with this reason. */
  close(reason: string): void
}

export interface CarrierHandlers {
  onMessage(text: string): void
  onClose(reason: string): void
}

/** Longest message: the report of 10 000 streams at about 1 kB each, with room. */
export const MAX_MESSAGE_BYTES = 16 * 1024 * 1024
