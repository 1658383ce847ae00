import { AppError } from '../../base/errors.ts'
import { headerKey } from './headers.ts'
import { SIP_VERSION, type SipMessage } from './message.ts'

/**
 * The bytes of a message. RFC 3261 §7. Content-Length is always the body's, whatever the headers say.
 * Throws AppError INVALID on a line break in a value: it would be read as another header.
 */
export function writeMessage(message: SipMessage): Buffer {
  let head =
    message.kind === 'request'
      ? `${message.method} ${message.uri} ${message.version}\r\n`
      : `${SIP_VERSION} ${message.status} ${message.reason}\r\n`
  let breaks = 1
  let hasLength = false
  for (const { name, value } of message.headers) {
    breaks++
    if (headerKey(name) === 'content-length') {
      if (hasLength) {
        breaks--
        continue
      }
      hasLength = true
      head += `${name}: ${message.body.length}\r\n`
    } else head += `${name}: ${value}\r\n`
  }
  if (!hasLength) {
    breaks++
    head += `Content-Length: ${message.body.length}\r\n`
  }
  head += '\r\n'
  refuseBreaks(head, breaks + 1)
  const headBytes = Buffer.from(head)
  return message.body.length === 0 ? headBytes : Buffer.concat([headBytes, message.body])
}

/** The head may have exactly the line breaks that were put there. */
function refuseBreaks(head: string, expected: number): void {
  if (count(head, '\n') === expected && count(head, '\r') === expected) return
  throw new AppError('INVALID', { field: 'SIP header', reason: 'it has a line break' })
}

function count(text: string, letter: string): number {
  let found = 0
  for (let at = text.indexOf(letter); at >= 0; at = text.indexOf(letter, at + 1)) found++
  return found
}
