import { type ChildProcess, spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import type { Timer, Timers } from '../base/clock.ts'
import type { Log } from '../base/log.ts'
import type { NodeEvent } from '../link/events.ts'
import { addressOfPath } from './paths.ts'

/** What a program says is written down to this many lines of this many letters; the rest is counted. */
const MAX_LINES = 100
const MAX_LINE_LENGTH = 500
/** Bytes of a line that never ends; past it the program's output is not read any more. */
const MAX_UNREAD_BYTES = 1024 * 1024
/** A program that was asked to end is killed after this. */
const END_TIMEOUT_MS = 3000
/** What of our environment a program gets: never our own variables, secrets are among them. */
const INHERITED = ['PATH', 'HOME', 'USER', 'LANG', 'LC_ALL', 'TZ', 'TMPDIR'] as const

export interface PublishProgramsOptions {
  /** Read at each publish: the program, its arguments with variables; null: none. Words apart by blanks, no shell. */
  readonly settings: () => { readonly publish: string | null; readonly unpublish: string | null; readonly max: number }
  /** Where a program on this machine plays the stream: whole and without the name, and the port; null: nowhere. */
  readonly rtmpUrls: (path: string) => { readonly url: string; readonly tcUrl: string; readonly port: number } | null
  readonly timers: Timers
  readonly log: Log
}

interface Started {
  readonly child: ChildProcess
  readonly log: Log
  kill: Timer | null
}

/** Programs the configuration wants beside every stream that is published: one while it is, one after it. */
export class PublishPrograms {
  readonly #options: PublishProgramsOptions
  /** Those of `publish`, by the path of their stream. */
  readonly #beside = new Map<string, Started>()
  readonly #running = new Set<Started>()

  constructor(options: PublishProgramsOptions) {
    this.#options = options
  }

  heard(event: NodeEvent): void {
    if (event.type === 'stream.started') this.#published(event.path, event.publisher.agent)
    else if (event.type === 'stream.stopped') this.#unpublished(event.path)
  }

  get running(): number {
    return this.#running.size
  }

  /** Ends all of them. */
  close(): void {
    for (const started of this.#running) this.#end(started)
    for (const started of this.#running) signal(started.child, 'SIGKILL')
  }

  #published(path: string, engine: string): void {
    this.#endBeside(path)
    const started = this.#start('publish', path, engine)
    if (started) this.#beside.set(path, started)
  }

  #unpublished(path: string): void {
    this.#endBeside(path)
    this.#start('unpublish', path, '')
  }

  #endBeside(path: string): void {
    const beside = this.#beside.get(path)
    this.#beside.delete(path)
    if (beside) this.#end(beside)
  }

  #start(when: 'publish' | 'unpublish', path: string, engine: string): Started | null {
    const { rtmpUrls, settings } = this.#options
    const { max, [when]: template } = settings()
    if (template === null) return null
    const log = this.#options.log.child({ path, exec: when })
    if (this.#running.size >= max) {
      log.warn('program not started, too many run', { max })
      return null
    }
    const { space, app, name } = addressOfPath(path)
    const urls = rtmpUrls(path)
    const values: Readonly<Record<string, string>> = {
      ...{ vhost: space, space, app, stream: name, engine },
      ...{ url: urls?.url ?? '', tcUrl: urls?.tcUrl ?? '', port: String(urls?.port ?? '') },
      ...{ swfUrl: '', pageUrl: '' },
    }
    const [program = '', ...rest] = template.trim().split(/\s+/)
    const args = rest.map(word => word.replace(/\[(\w+)\]/g, (whole, key: string) => values[key] ?? whole))
    // a publisher chooses its name: it must not become an option of the program
    if (args.some((arg, at) => arg.startsWith('-') && !rest[at]?.startsWith('-'))) {
      log.warn('program not started, a name would be one of its options')
      return null
    }
    return this.#run(program, args, log)
  }

  #run(program: string, args: readonly string[], log: Log): Started {
    const env = Object.fromEntries(INHERITED.flatMap(name => (process.env[name] ? [[name, process.env[name]]] : [])))
    // a group of its own, so that what the program starts ends with it
    const child = spawn(program, args, { env, stdio: ['ignore', 'pipe', 'pipe'], detached: true })
    const started: Started = { child, log, kill: null }
    this.#running.add(started)
    const output = new Output(log)
    for (const stream of [child.stdout, child.stderr]) if (stream) output.read(stream)
    let over = false
    const end = (fields: object) => {
      if (over) return // one that could not be started may say so twice
      over = true
      started.kill?.cancel()
      this.#running.delete(started)
      log.info('program ended', { ...fields, linesLeftOut: output.leftOut })
    }
    child.on('error', error => end({ error: error.message }))
    child.on('close', (code, ended) => end({ code, signal: ended }))
    log.info('program started', { program, pid: child.pid })
    return started
  }

  #end(started: Started): void {
    if (!this.#running.has(started) || started.kill) return
    signal(started.child, 'SIGTERM')
    started.kill = this.#options.timers.after(END_TIMEOUT_MS, () => signal(started.child, 'SIGKILL'))
  }
}

/** To the program and all it started. */
function signal({ pid }: ChildProcess, name: 'SIGTERM' | 'SIGKILL'): void {
  if (pid === undefined) return // it was never started
  try {
    process.kill(-pid, name)
  } catch {
    // it has ended
  }
}

/** What a program says, line by line into the log, as far as that goes. */
class Output {
  readonly #log: Log
  #lines = 0
  leftOut = 0

  constructor(log: Log) {
    this.#log = log
  }

  read(stream: NodeJS.ReadableStream): void {
    let unread = 0
    stream.on('data', (bytes: Buffer) => {
      unread = bytes.includes(0x0a) ? 0 : unread + bytes.length
      if (unread > MAX_UNREAD_BYTES) lines.close()
    })
    const lines = createInterface({ input: stream })
    lines.on('line', line => {
      if (this.#lines++ < MAX_LINES) this.#log.info('program says', { line: line.slice(0, MAX_LINE_LENGTH) })
      else this.leftOut++
    })
    lines.on('close', () => stream.resume()) // a pipe that is full would hold the program
  }
}
