import type { Clock } from './clock.ts'
import type { Log, LogFields } from './log.ts'

/** Lines kept in memory: some hours of a quiet platform. */
export const MAX_LOG_LINES = 2000
/** Letters of the fields of one line; a stack is cut, not left out. */
export const MAX_FIELDS_LENGTH = 2000

export interface LogLine {
  readonly atMs: number
  readonly level: 'info' | 'warn' | 'error'
  readonly message: string
  readonly fields: string
}

/** Keeps the newest lines of a log, for those who cannot see the log itself. */
export class LogTail {
  readonly #clock: Clock
  #lines: LogLine[] = []

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** The newest lines, the oldest of them first. */
  lines(count = MAX_LOG_LINES): readonly LogLine[] {
    return this.#lines.slice(-Math.min(count, MAX_LOG_LINES))
  }

  /** A log that writes to `log` and is kept here too. */
  over(log: Log, common: LogFields = {}): Log {
    const keep = (level: LogLine['level'], message: string, fields: LogFields = {}) => {
      const text = JSON.stringify({ ...common, ...fields })
      this.#lines.push({ atMs: this.#clock.nowMs(), level, message, fields: text.slice(0, MAX_FIELDS_LENGTH) })
      // cut in bulk: shifting one by one would move the whole array each time
      if (this.#lines.length >= 2 * MAX_LOG_LINES) this.#lines = this.#lines.slice(-MAX_LOG_LINES)
      log[level](message, fields)
    }
    return {
      debug: (message, fields) => log.debug(message, fields),
      info: (message, fields) => keep('info', message, fields),
      warn: (message, fields) => keep('warn', message, fields),
      error: (message, fields) => keep('error', message, fields),
      child: fields => this.over(log.child(fields), { ...common, ...fields }),
    }
  }
}
