/**
 * A parameter as both databases store it. The query builder types what goes in by `Tables`, whose columns are strings,
 * numbers and null only. PostgreSQL has no U+0000 in text, and peers send it: it becomes the replacement character
 * instead of an error that would come back with every attempt.
 */
export function bindable(parameter: unknown): string | number | bigint | null {
  if (typeof parameter === 'string') return parameter.replaceAll('\0', '\ufffd')
  return parameter as number | bigint | null
}
