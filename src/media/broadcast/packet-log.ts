import type { Parts } from './packager.ts'

interface Packet {
  /** Position of the first byte in everything ever appended. */
  readonly start: number
  readonly bytes: number
  readonly parts: Parts
  /** A new viewer may start here. */
  readonly keyframe: boolean
  readonly dtsMs: number
}

/** Packaged frames in order, addressed by byte position: what viewers have not got yet, and the newest GOP. */
export class PacketLog {
  #packets: Packet[] = []
  #first = 0
  #end = 0
  #gop = -1

  /** Position after the last byte. */
  get end(): number {
    return this.#end
  }

  /** Position of the newest packet a viewer may start at; -1 when there is none. */
  get gopStart(): number {
    return this.#gop
  }

  append(parts: Parts, keyframe: boolean, dtsMs: number): void {
    let bytes = 0
    for (const part of parts) bytes += part.length
    if (bytes === 0) return
    if (keyframe) this.#gop = this.#end
    this.#packets.push({ start: this.#end, bytes, parts, keyframe, dtsMs })
    this.#end += bytes
  }

  /** Position of the newest keyframe in [from, end); -1 when there is none. */
  keyframeFrom(from: number): number {
    return this.#gop >= from ? this.#gop : -1
  }

  /** Decoding time of the packet at `position`; of the newest when it is gone. */
  dtsAt(position: number): number {
    const at = this.#find(position)
    return (this.#packets[at] ?? this.#packets[this.#packets.length - 1])?.dtsMs ?? 0
  }

  /** Packets in [from, end). */
  countFrom(from: number): number {
    return this.#packets.length - this.#find(from)
  }

  /** Bytes of [from, end) behind `prefix`. */
  sizeFrom(from: number, prefix: Parts = []): number {
    let length = this.#end - from
    for (const part of prefix) length += part.length
    return length
  }

  /** One new buffer of [from, end) behind `prefix`. */
  concat(from: number, prefix: Parts = []): Buffer {
    // Not from the shared pool: the buffer lives until the slowest viewer has taken it.
    return this.copyTo(Buffer.allocUnsafeSlow(this.sizeFrom(from, prefix)), from, prefix)
  }

  /** Writes [from, end) behind `prefix` to the beginning of `buffer`, which is large enough; returns what was written. */
  copyTo(buffer: Buffer, from: number, prefix: Parts = []): Buffer {
    let at = 0
    for (const part of prefix) {
      buffer.set(part, at)
      at += part.length
    }
    for (let i = this.#find(from); i < this.#packets.length; i++) {
      for (const part of this.#packets[i]!.parts) {
        buffer.set(part, at)
        at += part.length
      }
    }
    return at === buffer.length ? buffer : buffer.subarray(0, at)
  }

  /** Forgets the newest GOP: nobody may start before the next keyframe. */
  forgetGop(): void {
    this.#gop = -1
  }

  /** Drops what lies before `position` (a packet border). */
  trim(position: number): void {
    let first = this.#first
    while (first < this.#packets.length && this.#packets[first]!.start < position) first++
    this.#first = first
    // Moving the rest on every trim would be quadratic: only when the dead part is the larger one.
    if (first * 2 > this.#packets.length) {
      this.#packets.splice(0, first)
      this.#first = 0
    }
  }

  #find(position: number): number {
    let low = this.#first
    let high = this.#packets.length
    while (low < high) {
      const middle = (low + high) >> 1
      if (this.#packets[middle]!.start < position) low = middle + 1
      else high = middle
    }
    return low
  }
}
