import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { Agent, request } from 'node:http'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { SightlineClient } from '../../clients/typescript/src/client.ts'
import { PostgresServer } from '../../test/postgres-server.ts'
import { machine } from '../report.ts'
import { writeSection } from '../section.ts'

const STREAMS = 10_000
const CONNECTIONS = 16
const MEASURE_MS = 4000
const WARM_UP_MS = 1000
const PASSWORD = 'only for this run'
const ROOT = join(import.meta.dirname, '../..')

interface Result {
  readonly perSecond: number
  readonly p50Ms: number
  readonly p95Ms: number
}

/** Calls of one kind after another on each connection; answers that are not a success end the run. */
async function measure(more: () => boolean, call: () => Promise<number>): Promise<Result> {
  const timesMs: number[] = []
  const begin = performance.now()
  const worker = async () => {
    while (more()) {
      const sent = performance.now()
      const status = await call()
      if (status >= 300) throw new Error(`answered ${status}`)
      timesMs.push(performance.now() - sent)
    }
  }
  await Promise.all(Array.from({ length: CONNECTIONS }, worker))
  const seconds = (performance.now() - begin) / 1000
  timesMs.sort((a, b) => a - b)
  const at = (share: number) => timesMs[Math.floor(timesMs.length * share)] ?? 0
  return { perSecond: timesMs.length / seconds, p50Ms: at(0.5), p95Ms: at(0.95) }
}

function lasting(ms: number): () => boolean {
  const end = performance.now() + ms
  return () => performance.now() < end
}

class Load {
  readonly #agent = new Agent({ keepAlive: true, maxSockets: CONNECTIONS })
  readonly #origin: string
  readonly #token: string

  constructor(origin: string, token: string) {
    this.#origin = origin
    this.#token = token
  }

  call(method: string, path: string, body?: object): Promise<number> {
    return new Promise((resolve, reject) => {
      const headers = { authorization: `Bearer ${this.#token}`, ...(body && { 'content-type': 'application/json' }) }
      const sent = request(`${this.#origin}${path}`, { method, agent: this.#agent, headers }, response => {
        response
          .on('end', () => resolve(response.statusCode ?? 0))
          .on('error', reject)
          .resume()
      })
      sent.on('error', reject).end(body && JSON.stringify(body))
    })
  }

  async result(method: string, path: string): Promise<Result> {
    await measure(lasting(WARM_UP_MS), () => this.call(method, path))
    return measure(lasting(MEASURE_MS), () => this.call(method, path))
  }

  close(): void {
    this.#agent.destroy()
  }
}

/** Requests per second and their times of the API with 10 000 streams, on both databases, beside a bare fastify. */
export async function runRequests(): Promise<void> {
  console.log(`${STREAMS} streams, ${CONNECTIONS} connections, load and server on one machine`)
  console.log(['', 'requests/s', 'median ms', 'p95 ms'].map((text, at) => text.padStart(at === 0 ? 50 : 10)).join(' '))
  const postgres = await PostgresServer.create()
  try {
    const answers = await runPlatform('SQLite', 'sqlite')
    await runPlatform('PostgreSQL', postgres.url())
    await runBare(answers)
    writeSection('api', section())
  } finally {
    await postgres.remove()
  }
}

/** Answers the answers, to be given by the bare server too. */
async function runPlatform(name: string, database: string): Promise<Record<string, unknown>> {
  const directory = mkdtempSync(join(tmpdir(), 'sightline-bench-'))
  const port = await freePort()
  const environment = {
    SIGHTLINE_LISTEN_HTTP: `127.0.0.1:${port}`,
    SIGHTLINE_DATA: directory,
    SIGHTLINE_DATABASE: database,
    SIGHTLINE_ADMIN_PASSWORD: PASSWORD,
    SIGHTLINE_LOG_LEVEL: 'error',
  }
  const child = spawn(process.execPath, [join(ROOT, 'src/bin/sightline.ts'), 'platform'], {
    cwd: directory,
    env: { PATH: process.env['PATH'], ...environment },
    stdio: ['ignore', 'inherit', 'inherit'],
  })
  const server = `http://127.0.0.1:${port}`
  const load = new Load(server, await login(server))
  try {
    const client = new SightlineClient({ server, token: await login(server) })
    let made = 0
    const create = () => load.call('POST', '/api/v1/streams', { name: `camera-${String(made++).padStart(5, '0')}` })
    show(`${name}: POST /streams`, await measure(() => made < STREAMS, create))
    const page = await client.call('listStreams', { query: { limit: 100 } })
    const one = page.items[0]
    const paths = {
      'GET /streams?limit=100': '/streams?limit=100',
      'GET /streams?limit=100&sort=-createdAt': '/streams?limit=100&sort=-createdAt',
      'GET /streams?limit=100&q=09999': '/streams?limit=100&q=09999',
      'GET /streams/{id}': `/streams/${one?.id}`,
    }
    for (const [title, path] of Object.entries(paths)) {
      show(`${name}: ${title}`, await load.result('GET', `/api/v1${path}`))
    }
    return { page, one }
  } finally {
    load.close()
    await stop(child)
    rmSync(directory, { recursive: true, force: true })
  }
}

async function runBare(answers: Record<string, unknown>): Promise<void> {
  const child = spawn(process.execPath, [join(import.meta.dirname, 'bare-server.ts')], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const [port] = (await once(createInterface({ input: child.stdout }), 'line')) as [string]
  const load = new Load(`http://127.0.0.1:${port}`, '')
  try {
    for (const [name, answer] of Object.entries(answers)) {
      await load.call('PUT', `/answer/${name}`, answer as object)
      show(
        `bare fastify: the answer of ${name === 'page' ? '100 streams' : 'one stream'}`,
        await load.result('GET', `/answer/${name}`),
      )
    }
  } finally {
    load.close()
    await stop(child)
  }
}

const shown: string[] = []

function section(): string {
  return `## REST API

Generated by \`npm run bench -- --api\`; do not edit. ${machine()}; ${STREAMS} streams, ${CONNECTIONS} connections, load and server on the same cores.

| route | requests/s | median, ms | p95, ms |
| --- | --- | --- | --- |
${shown.join('\n')}
`
}

function show(title: string, { perSecond, p50Ms, p95Ms }: Result): void {
  const cells = [perSecond.toFixed(0), p50Ms.toFixed(1), p95Ms.toFixed(1)]
  shown.push(`| ${[title, ...cells].join(' | ')} |`)
  console.log(title.padEnd(52) + cells.map(cell => cell.padStart(9)).join('  '))
}

/** Waits for the platform to come up. */
async function login(server: string): Promise<string> {
  for (let attempt = 0; ; attempt++) {
    try {
      const body = { username: 'admin', password: PASSWORD }
      return (await new SightlineClient({ server }).call('login', { body })).token
    } catch (error) {
      if (attempt > 100) throw error
      await new Promise(resolve => setTimeout(resolve, 100))
    }
  }
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null) return
  child.kill('SIGTERM')
  await once(child, 'exit')
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  return typeof address === 'object' && address !== null ? address.port : 0
}
