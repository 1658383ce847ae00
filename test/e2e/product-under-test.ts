import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { until } from './node-under-test.ts'

export const PASSWORD = 'a password for tests'

export interface LogLine {
  readonly message: string
  readonly process: string
  readonly [field: string]: unknown
}

/** The whole product as a user starts it: supervisor, platform and node, on free ports and an empty data directory. */
export class ProductUnderTest {
  readonly #supervisor: ReturnType<typeof spawn>
  readonly #data: string
  readonly lines: LogLine[] = []
  /** `http://127.0.0.1:port` of console and API. */
  console = ''
  #token = ''
  /** Standard error, where nothing is expected. */
  #complaints = ''

  private constructor(variables: Record<string, string>) {
    this.#data = mkdtempSync(join(tmpdir(), 'sightline-product-'))
    const script = join(import.meta.dirname, '../../src/bin/sightline.ts')
    this.#supervisor = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', script, 'start'], {
      cwd: this.#data,
      // The channel ends with this process, and the product with the channel: also when a test timed out.
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
      env: {
        ...process.env,
        SIGHTLINE_DATA: join(this.#data, 'data'),
        SIGHTLINE_ADMIN_PASSWORD: PASSWORD,
        SIGHTLINE_LISTEN_HTTP: '127.0.0.1:0',
        SIGHTLINE_LISTEN_MEDIA: '127.0.0.1:0',
        SIGHTLINE_LISTEN_RTMP: '127.0.0.1:0',
        SIGHTLINE_LISTEN_SIP: '127.0.0.1:0',
        SIGHTLINE_LISTEN_GB_MEDIA: '127.0.0.1:0',
        SIGHTLINE_PUBLIC_HOST: '127.0.0.1',
        SIGHTLINE_LOG_FORMAT: 'json',
        ...variables,
      },
    })
    createInterface({ input: this.#supervisor.stdout! }).on('line', line => this.lines.push(JSON.parse(line)))
    this.#supervisor.stderr?.on('data', (text: Buffer) => (this.#complaints += text.toString()))
  }

  /** Starts it and signs in. */
  static async start(variables: Record<string, string> = {}): Promise<ProductUnderTest> {
    const product = new ProductUnderTest(variables)
    const ready = await until('the product is ready', () => {
      if (product.#supervisor.exitCode !== null) throw new Error(`the product did not start: ${product.#complaints}`)
      return product.#lines('supervisor', 'ready')[0]
    })
    product.console = String(ready['console'])
    const body = { username: 'admin', password: PASSWORD }
    product.#token = String((await product.api('POST', '/sessions', body))['token'])
    await until('the node is connected', async () => (await product.node())?.['state'] === 'on')
    return product
  }

  /** How often a process has said something. */
  count(process: string, message: string): number {
    return this.#lines(process, message).length
  }

  #lines(process: string, message: string): LogLine[] {
    return this.lines.filter(line => line.process === process && line.message === message)
  }

  /** Calls the API; throws unless it answers with success. */
  async api(method: string, path: string, body?: unknown): Promise<Record<string, unknown>> {
    const response = await fetch(`${this.console}/api/v1${path}`, {
      method,
      headers: {
        ...(this.#token !== '' && { Authorization: `Bearer ${this.#token}` }),
        ...(body !== undefined && { 'Content-Type': 'application/json' }),
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    })
    const text = await response.text()
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`)
    return text === '' ? {} : JSON.parse(text)
  }

  /** The same for answers that are no success. */
  async status(method: string, path: string, body?: unknown): Promise<{ status: number; body: unknown }> {
    const response = await fetch(`${this.console}/api/v1${path}`, {
      method,
      headers: {
        Authorization: `Bearer ${this.#token}`,
        ...(body !== undefined && { 'Content-Type': 'application/json' }),
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    })
    return { status: response.status, body: response.status === 204 ? null : await response.json() }
  }

  /** The bytes of a file. */
  async download(path: string): Promise<Buffer> {
    const response = await fetch(`${this.console}/api/v1${path}`, {
      headers: { Authorization: `Bearer ${this.#token}` },
    })
    if (!response.ok) throw new Error(`GET ${path}: ${response.status} ${await response.text()}`)
    return Buffer.from(await response.arrayBuffer())
  }

  /** Ports devices of GB/T 28181 connect to. */
  async gb28181(): Promise<{ readonly sip: number; readonly media: number }> {
    const line = await until('devices may register', () => this.#lines('node', 'devices register here').at(-1))
    return { sip: Number(line['sip']), media: Number(line['gbMedia']) }
  }

  /** The platform's Prometheus page, with the series of each stream. */
  async metrics(): Promise<string> {
    const response = await fetch(`${this.console}/metrics`, { headers: { Authorization: `Bearer ${this.#token}` } })
    return response.text()
  }

  async node(): Promise<Record<string, unknown> | undefined> {
    const { items } = (await this.api('GET', '/nodes')) as { items: Record<string, unknown>[] }
    return items[0]
  }

  /** Process id of the platform or the node now running. */
  pid(role: 'platform' | 'node'): number | undefined {
    const { pid } = this.#supervisor
    const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ').filter(Boolean).map(Number)
    return children.find(child => readFileSync(`/proc/${child}/cmdline`, 'utf8').includes(role))
  }

  /** Ends one process as a crash would, and waits until the supervisor has started another. */
  async kill(role: 'platform' | 'node'): Promise<void> {
    const before = this.pid(role)
    if (before === undefined) throw new Error(`no ${role} is running`)
    process.kill(before, 'SIGKILL')
    await until(`another ${role}`, () => {
      const now = this.pid(role)
      return now !== undefined && now !== before
    })
  }

  reload(): void {
    this.#supervisor.kill('SIGHUP')
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#supervisor.exitCode === null) {
      const exit = once(this.#supervisor, 'exit')
      this.#supervisor.kill('SIGTERM')
      await exit
    }
    rmSync(this.#data, { recursive: true, force: true })
  }
}
