import type { Alarm } from '../../lib/api/types.ts'

/** AlarmMethod (§A.2.5): who noticed it. */
export const METHODS = [1, 2, 3, 4, 5, 6, 7] as const
export type AlarmMethod = (typeof METHODS)[number]

/** AlarmType means something else with each method. */
const TYPES = {
  '2': ['1', '2', '3', '4', '5'],
  '5': ['1', '2', '3', '4', '5', '6', '7', '8', '9', '10', '11', '12', '13'],
  '6': ['1', '2'],
} as const

type TypeKey =
  | `2.${(typeof TYPES)['2'][number]}`
  | `5.${(typeof TYPES)['5'][number]}`
  | `6.${(typeof TYPES)['6'][number]}`

/** Last part of the key of the text that names an alarm; null: its method is all there is to say. */
export function typeKey({ method, alarmType }: Pick<Alarm, 'method' | 'alarmType'>): TypeKey | null {
  const known: readonly string[] = TYPES[String(method) as keyof typeof TYPES] ?? []
  return known.includes(String(alarmType)) ? (`${method}.${alarmType}` as TypeKey) : null // just looked up
}

export const methodKey = (method: number): AlarmMethod | null => METHODS.find(each => each === method) ?? null
