import { asBuffer, ByteReader } from '../../../base/bytes.ts'
import { AppError } from '../../../base/errors.ts'
import { AmfBudget, type AmfObject, AmfReferences, type AmfValue, EcmaArray, MAX_DEPTH } from './amf-value.ts'
import { Amf3Reader } from './amf3.ts'

export { type AmfObject, type AmfValue, EcmaArray } from './amf-value.ts'

/** Markers of the AMF0 specification §2.1. */
const NUMBER = 0x00
const BOOLEAN = 0x01
const STRING = 0x02
const OBJECT = 0x03
const NULL = 0x05
const UNDEFINED = 0x06
const REFERENCE = 0x07
const ECMA_ARRAY = 0x08
const OBJECT_END = 0x09
const STRICT_ARRAY = 0x0a
const DATE = 0x0b
const LONG_STRING = 0x0c
const UNSUPPORTED = 0x0d
const XML_DOCUMENT = 0x0f
const TYPED_OBJECT = 0x10
const AVM_PLUS = 0x11

/** What we write are commands and metadata of a few hundred bytes; shared strings of a peer must not multiply past this. */
const MAX_ENCODED_BYTES = 1024 * 1024

/**
 * All values of an AMF0 body: a command message or the content of a script tag.
 * Throws AppError BYTES_TOO_SHORT, BYTES_INVALID or LIMIT_EXCEEDED (MAX_DEPTH, MAX_VALUES).
 */
export function decodeAmf0(bytes: Uint8Array): AmfValue[] {
  const reader = new Amf0Reader(bytes)
  const values: AmfValue[] = []
  while (reader.left > 0) values.push(reader.value())
  return values
}

class Amf0Reader {
  readonly #reader: ByteReader
  readonly #budget = new AmfBudget()
  readonly #references = new AmfReferences(this.#budget)

  constructor(bytes: Uint8Array) {
    this.#reader = new ByteReader(bytes, 'AMF0 value')
  }

  get left(): number {
    return this.#reader.left
  }

  value(): AmfValue {
    this.#budget.spend(1)
    const marker = this.#reader.u8()
    switch (marker) {
      case NUMBER:
        return this.#reader.f64()
      case BOOLEAN:
        return this.#reader.u8() !== 0
      case STRING:
        return this.#utf8(this.#reader.u16())
      case LONG_STRING:
      case XML_DOCUMENT:
        return this.#utf8(this.#reader.u32())
      case OBJECT:
        return this.#references.define(() => this.#properties(false))
      case TYPED_OBJECT:
        this.#utf8(this.#reader.u16())
        return this.#references.define(() => this.#properties(false))
      case ECMA_ARRAY:
        this.#reader.skip(4) // associative-count: a hint that encoders get wrong, the end marker decides
        return this.#references.define(() => this.#properties(true))
      case STRICT_ARRAY:
        return this.#references.define(() => this.#strictArray())
      case DATE:
        return this.#date()
      case NULL:
        return null
      case UNDEFINED:
      case UNSUPPORTED:
        return undefined
      case REFERENCE:
        return this.#references.get(this.#reader.u16())
      case AVM_PLUS:
        // Reference tables of AMF3 start anew at each switch (AMF0 §3.1).
        return new Amf3Reader(this.#reader, this.#budget).value()
      default:
        throw new AppError('BYTES_INVALID', { what: 'AMF0 marker', reason: `0x${marker.toString(16)}` })
    }
  }

  #utf8(size: number): string {
    return asBuffer(this.#reader.view(size)).toString('utf8')
  }

  /** `endOptional`: some encoders end an ECMA array with the message instead of the object-end marker. */
  #properties(endOptional: boolean): AmfObject {
    const object: Record<string, AmfValue> = Object.create(null)
    while (!(endOptional && this.#reader.left === 0)) {
      const key = this.#utf8(this.#reader.u16())
      if (key === '' && this.#reader.bytes[this.#reader.offset] === OBJECT_END) {
        this.#reader.skip(1)
        break
      }
      object[key] = this.value()
    }
    return object
  }

  #strictArray(): AmfValue[] {
    const count = this.#reader.u32()
    const values: AmfValue[] = []
    for (let i = 0; i < count; i++) values.push(this.value())
    return values
  }

  #date(): Date {
    const milliseconds = this.#reader.f64()
    this.#reader.skip(2) // time-zone: reserved, 0
    return new Date(milliseconds)
  }
}

/** Throws AppError LIMIT_EXCEEDED when values nest past MAX_DEPTH or take more than MAX_ENCODED_BYTES. */
export function encodeAmf0(...values: readonly AmfValue[]): Buffer {
  const writer = new Amf0Writer()
  for (const value of values) writer.value(value)
  return writer.finish()
}

class Amf0Writer {
  readonly #parts: Buffer[] = []
  #size = 0
  #depth = 0

  finish(): Buffer {
    return Buffer.concat(this.#parts, this.#size)
  }

  value(value: AmfValue): void {
    if (value === undefined) this.#marker(UNDEFINED)
    else if (value === null) this.#marker(NULL)
    else if (typeof value === 'boolean') this.#put(Buffer.of(BOOLEAN, value ? 1 : 0))
    else if (typeof value === 'number') this.#number(NUMBER, value)
    else if (typeof value === 'string') this.#string(value)
    else if (value instanceof Date) {
      this.#number(DATE, value.getTime())
      this.#put(Buffer.alloc(2))
    } else this.#complex(value)
  }

  #complex(value: readonly AmfValue[] | AmfObject | EcmaArray): void {
    if (this.#depth >= MAX_DEPTH) {
      throw new AppError('LIMIT_EXCEEDED', { what: 'AMF nesting', size: this.#depth + 1, limit: MAX_DEPTH })
    }
    this.#depth++
    if (isArray(value)) {
      this.#counted(STRICT_ARRAY, value.length)
      for (const element of value) this.value(element)
    } else if (value instanceof EcmaArray) {
      this.#counted(ECMA_ARRAY, Object.keys(value.properties).length)
      this.#properties(value.properties)
    } else {
      this.#marker(OBJECT)
      // The class guard above leaves only plain objects; its structural type does not say so.
      this.#properties(value as AmfObject)
    }
    this.#depth--
  }

  #properties(object: AmfObject): void {
    for (const [key, value] of Object.entries(object)) {
      this.#key(Buffer.from(key, 'utf8'))
      this.value(value)
    }
    this.#put(Buffer.of(0, 0, OBJECT_END))
  }

  #key(text: Buffer): void {
    if (text.length > 0xffff) {
      throw new AppError('LIMIT_EXCEEDED', { what: 'AMF0 property name', size: text.length, limit: 0xffff })
    }
    this.#put(Buffer.of(text.length >> 8, text.length & 0xff))
    this.#put(text)
  }

  #string(value: string): void {
    const text = Buffer.from(value, 'utf8')
    if (text.length > 0xffff) {
      this.#counted(LONG_STRING, text.length)
      this.#put(text)
    } else {
      this.#marker(STRING)
      this.#key(text)
    }
  }

  #marker(marker: number): void {
    this.#put(Buffer.of(marker))
  }

  #number(marker: number, value: number): void {
    const bytes = Buffer.alloc(9)
    bytes[0] = marker
    bytes.writeDoubleBE(value, 1)
    this.#put(bytes)
  }

  #counted(marker: number, count: number): void {
    const bytes = Buffer.alloc(5)
    bytes[0] = marker
    bytes.writeUInt32BE(count, 1)
    this.#put(bytes)
  }

  #put(bytes: Buffer): void {
    this.#size += bytes.length
    if (this.#size > MAX_ENCODED_BYTES) {
      throw new AppError('LIMIT_EXCEEDED', { what: 'AMF0 message', size: this.#size, limit: MAX_ENCODED_BYTES })
    }
    this.#parts.push(bytes)
  }
}

/** Array.isArray does not narrow readonly arrays. */
function isArray(value: unknown): value is readonly AmfValue[] {
  return Array.isArray(value)
}
