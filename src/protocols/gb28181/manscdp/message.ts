import { AppError } from '../../../base/errors.ts'
import { decodeText, encodeText, type GbCharset } from '../charset.ts'
import { type Fields, id, integer, needed, readFields, type ValueOf, writeFields } from './schema.ts'
import { branch, childOf, leaf, parseXml, writeXml, type XmlElement } from './xml.ts'

/** `Content-Type` of MESSAGE, SUBSCRIBE and NOTIFY bodies. GB/T 28181-2022 §8.3 and Annex A. */
export const MANSCDP_CONTENT_TYPE = 'Application/MANSCDP+xml'

export type Root = 'Control' | 'Query' | 'Notify' | 'Response'
const ROOTS: readonly Root[] = ['Control', 'Query', 'Notify', 'Response']

/** What every body has, whatever it says. Annex A.2. */
export interface Envelope {
  readonly root: Root
  readonly cmdType: string
  /** The answer repeats it; 0 when the device sent none. */
  readonly sn: number
  /** Whom it is about; '' when there is none, as in Broadcast. */
  readonly deviceId: string
  readonly element: XmlElement
  /** What the sender wrote in: answers use the same. Null when the body cannot tell. */
  readonly charset: GbCharset | null
  readonly mislabelled: boolean
}

/** Throws AppError BYTES_INVALID when it is no MANSCDP body, LIMIT_EXCEEDED when it is too large. */
export function parseEnvelope(body: Uint8Array): Envelope {
  const decoded = decodeText(body)
  const element = parseXml(decoded.text)
  const root = ROOTS.find(name => name.toLowerCase() === element.name.toLowerCase())
  const cmdType = childOf(element, 'CmdType')?.text
  if (root === undefined || !cmdType) {
    throw new AppError('BYTES_INVALID', {
      what: 'MANSCDP body',
      reason: `<${element.name.slice(0, 40)}> without CmdType`,
    })
  }
  return {
    root,
    cmdType,
    sn: integer('SN').read(element) ?? 0,
    deviceId: childOf(element, 'DeviceID')?.text ?? '',
    element,
    charset: decoded.charset,
    mislabelled: decoded.mislabelled,
  }
}

const HEAD = { sn: needed(integer('SN', { min: 1 })), deviceId: needed(id('DeviceID')) } as const
type Head = ValueOf<typeof HEAD>

/** One message of the standard, for the side that writes it and the side that reads it. */
export interface Message<T> {
  readonly root: Root
  readonly cmdType: string
  matches(envelope: Envelope): boolean
  /** Throws AppError BYTES_INVALID when what makes the message useful is missing. */
  read(envelope: Envelope): T
  /** Throws AppError INVALID for what the standard does not allow. */
  write(value: T): XmlElement
}

/** What `read` gives and `write` takes. */
export type MessageValue<M> = M extends Message<infer T> ? T : never

export function message<F extends Fields>(root: Root, cmdType: string, fields: F): Message<Head & ValueOf<F>> {
  return {
    ...bare(root, cmdType, fields),
    read: envelope => {
      const value = readFields(fields, envelope.element)
      if (value === null) return incomplete(root, cmdType)
      return { sn: envelope.sn, deviceId: envelope.deviceId, ...value }
    },
    write: value =>
      branch(root, [
        leaf('CmdType', cmdType),
        ...writeFields(HEAD, value, cmdType),
        ...writeFields(fields, value, cmdType),
      ]),
  }
}

function incomplete(root: Root, cmdType: string): never {
  throw new AppError('BYTES_INVALID', { what: `${root} ${cmdType}`, reason: 'an element it needs is missing' })
}

/** A message without DeviceID. */
export function bare<F extends Fields>(
  root: Root,
  cmdType: string,
  fields: F,
): Message<{ readonly sn: number } & ValueOf<F>> {
  const head = { sn: HEAD.sn }
  return {
    root,
    cmdType,
    matches: envelope => envelope.root === root && envelope.cmdType.toLowerCase() === cmdType.toLowerCase(),
    read: envelope => {
      const value = readFields(fields, envelope.element)
      if (value === null) return incomplete(root, cmdType)
      return { sn: envelope.sn, ...value }
    },
    write: value =>
      branch(root, [
        leaf('CmdType', cmdType),
        ...writeFields(head, value, cmdType),
        ...writeFields(fields, value, cmdType),
      ]),
  }
}

/** The body of a request, in what the other side writes. */
export function writeBody<T>(kind: Message<T>, value: T, charset: GbCharset): Buffer {
  return encodeText(writeXml(kind.write(value), charset), charset)
}
