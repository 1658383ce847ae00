import { inflateRawSync } from 'node:zlib'
import { AppError } from '../../base/errors.ts'

/** Bytes of one unpacked file: a sheet of 5000 rows has 2 to 4 MB; more is a bomb. */
const MAX_FILE_BYTES = 8 * 1024 * 1024
const MAX_FILES = 1000
const END = 0x06054b50
const ENTRY = 0x02014b50
const LOCAL = 0x04034b50
/** The end of the directory has at most a comment of 64 kB behind it. */
const MAX_COMMENT = 65_535
const [STORED, DEFLATED] = [0, 8]

interface Entry {
  readonly method: number
  readonly packedBytes: number
  readonly at: number
}

/** Reads files out of a ZIP archive (PKWARE APPNOTE 6.3). Neither encrypted nor ZIP64: spreadsheets are not. */
export class ZipFile {
  readonly #bytes: Buffer
  readonly #entries = new Map<string, Entry>()

  /** Throws INVALID. */
  constructor(bytes: Uint8Array) {
    this.#bytes = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    const end = this.#findEnd()
    const count = this.#u16(end + 10)
    if (count > MAX_FILES) throw broken(`has more than ${MAX_FILES} files`)
    let at = this.#u32(end + 16)
    for (let i = 0; i < count; i++) {
      if (this.#u32(at) !== ENTRY) throw broken('has a damaged directory')
      const [name, extra, comment] = [this.#u16(at + 28), this.#u16(at + 30), this.#u16(at + 32)]
      const entry = { method: this.#u16(at + 10), packedBytes: this.#u32(at + 20), at: this.#u32(at + 42) }
      this.#entries.set(this.#bytes.toString('utf8', at + 46, at + 46 + name), entry)
      at += 46 + name + extra + comment
    }
  }

  /** Null when there is no such file. Throws INVALID. */
  read(name: string): string | null {
    const entry = this.#entries.get(name)
    if (!entry) return null
    const { at, method, packedBytes } = entry
    if (this.#u32(at) !== LOCAL) throw broken('has a damaged file')
    const from = at + 30 + this.#u16(at + 26) + this.#u16(at + 28)
    const packed = this.#bytes.subarray(from, from + packedBytes)
    if (packed.length < packedBytes) throw broken('is cut off')
    if (method === STORED) return packed.toString('utf8')
    if (method !== DEFLATED) throw broken('is packed in a way that is not supported')
    try {
      return inflateRawSync(packed, { maxOutputLength: MAX_FILE_BYTES }).toString('utf8')
    } catch (error) {
      throw broken('cannot be unpacked', error)
    }
  }

  #findEnd(): number {
    const last = this.#bytes.length - 22
    for (let at = last; at >= Math.max(0, last - MAX_COMMENT); at--) if (this.#u32(at) === END) return at
    throw broken('is no ZIP archive')
  }

  #u16(at: number): number {
    if (at < 0 || at + 2 > this.#bytes.length) throw broken('is cut off')
    return this.#bytes.readUInt16LE(at)
  }

  #u32(at: number): number {
    if (at < 0 || at + 4 > this.#bytes.length) throw broken('is cut off')
    return this.#bytes.readUInt32LE(at)
  }
}

function broken(reason: string, cause?: unknown): AppError {
  return new AppError('INVALID', { field: 'body.file', reason: `the spreadsheet ${reason}` }, { cause })
}
