import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'

/** The parser of Node's HTTP server that reads a socket; not in its types. */
interface HttpParser {
  /** Takes it off the list that request timeouts look at. */
  remove?(): void
  /** Gives the socket its own reading back. */
  unconsume?(): void
  close?(): void
}

/**
 * Takes a socket away from the HTTP server for an endless answer, as the server itself does for an upgrade. Parser,
 * request and response are released: for thousands of viewers they are the larger part of the memory. Afterwards the
 * socket is destroyed when the peer ends or breaks it, and what it sends is passed over.
 */
export function detachFromHttp(request: IncomingMessage, response: ServerResponse): Socket {
  const socket: Socket & { parser?: HttpParser | null } = request.socket
  response.detachSocket(socket)
  const { parser } = socket
  for (const event of ['data', 'end', 'error', 'close', 'drain', 'timeout', 'pause', 'resume']) {
    socket.removeAllListeners(event)
  }
  parser?.unconsume?.()
  parser?.remove?.()
  socket.parser = null
  // Not at once: the parser is still on the stack when its request is answered without waiting.
  setImmediate(release, parser)
  // No closures here: they would keep the parser for as long as the socket lives.
  socket.on('error', destroyThis)
  socket.on('end', destroyThis)
  socket.resume()
  return socket
}

function release(parser: HttpParser | null | undefined): void {
  parser?.close?.()
}

function destroyThis(this: Socket): void {
  this.destroy()
}
