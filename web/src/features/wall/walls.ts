/** Tiles on the wall: one, or a square of them. */
export const SIZES = [1, 4, 9, 16] as const
export type Size = (typeof SIZES)[number]

/** Stream ids by place; null is an empty one. */
export type Tiles = readonly (string | null)[]

export interface Layout {
  readonly name: string
  readonly size: Size
  readonly tiles: Tiles
}

/** What one user keeps in this browser. */
export interface Walls {
  readonly size: Size
  /** Null: whatever is on, in order, filled by itself. */
  readonly tiles: Tiles | null
  readonly saved: readonly Layout[]
}

export const FIRST_WALL: Walls = { size: 4, tiles: null, saved: [] }

/** Enough for every shift and room; more would be a list nobody finds anything in. */
const MAX_SAVED = 30

const isSize = (value: unknown): value is Size => SIZES.some(size => size === value)

const isTiles = (value: unknown): value is Tiles =>
  Array.isArray(value) && value.length <= 16 && value.every(each => each === null || typeof each === 'string')

function isLayout(value: unknown): value is Layout {
  if (typeof value !== 'object' || value === null) return false
  const { name, size, tiles } = value as Partial<Record<keyof Layout, unknown>> // each is checked
  return typeof name === 'string' && isSize(size) && isTiles(tiles)
}

/** Reads what was stored; anything that does not fit is left out, a wall is not worth an error. */
export function parseWalls(stored: string): Walls {
  let value: unknown
  try {
    value = JSON.parse(stored)
  } catch {
    return FIRST_WALL
  }
  if (typeof value !== 'object' || value === null) return FIRST_WALL
  const { size, tiles, saved } = value as Partial<Record<keyof Walls, unknown>> // each is checked
  return {
    size: isSize(size) ? size : FIRST_WALL.size,
    tiles: isTiles(tiles) ? tiles : null,
    saved: Array.isArray(saved) ? saved.filter(isLayout).slice(0, MAX_SAVED) : [],
  }
}

/** Exactly as many places as the wall has. Streams beyond a smaller wall are kept for the way back to a bigger one. */
export const places = (tiles: Tiles, size: Size): Tiles => Array.from({ length: size }, (_, i) => tiles[i] ?? null)

/** `id` at place `at`; where it stood before, what was at `at` stands now. */
export function placed(tiles: Tiles, at: number, id: string | null): Tiles {
  const next = Array.from({ length: Math.max(tiles.length, at + 1) }, (_, i) => tiles[i] ?? null)
  const from = id === null ? -1 : next.indexOf(id)
  if (from >= 0) next[from] = next[at] ?? null
  next[at] = id
  return next
}

/** Adds or replaces the layout of that name, names in order. */
export function withLayout(saved: readonly Layout[], layout: Layout): readonly Layout[] {
  const others = saved.filter(({ name }) => name !== layout.name)
  return [...others, layout].sort((a, b) => a.name.localeCompare(b.name)).slice(0, MAX_SAVED)
}
