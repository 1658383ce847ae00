import type { Dialog } from '../../sip/dialog.ts'
import type { Attempt } from '../attempt.ts'
import type { AnyMessage } from '../manscdp/messages.ts'
import type { PlaybackCommand } from '../mansrtsp.ts'
import type { CallWay } from '../route-path.ts'
import type { GbSdp } from '../sdp.ts'

/** A call of the upper platform for the media of a channel. */
export interface IncomingCall extends Required<CallWay> {
  readonly offer: GbSdp
  /** Whose picture: the user of the Request-URI. */
  readonly channelId: string
  /** Upper platform, and where it called from. */
  readonly upperId: string
  readonly remote: string
  /** The record of it; null where nobody keeps one. */
  readonly attempt: Attempt | null
  /** Aborted when the caller gives up before the answer. */
  readonly cancelled: AbortSignal
}

/** What we send, once a call was taken. */
export interface OutgoingMedia {
  /** The answer to the offer. */
  readonly answer: GbSdp
  /** Platforms below that bring it, the next one first. Annex H. */
  readonly route?: readonly string[]
  /** The call is up: media may go. `dialog` is for BYE and MediaStatus of ours. */
  begin(dialog: Dialog, call: { endOfFile(): Promise<void> }): void
  /** An INFO of the upper platform; false: not possible here. */
  control(command: PlaybackCommand): boolean | Promise<boolean>
  /** Once, whoever ended it. */
  end(reason: string): void
}

/** What a lower platform or a device has: its side of every conversation that the upper one begins. */
export interface LowerHost {
  /** The answers to a query, in order, without `sn`; null: there is nothing to say. */
  answer(query: AnyMessage): Promise<readonly AnyMessage[] | null>
  /** Result of an order; null: it could not be understood. */
  order(order: AnyMessage): Promise<'OK' | 'ERROR' | null>
  /** Throws AppError: NOT_FOUND is answered 404, DEVICE_OFFLINE 480, ROUTE_LOOP 482, LIMIT_REACHED 486, others 488 or 500. */
  call(call: IncomingCall): Promise<OutgoingMedia>
  /** "Call me for audio": whether we will. */
  broadcast?(sourceId: string, targetId: string): Promise<boolean>
  /** A subscription began, was renewed with another body, or (null) ended. */
  subscribed?(kind: SubscriptionKind, query: AnyMessage | null): void
}

/** What can be subscribed to. §9.11 */
export type SubscriptionKind = 'Catalog' | 'Alarm' | 'MobilePosition' | 'PTZPosition'
