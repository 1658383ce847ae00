import { AppError } from '../../base/errors.ts'
import { FlvFrames } from '../../media/container/flv/to-frames.ts'
import type { Publication } from '../../media/stream/publication.ts'
import { splitAggregate } from './aggregate.ts'
import { MESSAGE, type RtmpMessage } from './message.ts'

/** Broken bodies a publisher is forgiven in a row: one lost packet spoils one, an encoder gone wrong spoils all. */
const MAX_BROKEN_IN_A_ROW = 50

/** Turns the media messages of a publisher into the calls of a publication. */
export class ToStream {
  readonly #frames: FlvFrames
  #brokenInARow = 0
  /** Whether any media message came. */
  started = false

  /** `onUnsupported` is told once per codec the hub does not carry. */
  constructor(publication: Pick<Publication, 'setTrack' | 'write'>, onUnsupported: (codec: string) => void) {
    this.#frames = new FlvFrames({
      track: track => publication.setTrack(track),
      frame: frame => publication.write(frame),
      unsupported: onUnsupported,
    })
  }

  /**
   * Takes audio, video and aggregate messages; others (metadata: the parameter sets know better) are passed over.
   * Throws the AppError of the last of MAX_BROKEN_IN_A_ROW broken bodies.
   */
  message(message: RtmpMessage): void {
    switch (message.type) {
      case MESSAGE.video:
      case MESSAGE.audio:
        this.started = true
        this.#media(message)
        break
      case MESSAGE.aggregate:
        this.#forgiving(() => {
          for (const part of splitAggregate(message)) if (part.type !== MESSAGE.aggregate) this.message(part)
        })
        break
    }
  }

  #media(message: RtmpMessage): void {
    this.#forgiving(() => {
      if (message.type === MESSAGE.video) this.#frames.video(message.timestamp, message.payload)
      else this.#frames.audio(message.timestamp, message.payload)
      this.#brokenInARow = 0
    })
  }

  #forgiving(run: () => void): void {
    try {
      run()
    } catch (error) {
      if (!(error instanceof AppError) || ++this.#brokenInARow >= MAX_BROKEN_IN_A_ROW) throw error
    }
  }
}
