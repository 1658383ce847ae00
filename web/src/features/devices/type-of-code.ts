/** What a device is by its code (Annex E): 111 to 118 and 130 are recorders, 200 and up platforms. */
export function typeOfCode(gbId: string): 'ipc' | 'nvr' | 'platform' {
  const type = Number(gbId.slice(10, 13))
  if (type >= 200 && type < 300) return 'platform'
  return (type >= 111 && type <= 118) || type === 130 ? 'nvr' : 'ipc'
}
