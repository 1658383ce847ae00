/** Edits that turn one word into the other, neighbours swapped counting as one (optimal string alignment). */
function distance(a: string, b: string): number {
  let before: number[] = []
  let last = Array.from({ length: b.length + 1 }, (_, i) => i)
  for (let i = 1; i <= a.length; i++) {
    const row = [i]
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1]
      let best = Math.min(last[j]! + 1, row[j - 1]! + 1, last[j - 1]! + (same ? 0 : 1))
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) best = Math.min(best, before[j - 2]! + 1)
      row.push(best)
    }
    before = last
    last = row
  }
  return last[b.length]!
}

/** A typing error changes few letters: more than a third of the word is another word. */
const MAX_SHARE = 1 / 3

/** The name that was probably meant, or null. Letter case does not count. */
export function nearMiss(wrong: string, names: Iterable<string>): string | null {
  let best: string | null = null
  let bestDistance = Number.POSITIVE_INFINITY
  for (const name of names) {
    const edits = distance(wrong.toLowerCase(), name.toLowerCase())
    if (edits < bestDistance && edits <= Math.max(1, name.length * MAX_SHARE)) {
      best = name
      bestDistance = edits
    }
  }
  return best
}
