import { mkdtempSync, rmSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import S3rver from 's3rver'
import { S3Store } from '../s3-store.ts'

/** An S3 server on loopback that can go away and come back with what it had. */
export class S3Server {
  readonly bucket = 'recordings'
  readonly #directory = mkdtempSync(join(tmpdir(), 'sightline-s3-'))
  #port = 0
  #server: S3rver | null = null

  async start(): Promise<void> {
    const server = new S3rver({
      port: this.#port,
      address: '127.0.0.1',
      silent: true,
      directory: this.#directory,
      configureBuckets: [{ name: this.bucket, configs: [] }],
    })
    const address: AddressInfo = await server.run()
    this.#port = address.port
    this.#server = server
  }

  /** Connections break, as when its machine dies. */
  async stop(): Promise<void> {
    const server = this.#server
    this.#server = null
    if (!server) return
    server.httpServer?.closeAllConnections()
    await server.close()
  }

  /** What a client of it is configured with. */
  get access() {
    return {
      bucket: this.bucket,
      prefix: '',
      region: 'us-east-1',
      endpoint: `http://127.0.0.1:${this.#port}`,
      pathStyle: true,
      accessKeyId: 'S3RVER',
      secretAccessKey: 'S3RVER',
    }
  }

  store(prefix = ''): S3Store {
    return new S3Store({ ...this.access, name: 's3', prefix })
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop()
    rmSync(this.#directory, { recursive: true, force: true })
  }
}
