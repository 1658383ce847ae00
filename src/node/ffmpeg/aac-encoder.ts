import type { AppError } from '../../base/errors.ts'
import { scanAdts } from '../../media/codec/aac/adts.ts'
import { writeAudioSpecificConfig } from '../../media/codec/aac/audio-specific-config.ts'
import type { Frame } from '../../media/stream/frame.ts'
import type { AudioTrack } from '../../media/stream/track.ts'
import { aacTrack } from '../../media/stream/track-builders.ts'
import { FfmpegProcess } from './ffmpeg-process.ts'

const SAMPLES_PER_FRAME = 1024
/** ffmpeg's encoder begins with one frame of silence before the first sample. */
const PRIMING_SAMPLES = 1024
/** Steps of the input's time that are only jitter. */
const JITTER_MS = 100
/** Longer holes are not filled with silence: the output's time makes the same step. */
const MAX_FILL_MS = 2000
/** One sample of silence. */
const SILENCE = { pcma: 0xd5, pcmu: 0xff } as const
const FORMATS = { pcma: 'alaw', pcmu: 'mulaw' } as const
const NO_BYTES: Buffer = Buffer.alloc(0)

export interface AacEncoderOutput {
  onFrame(frame: Frame): void
  onEnd(error: AppError | null): void
}

/** G.711 to AAC by one ffmpeg, in time with its input. */
export class AacEncoder {
  /** Of the frames that come out. */
  readonly track: AudioTrack
  readonly #source: AudioTrack
  readonly #silence: number
  readonly #output: AacEncoderOutput
  readonly #ffmpeg: FfmpegProcess
  /** Time of the first sample that went in and is not accounted for by a step, in samples. */
  #base: number | null = null
  /** Samples that went in since `#base`. */
  #written = 0
  #framesOut = 0
  #rest: Buffer = NO_BYTES

  /** `source` is a G.711 track; the frames that come out keep its id. */
  constructor(source: AudioTrack, output: AacEncoderOutput) {
    const { codec, sampleRate, channels, id } = source
    const law = codec === 'pcmu' ? 'pcmu' : 'pcma'
    this.#source = source
    this.#silence = SILENCE[law]
    this.#output = output
    const config = writeAudioSpecificConfig({ objectType: 2, sampleRate, channelConfig: channels })
    this.track = aacTrack({ id, clockRate: sampleRate, config })
    const input = ['-f', FORMATS[law], '-ar', String(sampleRate), '-ac', String(channels)]
    const delay = ['-fflags', 'nobuffer', '-probesize', '32', '-analyzeduration', '0']
    const coding = ['-c:a', 'aac', '-b:a', `${24 * channels}k`, '-f', 'adts', '-flush_packets', '1']
    this.#ffmpeg = new FfmpegProcess([...delay, ...input, '-i', 'pipe:0', ...coding, 'pipe:1'], {
      onOutput: bytes => this.#encoded(bytes),
      onEnd: error => output.onEnd(error),
    })
  }

  push({ pts, data, track }: Frame): void {
    const { sampleRate, channels } = this.#source
    const at = Math.round((pts * sampleRate) / track.clockRate)
    this.#base ??= at
    const step = at - (this.#base + this.#written)
    const stepMs = (step * 1000) / sampleRate
    if (stepMs > JITTER_MS && stepMs <= MAX_FILL_MS) {
      this.#ffmpeg.write(Buffer.alloc(step * channels, this.#silence))
      this.#written += step
    } else if (Math.abs(stepMs) > JITTER_MS) this.#base += step
    this.#ffmpeg.write(data)
    this.#written += data.length / channels
  }

  close(): void {
    this.#ffmpeg.close()
  }

  #encoded(bytes: Buffer): void {
    const whole = this.#rest.length === 0 ? bytes : Buffer.concat([this.#rest, bytes])
    const { frames, consumed } = scanAdts(whole)
    this.#rest = whole.subarray(consumed)
    for (const { header, bytes } of frames) {
      const dts = (this.#base ?? 0) + this.#framesOut++ * SAMPLES_PER_FRAME - PRIMING_SAMPLES
      if (dts < (this.#base ?? 0)) continue // the silence before the first sample
      const data = Uint8Array.from(bytes.subarray(header.headerBytes))
      this.#output.onFrame({ track: this.track, dts, pts: dts, keyframe: true, data })
    }
  }
}
