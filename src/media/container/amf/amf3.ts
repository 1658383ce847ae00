import { asBuffer, ByteReader } from '../../../base/bytes.ts'
import { AppError } from '../../../base/errors.ts'
import { AmfBudget, type AmfObject, AmfReferences, type AmfValue } from './amf-value.ts'

/** Markers of the AMF3 specification §3.1. */
const UNDEFINED = 0x00
const NULL = 0x01
const FALSE = 0x02
const TRUE = 0x03
const INTEGER = 0x04
const DOUBLE = 0x05
const STRING = 0x06
const XML_DOCUMENT = 0x07
const DATE = 0x08
const ARRAY = 0x09
const OBJECT = 0x0a
const XML = 0x0b
const BYTE_ARRAY = 0x0c
const VECTOR_INT = 0x0d
const VECTOR_UINT = 0x0e
const VECTOR_DOUBLE = 0x0f
const VECTOR_OBJECT = 0x10
const DICTIONARY = 0x11

interface Traits {
  readonly dynamic: boolean
  readonly names: readonly string[]
}

/** All values of an AMF3 body. Throws AppError BYTES_TOO_SHORT, BYTES_INVALID or LIMIT_EXCEEDED. */
export function decodeAmf3(bytes: Uint8Array): AmfValue[] {
  const input = new ByteReader(bytes, 'AMF3 value')
  const reader = new Amf3Reader(input, new AmfBudget())
  const values: AmfValue[] = []
  while (input.left > 0) values.push(reader.value())
  return values
}

/**
 * AMF3 with its three reference tables (strings, complex values, traits). Read only: we answer in AMF0, which every
 * client that sends AMF3 understands. Externalizable classes have no self-describing size and are refused.
 */
export class Amf3Reader {
  readonly #reader: ByteReader
  readonly #budget: AmfBudget
  readonly #references: AmfReferences
  readonly #strings: string[] = []
  readonly #traits: Traits[] = []

  constructor(reader: ByteReader, budget: AmfBudget) {
    this.#reader = reader
    this.#budget = budget
    this.#references = new AmfReferences(budget)
  }

  value(): AmfValue {
    this.#budget.spend(1)
    const marker = this.#reader.u8()
    switch (marker) {
      case UNDEFINED:
        return undefined
      case NULL:
        return null
      case FALSE:
        return false
      case TRUE:
        return true
      case INTEGER:
        return (this.#u29() << 3) >> 3 // 29-bit two's complement
      case DOUBLE:
        return this.#reader.f64()
      case STRING:
        return this.#string()
      case XML_DOCUMENT:
      case XML:
        return this.#complex(size => asBuffer(this.#reader.view(size)).toString('utf8'))
      case DATE:
        return this.#complex(() => new Date(this.#reader.f64()))
      case ARRAY:
        return this.#complex(count => this.#array(count))
      case OBJECT:
        return this.#complex(header => this.#object(header))
      case BYTE_ARRAY:
        return this.#complex(size => this.#list(size, () => this.#reader.u8()))
      case VECTOR_INT:
        return this.#vector(() => this.#reader.i32())
      case VECTOR_UINT:
        return this.#vector(() => this.#reader.u32())
      case VECTOR_DOUBLE:
        return this.#vector(() => this.#reader.f64())
      case VECTOR_OBJECT:
        return this.#complex(count => {
          this.#reader.skip(1) // fixed-vector
          this.#string() // object-type-name
          return this.#values(count)
        })
      case DICTIONARY:
        return this.#complex(count => this.#dictionary(count))
      default:
        throw new AppError('BYTES_INVALID', { what: 'AMF3 marker', reason: `0x${marker.toString(16)}` })
    }
  }

  /** Variable length unsigned 29-bit integer, §1.3.1. */
  #u29(): number {
    let value = 0
    for (let i = 0; i < 3; i++) {
      const byte = this.#reader.u8()
      value = (value << 7) | (byte & 0x7f)
      if (byte < 0x80) return value
    }
    return (value << 8) | this.#reader.u8()
  }

  #string(): string {
    const header = this.#u29()
    if ((header & 1) === 0) {
      const text = this.#strings[header >> 1]
      if (text === undefined) throw invalid('string reference', `no string ${header >> 1}`)
      return text
    }
    const text = asBuffer(this.#reader.view(header >> 1)).toString('utf8')
    if (text !== '') this.#strings.push(text) // the empty string is never sent by reference
    return text
  }

  /** U29O: low bit 0 refers to an earlier value; otherwise the other 28 bits are handed to `read`. */
  #complex<T extends AmfValue>(read: (header: number) => T): AmfValue {
    const header = this.#u29()
    if ((header & 1) === 0) return this.#references.get(header >> 1)
    return this.#references.define(() => read(header >> 1))
  }

  #array(count: number): AmfValue {
    const named: Record<string, AmfValue> = Object.create(null)
    for (let key = this.#string(); key !== ''; key = this.#string()) named[key] = this.value()
    const dense = this.#values(count)
    if (Object.keys(named).length === 0) return dense
    dense.forEach((value, index) => {
      named[index] = value
    })
    return named
  }

  #object(header: number): AmfObject {
    const traits = this.#readTraits(header)
    const object: Record<string, AmfValue> = Object.create(null)
    for (const name of traits.names) object[name] = this.value()
    if (traits.dynamic) {
      for (let key = this.#string(); key !== ''; key = this.#string()) object[key] = this.value()
    }
    return object
  }

  /** Bits above the reference bit: traits inline, externalizable, dynamic, count of sealed members. §3.12. */
  #readTraits(header: number): Traits {
    if ((header & 1) === 0) {
      const traits = this.#traits[header >> 1]
      if (!traits) throw invalid('traits reference', `no traits ${header >> 1}`)
      return traits
    }
    if (header & 2) throw invalid('object', 'externalizable class')
    this.#string() // class name
    const names: string[] = []
    for (let count = header >> 3; count > 0; count--) {
      this.#budget.spend(1)
      names.push(this.#string())
    }
    const traits: Traits = { dynamic: (header & 4) !== 0, names }
    this.#traits.push(traits)
    return traits
  }

  #dictionary(count: number): AmfObject {
    this.#reader.skip(1) // weak-keys
    const object: Record<string, AmfValue> = Object.create(null)
    for (let i = 0; i < count; i++) {
      const key = this.value()
      if (typeof key === 'object' && key !== null) throw invalid('dictionary', 'key is not a primitive')
      object[String(key)] = this.value()
    }
    return object
  }

  #vector(read: () => number): AmfValue {
    return this.#complex(count => {
      this.#reader.skip(1) // fixed-vector
      return this.#list(count, read)
    })
  }

  #values(count: number): AmfValue[] {
    const values: AmfValue[] = []
    for (let i = 0; i < count; i++) values.push(this.value())
    return values
  }

  #list(count: number, read: () => number): AmfValue[] {
    this.#budget.spend(count)
    return Array.from({ length: count }, read)
  }
}

function invalid(what: string, reason: string): AppError {
  return new AppError('BYTES_INVALID', { what: `AMF3 ${what}`, reason })
}
