import { addressOf } from '../../base/ip-address.ts'

/** SSRCs a source may change between without each change being told. */
const MAX_OTHER_SSRCS = 3

/** What is known of a sender before its first packet; the SDP answer tells more. */
export interface ExpectedSource {
  /** SSRC of the `y=` line; null: any. */
  readonly ssrc: number | null
  /** Where packets may come from: the SDP's address, the one signalling came from; without any the SSRC decides. */
  readonly remoteAddress?: string | readonly string[]
  readonly remotePort?: number
}

export interface Expectation extends ExpectedSource {
  readonly transport: 'udp' | 'tcp'
  /** An RTP or RTCP packet as it came. The buffer is the receiver's to keep. */
  onPacket(packet: Buffer): void
  /** The sender is there: a TCP connection, or the first UDP packet. */
  onConnection?(remote: string): void
  /** The TCP connection ended, or could not be made; the sender may come back until the reception is closed. */
  onDisconnect?(reason: string): void
  /** Packets have another SSRC than expected; once for each. */
  onMismatch?(observed: Observed): void
}

/** The sender as it is. */
export interface Observed {
  readonly ssrc: number
  /** Address and port. */
  readonly remote: string
  readonly wrongSsrc: boolean
}

export interface ReceptionCounters {
  readonly packets: number
  /** RTP and RTCP packets with their headers. */
  readonly bytes: number
  /** Packets with another SSRC than expected. */
  readonly ssrcMismatches: number
  /** Times a sender was bound. */
  readonly bindings: number
  /** TCP: bytes that belonged to no packet, and times the framing was lost. */
  readonly skippedBytes: number
  readonly resyncs: number
  /** Monotonic milliseconds; null before the first packet. */
  readonly firstPacketAtMs: number | null
  readonly lastPacketAtMs: number | null
}

/** A TCP connection that carries a reception. */
export interface ReceptionConnection {
  readonly skipped: number
  readonly resyncs: number
  send(packet: Uint8Array): boolean
  close(): void
}

/** What the port does when its owner changes a reception. */
export interface ReceptionOwner {
  changed(reception: Reception, before: readonly string[], beforeSsrc: number | null): void
  closed(reception: Reception): void
}

/** One expected sender on a media port, from before its first packet until `close`. */
export class Reception {
  readonly expectation: Expectation
  readonly #owner: ReceptionOwner
  #ssrc: number | null
  #addresses: readonly string[]
  #remotePort: number | null
  #observed: Observed | null = null
  #closed = false
  /** Source in force; '' while there is none. As the socket gives it. */
  address = ''
  port = 0
  /** SSRC of the packets now. */
  currentSsrc = -1
  /** Further ones of this source: sound and pictures may have one each. */
  #otherSsrcs: number[] = []
  connection: ReceptionConnection | null = null
  lastAtMs = Number.NEGATIVE_INFINITY
  #firstAtMs: number | null = null
  #packets = 0
  #bytes = 0
  #mismatches = 0
  #bindings = 0
  #skippedBytes = 0
  #resyncs = 0

  constructor(expectation: Expectation, owner: ReceptionOwner) {
    this.expectation = expectation
    this.#owner = owner
    this.#ssrc = expectation.ssrc
    this.#addresses = addressesOf(expectation.remoteAddress)
    this.#remotePort = expectation.remotePort ?? null
  }

  /** The SSRC that is expected now. */
  get ssrc(): number | null {
    return this.#ssrc
  }

  get addresses(): readonly string[] {
    return this.#addresses
  }

  get remotePort(): number | null {
    return this.#remotePort
  }

  /** The sender as it is; null before its first packet. */
  get observed(): Observed | null {
    return this.#observed
  }

  get bound(): boolean {
    return this.address !== ''
  }

  get closed(): boolean {
    return this.#closed
  }

  /** Bound to a sender whose SSRC is another one: a better one may take over. */
  get weak(): boolean {
    return this.#ssrc !== null && this.currentSsrc >= 0 && this.currentSsrc !== this.#ssrc
  }

  /** The source has sent this SSRC before. */
  knows(ssrc: number): boolean {
    return ssrc === this.currentSsrc || this.#otherSsrcs.includes(ssrc)
  }

  get counters(): ReceptionCounters {
    return {
      packets: this.#packets,
      bytes: this.#bytes,
      ssrcMismatches: this.#mismatches,
      bindings: this.#bindings,
      skippedBytes: this.#skippedBytes + (this.connection?.skipped ?? 0),
      resyncs: this.#resyncs + (this.connection?.resyncs ?? 0),
      firstPacketAtMs: this.#firstAtMs,
      lastPacketAtMs: this.#firstAtMs === null ? null : this.lastAtMs,
    }
  }

  /** What the SDP answer says, where it differs from what was asked for. */
  update(source: Partial<ExpectedSource>): void {
    const before = this.#addresses
    const beforeSsrc = this.#ssrc
    if (source.ssrc !== undefined) this.#ssrc = source.ssrc
    if (source.remoteAddress !== undefined) this.#addresses = addressesOf(source.remoteAddress)
    if (source.remotePort !== undefined) this.#remotePort = source.remotePort
    if (!this.#closed) this.#owner.changed(this, before, beforeSsrc)
  }

  /** Nothing more is received; the TCP connection is closed. */
  close(): void {
    if (this.#closed) return
    this.#closed = true
    this.#owner.closed(this)
    this.unbind()
  }

  /** A sender is there. */
  bind(address: string, port: number, connection: ReceptionConnection | null): void {
    this.address = address
    this.port = port
    this.connection = connection
    this.currentSsrc = -1
    this.#otherSsrcs = []
    this.#bindings++
    this.expectation.onConnection?.(remoteOf(address, port))
  }

  /** The sender is gone. */
  unbind(): void {
    const connection = this.connection
    this.#skippedBytes += connection?.skipped ?? 0
    this.#resyncs += connection?.resyncs ?? 0
    this.address = ''
    this.port = 0
    this.connection = null
    this.currentSsrc = -1
    connection?.close()
  }

  /** A packet of the sender; the hot path. */
  receive(packet: Buffer, ssrc: number, rtcp: boolean, nowMs: number): void {
    this.#packets++
    this.#bytes += packet.length
    this.lastAtMs = nowMs
    this.#firstAtMs ??= nowMs
    if (!rtcp) {
      if (!this.knows(ssrc)) this.#observe(ssrc)
      if (this.#ssrc !== null && ssrc !== this.#ssrc) this.#mismatches++
    }
    this.expectation.onPacket(packet)
  }

  #observe(ssrc: number): void {
    if (this.currentSsrc >= 0) this.#otherSsrcs = [this.currentSsrc, ...this.#otherSsrcs].slice(0, MAX_OTHER_SSRCS)
    this.currentSsrc = ssrc
    const wrongSsrc = this.#ssrc !== null && ssrc !== this.#ssrc
    this.#observed = { ssrc, remote: remoteOf(this.address, this.port), wrongSsrc }
    if (wrongSsrc) this.expectation.onMismatch?.(this.#observed)
  }
}

function addressesOf(given: string | readonly string[] | undefined): readonly string[] {
  const list = given === undefined ? [] : typeof given === 'string' ? [given] : given
  return [...new Set(list.map(addressOf))]
}

function remoteOf(address: string, port: number): string {
  const plain = addressOf(address)
  return `${plain.includes(':') ? `[${plain}]` : plain}:${port}`
}
