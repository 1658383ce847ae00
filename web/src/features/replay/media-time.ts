/** A piece of a playlist: where it lies in the player's time (seconds), and when it was recorded. */
export interface Piece {
  readonly start: number
  readonly duration: number
  /** Milliseconds since 1970; null: the playlist does not say. */
  readonly programDateTime: number | null
}

/** When the picture at `seconds` of the player was recorded; null: nobody knows. */
export function recordedAt(pieces: readonly Piece[], seconds: number): number | null {
  let found: Piece | undefined
  for (const piece of pieces) {
    if (piece.start > seconds + 0.001) break
    found = piece
  }
  found ??= pieces[0]
  if (found === undefined || found.programDateTime === null) return null
  const inside = Math.min(Math.max(0, seconds - found.start), found.duration)
  return found.programDateTime + inside * 1000
}

/** Where in the player's time a moment lies: itself, or the begin of what was recorded next; null: not in there. */
export function playedAt(pieces: readonly Piece[], ms: number): number | null {
  for (const { start, duration, programDateTime } of pieces) {
    if (programDateTime === null) continue
    // The first piece may begin a little later than it was asked for.
    if (ms < programDateTime) return start
    if (ms < programDateTime + duration * 1000) return start + (ms - programDateTime) / 1000
  }
  return null
}
