/** Speeds with sign, -1 to 1: + is right, up and in. Zeros stop. */
export interface Motion {
  readonly pan: number
  readonly tilt: number
  readonly zoom: number
}

export const STILL: Motion = { pan: 0, tilt: 0, zoom: 0 }

/** A held stick sends no more often than this: cameras take a command in some ten milliseconds, over SIP in more. */
const SEND_EVERY_MS = 120
/** Inside this share of the pad nothing moves: a thumb that rests is not a command. */
const DEAD_ZONE = 0.15
/** Steps of speed: a motor does not know finer ones, and each new one is a message. */
const STEPS = 8

const still = ({ pan, tilt, zoom }: Motion) => pan === 0 && tilt === 0 && zoom === 0
const same = (a: Motion, b: Motion) => a.pan === b.pan && a.tilt === b.tilt && a.zoom === b.zoom

/** Where on the round pad the pointer is, -1 to 1 from its centre, y downwards; the farther out, the faster, up to `speed`. */
export function motionAt(x: number, y: number, speed: number): Motion {
  const length = Math.hypot(x, y)
  if (length < DEAD_ZONE) return STILL
  const reach = Math.min(1, (length - DEAD_ZONE) / (1 - DEAD_ZONE))
  const step = (value: number) => Math.round((value / length) * reach * STEPS) / STEPS
  // not -0
  return { pan: step(x) * speed + 0, tilt: -step(y) * speed + 0, zoom: 0 }
}

export type PtzKey = 'left' | 'right' | 'up' | 'down' | 'in' | 'out'

const KEYS: Readonly<Record<string, PtzKey>> = {
  ArrowLeft: 'left',
  ArrowRight: 'right',
  ArrowUp: 'up',
  ArrowDown: 'down',
  '+': 'in',
  '=': 'in',
  PageUp: 'in',
  '-': 'out',
  _: 'out',
  PageDown: 'out',
}

/** The direction a key of the keyboard stands for. */
export const ptzKey = (key: string): PtzKey | undefined => KEYS[key]

/** All keys that are held together; opposite ones cancel out. */
export function motionOf(held: ReadonlySet<PtzKey>, speed: number): Motion {
  const axis = (plus: PtzKey, minus: PtzKey) => (Number(held.has(plus)) - Number(held.has(minus))) * speed + 0
  return { pan: axis('right', 'left'), tilt: axis('up', 'down'), zoom: axis('in', 'out') }
}

/**
 * Sends where a camera shall move: the newest wish only, one command at a time, and the stop always, twice if the
 * first one failed. A camera that is not told to stop turns until it hits its end.
 */
export class MotionSender {
  readonly #send: (motion: Motion) => Promise<unknown>
  readonly #onError: (error: unknown) => void
  #wanted = STILL
  #sent = STILL
  #busy = false
  #timer: ReturnType<typeof setTimeout> | undefined

  constructor(send: (motion: Motion) => Promise<unknown>, onError: (error: unknown) => void) {
    this.#send = send
    this.#onError = onError
  }

  move(motion: Motion): void {
    this.#wanted = motion
    // a stop does not wait for the pause between commands
    if (still(motion)) {
      clearTimeout(this.#timer)
      this.#timer = undefined
    }
    void this.#run()
  }

  stop = (): void => this.move(STILL)

  async #run(): Promise<void> {
    if (this.#busy || this.#timer !== undefined || same(this.#wanted, this.#sent)) return
    this.#busy = true
    const motion = this.#wanted
    try {
      await this.#send(motion)
    } catch (error) {
      this.#onError(error)
      if (still(motion)) await this.#send(motion).catch(() => {}) // said already
    }
    this.#sent = motion
    this.#busy = false
    if (still(this.#wanted)) return void this.#run()
    this.#timer = setTimeout(() => {
      this.#timer = undefined
      void this.#run()
    }, SEND_EVERY_MS)
  }
}
