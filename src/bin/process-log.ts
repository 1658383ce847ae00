import { writeSync } from 'node:fs'
import pino from 'pino'
import type { Log, LogFields } from '../base/log.ts'
import type { Settings } from '../config/schema.ts'

type LogLevel = Settings['log']['level']

interface ProcessLogOptions {
  readonly level: LogLevel
  readonly format: 'json' | 'pretty'
  /** Where lines go; each call is one whole line. */
  readonly write: (line: string) => void
}

/** The log of one process: JSON lines by pino, or the same lines for people. */
export class ProcessLog implements Log {
  readonly #pino: pino.Logger
  /** The level lives here for all children, so that a reload reaches them too. */
  readonly #threshold: { level: LogLevel }

  private constructor(logger: pino.Logger, threshold: { level: LogLevel }) {
    this.#pino = logger
    this.#threshold = threshold
  }

  static open({ level, format, write }: ProcessLogOptions): ProcessLog {
    const options: pino.LoggerOptions = {
      level: 'debug',
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: label => ({ level: label }) },
      messageKey: 'message',
    }
    const destination = { write: format === 'json' ? write : (line: string) => write(prettyLine(line)) }
    return new ProcessLog(pino(options, destination), { level })
  }

  /** Takes effect at once, for this log and all its children. */
  setLevel(level: LogLevel): void {
    this.#threshold.level = level
  }

  debug(message: string, fields: LogFields = {}): void {
    if (this.#threshold.level === 'debug') this.#pino.debug(fields, message)
  }

  info(message: string, fields: LogFields = {}): void {
    if (this.#threshold.level === 'debug' || this.#threshold.level === 'info') this.#pino.info(fields, message)
  }

  warn(message: string, fields: LogFields = {}): void {
    if (this.#threshold.level !== 'error') this.#pino.warn(fields, message)
  }

  error(message: string, fields: LogFields = {}): void {
    this.#pino.error(fields, message)
  }

  child(fields: LogFields): ProcessLog {
    return new ProcessLog(this.#pino.child(fields), this.#threshold)
  }
}

const STDOUT = 1

/** The log of this process on standard output; every line names the process. */
export function openProcessLog({ log }: Settings, name: string): ProcessLog {
  const format = log.format === 'auto' ? (process.stdout.isTTY ? 'pretty' : 'json') : log.format
  return ProcessLog.open({ level: log.level, format, write: writeLine }).child({ process: name })
}

/** Synchronous, so that the last line before an exit is not lost. A reader that is gone or slow costs lines, not the process. */
function writeLine(line: string): void {
  try {
    writeSync(STDOUT, line)
  } catch {
    // EPIPE, EAGAIN: there is nobody to tell
  }
}

/** `18:20:31.004 WARN  node  reader is too slow  frames=12` from a JSON line. */
export function prettyLine(json: string): string {
  const { time, level, process: name, message, ...fields } = JSON.parse(json) as Record<string, unknown> // written by pino above
  const clock = String(time).slice(11, 23)
  const rest = Object.entries(fields).map(([key, value]) => `${key}=${prettyValue(value)}`)
  const parts = [clock, String(level).toUpperCase().padEnd(5), ...(name === undefined ? [] : [String(name).padEnd(10)])]
  return `${[...parts, message, ...rest].join(' ')}\n`
}

function prettyValue(value: unknown): string {
  if (typeof value === 'string') return /^[\w./:@+-]+$/.test(value) ? value : JSON.stringify(value)
  return JSON.stringify(value) ?? 'undefined'
}
