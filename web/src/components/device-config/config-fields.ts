/** How a field of a configuration (§A.2.3.2) is written. Names are those of the platform's answers. */
export interface ConfigField {
  readonly key: string
  readonly kind: 'text' | 'number' | 'flag' | 'choice'
  /** Values of a choice; their texts are `config.choice.<config>.<key>.<value>`. */
  readonly values?: readonly number[]
}

export interface ConfigSpec {
  /** Name in the standard, asked for and sent. */
  readonly name: ConfigName
  /** Of the answer. */
  readonly key: string
  readonly fields: readonly ConfigField[]
  /** A list in it, of rows with these fields. */
  readonly rows?: { readonly key: string; readonly fields: readonly ConfigField[]; readonly most: number }
}

const text = (key: string): ConfigField => ({ key, kind: 'text' })
const number = (key: string): ConfigField => ({ key, kind: 'number' })
const flag = (key: string): ConfigField => ({ key, kind: 'flag' })

/** Those that have a form; the others are edited as they are told. */
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
    rows: { key: 'lines', fields: [text('text'), number('x'), number('y')], most: 8 },
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
  { name: 'PictureMask', key: 'pictureMask', fields: [] },
  { name: 'VideoRecordPlan', key: 'videoRecordPlan', fields: [] },
  { name: 'SnapShotConfig', key: 'snapShotConfig', fields: [] },
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
  return typeof told === 'object' && told !== null && !Array.isArray(told) ? { ...told } : null // a copy of what came as JSON
}

/** A list in it; what is none is empty. */
export function rowsOf(value: ConfigValue, key: string): readonly ConfigValue[] {
  const rows = value[key]
  return Array.isArray(rows) ? rows.filter(row => typeof row === 'object' && row !== null) : []
}

/** What was typed as the value of the field; undefined: it is left out. */
export function parsed({ kind }: ConfigField, text: string): string | number | undefined {
  if (text.trim() === '') return undefined
  if (kind !== 'number') return text
  return /^-?\d{1,9}$/.test(text.trim()) ? Number(text) : undefined
}

/** Null: no JSON object. */
export function parsedJson(text: string): ConfigValue | null {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as ConfigValue) : null // just asked
  } catch {
    return null
  }
}
