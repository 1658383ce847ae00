import { AppError } from '../../base/errors.ts'
import { isZone, wallTime } from '../../base/zoned-time.ts'
import { MAX_INTERVALS_PER_DAY } from '../../link/recording.ts'

/** One lesson of a timetable: what is recorded in it is filed by subject and teacher. Times of the wall. */
export interface Interval {
  /** Seconds since midnight. */
  readonly startS: number
  /** Up to 86 400. */
  readonly endS: number
  readonly subject: string
  readonly teacher: string
}

/** Monday first. */
export type Week = readonly (readonly Interval[])[]

/** When to record: a week of intervals. */
export interface Plan {
  readonly id: string
  readonly name: string
  /** IANA. */
  readonly zone: string
  readonly week: Week
  readonly createdAtMs: number
}

export const WEEKDAYS = ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday'] as const
export type Weekday = (typeof WEEKDAYS)[number]

/** Throws INVALID. */
export function checkZone(zone: string): void {
  // an offset has no summer time, and is hardly what was meant
  if (!/^[A-Za-z]/.test(zone) || !isZone(zone)) {
    throw new AppError('INVALID', { field: 'body.zone', reason: `${zone} is no time zone such as Asia/Shanghai` })
  }
}

/** Sorted. Throws INVALID naming the day and the interval. */
export function checkWeek(week: Week): Week {
  return week.map((intervals, day) => {
    const refuse = (index: number, reason: string) =>
      new AppError('INVALID', {
        field: `body.week.${day}.${index}`,
        reason: `${WEEKDAYS[day]}, interval ${index + 1} (${shown(intervals[index])}) ${reason}`,
      })
    for (const [index, interval] of intervals.entries()) {
      if (index >= MAX_INTERVALS_PER_DAY) throw refuse(index, `is one too many: ${MAX_INTERVALS_PER_DAY} a day`)
      if (interval.endS <= interval.startS) throw refuse(index, 'ends before it begins')
      const met = intervals.findIndex(
        (other, at) => at < index && other.startS < interval.endS && interval.startS < other.endS,
      )
      if (met >= 0) throw refuse(index, `overlaps interval ${met + 1} (${shown(intervals[met])})`)
    }
    return intervals.toSorted((a, b) => a.startS - b.startS)
  })
}

/** The interval a moment lies in. */
export function intervalAt({ zone, week }: Pick<Plan, 'zone' | 'week'>, ms: number): Interval | null {
  const { weekday, second } = wallTime(zone, ms)
  return week[weekday]?.find(({ startS, endS }) => startS <= second && second < endS) ?? null
}

/** `HH:MM`, with seconds where there are some. */
export function wallText(seconds: number): string {
  const two = (value: number) => String(value).padStart(2, '0')
  const [h, m, s] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60]
  return `${two(h)}:${two(m)}${s === 0 ? '' : `:${two(s)}`}`
}

function shown(interval: Interval | undefined): string {
  return interval ? `${wallText(interval.startS)}-${wallText(interval.endS)}` : ''
}
