import { writeSync } from 'node:fs'
import { join } from 'node:path'
import pino from 'pino'
import { systemClock } from '../base/clock.ts'
import { AppError, errorText } from '../base/errors.ts'
import type { Log, LogFields } from '../base/log.ts'
import type { Settings } from '../config/schema.ts'
import { LogFile, type LogFileLimits } from './log-file.ts'

type LogLevel = Settings['log']['level']

interface ProcessLogOptions {
  readonly level: LogLevel
  readonly format: 'json' | 'pretty'
  /** Where lines go; each call is one whole line. */
  readonly write: (line: string) => void
  /** Where `write` writes, when that is a file. */
  readonly file?: LogFile
}

/** What a log and all its children share, so that a reload reaches all. */
interface Shared {
  level: LogLevel
  readonly file: LogFile | null
}

/** The log of one process: JSON lines by pino, or the same lines for people. */
export class ProcessLog implements Log {
  readonly #pino: pino.Logger
  readonly #shared: Shared

  private constructor(logger: pino.Logger, shared: Shared) {
    this.#pino = logger
    this.#shared = shared
  }

  static open({ level, format, write, file }: ProcessLogOptions): ProcessLog {
    const options: pino.LoggerOptions = {
      level: 'debug',
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: label => ({ level: label }) },
      messageKey: 'message',
    }
    const destination = { write: format === 'json' ? write : (line: string) => write(prettyLine(line)) }
    return new ProcessLog(pino(options, destination), { level, file: file ?? null })
  }

  /** Takes effect at once, for this log and all its children. */
  setLevel(level: LogLevel): void {
    this.#shared.level = level
  }

  /** Takes what a reload may change. */
  configure(log: Settings['log']): void {
    this.setLevel(log.level)
    this.#shared.file?.setLimits(limitsOf(log))
  }

  /** Whether lines go to a file, and not to whoever started the process. */
  get inFile(): boolean {
    return this.#shared.file !== null
  }

  /** After the file was put aside by others. */
  reopen(): void {
    try {
      this.#shared.file?.reopen()
      this.info('log file reopened')
    } catch (error) {
      this.error('log file not reopened, the one before goes on', { error: errorText(error) })
    }
  }

  debug(message: string, fields: LogFields = {}): void {
    if (this.#shared.level === 'debug') this.#pino.debug(fields, message)
  }

  info(message: string, fields: LogFields = {}): void {
    if (this.#shared.level === 'debug' || this.#shared.level === 'info') this.#pino.info(fields, message)
  }

  warn(message: string, fields: LogFields = {}): void {
    if (this.#shared.level !== 'error') this.#pino.warn(fields, message)
  }

  error(message: string, fields: LogFields = {}): void {
    this.#pino.error(fields, message)
  }

  child(fields: LogFields): ProcessLog {
    return new ProcessLog(this.#pino.child(fields), this.#shared)
  }
}

const STDOUT = 1
const BYTES_PER_MB = 1024 * 1024
const MS_PER_HOUR = 3_600_000

/**
 * The log of this process, in its file or on standard output; every line names the process.
 * Throws CONFIG_INVALID for a folder that cannot be written to.
 */
export function openProcessLog({ log }: Settings, name: string): ProcessLog {
  if (log.directory === null) return openTerminalLog({ log }, name)
  const format = log.format === 'auto' ? 'json' : log.format
  const file = openFile(join(log.directory, `${name}.log`), log)
  return ProcessLog.open({ level: log.level, format, write: line => writeTo(file, line), file }).child({
    process: name,
  })
}

/** On standard output, whatever the file: for what only whoever started the process is to read. */
export function openTerminalLog({ log }: Pick<Settings, 'log'>, name: string): ProcessLog {
  const format = log.format === 'auto' ? (process.stdout.isTTY ? 'pretty' : 'json') : log.format
  return ProcessLog.open({ level: log.level, format, write: writeLine }).child({ process: name })
}

function openFile(file: string, log: Settings['log']): LogFile {
  try {
    return new LogFile(file, limitsOf(log), systemClock)
  } catch (cause) {
    const allowed = `a folder to write to (${errorText(cause)})`
    const details = { file: 'configuration', key: 'log.directory', value: String(log.directory), allowed }
    throw new AppError('CONFIG_INVALID', details, { cause })
  }
}

function limitsOf({ keep, maxAgeHours, maxSizeMb }: Settings['log']): LogFileLimits {
  return { maxBytes: maxSizeMb * BYTES_PER_MB, maxAgeMs: maxAgeHours * MS_PER_HOUR, keep }
}

/** A full disk costs no lines while somebody reads standard output. */
function writeTo(file: LogFile, line: string): void {
  try {
    file.write(line)
  } catch {
    writeLine(line)
  }
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
