import { AppError } from '../../base/errors.ts'
import type { Dialog } from './dialog.ts'
import type { SipRequest } from './message.ts'
import { tagOf } from './name-address.ts'

/** Each is a session or a subscription; 3000 devices with three subscriptions each and some streams stay well below. */
const MAX_DIALOGS = 50_000

/** All dialogs of an endpoint. RFC 3261 §12. */
export class DialogTable {
  readonly #dialogs = new Map<string, Dialog>()

  get size(): number {
    return this.#dialogs.size
  }

  /** Throws AppError LIMIT_REACHED. */
  add(dialog: Dialog): void {
    if (this.#dialogs.size >= MAX_DIALOGS)
      throw new AppError('LIMIT_REACHED', { what: 'SIP dialogs', limit: MAX_DIALOGS })
    this.#dialogs.set(keyOf(dialog.state.callId, dialog.state.localTag), dialog)
  }

  remove(dialog: Dialog): void {
    const key = keyOf(dialog.state.callId, dialog.state.localTag)
    if (this.#dialogs.get(key) === dialog) this.#dialogs.delete(key)
  }

  /** The dialog a request of the peer belongs to; null when there is none. The peer's tag may be new to us. */
  find(request: SipRequest): Dialog | null {
    const { headers } = request
    const localTag = tagOf(headers.get('to') ?? '')
    if (localTag === '') return null
    const dialog = this.#dialogs.get(keyOf(headers.get('call-id') ?? '', localTag))
    if (!dialog) return null
    const { remoteTag } = dialog.state
    return remoteTag === '' || remoteTag === tagOf(headers.get('from') ?? '') ? dialog : null
  }

  /** Forgets all without a word to their peers. */
  close(): void {
    for (const dialog of [...this.#dialogs.values()]) dialog.end('we are closing')
  }
}

function keyOf(callId: string, localTag: string): string {
  return `${callId} ${localTag}`
}
