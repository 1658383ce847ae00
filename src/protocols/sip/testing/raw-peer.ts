import { createSocket, type Socket as UdpSocket } from 'node:dgram'
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { vi } from 'vitest'
import { type SipMessage, type SipRequest, type SipResponse, sipResponse } from '../message.ts'
import { parseMessage } from '../parser.ts'
import { StreamFramer } from '../stream-framer.ts'
import { writeMessage } from '../writer.ts'

/** Waits for something real to arrive; never for time to pass. */
export const until = (check: () => void): Promise<void> => vi.waitFor(check, { timeout: 5000, interval: 2 })

/** A peer that says exactly what a test wants, over a socket of its own. */
abstract class RawPeer {
  readonly received: SipMessage[] = []
  abstract readonly port: number

  abstract send(text: string | Buffer): void
  abstract [Symbol.asyncDispose](): Promise<void>

  get requests(): SipRequest[] {
    return this.received.filter(message => message.kind === 'request')
  }

  get responses(): SipResponse[] {
    return this.received.filter(message => message.kind === 'response')
  }

  get statuses(): number[] {
    return this.responses.map(response => response.status)
  }

  get methods(): string[] {
    return this.requests.map(request => request.method)
  }

  async response(count = 1): Promise<SipResponse> {
    await vi.waitUntil(() => this.responses.length >= count, { timeout: 5000, interval: 2 })
    return this.responses[count - 1]!
  }

  async request(count = 1): Promise<SipRequest> {
    await vi.waitUntil(() => this.requests.length >= count, { timeout: 5000, interval: 2 })
    return this.requests[count - 1]!
  }

  /** Answers a request it received. */
  answer(request: SipRequest, status: number, tag = 'peer', more: Record<string, string> = {}): void {
    const { headers } = request
    const to = headers.get('to')!
    this.send(
      writeMessage(
        sipResponse(status, {
          Via: headers.all('via'),
          From: headers.get('from')!,
          To: status === 100 || to.includes(';tag=') ? to : `${to};tag=${tag}`,
          'Call-ID': headers.get('call-id')!,
          CSeq: headers.get('cseq')!,
          Contact: `<sip:peer@127.0.0.1:${this.port}>`,
          ...more,
        }),
      ),
    )
  }
}

class RawUdpPeer extends RawPeer {
  readonly #socket: UdpSocket
  readonly #to: number

  constructor(socket: UdpSocket, to: number) {
    super()
    this.#socket = socket
    this.#to = to
    socket.on('message', bytes => this.received.push(parseMessage(bytes)))
  }

  get port(): number {
    return this.#socket.address().port
  }

  send(text: string | Buffer): void {
    this.#socket.send(text, this.#to, '127.0.0.1')
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await new Promise<void>(resolve => this.#socket.close(() => resolve()))
  }
}

class RawTcpPeer extends RawPeer {
  readonly socket: Socket
  /** Bytes that were no message. */
  pongs = 0

  constructor(socket: Socket) {
    super()
    this.socket = socket
    const framer = new StreamFramer({ onMessage: ({ message }) => this.received.push(message), onPing: () => {} })
    socket.on('data', bytes => {
      if (bytes.toString() === '\r\n') this.pongs++
      framer.push(bytes)
    })
    socket.on('error', () => {})
  }

  get port(): number {
    return this.socket.localPort ?? 0
  }

  get closed(): boolean {
    return this.socket.closed
  }

  send(text: string | Buffer): void {
    this.socket.write(text)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.socket.closed) return
    this.socket.destroy()
    await once(this.socket, 'close')
  }
}

/** Sends to, and hears from, the endpoint on this port. */
export async function rawUdpPeer(port: number): Promise<RawUdpPeer> {
  const socket = createSocket('udp4')
  socket.bind(0, '127.0.0.1')
  await once(socket, 'listening')
  return new RawUdpPeer(socket, port)
}

export async function rawTcpPeer(port: number): Promise<RawTcpPeer> {
  const socket = connect(port, '127.0.0.1')
  await once(socket, 'connect')
  return new RawTcpPeer(socket)
}

export interface RawRequest {
  readonly uri?: string
  readonly via?: string
  readonly from?: string
  readonly to?: string
  readonly callId?: string
  readonly cseq?: number
  readonly branch?: string
  readonly more?: readonly string[]
  readonly body?: string
}

/** The text of a request of a peer. */
export function rawRequest(method: string, options: RawRequest = {}): string {
  const { uri = 'sip:us@127.0.0.1', from = '<sip:peer@p>;tag=peer', to = '<sip:us@127.0.0.1>', body = '' } = options
  const { callId = 'call-1', cseq = 1, branch = `z9hG4bK-${method}-${cseq}`, more = [] } = options
  return [
    `${method} ${uri} SIP/2.0`,
    `Via: ${options.via ?? `SIP/2.0/UDP 127.0.0.1:9;rport;branch=${branch}`}`,
    `From: ${from}`,
    `To: ${to}`,
    `Call-ID: ${callId}`,
    `CSeq: ${cseq} ${method}`,
    'Contact: <sip:peer@127.0.0.1:9>',
    ...more,
    `Content-Length: ${body.length}`,
    '',
    body,
  ].join('\r\n')
}
