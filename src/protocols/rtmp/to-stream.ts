import { AppError } from '../../base/errors.ts'
import { decodeAmf0 } from '../../media/container/amf/amf0.ts'
import { FlvFrames } from '../../media/container/flv/to-frames.ts'
import type { Publication } from '../../media/stream/publication.ts'
import { splitAggregate } from './aggregate.ts'
import { objectOf, text } from './commands.ts'
import { MESSAGE, type RtmpMessage } from './message.ts'

/** Broken bodies a publisher is forgiven in a row: one lost packet spoils one, an encoder gone wrong spoils all. */
const MAX_BROKEN_IN_A_ROW = 50

/** An encoder's name in its metadata; longer ones are cut. */
const MAX_ENCODER_LENGTH = 256

/** Turns the media messages of a publisher into the calls of a publication. */
export class ToStream {
  readonly #frames: FlvFrames
  readonly #publication: Pick<Publication, 'agent' | 'absoluteTimes'>
  #brokenInARow = 0
  /** Whether any media message came. */
  started = false

  /** `onUnsupported` is told once per codec the hub does not carry. */
  constructor(
    publication: Pick<Publication, 'setTrack' | 'write' | 'agent' | 'absoluteTimes'>,
    onUnsupported: (codec: string) => void,
  ) {
    this.#publication = publication
    this.#frames = new FlvFrames({
      track: track => publication.setTrack(track),
      frame: frame => publication.write(frame),
      unsupported: onUnsupported,
    })
  }

  /**
   * Takes audio, video and aggregate messages, and of metadata the encoder's name and whether times are absolute (of the rest the parameter sets know
   * better); others are passed over.
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
      case MESSAGE.dataAmf0:
      case MESSAGE.dataAmf3:
        this.#forgiving(() => this.#data(message))
        break
    }
  }

  #data({ type, payload }: RtmpMessage): void {
    const values = decodeAmf0(type === MESSAGE.dataAmf3 && payload[0] === 0 ? payload.subarray(1) : payload)
    const at = values[0] === '@setDataFrame' ? 1 : 0
    if (values[at] !== 'onMetaData') return
    const { bravo_atc: atc, encoder } = objectOf(values[at + 1])
    if (text(encoder) !== '') this.#publication.agent?.(text(encoder).slice(0, MAX_ENCODER_LENGTH))
    if (atc === true || /^(true|1)$/i.test(text(atc))) this.#publication.absoluteTimes?.()
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
