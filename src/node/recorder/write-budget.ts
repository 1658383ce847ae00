import { JoinBuffers } from './join-buffers.ts'

/** Bytes that all recorders of a node together may hold for their disks. */
export class WriteBudget {
  /** Shared by all writers. */
  readonly buffers = new JoinBuffers()
  readonly #limit: number
  #used = 0

  constructor(limitBytes: number) {
    this.#limit = limitBytes
  }

  get usedBytes(): number {
    return this.#used
  }

  /** Whoever was refused had better wait. */
  get crowded(): boolean {
    return this.#used > this.#limit / 2
  }

  /** False when they are not to be had. */
  take(bytes: number): boolean {
    if (this.#used + bytes > this.#limit) return false
    this.#used += bytes
    return true
  }

  release(bytes: number): void {
    this.#used -= bytes
  }
}
