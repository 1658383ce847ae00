import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { createInterface } from 'node:readline'

/** Where servers run and where everything that loads them runs. On one core both share it and the figures say so. */
export const SERVER_CORE = 0
export const LOAD_CORE = 1

/** Above the largest scenario; a lower hard limit of the machine is taken where this one is refused. */
const WANTED_FILES = 200_000
/** Server and load alike. */
const NICENESS = '-15'
/** How long a child may take to say what is expected of it. */
const LINE_MS = 60_000
/** How long a child may take to end after SIGTERM; a server with thousands of viewers is not worth waiting for. */
const STOP_MS = 1_500

export interface Launch {
  readonly core: number
  readonly env?: Readonly<Record<string, string>>
  readonly cwd?: string
}

function raised(command: readonly string[]): string[] {
  return ['-c', `ulimit -n ${WANTED_FILES} 2>/dev/null || ulimit -n "$(ulimit -H -n)"; exec "$@"`, 'sh', ...command]
}

/** Open files a child may have. */
export function fileLimit(): number {
  return Number(execFileSync('sh', raised(['sh', '-c', 'ulimit -n']), { encoding: 'utf8' }))
}

let pinning: boolean | null = null

/** Whether processes can be tied to a core: taskset is there, and a second core. */
export function canPin(): boolean {
  if (pinning === null) {
    try {
      execFileSync('taskset', ['-c', String(LOAD_CORE), 'true'], { stdio: 'ignore' })
      pinning = true
    } catch {
      pinning = false
    }
  }
  return pinning
}

let priority: boolean | null = null

/** Whether processes may run before the machine's other work (root may), so that it disturbs the figures less. */
export function canPrioritise(): boolean {
  if (priority === null) {
    try {
      execFileSync('nice', ['-n', NICENESS, 'true'], { stdio: ['ignore', 'ignore', 'pipe'] })
      priority = execFileSync('nice', ['-n', NICENESS, 'nice'], { encoding: 'utf8' }).trim() === NICENESS
    } catch {
      priority = false
    }
  }
  return priority
}

export type Line = Readonly<Record<string, unknown>>

/** A child process with a raised file limit on one core; what it prints as JSON lines can be awaited. */
export class Child {
  readonly process: ChildProcess
  readonly name: string
  /** The newest words it printed, for the error text. */
  #tail: string[] = []
  #lines: Line[] = []
  #wake: () => void = () => {}
  #ended = false
  readonly #exit: Promise<void>

  constructor(name: string, command: readonly string[], launch: Launch) {
    this.name = name
    const pinned = canPin() ? ['taskset', '-c', String(launch.core), ...command] : command
    const first = canPrioritise() ? ['nice', '-n', NICENESS, ...pinned] : pinned
    this.process = spawn('sh', raised(first), {
      stdio: ['pipe', 'pipe', 'pipe'],
      env: { ...process.env, ...launch.env },
      ...(launch.cwd === undefined ? {} : { cwd: launch.cwd }),
    })
    this.#exit = new Promise(resolve => {
      this.process.once('close', () => {
        this.#ended = true
        this.#wake()
        resolve()
      })
    })
    for (const stream of [this.process.stdout, this.process.stderr]) {
      if (stream) createInterface({ input: stream }).on('line', line => this.#take(line))
    }
    this.process.stdin?.on('error', () => this.process.stdin?.destroy())
    running.add(this)
  }

  get pid(): number {
    return this.process.pid ?? 0
  }

  get ended(): boolean {
    return this.#ended
  }

  get tail(): string {
    return this.#tail.join('\n')
  }

  #take(line: string): void {
    this.#tail.push(line.slice(0, 400))
    if (this.#tail.length > 20) this.#tail.shift()
    if (!line.startsWith('{"event"')) return
    this.#lines.push(JSON.parse(line) as Line)
    this.#wake()
  }

  /** The next line `{"event":name}`; throws when the process ends first or stays silent. */
  async event(name: string, timeoutMs = LINE_MS): Promise<Line> {
    const until = performance.now() + timeoutMs
    for (;;) {
      const at = this.#lines.findIndex(line => line['event'] === name)
      if (at >= 0) return this.#lines.splice(at, 1)[0] ?? {}
      if (this.#ended) throw new Error(`${this.name} ended before "${name}":\n${this.tail}`)
      const left = until - performance.now()
      if (left <= 0) throw new Error(`${this.name} did not say "${name}" in ${timeoutMs} ms:\n${this.tail}`)
      await new Promise<void>(resolve => {
        const timer = setTimeout(resolve, left)
        this.#wake = () => {
          clearTimeout(timer)
          resolve()
        }
      })
    }
  }

  say(text: string): void {
    this.process.stdin?.write(`${text}\n`)
  }

  async stop(): Promise<void> {
    running.delete(this)
    if (this.#ended) return
    // The whole family: what it started must not outlive it.
    const members = family(this.pid)
    this.process.kill('SIGTERM')
    const timer = setTimeout(() => members.forEach(killNow), STOP_MS)
    await this.#exit
    clearTimeout(timer)
  }
}

const running = new Set<Child>()

/** Ends whatever is still running. */
export async function stopAll(): Promise<void> {
  await Promise.all([...running].map(child => child.stop()))
}

function killNow(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL')
  } catch {
    // It has just ended by itself.
  }
}

/** A process and all below it. */
function family(pid: number): number[] {
  const parents = new Map<number, number>()
  for (const entry of readdirSync('/proc')) {
    if (!/^\d+$/.test(entry)) continue
    const stat = read(`/proc/${entry}/stat`)
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    parents.set(Number(entry), Number(fields[1]))
  }
  const found = [pid]
  for (const parent of found) for (const [child, of] of parents) if (of === parent) found.push(child)
  return found
}

let ticksPerSecond = 0

/** User and system time of a process, its threads and its children, seconds. */
export function cpuSeconds(pid: number): number {
  ticksPerSecond ||= Number(execFileSync('getconf', ['CLK_TCK'], { encoding: 'utf8' }))
  let ticks = 0
  for (const member of family(pid)) {
    const stat = read(`/proc/${member}/stat`)
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    ticks += Number(fields[11] ?? 0) + Number(fields[12] ?? 0)
  }
  return ticks / ticksPerSecond
}

/** Memory of a process and its children, bytes: resident, and with shared pages counted once among their sharers. */
export function memoryBytes(pid: number): { readonly rss: number; readonly pss: number } {
  let rss = 0
  let pss = 0
  for (const member of family(pid)) {
    rss += kilobytes(read(`/proc/${member}/status`), 'VmRSS')
    pss += kilobytes(read(`/proc/${member}/smaps_rollup`), 'Pss')
  }
  return { rss: rss * 1024, pss: pss * 1024 }
}

function kilobytes(text: string, name: string): number {
  return Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(text)?.[1] ?? 0)
}

/** '' for a process that has just ended. */
function read(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return ''
  }
}
