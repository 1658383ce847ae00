import { closeSync, fstatSync, mkdirSync, openSync, renameSync, rmSync, writeSync } from 'node:fs'
import { dirname } from 'node:path'
import type { Clock } from '../base/clock.ts'

/** Who may read a log: its owner and group; addresses of viewers stand in it. */
const FILE_MODE = 0o640
const DIRECTORY_MODE = 0o750

export interface LogFileLimits {
  /** A file that a line would take above this is put aside first; 0: never. */
  readonly maxBytes: number
  /** So is one that was begun so long ago; 0: never. */
  readonly maxAgeMs: number
  /** Files put aside that are kept: `.1` is the newest. */
  readonly keep: number
}

interface Open {
  readonly descriptor: number
  bytes: number
  readonly beganMs: number
}

/**
 * A log file of one process, which puts itself aside by size and age, or is put aside by others and then reopened.
 * Synchronous, so that the last line before an exit is not lost.
 */
export class LogFile {
  readonly #file: string
  readonly #clock: Clock
  #limits: LogFileLimits
  #open: Open

  /** Makes the folder. Throws what the system says when the file cannot be opened. */
  constructor(file: string, limits: LogFileLimits, clock: Clock) {
    this.#file = file
    this.#limits = limits
    this.#clock = clock
    mkdirSync(dirname(file), { recursive: true, mode: DIRECTORY_MODE })
    this.#open = this.#append()
  }

  setLimits(limits: LogFileLimits): void {
    this.#limits = limits
  }

  /** Throws what the system says, such as that the disk is full; the next line is tried again. */
  write(line: string): void {
    const bytes = Buffer.from(line)
    if (this.#due(bytes.length)) this.#putAside()
    // a full disk may take a part of a line: the rest of it is not worth the lines behind it
    this.#open.bytes += writeSync(this.#open.descriptor, bytes)
  }

  /** After somebody has renamed the file: lines go to a new one of the old name. Nothing is lost when that cannot be. */
  reopen(): void {
    const fresh = this.#append()
    closeSync(this.#open.descriptor)
    this.#open = fresh
  }

  close(): void {
    closeSync(this.#open.descriptor)
  }

  #due(more: number): boolean {
    const { maxAgeMs, maxBytes } = this.#limits
    const { beganMs, bytes } = this.#open
    if (bytes === 0) return false // a line longer than the limit is a file of its own
    return (maxBytes > 0 && bytes + more > maxBytes) || (maxAgeMs > 0 && this.#clock.nowMs() - beganMs >= maxAgeMs)
  }

  #putAside(): void {
    const { keep } = this.#limits
    const aside = (number: number) => `${this.#file}.${number}`
    try {
      rmSync(aside(Math.max(keep, 1)), { force: true })
      for (let number = keep - 1; number >= 1; number--) rename(aside(number), aside(number + 1))
      if (keep > 0) rename(this.#file, aside(1))
      else rmSync(this.#file, { force: true })
    } catch {
      // a folder that may not be written to: the file grows on, and is tried again after another such length
    }
    this.reopen()
  }

  #append(): Open {
    const descriptor = openSync(this.#file, 'a', FILE_MODE)
    const { birthtimeMs, size } = fstatSync(descriptor)
    const nowMs = this.#clock.nowMs()
    return { descriptor, bytes: size, beganMs: size === 0 ? nowMs : Math.min(birthtimeMs, nowMs) }
  }
}

/** What is not there needs no other name. */
function rename(from: string, to: string): void {
  try {
    renameSync(from, to)
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error
  }
}
