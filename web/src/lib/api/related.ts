/** Nouns that show something of another one: they are asked for again together. */
const RELATED: Readonly<Record<string, readonly string[]>> = {
  streams: ['viewers'],
  templates: ['bindings'],
  bindings: ['templates'],
  recordings: ['storage'],
  snapshots: ['storage'],
  deliveries: ['callbacks'],
  exports: ['operations'],
}

/** First words of the keys of queries that are stale once `noun` has changed. */
export const staleWith = (noun: string): readonly string[] => [noun, ...(RELATED[noun] ?? [])]
