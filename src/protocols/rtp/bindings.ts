import { addressOf } from '../../base/ip-address.ts'
import type { Reception } from './reception.ts'

/** A source that was silent for this long may be taken over by another one with the right SSRC. */
const SILENCE_MS = 3000
/** Packets of a stream that just ended are still on their way: they bind to nothing by their address. */
const LINGER_MS = 1000
const MAX_LINGERING = 256

interface Gone {
  readonly address: string
  readonly port: number
  readonly ssrc: number
  readonly untilMs: number
}

export interface BindingsOptions {
  /** The port serves one reception only: whoever sends is the one. */
  readonly dedicated: boolean
}

/**
 * Which reception a source belongs to. In this order:
 *   1. the source is bound already
 *   2. the SSRC is expected from this address, or from an address nobody knows
 *   3. address and port are those of exactly one reception that waits
 *   4. the address belongs to exactly one reception, and that one waits; over TCP others of it may be bound
 *   5. the SSRC is expected, by exactly one reception that waits
 *   6. the SSRC is that of a bound reception whose source is silent, or has a wrong SSRC itself
 * A bound source is pinned otherwise: nobody takes a stream over by sending its SSRC.
 */
export class Bindings {
  readonly #options: BindingsOptions
  readonly #all = new Set<Reception>()
  readonly #bySsrc = new Map<number, Set<Reception>>()
  /** By the addresses they are expected from. */
  readonly #byAddress = new Map<string, Set<Reception>>()
  /** Receptions with a UDP source, by its port. */
  readonly #byPort = new Map<number, Reception[]>()
  #gone: Gone[] = []

  constructor(options: BindingsOptions) {
    this.#options = options
  }

  get receptions(): ReadonlySet<Reception> {
    return this.#all
  }

  add(reception: Reception): void {
    this.#all.add(reception)
    this.#index(reception)
  }

  remove(reception: Reception, nowMs: number): void {
    if (!this.#all.delete(reception)) return
    this.#unindex(reception, reception.addresses, reception.ssrc)
    if (reception.bound && reception.currentSsrc >= 0) {
      const { address, port, currentSsrc } = reception
      this.#gone = this.#gone.filter(gone => gone.untilMs > nowMs).slice(1 - MAX_LINGERING)
      this.#gone.push({ address, port, ssrc: currentSsrc, untilMs: nowMs + LINGER_MS })
    }
    this.release(reception)
  }

  /** What is expected of the reception has changed. */
  changed(reception: Reception, addresses: readonly string[], ssrc: number | null): void {
    this.#unindex(reception, addresses, ssrc)
    this.#index(reception)
  }

  /** The reception of a UDP packet, or null. The hot path: nothing is allocated for a bound source. */
  udp(address: string, port: number, ssrc: number, nowMs: number): Reception | null {
    const list = this.#byPort.get(port)
    if (list === undefined) return this.#bindNew(address, port, ssrc, nowMs)
    let known: Reception | null = null
    let count = 0
    for (const reception of list) {
      if (reception.address !== address) continue
      if (reception.knows(ssrc)) return reception
      known = reception
      count++
    }
    if (known === null) return this.#bindNew(address, port, ssrc, nowMs)
    if (known.currentSsrc < 0) return known // bound a moment ago: this is its first packet
    // Another SSRC of a known source: one more stream of it, or the same one started anew.
    const further = this.#find('udp', address, port, ssrc, nowMs, true)
    if (further && further !== known) {
      this.#bind(further, address, port)
      return further
    }
    return count === 1 ? known : null
  }

  /** The reception of an RTCP packet: it binds nothing, since senders have another port for it. */
  rtcp(address: string, port: number): Reception | null {
    return this.#byPort.get(port)?.find(reception => reception.address === address) ?? null
  }

  /** The reception a new TCP connection belongs to by its address, before its first packet. */
  connection(address: string, port: number): Reception | null {
    return this.#byOrigin('tcp', addressOf(address), port)
  }

  /** The reception of a TCP connection at its first packet; `tentative` is the one of its address. */
  firstPacket(address: string, ssrc: number, nowMs: number, tentative: Reception | null): Reception | null {
    if (tentative && (tentative.ssrc === null || tentative.ssrc === ssrc)) return tentative
    return this.#bySource('tcp', addressOf(address), ssrc, nowMs) ?? tentative ?? this.#only('tcp')
  }

  /** The reception has no UDP source any more. */
  release(reception: Reception): void {
    const list = this.#byPort.get(reception.port)
    if (!list) return
    const left = list.filter(other => other !== reception)
    if (left.length > 0) this.#byPort.set(reception.port, left)
    else this.#byPort.delete(reception.port)
  }

  #bindNew(address: string, port: number, ssrc: number, nowMs: number): Reception | null {
    const found = this.#find('udp', address, port, ssrc, nowMs, false)
    if (found) this.#bind(found, address, port)
    return found
  }

  #bind(reception: Reception, address: string, port: number): void {
    this.release(reception)
    reception.bind(address, port, null)
    const list = this.#byPort.get(port)
    if (list) list.push(reception)
    else this.#byPort.set(port, [reception])
  }

  /** `waitingOnly`: a bound reception is not taken over. */
  #find(
    transport: 'udp' | 'tcp',
    rawAddress: string,
    port: number,
    ssrc: number,
    nowMs: number,
    waitingOnly: boolean,
  ): Reception | null {
    const address = addressOf(rawAddress)
    const waiting = this.#expecting(transport, ssrc).filter(reception => !reception.bound)
    const here = waiting.filter(reception => reception.addresses.includes(address))
    if (here.length === 1) return here[0] ?? null
    const anywhere = waiting.filter(reception => reception.addresses.length === 0)
    if (here.length === 0 && anywhere.length === 1) return anywhere[0] ?? null
    if (!this.#lingers(rawAddress, port, ssrc, nowMs)) {
      const origin = this.#byOrigin(transport, address, port)
      if (origin) return origin
    }
    const source = this.#bySource(transport, address, ssrc, nowMs)
    if (source && !(waitingOnly && source.bound)) return source
    return waitingOnly ? null : this.#only(transport)
  }

  /** Rules 3 and 4. */
  #byOrigin(transport: 'udp' | 'tcp', address: string, port: number): Reception | null {
    const found = this.#byAddress.get(address)
    if (!found) return null
    const here = [...found].filter(({ expectation }) => expectation.transport === transport)
    const waiting = here.filter(reception => !reception.bound)
    const ports = waiting.filter(reception => reception.remotePort === port)
    if (ports.length === 1) return ports[0] ?? null
    // Another connection of a known address is another stream; another UDP source may be the rest of an old one.
    const alone = transport === 'tcp' ? waiting.length === 1 : here.length === 1
    return alone ? (waiting[0] ?? null) : null
  }

  /** Rules 5 and 6. */
  #bySource(transport: 'udp' | 'tcp', address: string, ssrc: number, nowMs: number): Reception | null {
    const expected = this.#expecting(transport, ssrc)
    const waiting = expected.filter(reception => !reception.bound)
    const near = waiting.filter(reception => reception.addresses.includes(address))
    if (near.length === 1) return near[0] ?? null
    if (waiting.length === 1) return waiting[0] ?? null
    if (waiting.length > 1) return null
    return expected.find(reception => reception.weak || nowMs - reception.lastAtMs > SILENCE_MS) ?? null
  }

  #expecting(transport: 'udp' | 'tcp', ssrc: number): Reception[] {
    const found = ssrc === 0 ? undefined : this.#bySsrc.get(ssrc)
    return found ? [...found].filter(({ expectation }) => expectation.transport === transport) : []
  }

  #only(transport: 'udp' | 'tcp'): Reception | null {
    if (!this.#options.dedicated) return null
    for (const reception of this.#all) {
      if (!reception.bound && reception.expectation.transport === transport) return reception
    }
    return null
  }

  #lingers(address: string, port: number, ssrc: number, nowMs: number): boolean {
    return this.#gone.some(
      gone => gone.port === port && gone.ssrc === ssrc && gone.address === address && gone.untilMs > nowMs,
    )
  }

  #index(reception: Reception): void {
    if (reception.ssrc !== null) put(this.#bySsrc, reception.ssrc, reception)
    for (const address of reception.addresses) put(this.#byAddress, address, reception)
  }

  #unindex(reception: Reception, addresses: readonly string[], ssrc: number | null): void {
    if (ssrc !== null) take(this.#bySsrc, ssrc, reception)
    for (const address of addresses) take(this.#byAddress, address, reception)
  }
}

function put<K>(index: Map<K, Set<Reception>>, key: K, reception: Reception): void {
  const found = index.get(key)
  if (found) found.add(reception)
  else index.set(key, new Set([reception]))
}

function take<K>(index: Map<K, Set<Reception>>, key: K, reception: Reception): void {
  const found = index.get(key)
  if (found?.delete(reception) && found.size === 0) index.delete(key)
}
