import { type IncomingMessage, STATUS_CODES } from 'node:http'
import type { Duplex } from 'node:stream'
import { peerAddress } from '../base/peer-address.ts'
import { sameSecret } from '../base/signed-url.ts'
import { LINK_PATH } from '../link/messages.ts'
import { acceptWebSocket } from '../link/websocket-carrier.ts'
import type { NodeLinks } from '../platform/nodes/node-links.ts'
import { bearerToken } from './authentication.ts'

/** Answers upgrade requests: nodes with the right token get their link, everybody else a refusal. */
export function linkUpgrade(links: NodeLinks, token: string) {
  return (request: IncomingMessage, socket: Duplex, head: Buffer): void => {
    socket.on('error', () => socket.destroy())
    const remote = peerAddress(request.socket)
    if ((request.url ?? '').split('?', 1)[0] !== LINK_PATH) refuse(socket, 404)
    else if (!sameSecret(bearerToken(request.headers.authorization) ?? '', token)) refuse(socket, 401)
    else acceptWebSocket(request, socket, head, carrier => links.accept(carrier, remote))
  }
}

function refuse(socket: Duplex, status: 401 | 404): void {
  socket.end(`HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`)
}
