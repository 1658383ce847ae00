/** What a player says about itself over its WebSocket. */
export interface PlayerReport {
  /** How far the picture is behind the newest frame, milliseconds. */
  readonly delayMs: number
  readonly droppedFrames: number
}

/** `{"delayMs":1234.5,"droppedFrames":0}` with room for what later players add. */
const MAX_REPORT_BYTES = 512
/** A delay beyond a day is a player whose clock is wrong. */
const MAX_DELAY_MS = 86_400_000

/** Reads a player's report; null for anything else: a viewer may say what it likes, and nothing comes of it. */
export function parsePlayerReport(message: Uint8Array): PlayerReport | null {
  if (message.length > MAX_REPORT_BYTES) return null
  let value: unknown
  try {
    value = JSON.parse(Buffer.from(message).toString())
  } catch {
    return null // SyntaxError is its only one
  }
  if (typeof value !== 'object' || value === null) return null
  const { delayMs, droppedFrames = 0 } = value as { delayMs?: unknown; droppedFrames?: unknown } // checked below
  if (!isCount(delayMs, MAX_DELAY_MS) || !isCount(droppedFrames, Number.MAX_SAFE_INTEGER)) return null
  return { delayMs: Math.round(delayMs), droppedFrames: Math.round(droppedFrames) }
}

function isCount(value: unknown, limit: number): value is number {
  return typeof value === 'number' && value >= 0 && value <= limit
}
