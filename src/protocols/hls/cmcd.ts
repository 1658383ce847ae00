/** How playing goes at the other end. */
export interface HlsPlayerReport {
  /** How far the picture is behind the live edge, milliseconds. */
  readonly delayMs: number
  /** Frames that were not shown, since the player began. */
  readonly droppedFrames: number
}

/** A dozen keys are under 300 letters. */
const MAX_LENGTH = 512
/** A latency beyond a day is a player whose clock is wrong. */
const MAX_LATENCY_MS = 86_400_000

/**
 * Common Media Client Data in a query (`CMCD=ltc=4200,dfa=3`): live stream latency and dropped frames. CTA-5004-A.
 * Null without a latency, and for what is not that: a player may say what it likes, and nothing comes of it.
 */
export function parseCmcd(text: string): HlsPlayerReport | null {
  if (text.length > MAX_LENGTH) return null
  const keys = new Map<string, string>()
  for (const part of text.split(',')) {
    const [key = '', value = ''] = part.split('=', 2)
    keys.set(key, value)
  }
  const delayMs = integer(keys.get('ltc'))
  if (delayMs === null || delayMs > MAX_LATENCY_MS) return null
  return { delayMs, droppedFrames: integer(keys.get('dfa')) ?? 0 }
}

function integer(text: string | undefined): number | null {
  return text !== undefined && /^\d{1,15}$/.test(text) ? Number(text) : null
}
