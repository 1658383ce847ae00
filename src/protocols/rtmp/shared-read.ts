import { Socket, type SocketConstructorOpts } from 'node:net'

/** As much as Node.js reads at a time by itself. */
const READ_BYTES = 64 * 1024

/** All connections read into it, one after the other: whoever listens to `data` is done with the bytes when he returns. */
const shared = Buffer.allocUnsafeSlow(READ_BYTES)

/** What Node.js keeps in a socket and does not have in its types. */
interface SocketInside {
  /** The connection itself, as the constructor takes it. */
  _handle: object | null
  /** The server that counts it, and waits for its end when it closes. */
  _server?: unknown
  server?: unknown
}

/**
 * The same connection as a socket that reads into shared memory, which `createServer` has no option for. An ArrayBuffer
 * of its own for every read is the largest single cost of many publishers: allocation, copy, and the collections
 * that external memory asks for. `accepted` must not have been read from (`pauseOnConnect`) nor listened to, and is of no
 * use afterwards. Listeners of `data` must not keep the bytes.
 */
export function withSharedReads(accepted: Socket): Socket {
  const inside = accepted as unknown as SocketInside // see there
  if (inside._handle === null) return accepted // it is closed already
  const options: SocketConstructorOpts & { handle: object } = {
    handle: inside._handle,
    onread: {
      buffer: shared,
      callback: bytes => {
        socket.emit('data', shared.subarray(0, bytes))
        return true
      },
    },
  }
  const socket = new Socket(options)
  Object.assign(socket, { _server: inside._server, server: inside.server })
  inside._handle = null
  inside._server = null
  return socket
}
