import { SIZES, type Size } from './walls.ts'

type Act =
  | { readonly type: 'focus'; readonly at: number }
  | { readonly type: 'toggle' | 'back' | 'pick' | 'clear' }
  | { readonly type: 'size'; readonly size: Size }

/** The tile that has the keyboard, and whether it is the only one shown. */
interface Where {
  readonly at: number
  readonly size: Size
  readonly one: boolean
}

const STEPS: Readonly<Record<string, readonly [x: number, y: number]>> = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
}

/** What a key means on a tile; null: nothing. Arrows stop at the edges. */
export function tileAct(key: string, { at, size, one }: Where): Act | null {
  const columns = Math.sqrt(size)
  const step = STEPS[key]
  if (step !== undefined) {
    const [x, y] = [(at % columns) + step[0], Math.floor(at / columns) + step[1]]
    const inside = !one && x >= 0 && y >= 0 && x < columns && y < columns
    return inside ? { type: 'focus', at: y * columns + x } : null
  }
  const digit = SIZES[Number(key) - 1]
  if (digit !== undefined) return { type: 'size', size: digit }
  if (key === 'Enter' || key === ' ') return { type: 'toggle' }
  if (key === 'Escape' && one) return { type: 'back' }
  if (key === 'Delete' || key === 'Backspace') return { type: 'clear' }
  return key === 'p' ? { type: 'pick' } : null
}
