import type { FakeTime } from '../../../../base/fake-time.ts'
import type { Dialog } from '../../../sip/dialog.ts'
import { SipEndpoint } from '../../../sip/endpoint.ts'
import type { HeaderInit } from '../../../sip/headers.ts'
import type { SipRequest, SipResponse } from '../../../sip/message.ts'
import type { Notifier } from '../../../sip/notifier.ts'
import type { RequestContext } from '../../../sip/request-context.ts'
import { newCallId, newTag } from '../../../sip/tokens.ts'
import type { Flow, SipTransport } from '../../../sip/transport/flow.ts'
import type { GbCharset } from '../../charset.ts'
import { X_GB_VER } from '../../gb-version.ts'
import { MANSCDP_CONTENT_TYPE, type Message, parseEnvelope, writeBody } from '../../manscdp/message.ts'
import { type AnyMessage, readMessage } from '../../manscdp/messages.ts'

export const SERVER_ID = '34020000002000000001'
export const DOMAIN = '3402000000'
export const DEVICE_ID = '34020000001180000001'
export const CHANNEL_ID = '34020000001320000001'

export interface FakeDeviceOptions {
  readonly time: FakeTime
  readonly serverPort: number
  readonly gbId?: string
  readonly password?: string
  readonly transport?: SipTransport
  readonly version?: string
  readonly charset?: GbCharset
}

/** A device whose behaviour is a script: handlers are replaced by the test. */
export class FakeDevice {
  readonly gbId: string
  readonly endpoint: SipEndpoint
  /** Bodies that came, in order. */
  readonly received: AnyMessage[] = []
  readonly requests: SipRequest[] = []
  flow: Flow
  /** Called with each body that came, after its 200. */
  onMessage: (message: AnyMessage) => void | Promise<void> = () => {}
  onInvite: (request: SipRequest, context: RequestContext) => void = (_request, context) => context.respond(486)
  onSubscribe: (request: SipRequest, context: RequestContext) => void = (request, context) => {
    this.notifiers.push(
      context.acceptSubscription({ expiresS: { min: 1, max: 3600, byDefault: 600 }, onEnd: () => {} }),
    )
    this.requests.push(request)
  }
  readonly notifiers: Notifier[] = []
  readonly #options: FakeDeviceOptions
  #registerCseq = 0
  readonly #registerCallId = newCallId()
  readonly #registerTag = newTag()

  private constructor(options: FakeDeviceOptions, endpoint: SipEndpoint, flow: Flow) {
    this.#options = options
    this.gbId = options.gbId ?? DEVICE_ID
    this.endpoint = endpoint
    this.flow = flow
    endpoint.on('MESSAGE', (request, context) => {
      this.requests.push(request)
      context.respond(200)
      const message = readMessage(parseEnvelope(request.body))
      if (!message) return
      this.received.push(message)
      // a script may be at work when its test is over
      Promise.resolve(this.onMessage(message)).catch(() => {})
    })
    endpoint.on('INVITE', (request, context) => {
      this.requests.push(request)
      this.onInvite(request, context)
    })
    endpoint.on('SUBSCRIBE', (request, context) => this.onSubscribe(request, context))
  }

  static async open(options: FakeDeviceOptions): Promise<FakeDevice> {
    const endpoint = new SipEndpoint({ clock: options.time, timers: options.time, userAgent: 'Fake/1.0' })
    await endpoint.listen({ host: '127.0.0.1', port: 0 })
    const flow = await FakeDevice.#connect(endpoint, options)
    return new FakeDevice(options, endpoint, flow)
  }

  static #connect(endpoint: SipEndpoint, { transport = 'udp', serverPort }: FakeDeviceOptions): Promise<Flow> {
    return endpoint.connect({ transport, host: '127.0.0.1', port: serverPort })
  }

  /** Dials again, as after its connection broke. */
  async reconnect(): Promise<void> {
    this.flow = await FakeDevice.#connect(this.endpoint, this.#options)
  }

  /** Another server on this machine takes the place of the first. UDP. */
  async moveTo(serverPort: number): Promise<void> {
    this.flow = await FakeDevice.#connect(this.endpoint, { ...this.#options, serverPort })
  }

  async register(
    options: { expiresS?: number; password?: string | null; headers?: HeaderInit } = {},
  ): Promise<SipResponse> {
    const { password = this.#options.password ?? null, expiresS = 3600 } = options
    this.#registerCseq += 2
    const { version } = this.#options
    return this.endpoint.request(this.flow, {
      method: 'REGISTER',
      uri: `sip:${SERVER_ID}@${DOMAIN}`,
      ...this.#addresses(this.gbId),
      callId: this.#registerCallId,
      fromTag: this.#registerTag,
      cseq: this.#registerCseq,
      headers: { Expires: String(expiresS), ...(version ? { [X_GB_VER]: version } : {}), ...options.headers },
      ...(password === null ? {} : { authorization: { username: this.gbId, password } }),
    })
  }

  async send<T>(kind: Message<T>, value: T): Promise<SipResponse> {
    return this.sendBody(writeBody(kind, value, this.#options.charset ?? 'GB2312'))
  }

  /** From a script: nobody waits for the 200, and the test may be over before it. */
  reply<T>(kind: Message<T>, value: T): void {
    this.send(kind, value).catch(() => {})
  }

  async sendBody(body: Buffer): Promise<SipResponse> {
    return this.endpoint.request(this.flow, {
      method: 'MESSAGE',
      uri: `sip:${SERVER_ID}@${DOMAIN}`,
      ...this.#addresses(SERVER_ID),
      contentType: MANSCDP_CONTENT_TYPE,
      body,
    })
  }

  /** A MESSAGE within a dialog of a call. */
  sendIn<T>(dialog: Dialog, kind: Message<T>, value: T): Promise<SipResponse> {
    return dialog.request('MESSAGE', { contentType: MANSCDP_CONTENT_TYPE, body: writeBody(kind, value, 'GB2312') })
  }

  #addresses(to: string): { from: string; to: string } {
    return { from: `sip:${this.gbId}@${DOMAIN}`, to: `sip:${to}@${DOMAIN}` }
  }

  /** The INVITE of §9.12, by which a device calls for audio. */
  call(fromId: string, sdp: string) {
    return this.endpoint.invite(this.flow, {
      uri: `sip:${SERVER_ID}@${DOMAIN}`,
      from: `sip:${fromId}@${DOMAIN}`,
      to: `sip:${SERVER_ID}@${DOMAIN}`,
      contentType: 'Application/SDP',
      body: sdp,
    })
  }

  close(): Promise<void> {
    return this.endpoint.close()
  }
}
