import { signedQuery } from '../../base/signed-url.ts'

/** About 2 MB: more streams than pages that are open show. */
const MAX_KEPT = 10_000

interface Kept {
  readonly key: string
  readonly expires: number
  readonly query: string
}

/** Queries of signed play URLs. Pages ask for the same streams again and again: what was signed until then is kept. */
export class PlaySignatures {
  readonly #kept = new Map<string, Kept>()

  /** `expires`: Unix time in seconds. */
  query(key: string, path: string, expires: number): string {
    const known = this.#kept.get(path)
    if (known?.key === key && known.expires === expires) return known.query
    const query = signedQuery(key, 'play', path, expires)
    if (known === undefined && this.#kept.size >= MAX_KEPT) this.#kept.clear()
    this.#kept.set(path, { key, expires, query })
    return query
  }
}
