import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Child, cpuSeconds, SERVER_CORE } from '../process.ts'
import { freePort, HOST, listening } from '../servers/server.ts'
import { ROOT } from '../servers/sightline.ts'

const ADMIN_PASSWORD = 'bench-only-password'
const LINK_TOKEN = 'bench-only-link-token'
export const SERVER_ID = '34020000002000000001'
export const DEVICE_PASSWORD = 'bench-only-gb'
/** As the launcher starts them. */
const NODE_FLAGS = ['--max-semi-space-size=4', '--disable-warning=ExperimentalWarning']
/** Both processes together use less than this share of a core, so many looks after each other. */
const IDLE_CORE = 0.2
const IDLE_LOOKS = 4
const IDLE_LOOK_MS = 500
/** Between two looks at something that is awaited. */
const LOOK_MS = 50

export const wait = (ms: number) => new Promise<void>(resolve => setTimeout(resolve, ms))
export type Json = Record<string, unknown>

/** What a process says of itself. */
export interface Inside {
  /** Longest time the event loop stood still since the last look, ms. */
  readonly stallMs: number
  /** Most CPU of its thread between two turns, ms: the part of a stall that is its own. */
  readonly busyMs: number
  /** Heap and buffers in use after collecting garbage. */
  readonly usedBytes: number
}

type Starts = Record<'platform' | 'node', () => Child>

/** Platform and node as two processes on the server core, with devices allowed in, and encoders where they are wanted. */
export class GbProduct {
  platform: Child
  node: Child
  readonly sip: number
  readonly gbMedia: number
  readonly #http: number
  readonly #media: number
  /** For what a scenario writes; gone with the product. */
  readonly folder: string
  readonly #start: Starts
  #token = ''

  private constructor(start: Starts, ports: Record<'sip' | 'gbMedia' | 'http' | 'media', number>, folder: string) {
    this.#start = start
    this.platform = start.platform()
    this.node = start.node()
    this.sip = ports.sip
    this.gbMedia = ports.gbMedia
    this.#http = ports.http
    this.#media = ports.media
    this.folder = folder
  }

  /** `rtmp`: encoders are let in, too, at this port. */
  static async start(rtmp: number | null = null): Promise<GbProduct> {
    const folder = mkdtempSync(join(tmpdir(), 'sightline-bench-'))
    const [http, media, sip, gbMedia] = [await freePort(), await freePort(), await freePort(), await freePort()]
    const start = (role: 'platform' | 'node', env: Record<string, string>) => {
      const options = process.env[`BENCH_${role.toUpperCase()}_OPTIONS`] ?? ''
      const common = {
        SIGHTLINE_DATA: join(folder, role),
        SIGHTLINE_LINK_TOKEN: LINK_TOKEN,
        SIGHTLINE_LOG_LEVEL: 'warn',
        NODE_COMPILE_CACHE: join(ROOT, '.cache/compile'),
        NODE_OPTIONS: `--import=${join(import.meta.dirname, 'inside.ts')} ${options}`,
      }
      const command = [process.execPath, ...NODE_FLAGS, join(ROOT, 'src/bin/sightline.ts'), role]
      return new Child(`sightline ${role}`, command, { core: SERVER_CORE, cwd: folder, env: { ...common, ...env } })
    }
    const platform = {
      SIGHTLINE_LISTEN_HTTP: `${HOST}:${http}`,
      SIGHTLINE_ADMIN_PASSWORD: ADMIN_PASSWORD,
    }
    const node = {
      SIGHTLINE_LINK_URL: `ws://${HOST}:${http}/link`,
      SIGHTLINE_LISTEN_MEDIA: `${HOST}:${media}`,
      SIGHTLINE_LISTEN_RTMP: rtmp === null ? 'off' : `${HOST}:${rtmp}`,
      SIGHTLINE_LISTEN_SIP: `${HOST}:${sip}`,
      SIGHTLINE_LISTEN_GB_MEDIA: `${HOST}:${gbMedia}`,
      SIGHTLINE_PUBLIC_HOST: HOST,
    }
    const starts = { platform: () => start('platform', platform), node: () => start('node', node) }
    const product = new GbProduct(starts, { sip, gbMedia, http, media }, folder)
    await product.#listening()
    await product.#signIn()
    return product
  }

  /** Kills the node, and the platform too where that is wanted, and starts them again. */
  async killed(platformToo: boolean): Promise<void> {
    const children = platformToo ? [this.node, this.platform] : [this.node]
    for (const child of children) child.process.kill('SIGKILL')
    await Promise.all(children.map(child => child.stop()))
    if (platformToo) this.platform = this.#start.platform()
    this.node = this.#start.node()
    await this.#listening()
  }

  /** Calls the API; throws unless it answers with success. */
  async api(method: string, path: string, body?: unknown): Promise<Json> {
    const response = await fetch(`http://${HOST}:${this.#http}/api/v1${path}`, {
      method,
      headers: {
        ...(this.#token !== '' && { Authorization: `Bearer ${this.#token}` }),
        ...(body !== undefined && { 'Content-Type': 'application/json' }),
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    })
    const text = await response.text()
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text.slice(0, 300)}`)
    return text === '' ? {} : (JSON.parse(text) as Json)
  }

  async inside(child: Child): Promise<Inside> {
    const said = child.event('inside')
    child.process.kill('SIGUSR2')
    const { busyMs, stallMs, usedBytes } = await said
    return { stallMs: Number(stallMs), busyMs: Number(busyMs), usedBytes: Number(usedBytes) }
  }

  /** Seconds of CPU so far. */
  cpu(): { readonly node: number; readonly platform: number } {
    return { node: cpuSeconds(this.node.pid), platform: cpuSeconds(this.platform.pid) }
  }

  /** Waits until nothing is left to do beside the traffic there is. */
  async idle(): Promise<void> {
    for (let [quiet, before] = [0, this.cpu()]; quiet < IDLE_LOOKS; ) {
      await wait(IDLE_LOOK_MS)
      const now = this.cpu()
      const busy = now.node - before.node + now.platform - before.platform > (IDLE_CORE * IDLE_LOOK_MS) / 1000
      quiet = busy ? 0 : quiet + 1
      before = now
    }
  }

  /** A number of the node's metrics page. */
  async metric(name: string): Promise<number> {
    const page = await (await fetch(`http://${HOST}:${this.#media}/metrics`)).text()
    return Number(new RegExp(`^${name}(?:\\{[^}]*\\})? (\\S+)$`, 'm').exec(page)?.[1])
  }

  async stop(): Promise<void> {
    await this.node.stop()
    await this.platform.stop()
    rmSync(this.folder, { recursive: true, force: true })
  }

  async #listening(): Promise<void> {
    await listening(this.platform, this.#http, 60_000)
    await listening(this.node, this.sip)
  }

  async #signIn(): Promise<void> {
    const body = { username: 'admin', password: ADMIN_PASSWORD }
    this.#token = String((await this.api('POST', '/sessions', body))['token'])
    await this.api('PATCH', '/spaces/default', { gb28181: { password: DEVICE_PASSWORD, stopAfterS: 3600 } })
    await awaited('the node is connected', async () => {
      const { items } = await this.api('GET', '/nodes')
      return (items as Json[])[0]?.['state'] === 'on'
    })
  }
}

/** Waits for what `look` finds. */
export async function awaited<T>(what: string, look: () => Promise<T | false | undefined>, ms = 120_000): Promise<T> {
  const until = performance.now() + ms
  for (;;) {
    const found = await look()
    if (found !== false && found !== undefined) return found
    if (performance.now() > until) throw new Error(`in ${ms / 1000} s it did not come that ${what}`)
    await wait(LOOK_MS)
  }
}
