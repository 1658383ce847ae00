import type { ChildProcess } from 'node:child_process'
import type { Clock, Timer, Timers } from '../base/clock.ts'
import type { Log } from '../base/log.ts'

/** First and longest wait before a restart; it doubles from one to the other. */
const MIN_BACKOFF_MS = 1_000
const MAX_BACKOFF_MS = 30_000
/** A process that lived so long was healthy: its next end starts the waits anew. */
const HEALTHY_MS = 30_000

/** Exit code of a process that refuses to start for a reason a restart cannot cure (sysexits.h EX_CONFIG). */
export const EXIT_CONFIG = 78

/** What the supervisor uses of a ChildProcess. */
export type Child = Pick<ChildProcess, 'pid' | 'kill' | 'on'> & { readonly send?: (message: object) => boolean }

export interface SupervisedProcessOptions {
  readonly name: string
  readonly spawn: () => Child
  readonly clock: Clock
  readonly timers: Timers
  readonly log: Log
  readonly onMessage?: (message: unknown) => void
  /** It never came up and said by EXIT_CONFIG that it never will. It is not restarted. */
  readonly onRefused?: () => void
}

/**
 * Keeps one child process running: when it ends it is started again after a back-off.
 * Knows nothing of other processes, so the end of one never touches another.
 *
 * idle    -> running   start
 * running -> waiting   the process ended (or could not be started)
 * running -> running   it ended because of restart
 * running -> stopped   it ended with EXIT_CONFIG before it was ever ready
 * waiting -> running   back-off passed
 * running -> stopped   stop, once the process is gone
 * waiting -> stopped   stop
 */
export class SupervisedProcess {
  readonly #options: SupervisedProcessOptions
  #state: 'idle' | 'running' | 'waiting' | 'stopped' = 'idle'
  #child: Child | null = null
  #startedAt = 0
  #failures = 0
  #wait: Timer | null = null
  #wasReady = false
  #restarting = false
  #retired = false
  #stopping: PromiseWithResolvers<void> | null = null
  /** Starts after the first. */
  restarts = 0

  constructor(options: SupervisedProcessOptions) {
    this.#options = options
  }

  get state(): 'idle' | 'running' | 'waiting' | 'stopped' {
    return this.#state
  }

  get pid(): number | undefined {
    return this.#child?.pid
  }

  start(): void {
    if (this.#state === 'idle') this.#run()
  }

  /** Says that the process has come up, which makes every later end one to restart after. */
  ready(): void {
    this.#wasReady = true
  }

  signal(signal: NodeJS.Signals): void {
    this.#child?.kill(signal)
  }

  /** Over its IPC channel, where it has one and is running. */
  send(message: object): void {
    this.#child?.send?.(message)
  }

  /** Ends the process in order; its end is no failure, so it is started again at once. */
  restart(): void {
    if (this.#state === 'waiting') {
      this.#wait?.cancel()
      this.#run()
      return
    }
    if (this.#state !== 'running' || this.#retired) return
    this.#restarting = true
    this.signal('SIGTERM')
  }

  /** From now on its end is not followed by a start: everything is about to stop. */
  retire(): void {
    this.#retired = true
  }

  /** Asks the process to end, kills it when it has not after `timeoutMs`; resolves when it is gone. */
  stop(timeoutMs: number): Promise<void> {
    this.retire()
    if (this.#state !== 'running') {
      this.#wait?.cancel()
      this.#state = 'stopped'
      return Promise.resolve()
    }
    if (!this.#stopping) {
      this.#stopping = Promise.withResolvers()
      this.signal('SIGTERM')
      this.#wait = this.#options.timers.after(timeoutMs, () => {
        this.#options.log.warn('process did not end in time and is killed', { name: this.#options.name, timeoutMs })
        this.signal('SIGKILL')
      })
    }
    return this.#stopping.promise
  }

  #run(): void {
    const { spawn, clock, log, name } = this.#options
    this.#state = 'running'
    this.#startedAt = clock.monotonicMs()
    const child = spawn()
    this.#child = child
    let ended = false
    const end = (reason: string, code: number | null) => {
      if (ended) return // a child that could not be started may say so twice
      ended = true
      this.#onEnd(reason, code)
    }
    child.on('message', message => this.#options.onMessage?.(message))
    child.on('error', error => {
      if (child.pid === undefined) end(error.message, null)
      else log.warn('process reported an error', { name, error: error.message })
    })
    child.on('exit', (code, signal) => end(signal ?? `exit code ${code}`, code))
  }

  #onEnd(reason: string, code: number | null): void {
    const { clock, timers, log, name, onRefused } = this.#options
    this.#child = null
    if (this.#retired) {
      this.#wait?.cancel()
      this.#state = 'stopped'
      this.#stopping?.resolve()
      return
    }
    if (code === EXIT_CONFIG && !this.#wasReady) {
      this.#state = 'stopped'
      onRefused?.()
      return
    }
    if (this.#restarting) {
      this.#restarting = false
      this.#run()
      return
    }
    const livedMs = clock.monotonicMs() - this.#startedAt
    this.#failures = livedMs >= HEALTHY_MS ? 1 : this.#failures + 1
    const waitMs = Math.min(MAX_BACKOFF_MS, MIN_BACKOFF_MS * 2 ** (this.#failures - 1))
    log.error('process ended, it is started again', { name, reason, livedMs: Math.round(livedMs), waitMs })
    this.#state = 'waiting'
    this.#wait = timers.after(waitMs, () => {
      this.restarts++
      this.#run()
    })
  }
}
