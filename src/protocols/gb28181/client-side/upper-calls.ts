import { AppError, errorText } from '../../../base/errors.ts'
import type { Log } from '../../../base/log.ts'
import type { Dialog } from '../../sip/dialog.ts'
import type { SipRequest } from '../../sip/message.ts'
import type { RequestContext } from '../../sip/request-context.ts'
import { readUri } from '../../sip/uri.ts'
import type { Attempt, AttemptLog } from '../attempt.ts'
import { MANSRTSP_CONTENT_TYPE, parseMansRtsp, writeMansRtspResponse } from '../mansrtsp.ts'
import { parseRoutePath, X_PREFERRED_PATH, X_ROUTE_PATH } from '../route-path.ts'
import { parseSdp, writeSdp } from '../sdp.ts'
import type { CascadeProblem } from '../verdict.ts'
import type { LowerHost, OutgoingMedia } from './lower-host.ts'

export interface UpperCallsOptions {
  readonly host: LowerHost
  readonly upperId: string
  /** Our code there. */
  readonly localId: string
  readonly log: Log
  readonly attempts?: AttemptLog
  /** Tells within the dialog that the file of a channel is at its end. */
  readonly endOfFile: (dialog: Dialog, channelId: string) => Promise<void>
}

const SDP_CONTENT_TYPE = 'application/sdp'
/** Calls at once at one upper platform; a larger one needs several. */
const MAX_CALLS = 4096
/** BYE to a peer that may be gone; it has no effect on us. */
const BYE_TIMEOUT_MS = 3000

/** Calls of one upper platform for media. GB/T 28181-2022 §9.2, §9.8, §9.9. */
export class UpperCalls {
  readonly #options: UpperCallsOptions
  readonly #calls = new Map<OutgoingMedia, Dialog>()

  constructor(options: UpperCallsOptions) {
    this.#options = options
  }

  /** Calls that are up. */
  get size(): number {
    return this.#calls.size
  }

  async invite(request: SipRequest, context: RequestContext): Promise<void> {
    const { host, localId, log, upperId } = this.#options
    const channelId = readUri(request.uri)?.user ?? ''
    const attempt = this.#begin(request, context, channelId)
    let media: OutgoingMedia
    try {
      if (this.#calls.size >= MAX_CALLS) throw new AppError('LIMIT_REACHED', { what: 'calls', limit: MAX_CALLS })
      const offer = parseSdp(request.body.toString('latin1'))
      const { address, port, transport } = context.remote
      const remote = `${transport}:${address}:${port}`
      const route = parseRoutePath(request.headers.get(X_ROUTE_PATH))
      const named = parseRoutePath(request.headers.get(X_PREFERRED_PATH))
      const preferred = named[0] === localId ? named.slice(1) : named
      const { cancelled } = context
      media = await host.call({ offer, channelId, upperId, remote, route, preferred, attempt, cancelled })
    } catch (error) {
      log.warn('a call of the upper platform was refused', { upper: upperId, channelId, reason: errorText(error) })
      const status = refusalOf(error)
      context.respond(status, { reason: error instanceof AppError ? error.message.slice(0, 80) : 'Failed' })
      attempt?.end({ status, cancelled: context.cancelled.aborted, cascade: problemOf(error) })
      return
    }
    if (context.answered) {
      media.end('the caller gave up')
      attempt?.end({ status: 487, cancelled: true })
      return
    }
    const dialog = context.accept({
      body: writeSdp(media.answer),
      contentType: SDP_CONTENT_TYPE,
      headers: { [X_ROUTE_PATH]: [localId, ...(media.route ?? [])].join('-') },
    })
    attempt?.learn({ status: 200 })
    this.#calls.set(media, dialog)
    dialog.on('INFO', (info, answer) => this.#info(media, info, answer))
    dialog.onEnd(reason => {
      this.#calls.delete(media)
      media.end(reason)
      attempt?.end()
    })
    media.begin(dialog, { endOfFile: () => this.#options.endOfFile(dialog, channelId) })
  }

  /** BYE to all. Resolves when they are answered, or will not be. */
  async end(): Promise<void> {
    await Promise.all([...this.#calls.values()].map(dialog => hangUp(dialog)))
  }

  #begin(request: SipRequest, { flow }: RequestContext, channelId: string): Attempt | null {
    const { attempts, upperId } = this.#options
    const attempt = attempts?.begin('cascade', upperId, channelId === '' ? null : channelId) ?? null
    const { transport, local, remote } = flow
    attempt?.note(request, { direction: 'in', atMs: attempts?.nowMs ?? 0, transport, local, remote })
    attempt?.follow(request.headers.get('call-id') ?? '')
    attempt?.learn({ sent: true })
    return attempt
  }

  async #info(media: OutgoingMedia, info: SipRequest, answer: RequestContext): Promise<void> {
    let cseq = 0
    let done = false
    try {
      const request = parseMansRtsp(info.body.toString('latin1'))
      cseq = request.cseq
      done = await media.control(request.command)
    } catch (error) {
      this.#options.log.debug('an INFO of the upper platform is not understood', { reason: errorText(error) })
    }
    const status = done ? 200 : 451
    const body = writeMansRtspResponse({ status, cseq, sequenceNumber: null, rtpTime: null })
    answer.respond(200, { body, contentType: MANSRTSP_CONTENT_TYPE })
  }
}

/** BYE of ours. Never throws. */
export async function hangUp(dialog: Dialog): Promise<void> {
  if (dialog.ended !== null) return
  await dialog.bye({ timeoutMs: BYE_TIMEOUT_MS }).catch(() => {}) // the dialog is over for us either way
}

function refusalOf(error: unknown): number {
  if (!(error instanceof AppError)) return 500
  switch (error.code) {
    case 'NOT_FOUND':
    case 'STREAM_NOT_FOUND':
      return 404
    case 'DEVICE_OFFLINE':
    case 'DEVICE_FAILED':
      return 480
    case 'ROUTE_LOOP':
      return 482
    case 'LIMIT_REACHED':
      return 486
    case 'FORBIDDEN':
      return 403
    case 'PEER_TIMEOUT':
      return 408
    default:
      return error.fault === 'peer' ? 488 : 500
  }
}

function problemOf(error: unknown): CascadeProblem {
  if (!(error instanceof AppError)) return 'source'
  switch (error.code) {
    case 'NOT_FOUND':
      return 'notShared'
    case 'ROUTE_LOOP':
      return 'loop'
    case 'LIMIT_REACHED':
      return 'limit'
    case 'CODEC_UNSUPPORTED':
    case 'BYTES_INVALID':
      return 'offer'
    default:
      return 'source'
  }
}
