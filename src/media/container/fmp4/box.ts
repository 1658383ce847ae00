import { ByteReader } from '../../../base/bytes.ts'
import { AppError } from '../../../base/errors.ts'

/** A box: size(32) type(32) content. ISO/IEC 14496-12 §4.2. */
export function box(type: string, ...content: readonly Uint8Array[]): Buffer {
  const header = Buffer.allocUnsafe(8)
  header.write(type, 4, 'latin1')
  const bytes = Buffer.concat([header, ...content])
  bytes.writeUInt32BE(bytes.length, 0)
  return bytes
}

/** A full box: version(8) flags(24) before the content. */
export function fullBox(type: string, version: number, flags: number, ...content: readonly Uint8Array[]): Buffer {
  return box(type, u32(version * 0x1000000 + flags), ...content)
}

export function u16(...values: readonly number[]): Buffer {
  const bytes = Buffer.allocUnsafe(values.length * 2)
  values.forEach((value, i) => {
    bytes.writeUInt16BE(value, i * 2)
  })
  return bytes
}

export function u32(...values: readonly number[]): Buffer {
  const bytes = Buffer.allocUnsafe(values.length * 4)
  values.forEach((value, i) => {
    bytes.writeUInt32BE(value, i * 4)
  })
  return bytes
}

export interface Box {
  readonly type: string
  /** After the header; a view. */
  readonly content: Uint8Array
}

/** Boxes of one container: a moov has some ten, a moof one per track. */
const MAX_BOXES = 1024

/**
 * The boxes of a container's content. Throws AppError BYTES_TOO_SHORT when one reaches past the end, BYTES_INVALID for
 * a size smaller than the header, LIMIT_EXCEEDED past MAX_BOXES.
 */
export function boxes(content: Uint8Array): Box[] {
  const reader = new ByteReader(content, 'MP4 box')
  const found: Box[] = []
  while (reader.left > 0) {
    const header = readBoxHeader(reader)
    const size = header.size === null ? reader.left : header.size - header.headerBytes
    found.push({ type: header.type, content: reader.view(size) })
    if (found.length > MAX_BOXES) {
      throw new AppError('LIMIT_EXCEEDED', { what: 'number of boxes', size: found.length, limit: MAX_BOXES })
    }
  }
  return found
}

export interface BoxHeader {
  readonly type: string
  /** Header and content; null when the box reaches to the end of the file. */
  readonly size: number | null
  readonly headerBytes: number
}

/** Size 1 announces a 64-bit size behind the type, size 0 the end of the file. */
export function readBoxHeader(reader: ByteReader): BoxHeader {
  const start = reader.offset
  const short = reader.u32()
  const type = reader.ascii(4)
  const size = short === 1 ? reader.u64() : short
  const headerBytes = reader.offset - start
  if (size === 0) return { type, size: null, headerBytes }
  if (size < headerBytes) throw new AppError('BYTES_INVALID', { what: `MP4 box ${type}`, reason: `size ${size}` })
  return { type, size, headerBytes }
}

/** Content of the first box of a type, or null. */
export function findBox(found: readonly Box[], type: string): Uint8Array | null {
  return found.find(candidate => candidate.type === type)?.content ?? null
}

/** A reader behind version and flags. */
export function fullBoxReader(
  content: Uint8Array,
  type: string,
): { version: number; flags: number; reader: ByteReader } {
  const reader = new ByteReader(content, type)
  const version = reader.u8()
  return { version, flags: reader.u24(), reader }
}
