import { AppError } from '../../../base/errors.ts'
import { branch, childOf, childrenOf, leaf, type XmlElement } from './xml.ts'

/**
 * One property of a message and how it stands in XML, in both directions. Reading is lenient (what cannot be understood
 * is as if it were missing), writing is strict: AppError INVALID names the element.
 */
export interface Field<T, Needed extends boolean = boolean> {
  readonly needed: Needed
  /** Undefined when it is missing or makes no sense. */
  read(parent: XmlElement): T | undefined
  write(value: T): readonly XmlElement[]
}

// biome-ignore lint/suspicious/noExplicitAny: fields of any value; `unknown` would not accept the writers
export type Fields = Readonly<Record<string, Field<any>>>

type Of<F> = F extends Field<infer T> ? T : never
type NeededKey<F extends Fields> = { [K in keyof F]: F[K] extends Field<infer _, true> ? K : never }[keyof F]

/** The value of a set of fields: needed ones are properties, the others optional properties. */
export type ValueOf<F extends Fields> = {
  readonly [K in NeededKey<F>]: Of<F[K]>
} & {
  readonly [K in Exclude<keyof F, NeededKey<F>>]?: Of<F[K]> | undefined
}

function invalid(name: string, reason: string): never {
  throw new AppError('INVALID', { field: name, reason })
}

function simple<T>(name: string, parse: (text: string) => T | undefined, print: (value: T) => string): Field<T, false> {
  return {
    needed: false,
    read: parent => {
      const text = childOf(parent, name)?.text
      return text === undefined || text === '' ? undefined : parse(text)
    },
    write: value => [leaf(name, print(value))],
  }
}

/** The field must be there: a message (or an item of a list) without it is not read. */
export function needed<T>(field: Field<T, false>): Field<T, true> {
  return { ...field, needed: true }
}

/** The first of `fields` is written; any of them is read. For the spellings of the editions and the typing errors. */
export function spelt<T>(first: Field<T, false>, ...others: readonly Field<T, false>[]): Field<T, false> {
  return {
    ...first,
    read: parent => {
      for (const field of [first, ...others]) {
        const value = field.read(parent)
        if (value !== undefined) return value
      }
      return undefined
    },
  }
}

interface TextRule {
  /** Most characters the standard allows when we write. */
  readonly max?: number
  readonly pattern?: RegExp
}

export function text(name: string, rule: TextRule = {}): Field<string, false> {
  return simple(
    name,
    words => words,
    value => {
      if (rule.max !== undefined && value.length > rule.max) invalid(name, `has more than ${rule.max} characters`)
      if (rule.pattern && !rule.pattern.test(value)) invalid(name, 'is not written as the standard wants it')
      return value
    },
  )
}

/** `YYYY-MM-DDThh:mm:ss` in the device's own time zone; see gb-time.ts. */
export const time = (name: string): Field<string, false> =>
  text(name, { pattern: /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,3})?$/ })

/** An id of the catalog: 20 digits or an area; what devices send is not checked. */
export const id = (name: string): Field<string, false> => text(name, { pattern: /^(\d{2}|\d{4}|\d{6}|\d{8}|\d{20})$/ })

interface NumberRule {
  readonly min?: number
  readonly max?: number
  /** Fraction digits written; 0 for an integer. */
  readonly digits?: number
}

function checkRange(name: string, value: number, rule: NumberRule): void {
  if (!Number.isFinite(value)) invalid(name, 'is not a number')
  if (rule.min !== undefined && value < rule.min) invalid(name, `is under ${rule.min}`)
  if (rule.max !== undefined && value > rule.max) invalid(name, `is over ${rule.max}`)
}

/** The number at the start of a text: devices add units and leave fields as 'null' or 'N/A'. */
function leadingNumber(words: string): number | undefined {
  const digits = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d{1,2})?/i.exec(words)?.[0]
  const value = digits === undefined ? Number.NaN : Number(digits)
  return Number.isFinite(value) ? value : undefined
}

export function integer(name: string, rule: NumberRule = {}): Field<number, false> {
  return simple(
    name,
    words => {
      const value = leadingNumber(words)
      return value === undefined || Math.abs(value) > Number.MAX_SAFE_INTEGER ? undefined : Math.trunc(value)
    },
    value => {
      if (!Number.isInteger(value)) invalid(name, 'is not an integer')
      checkRange(name, value, rule)
      return String(value)
    },
  )
}

export function decimal(name: string, rule: NumberRule = {}): Field<number, false> {
  return simple(name, leadingNumber, value => {
    checkRange(name, value, rule)
    // shortest form with at most these digits: 30.2500 is 30.25
    return String(Number(value.toFixed(rule.digits ?? 6)))
  })
}

/** A word of a closed list, read in any capitals. `also` are other words devices use, in capitals. */
export function word<const W extends string>(
  name: string,
  words: readonly W[],
  also: Readonly<Record<string, W>> = {},
): Field<W, false> {
  const known = new Map<string, W>([...Object.entries(also), ...words.map(w => [w.toUpperCase(), w] as const)])
  return simple(
    name,
    found => known.get(found.toUpperCase()),
    value => {
      if (!words.includes(value)) invalid(name, `is none of ${words.join(', ')}`)
      return value
    },
  )
}

/** 0 or 1. */
export function flag(name: string): Field<boolean, false> {
  return simple(
    name,
    words => {
      if (/^(1|true|on|yes)$/i.test(words)) return true
      return /^(0|false|off|no)$/i.test(words) ? false : undefined
    },
    value => (value ? '1' : '0'),
  )
}

/** The type ResultType of the standard. */
export const result = (name = 'Result'): Field<'OK' | 'ERROR', false> =>
  word(name, ['OK', 'ERROR'], { SUCCESS: 'OK', TRUE: 'OK', FAIL: 'ERROR', FAILED: 'ERROR', FALSE: 'ERROR' })

/** The type StatusType of the standard. */
export const onOff = (name: string): Field<'ON' | 'OFF', false> =>
  word(name, ['ON', 'OFF'], { ONLINE: 'ON', OK: 'ON', '1': 'ON', OFFLINE: 'OFF', '0': 'OFF', ERROR: 'OFF' })

/** Texts in one element, joined by '/'. */
export function slashTexts(name: string): Field<readonly string[], false> {
  return simple(
    name,
    words =>
      words
        .split('/')
        .map(part => part.trim())
        .filter(part => part !== ''),
    values => {
      if (values.some(value => value === '' || value.includes('/'))) invalid(name, 'has an empty part or a slash')
      return values.join('/')
    },
  )
}

/** Integers in one element, joined by '/'. */
export function slashIntegers(name: string): Field<readonly number[], false> {
  return simple(
    name,
    words =>
      words
        .split('/')
        .map(leadingNumber)
        .filter(value => value !== undefined)
        .map(Math.trunc),
    values => values.join('/'),
  )
}

/** A rectangle as `left,top,right,bottom` in pixels. */
export interface Rectangle {
  readonly left: number
  readonly top: number
  readonly right: number
  readonly bottom: number
}

export function rectangle(name: string): Field<Rectangle, false> {
  return simple(
    name,
    words => {
      const [left, top, right, bottom] = words.split(/[,，\s]+/).map(leadingNumber)
      if (left === undefined || top === undefined || right === undefined || bottom === undefined) return undefined
      return { left, top, right, bottom }
    },
    value => {
      for (const edge of [value.left, value.top, value.right, value.bottom]) checkRange(name, edge, { min: 0 })
      return `${value.left},${value.top},${value.right},${value.bottom}`
    },
  )
}

/** An element taken and given as it is: what we pass on without understanding it. */
export function verbatim(name: string): Field<XmlElement, false> {
  return { needed: false, read: parent => childOf(parent, name), write: value => [value] }
}

/** The value of an element, or null when a needed field is missing. */
export function readFields<F extends Fields>(fields: F, element: XmlElement): ValueOf<F> | null {
  const value: Record<string, unknown> = {}
  for (const key in fields) {
    const field = fields[key]
    if (field === undefined) continue
    const found: unknown = field.read(element)
    if (found !== undefined) value[key] = found
    else if (field.needed) return null
  }
  return value as ValueOf<F> // built key by key from the same table the type is made of
}

/** Children in the order of the table. Throws AppError INVALID for a needed field that is missing. */
export function writeFields<F extends Fields>(fields: F, value: ValueOf<F>, parent: string): XmlElement[] {
  const given: Readonly<Record<string, unknown>> = value
  const out: XmlElement[] = []
  for (const key in fields) {
    const field = fields[key]
    const one = given[key]
    if (field === undefined) continue
    if (one !== undefined) out.push(...field.write(one))
    else if (field.needed) invalid(parent, `${key} is missing`)
  }
  return out
}

/** An element with children of its own. */
export function group<F extends Fields>(name: string, fields: F): Field<ValueOf<F>, false> {
  return {
    needed: false,
    read: parent => {
      const element = childOf(parent, name)
      return element === undefined ? undefined : (readFields(fields, element) ?? undefined)
    },
    write: value => [branch(name, writeFields(fields, value, name))],
  }
}

interface ListRule {
  /** Most items when we write. */
  readonly max?: number
}

/** Items side by side without a list around them, e.g. `RecordSchedule`. Missing is an empty list. */
export function repeated<F extends Fields>(
  name: string,
  fields: F,
  rule: ListRule = {},
): Field<readonly ValueOf<F>[], true> {
  return {
    needed: true,
    read: parent => readItems(fields, childrenOf(parent, name)),
    write: values => {
      checkCount(name, values.length, rule)
      return values.map(value => branch(name, writeFields(fields, value, name)))
    },
  }
}

function readItems<F extends Fields>(fields: F, elements: readonly XmlElement[]): ValueOf<F>[] {
  return elements.map(element => readFields(fields, element)).filter(value => value !== null)
}

function checkCount(name: string, count: number, rule: ListRule): void {
  if (rule.max !== undefined && count > rule.max) invalid(name, `has more than ${rule.max} items`)
}

/**
 * `<name Num="n"><item>...</item></name>`. Num is written and never believed: devices count wrong. Items without a
 * needed field are left out. An empty list is left out altogether (Annex M), a missing one read as empty.
 */
export function list<F extends Fields>(
  name: string,
  item: string,
  fields: F,
  rule: ListRule = {},
): Field<readonly ValueOf<F>[], true> {
  return {
    needed: true,
    read: parent => {
      const element = childOf(parent, name)
      return element === undefined ? [] : readItems(fields, childrenOf(element, item))
    },
    write: values => {
      checkCount(name, values.length, rule)
      if (values.length === 0) return []
      const children = values.map(value => branch(item, writeFields(fields, value, item)))
      return [{ ...branch(name, children), attributes: { Num: String(values.length) } }]
    },
  }
}

/** Texts, each in an element of its own, in an element around them or (null) directly. */
export function texts(name: string | null, item: string, rule: ListRule = {}): Field<readonly string[], true> {
  return {
    needed: true,
    read: parent => {
      const around = name === null ? parent : childOf(parent, name)
      const found = around === undefined ? [] : childrenOf(around, item)
      return found.map(element => element.text).filter(words => words !== '')
    },
    write: values => {
      checkCount(item, values.length, rule)
      const children = values.map(value => leaf(item, value))
      if (name === null) return children
      return values.length === 0 ? [] : [branch(name, children)]
    },
  }
}
