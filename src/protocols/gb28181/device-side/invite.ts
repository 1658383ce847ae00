import { AppError, errorText } from '../../../base/errors.ts'
import type { Log } from '../../../base/log.ts'
import type { Dialog } from '../../sip/dialog.ts'
import type { DialogJournalEntry } from '../../sip/dialog-state.ts'
import type { SipEndpoint } from '../../sip/endpoint.ts'
import { newCallId } from '../../sip/tokens.ts'
import type { Attempt } from '../attempt.ts'
import { knowsStreamNumber } from '../gb-version.ts'
import { END_OF_FILE, mediaStatusNotify } from '../manscdp/media-notify.ts'
import { parseEnvelope } from '../manscdp/message.ts'
import {
  MANSRTSP_CONTENT_TYPE,
  type MansRtspResponse,
  type PlaybackCommand,
  parseMansRtspResponse,
  writeMansRtsp,
} from '../mansrtsp.ts'
import { G711_FORMAT } from '../media-format.ts'
import type { MediaTransport } from '../quirks.ts'
import { type CallWay, parseRoutePath, wayHeaders, X_ROUTE_PATH } from '../route-path.ts'
import { AUDIO_PAYLOADS, type GbSdp, parseSdp, type SessionName, VIDEO_PAYLOADS, writeSdp } from '../sdp.ts'
import type { MediaFacts, Verdict } from '../verdict.ts'
import type { DeviceSession } from './device-session.ts'
import { addressing, addressOf, type Identity } from './identity.ts'

const SDP_CONTENT_TYPE = 'Application/SDP'
/** A device that starts its camera takes 5-10 s (§9.2); one that says 100 and no more is given up. */
const ANSWER_TIMEOUT_MS = 20_000
/** Somebody presses pause and waits. */
const CONTROL_TIMEOUT_MS = 5000
/** BYE is tried by SIP for 32 s; the reconciler of the journal tries again later. */
const BYE_TIMEOUT_MS = 8000

/** Where media are to come, as this device reaches it: all that the offer needs of a media port. */
export interface MediaPort {
  readonly address: string
  readonly port: number
}

export interface MediaRequest extends CallWay {
  readonly channelId: string
  readonly name: SessionName
  readonly transport: MediaTransport
  readonly port: MediaPort
  /** Of an SsrcPool; ten digits. */
  readonly ssrc: string
  /** 0 main, 1 sub. */
  readonly streamNumber?: number
  /** History: seconds since 1970. */
  readonly range?: { readonly start: number; readonly end: number }
  /** Kind of recording: 0 all, 1 manual, 2 alarm, 3 time. */
  readonly recordType?: number
  readonly downloadSpeed?: number
}

/** What both sides agreed on. */
export interface Agreed {
  /** By the answer, which may differ from the offer. */
  readonly transport: MediaTransport
  /** Where media come from, or, for tcp-active, where to connect to. */
  readonly remote: MediaPort
  /** The `y=` of the answer, or ours where it has none. */
  readonly ssrc: string
  readonly sdp: GbSdp
}

/** A debt to a device: while it stands, a BYE may be owed. Plain JSON. */
export interface CallJournalEntry {
  readonly format: 1
  readonly gbId: string
  readonly channelId: string
  readonly name: SessionName
  readonly ssrc: string
  readonly dialog: DialogJournalEntry
}

export interface MediaCallOptions {
  readonly signal?: AbortSignal
  readonly timeoutMs?: number
  /** Write it down before anything else happens; null: nothing is owed any more. */
  readonly onJournal: (callId: string, entry: CallJournalEntry | null) => void
  /** Once, when the dialog is over, whoever ended it. */
  readonly onEnd: (by: 'us' | 'device', reason: string) => void
  /** NotifyType 121: the recording is at its end; the BYE is ours. */
  readonly onFileEnd?: () => void
}

export interface CallContext {
  readonly endpoint: SipEndpoint
  readonly identity: Identity
  readonly log: Log
}

/** An INVITE for live video, a recording or voice, and the dialog it made. GB/T 28181-2022 §9.2, §9.8, §9.9. */
export class MediaCall {
  readonly request: MediaRequest
  readonly agreed: Agreed
  /** What it went through, the one that was called first, where the answer says so. Annex H. */
  readonly route: readonly string[]
  readonly gbId: string
  readonly #context: CallContext
  readonly #session: DeviceSession
  readonly #dialog: Dialog
  readonly #options: MediaCallOptions
  readonly #attempt: Attempt | null
  #cseq = 0
  #closing: Promise<void> | null = null
  #endedByDevice = false
  #concluded = false

  private constructor(
    context: CallContext,
    session: DeviceSession,
    request: MediaRequest,
    agreed: Agreed,
    route: readonly string[],
    dialog: Dialog,
    attempt: Attempt | null,
    options: MediaCallOptions,
  ) {
    this.#context = context
    this.#session = session
    this.request = request
    this.agreed = agreed
    this.route = route
    this.gbId = session.gbId
    this.#dialog = dialog
    this.#attempt = attempt
    this.#options = options
    dialog.on('MESSAGE', (message, sip) => {
      session.receive(message, sip)
      if (isEndOfFile(message.body)) options.onFileEnd?.()
    })
    dialog.onEnd(reason => this.#ended(reason))
  }

  /**
   * Invites, acknowledges, and gives out what was agreed. Throws AppError PEER_REFUSED with the status, PEER_TIMEOUT,
   * BYTES_INVALID when the answer has no description that can be read (the dialog is ended then); an abort of the signal
   * cancels and rejects with its reason. `onEnd` is told of calls that were given out only.
   */
  static async open(
    context: CallContext,
    session: DeviceSession,
    request: MediaRequest,
    options: MediaCallOptions,
  ): Promise<MediaCall> {
    const { endpoint, identity } = context
    const { signal, timeoutMs = ANSWER_TIMEOUT_MS } = options
    const attempt = session.attempt(KINDS[request.name], request.channelId)
    attempt?.learn({ transport: request.transport })
    const moves = session.moves
    const { target } = session
    const callId = newCallId()
    attempt?.follow(callId)
    try {
      signal?.throwIfAborted()
      const invite = endpoint.invite(target, {
        ...addressing(identity, request.channelId, target),
        callId,
        headers: {
          Subject: `${request.channelId}:${request.ssrc},${identity.serverId}:0`,
          ...wayHeaders(request),
        },
        contentType: SDP_CONTENT_TYPE,
        body: writeSdp(offerOf(request, session), session.policy.quirks.streamAttribute),
        timeoutMs,
        onProvisional: () => attempt?.learn({ trying: true }),
        ...(signal ? { signal } : {}),
      })
      attempt?.learn({ sent: true })
      const response = await invite.response
      attempt?.learn({ status: response.status })
      signal?.throwIfAborted()
      const { dialog } = invite
      if (!dialog)
        throw new AppError('PEER_REFUSED', { peer: session.gbId, reason: `${response.status} ${response.reason}` })
      options.onJournal(callId, journalOf(session, request, dialog.toJournal()))
      invite.ack()
      const route = parseRoutePath(response.headers.get(X_ROUTE_PATH))
      const agreed = await agreedOf(request, response.body, dialog, callId, context, options)
      const source = addressOf(session.target).address
      attempt?.learn({ mediaAddress: agreed.remote.address === source ? null : agreed.remote.address })
      if (dialog.ended !== null) {
        // its BYE came with its answer
        options.onJournal(callId, null)
        attempt?.learn({ endedByDevice: true })
        throw new AppError('PEER_REFUSED', { peer: session.gbId, reason: dialog.ended })
      }
      return new MediaCall(context, session, request, agreed, route, dialog, attempt, options)
    } catch (error) {
      attempt?.end({
        cancelled: signal?.aborted === true,
        addressChanged: session.moves !== moves,
        sdpUnreadable: error instanceof AppError && error.code === 'BYTES_INVALID',
      })
      throw error
    }
  }

  get callId(): string {
    return this.#dialog.callId
  }

  /** Null when the device is still expected to send. */
  get ended(): string | null {
    return this.#dialog.ended
  }

  /**
   * Pause, resume, seek, speed: an INFO in the dialog. What the device says about it, null when it says nothing. Throws
   * AppError PEER_REFUSED with the status, PEER_TIMEOUT.
   */
  async control(command: PlaybackCommand): Promise<MansRtspResponse | null> {
    this.#cseq++
    const response = await this.#dialog.request('INFO', {
      contentType: MANSRTSP_CONTENT_TYPE,
      body: writeMansRtsp({ command, cseq: this.#cseq }, this.#session.policy.quirks.mansRtsp),
      timeoutMs: CONTROL_TIMEOUT_MS,
    })
    if (response.status >= 300) {
      throw new AppError('PEER_REFUSED', { peer: this.gbId, reason: `${response.status} ${response.reason}` })
    }
    return parseMansRtspResponse(response.body.toString('latin1'))
  }

  /** The first picture came, or there is none to come: the verdict of the attempt. Only the first call counts. */
  conclude(media: MediaFacts): Verdict | null {
    this.#concluded = true
    return this.#attempt?.end({ media, endedByDevice: this.#endedByDevice }) ?? null
  }

  /** BYE. What could not be told stays in the journal. Never throws. */
  close(): Promise<void> {
    this.#closing ??= this.#bye()
    return this.#closing
  }

  /** The reconciler knows better: the device ended it without a word. */
  forget(reason: string): void {
    this.#dialog.end(reason)
  }

  async #bye(): Promise<void> {
    if (this.#dialog.ended !== null) return
    if (!this.#concluded) this.#attempt?.end({ cancelled: true })
    // an address that changed since: the dialog goes where the device is now
    this.#dialog.moveTo(this.#session.target)
    const done = await bye(this.#dialog, this.#context.log)
    if (done) this.#options.onJournal(this.callId, null)
  }

  #ended(reason: string): void {
    const byUs = this.#closing !== null
    if (!byUs) {
      this.#endedByDevice = true
      if (!this.#concluded) this.#attempt?.end({ endedByDevice: true })
      this.#options.onJournal(this.callId, null)
    }
    this.#options.onEnd(byUs ? 'us' : 'device', reason)
  }
}

const KINDS = { Play: 'play', Playback: 'playback', Download: 'download', Talk: 'talk' } as const

/** After a restart: ends what was open. True when the device knows now; try the others again later. Never throws. */
export async function settle(
  context: CallContext,
  session: DeviceSession | null,
  entry: CallJournalEntry,
): Promise<boolean> {
  const dialog = context.endpoint.restoreDialog(entry.dialog, session?.target)
  return bye(dialog, context.log)
}

/** An answer of any kind settles it: 481 says that there is nothing to end. */
async function bye(dialog: Dialog, log: Log): Promise<boolean> {
  try {
    await dialog.bye({ timeoutMs: BYE_TIMEOUT_MS })
    return true
  } catch (error) {
    log.info('gb28181 BYE was not answered', { callId: dialog.callId, error: errorText(error) })
    return false
  }
}

function journalOf(session: DeviceSession, request: MediaRequest, dialog: DialogJournalEntry): CallJournalEntry {
  const { channelId, name, ssrc } = request
  return { format: 1, gbId: session.gbId, channelId, name, ssrc, dialog }
}

function offerOf(request: MediaRequest, session: DeviceSession): GbSdp {
  const { name, channelId, range, transport, streamNumber } = request
  const talk = name === 'Talk'
  const { quirks } = session.policy
  const numbered = knowsStreamNumber(session.version) || quirks.streamAttribute !== undefined
  return {
    ownerId: channelId,
    address: request.port.address,
    sessionName: name,
    media: talk ? 'audio' : 'video',
    port: request.port.port,
    transport: transport === 'udp' ? 'udp' : 'tcp',
    setup: transport === 'tcp-active' ? 'active' : 'passive',
    direction: talk ? 'sendrecv' : 'recvonly',
    payloads: talk ? AUDIO_PAYLOADS : VIDEO_PAYLOADS,
    start: range?.start ?? 0,
    end: range?.end ?? 0,
    uri: range ? `${channelId}:${request.recordType ?? 0}` : undefined,
    ssrc: request.ssrc,
    format: talk ? G711_FORMAT : undefined,
    downloadSpeed: name === 'Download' ? (request.downloadSpeed ?? 1) : undefined,
    // the main stream is what every device sends unasked
    streamNumber: numbered && name === 'Play' ? (streamNumber ?? 0) : undefined,
  }
}

async function agreedOf(
  request: MediaRequest,
  body: Buffer,
  dialog: Dialog,
  callId: string,
  context: CallContext,
  options: MediaCallOptions,
): Promise<Agreed> {
  try {
    const sdp = parseSdp(body.toString('latin1'))
    if (sdp.port === 0) throw new AppError('BYTES_INVALID', { what: 'SDP', reason: 'the medium is refused' })
    return {
      transport: transportOf(sdp, request.transport),
      remote: { address: sdp.address, port: sdp.port },
      ssrc: sdp.ssrc ?? request.ssrc,
      sdp,
    }
  } catch (error) {
    if (await bye(dialog, context.log)) options.onJournal(callId, null)
    throw error
  }
}

/** An answer that is active dials us, which is passive for us; one that does not say does what was offered. */
function transportOf(sdp: GbSdp, offered: MediaTransport): MediaTransport {
  if (sdp.transport === 'udp') return 'udp'
  if (sdp.setup === 'active') return 'tcp-passive'
  if (sdp.setup === 'passive') return 'tcp-active'
  return offered === 'udp' ? 'tcp-passive' : offered
}

function isEndOfFile(body: Buffer): boolean {
  try {
    const envelope = parseEnvelope(body)
    return mediaStatusNotify.matches(envelope) && mediaStatusNotify.read(envelope).notifyType === END_OF_FILE
  } catch {
    return false // answered 400 already, and logged there
  }
}
