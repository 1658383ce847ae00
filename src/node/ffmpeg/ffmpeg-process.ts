import { type ChildProcess, spawn } from 'node:child_process'
import { AppError } from '../../base/errors.ts'

/** What ffmpeg says about a failure is in its last lines. */
const MAX_ERROR_BYTES = 4096
/** Input not yet taken by ffmpeg: past it ffmpeg is too slow, or hangs. Seconds of audio, or one large picture. */
const MAX_PENDING_BYTES = 32 * 1024 * 1024

export interface FfmpegEvents {
  onOutput(bytes: Buffer): void
  /** Once; null: ended by itself without complaint, or by `close`. */
  onEnd(error: AppError | null): void
}

/** One ffmpeg with a pipe in and a pipe out. Its arguments are ours alone: nothing of a peer is among them. */
export class FfmpegProcess {
  readonly #child: ChildProcess
  readonly #events: FfmpegEvents
  #complaints = ''
  #ended = false

  constructor(args: readonly string[], events: FfmpegEvents) {
    this.#events = events
    this.#child = spawn('ffmpeg', ['-hide_banner', '-loglevel', 'error', ...args], { stdio: ['pipe', 'pipe', 'pipe'] })
    this.#child.on('error', error =>
      this.#end(new AppError('FFMPEG_FAILED', { reason: error.message }, { cause: error })),
    )
    this.#child.on('close', code => this.#end(code === 0 ? null : this.#failure(`it ended with ${code}`)))
    this.#child.stdin?.on('error', () => {}) // seen as its end
    this.#child.stdout?.on('data', (bytes: Buffer) => {
      if (!this.#ended) this.#events.onOutput(bytes)
    })
    this.#child.stderr?.on('data', (text: Buffer) => {
      this.#complaints = (this.#complaints + text.toString()).slice(-MAX_ERROR_BYTES)
    })
  }

  write(bytes: Uint8Array): void {
    const stdin = this.#child.stdin
    if (this.#ended || !stdin?.writable) return
    if (stdin.writableLength + bytes.length > MAX_PENDING_BYTES) {
      this.#end(this.#failure('it does not take its input'))
      return
    }
    stdin.write(bytes)
  }

  /** No more input: ffmpeg finishes what it has and ends. */
  finish(): void {
    this.#child.stdin?.end()
  }

  /** Idempotent. */
  close(): void {
    this.#end(null)
  }

  #failure(reason: string): AppError {
    const said = this.#complaints.trim().split('\n').at(-1)
    return new AppError('FFMPEG_FAILED', { reason: said ? `${reason}: ${said.slice(0, 300)}` : reason })
  }

  #end(error: AppError | null): void {
    if (this.#ended) return
    this.#ended = true
    if (this.#child.exitCode === null) this.#child.kill('SIGKILL')
    this.#events.onEnd(error)
  }
}
