/** Where a fragment lies in its segment, and what time it has. */
export interface FragmentEntry {
  /** In the file, bytes; of the `prft` in front of the `moof`. */
  readonly offset: number
  /** Of the whole fragment. */
  readonly bytes: number
  /** Before the content of its `mdat`. */
  readonly headBytes: number
  /** Decoding time of its first frame on the stream's time, microseconds. */
  readonly startUs: number
  readonly durationUs: number
  /** Wall clock of its first frame, milliseconds since 1970. Grows within a segment. */
  readonly wallMs: number
  /** A decoder may start with it. */
  readonly keyframe: boolean
}

export interface FragmentIndex {
  /** Bytes of `ftyp` and `moov`: where the first fragment begins. */
  readonly initBytes: number
  readonly fragments: readonly FragmentEntry[]
}

const MAGIC = 'sightline-index 1'
const LINE = /^(\d+) (\d+) (\d+) (\d+) (\d+) (\d+) ([K-])$/

/** The first line of an index. */
export function indexHead(initBytes: number): string {
  return `${MAGIC} ${initBytes}\n`
}

/** One line: offset, bytes, head bytes, start and duration in microseconds, wall clock in milliseconds, K for keyframe. */
export function indexLine({ offset, bytes, headBytes, startUs, durationUs, wallMs, keyframe }: FragmentEntry): string {
  return `${offset} ${bytes} ${headBytes} ${startUs} ${durationUs} ${wallMs} ${keyframe ? 'K' : '-'}\n`
}

export function writeIndex({ initBytes, fragments }: FragmentIndex): string {
  return indexHead(initBytes) + fragments.map(indexLine).join('')
}

/** End of a fragment in its file. */
export function endOf({ offset, bytes }: FragmentEntry): number {
  return offset + bytes
}

/**
 * The lines up to the first that is torn, or that does not begin where the one before ends; null when it is no index.
 */
export function parseIndex(text: string): FragmentIndex | null {
  const lines = text.split('\n')
  lines.pop() // behind the last line end: nothing, or a torn line
  const initBytes = Number(lines.shift()?.match(/^sightline-index 1 (\d{1,9})$/)?.[1] ?? Number.NaN)
  if (!Number.isSafeInteger(initBytes)) return null
  const fragments: FragmentEntry[] = []
  let end = initBytes
  for (const line of lines) {
    const [, offset, bytes, headBytes, startUs, durationUs, wallMs, keyframe] = LINE.exec(line) ?? []
    if (keyframe === undefined || Number(offset) !== end) break
    const entry = {
      offset: Number(offset),
      bytes: Number(bytes),
      headBytes: Number(headBytes),
      startUs: Number(startUs),
      durationUs: Number(durationUs),
      wallMs: Number(wallMs),
      keyframe: keyframe === 'K',
    }
    if (entry.headBytes >= entry.bytes || !Number.isSafeInteger(entry.offset + entry.bytes)) break
    fragments.push(entry)
    end = endOf(entry)
  }
  return { initBytes, fragments }
}
