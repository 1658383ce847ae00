import { FakeTime } from '../../../base/fake-time.ts'
import { SipEndpoint, type SipEndpointOptions } from '../endpoint.ts'
import type { TapEvent, Target } from '../transport/flow.ts'
import type { Transports } from '../transport/transports.ts'

/** An endpoint on loopback whose time stands still until a test moves it. */
export class EndpointRoom {
  readonly time = new FakeTime()
  readonly tapped: TapEvent[] = []
  readonly endpoint: SipEndpoint

  private constructor(options: Partial<SipEndpointOptions>) {
    this.endpoint = new SipEndpoint({
      clock: this.time,
      timers: this.time,
      tap: event => this.tapped.push(event),
      ...options,
    })
  }

  static async open(options: Partial<SipEndpointOptions> = {}, transports?: Transports): Promise<EndpointRoom> {
    const room = new EndpointRoom(options)
    await room.endpoint.listen({ port: 0, host: '127.0.0.1' }, transports)
    return room
  }

  get port(): number {
    return this.endpoint.address.port
  }

  target(transport: 'udp' | 'tcp' | 'tls' = 'udp'): Target {
    return { transport, host: '127.0.0.1', port: this.port }
  }

  /** What went over the wire, shortly: '> MESSAGE', '< 200'. */
  ladder(): string[] {
    return this.tapped.map(({ direction, message }) => {
      const what = message === null ? 'garbage' : message.kind === 'request' ? message.method : message.status
      return `${direction === 'in' ? '<' : '>'} ${what}`
    })
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.endpoint.close()
  }
}
