/** Days of the browser's zone, written YYYY-MM-DD. Those on which clocks change have 23 or 25 hours. */

const two = (n: number) => String(n).padStart(2, '0')

export function dayName(ms: number): string {
  const date = new Date(ms)
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`
}

/** Its first millisecond; NaN for what is no day. */
export function dayStart(day: string): number {
  const [, year, month, date] = /^(\d{4})-(\d{2})-(\d{2})$/.exec(day) ?? []
  return year === undefined ? Number.NaN : new Date(Number(year), Number(month) - 1, Number(date)).getTime()
}

/** The day so many days later. */
export function dayLater(day: string, days: number): string {
  const [year = 1970, month = 1, date = 1] = day.split('-').map(Number)
  return dayName(new Date(year, month - 1, date + days).getTime())
}

/** What a list of a day asks for; nothing without a day. */
export function daySpan(day: string | undefined): { start?: string; end?: string } {
  const startMs = day === undefined ? Number.NaN : dayStart(day)
  if (day === undefined || Number.isNaN(startMs)) return {}
  return { start: new Date(startMs).toISOString(), end: new Date(dayStart(dayLater(day, 1))).toISOString() }
}
