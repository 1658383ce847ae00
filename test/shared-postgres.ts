import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestProject } from 'vitest/node'
import { PostgresServer } from './postgres-server.ts'

declare module 'vitest' {
  interface ProvidedContext {
    /** Unix socket that answers the URL of the PostgreSQL all test files share; asking for it starts it. */
    readonly postgresSocket: string
  }
}

/** Runs around all tests. Started by the first file that asks, so that the others do not wait for it. */
export default function setup(project: TestProject): () => Promise<void> {
  const directory = mkdtempSync(join(tmpdir(), 'sightline-tests-'))
  const socketFile = join(directory, 'ask')
  let server: Promise<PostgresServer> | null = null
  const asked = createServer(socket => {
    socket.on('error', () => {})
    server ??= PostgresServer.create()
    server.then(
      server => socket.end(JSON.stringify({ url: server.url() })),
      (error: Error) => socket.end(JSON.stringify({ error: error.message })),
    )
  })
  asked.listen(socketFile)
  asked.unref()
  project.provide('postgresSocket', socketFile)
  return async () => {
    asked.close()
    await (await server?.catch(() => null))?.remove()
    rmSync(directory, { recursive: true, force: true })
  }
}
