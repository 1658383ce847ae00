import { VoiceEncoder } from './g711.ts'

/** What the browser gives code that runs beside the sound (Web Audio §1.32); the page's types do not have it. */
declare const sampleRate: number
declare function registerProcessor(name: string, processor: new () => AudioWorkletProcessor): void
declare class AudioWorkletProcessor {
  readonly port: MessagePort
}

/** Turns the microphone into frames of A-law and posts each with its loudness. */
class TalkProcessor extends AudioWorkletProcessor {
  readonly #encoder = new VoiceEncoder(sampleRate)

  process(inputs: readonly (readonly Float32Array[])[]): boolean {
    const samples = inputs[0]?.[0]
    if (samples !== undefined)
      this.#encoder.push(samples, (frame, peak) => this.port.postMessage({ frame, peak }, [frame.buffer]))
    return true
  }
}

registerProcessor('talk', TalkProcessor)
