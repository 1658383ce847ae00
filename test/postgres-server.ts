import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, chownSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'

const USER = 'sightline'
const PASSWORD = 'p@ss/word:?#'
const START_TIMEOUT_MS = 30_000

/** A PostgreSQL of its own in a temporary folder, reached by a Unix socket there. Ends with the process that made it. */
export class PostgresServer {
  readonly #directory: string
  readonly #programs: string
  #process: ChildProcess | null = null

  private constructor(directory: string, programs: string) {
    this.#directory = directory
    this.#programs = programs
  }

  static async create(): Promise<PostgresServer> {
    const directory = mkdtempSync(join(tmpdir(), 'sightline-postgres-'))
    const server = new PostgresServer(directory, newestPrograms())
    const account = unprivilegedAccount()
    if (account) chownSync(directory, account.uid, account.gid)
    const passwordFile = join(directory, 'password')
    writeFileSync(passwordFile, PASSWORD)
    chmodSync(passwordFile, 0o644)
    // a collation that sorts as people do: what depends on the order of bytes has to say so
    const locale = ['--encoding=UTF8', '--locale=C.UTF-8', '--locale-provider=icu', '--icu-locale=en-US']
    const login = ['--username', USER, '--auth=scram-sha-256', '--pwfile', passwordFile]
    const [program, args] = server.#asUser('initdb', ['-D', server.#data, '--no-sync', ...locale, ...login])
    await promisify(execFile)(program, args)
    await server.start()
    return server
  }

  /** For `openDatabase`. */
  url({ database = 'postgres', user = USER, password = PASSWORD } = {}): string {
    return `postgres://${user}:${encodeURIComponent(password)}@/${database}?host=${this.#directory}`
  }

  get #data(): string {
    return join(this.#directory, 'data')
  }

  /** Resolves once it takes connections. */
  async start(): Promise<void> {
    const settings = ['listen_addresses=', `unix_socket_directories=${this.#directory}`, 'fsync=off']
    const small = ['shared_buffers=16MB', 'max_connections=60', 'full_page_writes=off', 'authentication_timeout=5s']
    const options = [...settings, ...small].flatMap(setting => ['-c', setting])
    const [program, args] = this.#asUser('postgres', ['-D', this.#data, ...options])
    const child = spawn(program, args, { stdio: ['ignore', 'ignore', 'pipe'] })
    this.#process = child
    await new Promise<void>((resolve, reject) => {
      let said = ''
      const timer = setTimeout(() => reject(new Error(`PostgreSQL does not start: ${said}`)), START_TIMEOUT_MS)
      child.stderr.on('data', (chunk: Buffer) => {
        said = (said + chunk).slice(-4096)
        if (!said.includes('ready to accept connections')) return
        clearTimeout(timer)
        resolve()
      })
      child.once('error', reject)
      child.once('exit', () => reject(new Error(`PostgreSQL ended: ${said}`)))
    })
  }

  /** SIGINT cuts every connection and shuts down in order; SIGQUIT does not even write anything down. */
  async stop(signal: 'SIGINT' | 'SIGQUIT' = 'SIGINT'): Promise<void> {
    const child = this.#process
    this.#process = null
    if (!child || child.exitCode !== null) return
    const ended = once(child, 'exit')
    child.kill(signal)
    await ended
  }

  async remove(): Promise<void> {
    await this.stop('SIGQUIT')
    rmSync(this.#directory, { recursive: true, force: true })
  }

  /** PostgreSQL refuses to run as root. SIGINT when this process ends, however it does. */
  #asUser(program: string, args: readonly string[]): [string, string[]] {
    const user = unprivilegedAccount() ? ['--reuid=postgres', '--regid=postgres', '--clear-groups'] : []
    return ['setpriv', [...user, '--pdeathsig=INT', '--', join(this.#programs, program), ...args]]
  }
}

/** The account of Debian's package when we are root; null when we are not. */
function unprivilegedAccount(): { uid: number; gid: number } | null {
  if (process.getuid?.() !== 0) return null
  const line = readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .find(entry => entry.startsWith('postgres:'))
  const [, , uid, gid] = (line ?? '').split(':')
  if (uid === undefined || gid === undefined) throw new Error(MISSING)
  return { uid: Number(uid), gid: Number(gid) }
}

const INSTALLED = '/usr/lib/postgresql'
const MISSING = 'PostgreSQL is not installed: scripts/setup-system.sh test'

function newestPrograms(): string {
  try {
    const newest = readdirSync(INSTALLED).sort((a, b) => Number(b) - Number(a))[0]
    if (newest !== undefined) return join(INSTALLED, newest, 'bin')
  } catch {
    // the same as an empty folder
  }
  throw new Error(MISSING)
}
