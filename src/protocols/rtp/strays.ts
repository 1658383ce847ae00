import { addressOf } from '../../base/ip-address.ts'

/** Sources kept for the diagnosis. */
const MAX_STRAYS = 32

/** A sender nobody waits for. */
export interface Stray {
  readonly transport: 'udp' | 'tcp'
  readonly address: string
  readonly port: number
  /** Of the last packet; null when it sent no RTP. */
  readonly ssrc: number | null
  readonly packets: number
  /** Wall clock milliseconds of the last packet. */
  readonly atMs: number
}

interface Entry {
  readonly transport: 'udp' | 'tcp'
  readonly rawAddress: string
  readonly port: number
  ssrc: number | null
  packets: number
  atMs: number
}

/** The last senders nobody waited for: what a play that gets nothing is compared with. */
export class Strays {
  readonly #entries: Entry[] = []
  /** Packets of them, and other packets that are no RTP. */
  packets = 0

  add(transport: 'udp' | 'tcp', address: string, port: number, ssrc: number | null, nowMs: number): void {
    this.packets++
    for (const entry of this.#entries) {
      if (entry.port !== port || entry.rawAddress !== address || entry.transport !== transport) continue
      entry.ssrc = ssrc ?? entry.ssrc
      entry.packets++
      entry.atMs = nowMs
      return
    }
    if (this.#entries.length >= MAX_STRAYS) this.#removeOldest()
    this.#entries.push({ transport, rawAddress: address, port, ssrc, packets: 1, atMs: nowMs })
  }

  get list(): Stray[] {
    return this.#entries.map(({ rawAddress, ...entry }) => ({ ...entry, address: addressOf(rawAddress) }))
  }

  #removeOldest(): void {
    let oldest = 0
    for (const [n, entry] of this.#entries.entries()) {
      if (entry.atMs < (this.#entries[oldest]?.atMs ?? 0)) oldest = n
    }
    this.#entries.splice(oldest, 1)
  }
}
