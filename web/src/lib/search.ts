/** For `validateSearch` of routes: what is not understood is dropped from the URL, so that a shared link always opens. */
export type RawSearch = Readonly<Record<string, unknown>>

/** A word; a number is one too: the router reads `?q=42` as a number. */
export const word = (value: unknown): string | undefined =>
  typeof value === 'string' && value !== '' ? value : typeof value === 'number' ? String(value) : undefined

/** One of the given words. */
export const oneOf = <const Word extends string>(value: unknown, words: readonly Word[]): Word | undefined =>
  words.find(each => each === value)

type Present<Search> = { [K in keyof Search]?: Exclude<Search[K], undefined> | undefined }

/** Without the fields that are not there: they would stand in the URL. */
export const present = <Search extends object>(search: Search): Present<Search> =>
  Object.fromEntries(Object.entries(search).filter(([, value]) => value !== undefined)) as Present<Search> // the same fields
