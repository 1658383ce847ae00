import { z } from 'zod'
import { WEEKDAYS } from '../../platform/plans/plan.ts'
import { Time } from './page.ts'

const WALL = /^(?:[01]\d|2[0-3]):[0-5]\d(?::[0-5]\d)?$/
const WallTime = z.string().regex(WALL, 'HH:MM or HH:MM:SS')
const EndTime = z.union([WallTime, z.literal('24:00')])
const Words = z.string().max(128)

const Interval = z
  .object({
    start: z.string().describe('HH:MM or HH:MM:SS, by the wall of the zone'),
    end: z.string().describe('up to 24:00'),
    subject: z.string().describe('recordings made in it are filed by it'),
    teacher: z.string().describe('recordings made in it are filed by it'),
  })
  .meta({ id: 'Interval' })

export const Plan = z
  .object({
    id: z.string(),
    name: z.string(),
    zone: z.string().describe('IANA time zone, e.g. Asia/Shanghai'),
    week: z.array(z.array(Interval)).describe('seven days, Monday first; intervals in order'),
    createdAt: Time,
  })
  .meta({ id: 'Plan' })
export type Plan = z.infer<typeof Plan>

const IntervalWish = z.strictObject({
  start: WallTime,
  end: EndTime,
  subject: Words.default(''),
  teacher: Words.default(''),
})
export type IntervalWish = z.infer<typeof IntervalWish>

/** More than fit: the service says which day has too many. */
const MAX_SENT = 100

const facts = {
  name: z.string().min(1).max(128).describe('unique'),
  zone: z.string().min(1).max(64).describe('IANA time zone, e.g. Asia/Shanghai'),
  week: z
    .array(z.array(IntervalWish).max(MAX_SENT))
    .length(7)
    .describe('seven days, Monday first; up to 8 intervals a day that do not overlap'),
}

export const CreatePlan = z.strictObject(facts)

export const PlanChange = z
  .strictObject(facts)
  .partial()
  .refine(change => Object.keys(change).length > 0, 'names nothing to change')

const Day = z.enum(WEEKDAYS)

export const CopyDay = z.strictObject({
  from: Day,
  to: z.array(Day).min(1).max(7).describe('their intervals are replaced'),
})
