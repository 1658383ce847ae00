import { once } from 'node:events'
import { chmodSync, rmSync } from 'node:fs'
import { connect, createServer, type Server, type Socket } from 'node:net'
import { join, relative } from 'node:path'
import { text } from 'node:stream/consumers'
import { z } from 'zod'
import { AppError, errorText } from '../base/errors.ts'
import type { Closable } from '../base/lifecycle.ts'
import type { Log } from '../base/log.ts'
import type { Database } from './database.ts'

/** One backup at a time and somebody who asks for it twice. */
const MAX_CONNECTIONS = 4
/** The longest request is a path. */
const MAX_REQUEST_LENGTH = 8192

const Request = z.object({ file: z.string().min(1) })
const Answer = z.object({ error: z.string().nullable() })

/** The path of a Unix socket has at most 107 bytes (unix(7)), so it is named from where the process stands. */
function socketIn(dataDir: string): string {
  return relative(process.cwd(), join(dataDir, 'platform.sock'))
}

/**
 * Where `sightline backup` asks the running platform for a copy: the platform has its SQLite file for itself alone. Who
 * may write into the data folder may ask, so there is nothing to log in with.
 */
export class BackupSocket implements Closable {
  readonly #server: Server

  private constructor(server: Server) {
    this.#server = server
  }

  /** Called once the database is locked: a socket that is still there was left behind. Without it everything else works. */
  static async listen(dataDir: string, db: Database, log: Log): Promise<BackupSocket> {
    const path = socketIn(dataDir)
    rmSync(path, { force: true })
    const server = createServer({ allowHalfOpen: true }, socket => {
      socket.on('error', () => socket.destroy())
      void answer(socket, db, log)
    })
    server.maxConnections = MAX_CONNECTIONS
    const listening = once(server, 'listening')
    server.listen(path)
    await listening.then(
      () => chmodSync(path, 0o600),
      (error: unknown) => log.warn('backups need the platform stopped', { reason: errorText(error) }),
    )
    return new BackupSocket(server)
  }

  async close(): Promise<void> {
    if (!this.#server.listening) return
    const closed = once(this.#server, 'close')
    this.#server.close()
    await closed
  }
}

async function answer(socket: Socket, db: Database, log: Log): Promise<void> {
  let error: string | null = null
  try {
    let received = ''
    for await (const chunk of socket) {
      received += chunk
      if (received.length > MAX_REQUEST_LENGTH) throw new AppError('PAYLOAD_TOO_LARGE', { limit: MAX_REQUEST_LENGTH })
    }
    if (received === '') return // only asked whether we are here
    const { file } = Request.parse(JSON.parse(received))
    await db.backUp(file)
    log.info('backup written', { file })
  } catch (cause) {
    error = cause instanceof AppError ? String(cause.details['reason']) : errorText(cause)
    log.warn('backup failed', { reason: error })
  } finally {
    socket.end(JSON.stringify({ error } satisfies z.infer<typeof Answer>))
  }
}

/** Lets the running platform write a copy. False when no platform runs on this data folder. Throws BACKUP_FAILED. */
export async function requestBackup(dataDir: string, file: string): Promise<boolean> {
  const socket = await dial(dataDir)
  if (!socket) return false
  socket.end(JSON.stringify({ file } satisfies z.infer<typeof Request>))
  const answered = await text(socket).catch(() => '')
  const { error } = answered === '' ? { error: 'the platform ended meanwhile' } : Answer.parse(JSON.parse(answered))
  if (error !== null) throw new AppError('BACKUP_FAILED', { file, reason: error })
  return true
}

export async function platformRuns(dataDir: string): Promise<boolean> {
  const socket = await dial(dataDir)
  socket?.destroy()
  return socket !== null
}

async function dial(dataDir: string): Promise<Socket | null> {
  const socket = connect({ path: socketIn(dataDir), allowHalfOpen: true })
  try {
    await once(socket, 'connect')
    return socket
  } catch {
    return null // no socket, or nobody behind it
  }
}
