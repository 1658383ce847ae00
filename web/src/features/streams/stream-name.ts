/** What is wrong with a stream's name; null when it is good. The platform checks again (contract: PathSegment). */
export function nameProblem(name: string): 'characters' | 'long' | null {
  if (name.length > 128) return 'long'
  return /^[A-Za-z0-9_-][A-Za-z0-9_.-]*$/.test(name) ? null : 'characters'
}
