/** The same URL with another password, in the user part and in the query; without one it stays as it is. */
export function replacePassword(url: string, by: string): string {
  return url
    .replace(/^(\w+:\/\/[^:/?#]*):[^/?#]*@/, (_, start: string) => `${start}:${by}@`)
    .replace(/([?&]password=)[^&#]*/g, (_, start: string) => start + by)
}
