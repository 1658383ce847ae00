/** How a field of a configuration (§A.2.3.2) is written. Names are those of the platform's answers. */
export interface ConfigField {
  readonly key: string
  /** spans: times of a day, `08:00-12:00, 13:30-18:00`. */
  readonly kind: 'text' | 'number' | 'flag' | 'choice' | 'spans'
  /** Values of a choice; their texts are `config.choice.<config>.<key>.<value>`. */
  readonly values?: readonly number[]
}

export interface ConfigSpec {
  /** Name in the standard, asked for and sent. */
  readonly name: ConfigName
  /** Of the answer. */
  readonly key: string
  readonly fields: readonly ConfigField[]
  /** A list in it, of rows with these fields; `counted`: how many there are stands beside it. */
  readonly rows?: {
    readonly key: string
    readonly fields: readonly ConfigField[]
    readonly most: number
    readonly counted?: boolean
  }
  /** How the form differs from what goes to the device. */
  readonly shape?: Shape
}

interface Shape {
  read(told: ConfigValue): ConfigValue
  write(form: ConfigValue): ConfigValue
}

const text = (key: string): ConfigField => ({ key, kind: 'text' })
const number = (key: string): ConfigField => ({ key, kind: 'number' })
const flag = (key: string): ConfigField => ({ key, kind: 'flag' })

/** Regions are numbered, and their corners stand together. */
const MASKS: Shape = {
  read: told => ({
    ...told,
    regions: rowsOf(told, 'regions').map(({ point }) => (isObject(point) ? { ...point } : {})),
  }),
  write: form => ({ ...form, regions: rowsOf(form, 'regions').map((point, i) => ({ seq: i + 1, point })) }),
}

const DAYS = [1, 2, 3, 4, 5, 6, 7] as const
const dayKey = (day: number) => `day${day}`

/** A week is a line of text for each day, 1 is Monday. */
const WEEK: Shape = {
  read: ({ sumNum: _, ...told }) => {
    const schedules = rowsOf(told, 'schedules')
    const days = DAYS.map(day => {
      const segments = schedules.filter(each => each['weekDay'] === day).flatMap(each => rowsOf(each, 'segments'))
      return [dayKey(day), segments.map(spanText).join(', ')]
    })
    return { ...told, ...Object.fromEntries(days) }
  },
  write: form => {
    const keys: ReadonlySet<string> = new Set([...DAYS.map(dayKey)])
    const schedules = DAYS.flatMap(weekDay => {
      const segments = spansOf(String(form[dayKey(weekDay)] ?? '')) ?? []
      return segments.length === 0 ? [] : [{ weekDay, sumNum: segments.length, segments }]
    })
    const rest = Object.fromEntries(Object.entries(form).filter(([key]) => !keys.has(key)))
    return { ...rest, sumNum: schedules.length, schedules }
  },
}

/** All configurations of the standard that have something to set. */
export const CONFIGS = [
  {
    name: 'BasicParam',
    key: 'basicParam',
    fields: [text('name'), number('expiration'), number('heartBeatInterval'), number('heartBeatCount')],
  },
  {
    name: 'OSDConfig',
    key: 'osdConfig',
    fields: [
      flag('timeEnable'),
      number('timeX'),
      number('timeY'),
      { key: 'timeType', kind: 'choice', values: [0, 1] },
      flag('textEnable'),
      number('length'),
      number('width'),
    ],
    rows: { key: 'lines', fields: [text('text'), number('x'), number('y')], most: 8, counted: true },
  },
  {
    name: 'VideoParamAttribute',
    key: 'videoParamAttribute',
    fields: [],
    rows: {
      key: 'streams',
      fields: [
        number('streamNumber'),
        text('videoFormat'),
        text('resolution'),
        text('frameRate'),
        text('bitRateType'),
        text('videoBitRate'),
      ],
      most: 8,
    },
  },
  { name: 'FrameMirror', key: 'frameMirror', fields: [{ key: 'value', kind: 'choice', values: [0, 1, 2, 3] }] },
  { name: 'AlarmReport', key: 'alarmReport', fields: [flag('motionDetection'), flag('fieldDetection')] },
  {
    name: 'VideoAlarmRecord',
    key: 'videoAlarmRecord',
    fields: [flag('recordEnable'), number('recordTime'), number('preRecordTime'), number('streamNumber')],
  },
  {
    name: 'PictureMask',
    key: 'pictureMask',
    fields: [flag('on')],
    rows: {
      key: 'regions',
      fields: [number('left'), number('top'), number('right'), number('bottom')],
      most: 4,
      counted: true,
    },
    shape: MASKS,
  },
  {
    name: 'VideoRecordPlan',
    key: 'videoRecordPlan',
    fields: [
      flag('recordEnable'),
      number('streamNumber'),
      ...DAYS.map(day => ({ key: dayKey(day), kind: 'spans' }) as const),
    ],
    shape: WEEK,
  },
  {
    name: 'SnapShotConfig',
    key: 'snapShotConfig',
    fields: [number('snapNum'), number('interval'), text('uploadUrl'), text('sessionId')],
  },
] as const satisfies readonly ConfigSpec[]

export type ConfigName =
  | 'BasicParam'
  | 'OSDConfig'
  | 'VideoParamAttribute'
  | 'FrameMirror'
  | 'AlarmReport'
  | 'VideoAlarmRecord'
  | 'PictureMask'
  | 'VideoRecordPlan'
  | 'SnapShotConfig'

export type ConfigValue = Readonly<Record<string, unknown>>

/** What was told of it, as a form holds it: FrameMirror is a number alone. Null: the device told nothing. */
export function toldOf(spec: ConfigSpec, answer: ConfigValue): ConfigValue | null {
  const told = answer[spec.key]
  if (typeof told === 'number') return { value: told }
  if (!isObject(told)) return null
  return spec.shape?.read(told) ?? { ...told }
}

/** What goes to the device. */
export function toDevice({ rows, shape }: ConfigSpec, form: ConfigValue): ConfigValue {
  const value = shape?.write(form) ?? form
  return rows?.counted ? { ...value, sumNum: rowsOf(value, rows.key).length } : value
}

/** Nothing in it that cannot be taken. */
export const isWhole = ({ fields }: ConfigSpec, form: ConfigValue): boolean =>
  fields.every(({ key, kind }) => kind !== 'spans' || spansOf(String(form[key] ?? '')) !== null)

/** A list in it; what is none is empty. */
export function rowsOf(value: ConfigValue, key: string): readonly ConfigValue[] {
  const rows = value[key]
  return Array.isArray(rows) ? rows.filter(isObject) : []
}

function isObject(value: unknown): value is ConfigValue {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** What was typed as the value of the field; undefined: it is left out. */
export function parsed({ kind }: ConfigField, text: string): string | number | undefined {
  if (kind === 'spans') return text
  if (text.trim() === '') return undefined
  if (kind !== 'number') return text
  return /^-?\d{1,9}$/.test(text.trim()) ? Number(text) : undefined
}

interface Span {
  readonly startHour: number
  readonly startMin: number
  readonly startSec: number
  readonly stopHour: number
  readonly stopMin: number
  readonly stopSec: number
}

/** The most that a device takes of one day (A.2.1). */
const MAX_SPANS = 8
const SPAN = /^(\d{1,2}):(\d{2})(?::(\d{2}))?\s*[-–—~至]\s*(\d{1,2}):(\d{2})(?::(\d{2}))?$/

/** Times of a day as they are written; none for an empty line, null for what are no times. */
export function spansOf(line: string): readonly Span[] | null {
  const spans: Span[] = []
  for (const part of line.split(/[,,、;;]/)) {
    if (part.trim() === '') continue
    const found = SPAN.exec(part.trim())
    if (found === null) return null
    const [startHour = 0, startMin = 0, startSec = 0, stopHour = 0, stopMin = 0, stopSec = 0] = found
      .slice(1)
      .map(each => Number(each ?? 0))
    const [from, to] = [secondsOf(startHour, startMin, startSec), secondsOf(stopHour, stopMin, stopSec)]
    if (from >= to || to > DAY_S || Math.max(startMin, startSec, stopMin, stopSec) > 59) return null
    spans.push({ startHour, startMin, startSec, stopHour, stopMin, stopSec })
  }
  return spans.length > MAX_SPANS ? null : spans
}

const DAY_S = 86_400
const secondsOf = (hours: number, minutes: number, seconds: number) => hours * 3600 + minutes * 60 + seconds

function spanText(span: ConfigValue): string {
  const time = (side: 'start' | 'stop') => {
    const [hours, minutes, seconds] = ['Hour', 'Min', 'Sec'].map(part => Number(span[`${side}${part}`] ?? 0))
    const parts = seconds === 0 ? [hours, minutes] : [hours, minutes, seconds]
    return parts.map(part => String(part).padStart(2, '0')).join(':')
  }
  return `${time('start')}-${time('stop')}`
}
