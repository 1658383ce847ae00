/** Quieter than this is silence; the quietest step of A-law. */
const FLOOR_DB = -78
/** How fast the meter falls, as a share of each packet: the ear sees a word, not a wave. */
const FALL = 0.85

/** ITU-T G.711 A-law to 16-bit linear samples. */
const LINEAR = Int16Array.from({ length: 256 }, (_, byte) => {
  const code = byte ^ 0x55
  const exponent = (code >> 4) & 7
  const mantissa = ((code & 0x0f) << 4) + 8
  const magnitude = exponent === 0 ? mantissa : (mantissa + 0x100) << (exponent - 1)
  return code & 0x80 ? magnitude : -magnitude
})

/** How loud a voice is, for a meter. */
export class VoiceLevel {
  #power = 0

  /** A-law. */
  push(samples: Uint8Array): void {
    let sum = 0
    for (const sample of samples) sum += (LINEAR[sample] ?? 0) ** 2
    const power = samples.length === 0 ? 0 : sum / samples.length
    this.#power = Math.max(power, this.#power * FALL)
  }

  /** Below full scale, 0 loudest. */
  get decibels(): number {
    const db = 10 * Math.log10(this.#power / 32_768 ** 2)
    return Math.round(Math.max(FLOOR_DB, Math.min(0, db))) || 0 // no -0
  }
}
