/** The one time all pictures of a page show. It runs by itself; the picture that leads corrects it. */
export class ReplayClock {
  readonly #nowMs: () => number
  #positionMs: number
  #sinceMs: number
  #speed = 1
  #playing = false
  #held = false

  /** `nowMs` never jumps. */
  constructor(positionMs: number, nowMs: () => number) {
    this.#nowMs = nowMs
    this.#positionMs = positionMs
    this.#sinceMs = nowMs()
  }

  get speed(): number {
    return this.#speed
  }

  get playing(): boolean {
    return this.#playing
  }

  get running(): boolean {
    return this.#playing && !this.#held
  }

  /** Milliseconds since 1970, of what was recorded. */
  get positionMs(): number {
    return this.running ? this.#positionMs + (this.#nowMs() - this.#sinceMs) * this.#speed : this.#positionMs
  }

  #change(apply: () => void): void {
    this.#positionMs = this.positionMs
    this.#sinceMs = this.#nowMs()
    apply()
  }

  seek(positionMs: number): void {
    this.#change(() => {
      this.#positionMs = positionMs
    })
  }

  set(playing: boolean, speed: number): void {
    this.#change(() => {
      this.#playing = playing
      this.#speed = speed
    })
  }

  /** Stands still while a picture is being fetched, so that none runs away from the others. */
  hold(held: boolean): void {
    if (held === this.#held) return
    this.#change(() => {
      this.#held = held
    })
  }
}
