/** Of this browser. */
export const ownZone = (): string => Intl.DateTimeFormat().resolvedOptions().timeZone

/** All that the browser knows, and the one that is in use. */
export function zones(used: string): readonly string[] {
  const known = Intl.supportedValuesOf('timeZone')
  return [...new Set([...known, 'UTC', used])].sort()
}
