import { AppError } from '../../../base/errors.ts'

/**
 * A value of AMF0 or AMF3. Both anonymous and typed objects, ECMA arrays and dictionaries are read as `AmfObject`
 * (the class name is dropped), XML as string, 'unsupported' as undefined, byte arrays and vectors as arrays of numbers.
 */
export type AmfValue = number | boolean | string | null | undefined | Date | readonly AmfValue[] | AmfObject | EcmaArray

/** Has no prototype when it was read from a peer, so that no key can reach one. */
export interface AmfObject {
  readonly [key: string]: AmfValue
}

/** Asks the writer for the ECMA array marker, which players expect around onMetaData. Reading gives an AmfObject. */
export class EcmaArray {
  readonly properties: AmfObject

  constructor(properties: AmfObject) {
    this.properties = properties
  }
}

/** Commands of real encoders nest three deep; past this it is an attack on the stack. */
export const MAX_DEPTH = 24
/** Values of one message, counted as if references were written out. The longest honest keyframe indexes stay below. */
export const MAX_VALUES = 20_000

/** Counts what one message may contain; shared between AMF0 and the AMF3 values inside of it. */
export class AmfBudget {
  #depth = 0
  /** Values so far. */
  spent = 0

  /** Throws AppError LIMIT_EXCEEDED past MAX_VALUES. */
  spend(count: number): void {
    this.spent += count
    if (this.spent > MAX_VALUES) {
      throw new AppError('LIMIT_EXCEEDED', { what: 'number of AMF values', size: this.spent, limit: MAX_VALUES })
    }
  }

  /** Runs `read` one level deeper. Throws AppError LIMIT_EXCEEDED past MAX_DEPTH. */
  nested<T>(read: () => T): T {
    if (this.#depth >= MAX_DEPTH) {
      throw new AppError('LIMIT_EXCEEDED', { what: 'AMF nesting', size: this.#depth + 1, limit: MAX_DEPTH })
    }
    this.#depth++
    const value = read()
    this.#depth--
    return value
  }
}

/**
 * Complex values in the order in which they began, for references. A value may be referred to only once it is
 * complete: a cycle would hang whoever walks the value. Each reference spends as many values as what it refers to.
 */
export class AmfReferences {
  readonly #values: ({ readonly value: AmfValue; readonly cost: number } | null)[] = []
  readonly #budget: AmfBudget

  constructor(budget: AmfBudget) {
    this.#budget = budget
  }

  /** Reserves the next index, then reads the value. */
  define<T extends AmfValue>(read: () => T): T {
    const index = this.#values.push(null) - 1
    const before = this.#budget.spent
    const value = this.#budget.nested(read)
    this.#values[index] = { value, cost: this.#budget.spent - before + 1 }
    return value
  }

  /** Throws AppError BYTES_INVALID for an index not seen or a value still open. */
  get(index: number): AmfValue {
    const entry = this.#values[index]
    if (!entry) throw new AppError('BYTES_INVALID', { what: 'AMF reference', reason: `no complete value ${index}` })
    this.#budget.spend(entry.cost)
    return entry.value
  }
}
