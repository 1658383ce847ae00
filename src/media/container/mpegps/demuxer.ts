import { asBuffer, u16be } from '../../../base/bytes.ts'
import { ByteQueue } from '../byte-queue.ts'
import type { ElementaryOutput } from '../elementary/elementary-stream.ts'
import { MAX_PES_HEADER_BYTES, type PesHeader, readPesHeader } from '../elementary/pes.ts'
import { Timebase } from '../elementary/timebase.ts'
import { readMpeg1PesHeader } from './mpeg1-pes.ts'
import { isAudioId, isVideoId, PACK_START, readPackHeader, START } from './pack.ts'
import { readProgramStreamMap } from './program-stream-map.ts'
import { ProgramStreams, type StreamTypeSeen } from './program-streams.ts'

const START_CODE = Buffer.from([0, 0, 1])
/** A PES packet with a length this near to the 16-bit limit may be one piece of a larger picture. */
const PIECE_BYTES = 0xff00
/** Longest pack header: 14 bytes and 7 of stuffing. */
const MAX_PACK_HEADER_BYTES = 21

/** Of a packet of length 0, until it is handed on in pieces. */
const FIRST_BYTES = 64

export interface PsCounters {
  readonly packs: number
  /** Access units given up: bytes of them were missing, or they were broken inside. */
  readonly framesBroken: number
  /** Whole frames left out after a broken one, up to the next keyframe. */
  readonly framesSkipped: number
  /** Bytes outside of packs and packets, and of packets given up. */
  readonly bytesSkipped: number
  /** Program stream maps. */
  readonly psmSeen: number
  /** Stream types that were not true and were corrected. */
  readonly wrongTypes: number
  readonly streamTypes: readonly StreamTypeSeen[]
}

/** What the next bytes are. */
type State =
  /** Anything: the next pack header is looked for. */
  | { readonly name: 'seeking' }
  /** A start code. */
  | { readonly name: 'start code' }
  /** Data of no interest. */
  | { readonly name: 'skipping'; left: number }
  /** Payload of a packet of length 0, up to the next start code that is not of a NAL unit. */
  | { readonly name: 'unbounded'; readonly streamId: number; header: PesHeader | null }

const SEEKING: State = { name: 'seeking' }
const NEXT: State = { name: 'start code' }

/**
 * Program stream bytes to frames, as GB/T 28181 devices send it (Annex C of the standard, ISO/IEC 13818-1 §2.5) and as
 * they get it wrong: see the README. Tracks have the stream_id as id and a clock of 90 kHz. Loss is counted, not thrown.
 */
export class PsDemuxer {
  readonly #streams: ProgramStreams
  readonly #queue = new ByteQueue()
  readonly #timebase = new Timebase()
  /** Streams that have had a time of their own. */
  readonly #timed = new Set<number>()
  #state: State = SEEKING
  /** Bytes the packet in work needs; what is known of it is still in the queue. */
  #needed = 0
  /** Clock reference of the pack, until a packet has used it. */
  #scr: number | null = null
  /** The last packet may be a piece of a picture. */
  #piece = false
  #packs = 0
  #psmSeen = 0
  #bytesSkipped = 0

  constructor(out: ElementaryOutput) {
    this.#streams = new ProgramStreams(out)
  }

  get counters(): PsCounters {
    return {
      packs: this.#packs,
      framesBroken: this.#streams.broken,
      framesSkipped: this.#streams.skipped,
      bytesSkipped: this.#bytesSkipped,
      psmSeen: this.#psmSeen,
      wrongTypes: this.#streams.wrongTypes,
      streamTypes: this.#streams.seen,
    }
  }

  /** Takes bytes as they come, in pieces of any size; they are kept, so the caller must not use them again. Never throws. */
  push(bytes: Uint8Array): void {
    // A pack that starts where the middle of a packet is expected: the rest of that packet never comes.
    if (this.#isInside() && startsWith(bytes, PACK_START)) this.#drop(this.#queue.length, NEXT)
    this.#queue.push(bytes)
    while (this.#step()) {}
  }

  /**
   * The sender says that an access unit ends here (RTP marker, another RTP timestamp): it comes out at once. Ignored
   * where a packet is not whole, or is as long as a packet can be.
   */
  endOfAccessUnit(): void {
    const state = this.#state
    if (state.name === 'unbounded') this.#pushUnbounded(state, this.#queue.take(this.#queue.length))
    else if (state.name !== 'start code' || this.#isInside() || this.#piece) return
    this.#streams.endOfAccessUnit()
  }

  /** Bytes are missing here, as sequence numbers tell: goes on at the next pack header. */
  damage(): void {
    this.#drop(this.#queue.length, SEEKING)
  }

  /** The input has ended: frames that waited for what follows come out. */
  flush(): void {
    const state = this.#state
    if (state.name === 'unbounded') this.#pushUnbounded(state, this.#queue.take(this.#queue.length))
    else if (this.#isInside()) this.#drop(this.#queue.length, SEEKING)
    this.#streams.flush()
  }

  #isInside(): boolean {
    return this.#needed > 0 || this.#state.name === 'skipping'
  }

  /** Gives up `count` bytes and the access units that miss them. */
  #drop(count: number, next: State): void {
    if (this.#needed > 0 && this.#startsAccessUnit()) this.#streams.endOfAccessUnit()
    this.#streams.damage(this.#needed > 0)
    this.#bytesSkipped += this.#queue.skip(count)
    this.#needed = 0
    this.#state = next
  }

  /** The packet in work has a time and starts with a NAL unit: the access unit before it is whole. */
  #startsAccessUnit(): boolean {
    const head = this.#queue.peek(Math.min(this.#queue.length, MAX_PES_HEADER_BYTES + START_CODE.length + 1))
    if (!isVideoId(head[3] ?? 0)) return false
    const header = readPesHeader(head)
    if (header === null || header === 'more' || header.pts === null) return false
    const payload = head.subarray(header.payloadAt)
    return startsWith(payload, START_CODE) || startsWith(payload.subarray(1), START_CODE)
  }

  /** One thing further; false when more bytes are needed. */
  #step(): boolean {
    switch (this.#state.name) {
      case 'seeking':
        return this.#seek()
      case 'skipping':
        this.#state.left -= this.#queue.skip(this.#state.left)
        if (this.#state.left > 0) return false
        this.#state = NEXT
        return true
      case 'unbounded':
        return this.#readUnbounded(this.#state)
      case 'start code':
        return this.#queue.length >= Math.max(4, this.#needed) && this.#readUnit()
    }
  }

  #seek(): boolean {
    const bytes = asBuffer(this.#queue.peek(this.#queue.length))
    const at = bytes.indexOf(PACK_START)
    this.#bytesSkipped += this.#queue.skip(at >= 0 ? at : Math.max(0, bytes.length - PACK_START.length + 1))
    if (at < 0) return false
    this.#state = NEXT
    return true
  }

  #readUnit(): boolean {
    const head = this.#queue.peek(Math.min(this.#queue.length, MAX_PACK_HEADER_BYTES))
    const id = head[3]!
    if (!startsWith(head, START_CODE) || id < START.programEnd) return this.#skipPadding()
    if (id === START.programEnd) return this.#queue.skip(4) > 0
    if (id === START.pack) return this.#readPack(head)
    if (head.length < 6) return this.#need(6)
    const size = 6 + u16be(head, 4)
    if (id === START.programStreamMap) return this.#readMap(size)
    if (isVideoId(id) || isAudioId(id)) return size === 6 ? this.#openUnbounded(id) : this.#readPacket(size)
    // private streams, padding, system header
    this.#needed = 0
    this.#state = { name: 'skipping', left: size }
    return true
  }

  #need(bytes: number): false {
    this.#needed = bytes
    return false
  }

  #readPack(head: Uint8Array): boolean {
    const header = readPackHeader(head)
    if (header === 'more') return this.#need(head.length + 1)
    this.#needed = 0
    if (header === null) {
      this.#drop(PACK_START.length, SEEKING)
      return true
    }
    this.#packs++
    this.#scr = header.scr
    this.#queue.skip(header.bytes)
    return true
  }

  #readMap(size: number): boolean {
    if (this.#queue.length < size) return this.#need(size)
    this.#needed = 0
    this.#psmSeen++
    this.#streams.setMap(readProgramStreamMap(this.#queue.take(size)))
    return true
  }

  #readPacket(size: number): boolean {
    if (this.#queue.length < size) return this.#need(size)
    const bytes = asBuffer(this.#queue.peek(size))
    const lost = bytes.indexOf(PACK_START, 6)
    if (lost >= 0) {
      this.#needed = size
      this.#drop(lost, NEXT) // no elementary stream has this start code: the end of the packet was lost
      return true
    }
    this.#queue.skip(size)
    this.#needed = 0
    this.#piece = size >= PIECE_BYTES
    const header = readHeader(bytes)
    if (header) this.#pushPayload(header, bytes.subarray(header.payloadAt))
    else this.#streams.damage(true)
    return true
  }

  #openUnbounded(streamId: number): boolean {
    const bytes = this.#queue.peek(Math.min(this.#queue.length, MAX_PES_HEADER_BYTES))
    const header = readPesHeader(bytes)
    if (header === 'more') return this.#need(bytes.length + 1)
    this.#needed = 0
    this.#piece = false
    if (header === null) {
      this.#drop(6, SEEKING)
      return true
    }
    this.#queue.skip(header.payloadAt)
    this.#state = { name: 'unbounded', streamId, header }
    return true
  }

  #readUnbounded(state: State & { name: 'unbounded' }): boolean {
    const bytes = asBuffer(this.#queue.peek(this.#queue.length))
    let code = bytes.indexOf(START_CODE)
    while (code >= 0 && code + 3 < bytes.length && bytes[code + 3]! < START.programEnd) {
      code = bytes.indexOf(START_CODE, code + 3)
    }
    const ends = code >= 0 && code + 3 < bytes.length
    // The codec is told by the first bytes, if need be.
    if (!ends && state.header && bytes.length < FIRST_BYTES) return false
    // What may be the start of a start code waits for the next bytes.
    const size = code >= 0 ? code : Math.max(0, bytes.length - START_CODE.length + 1)
    this.#pushUnbounded(state, this.#queue.take(size))
    if (ends) this.#state = NEXT
    return ends
  }

  #pushUnbounded(state: State & { name: 'unbounded' }, bytes: Uint8Array): void {
    if (bytes.length === 0) return
    const header = state.header
    state.header = null
    if (header) this.#pushPayload(header, bytes)
    else this.#streams.push(state.streamId, bytes, null, null, true)
  }

  #pushPayload(header: PesHeader, payload: Uint8Array): void {
    const { streamId } = header
    if (header.pts !== null) this.#timed.add(streamId)
    // Some devices send no times in packets at all: the clock reference of the pack serves, once.
    const fallback = this.#timed.has(streamId) ? null : this.#scr
    if (fallback !== null) this.#scr = null
    const dts = header.dts ?? fallback
    const pts = header.pts ?? fallback
    this.#streams.push(
      streamId,
      payload,
      pts === null ? null : this.#timebase.near(pts),
      dts === null ? null : this.#timebase.unwrap(dts),
    )
  }

  /** Zeros and ones behind a packet are padding; anything else shows that bytes were lost. */
  #skipPadding(): boolean {
    const bytes = asBuffer(this.#queue.peek(this.#queue.length))
    let at = 0
    while (at < bytes.length && (bytes[at] === 0 || bytes[at] === 0xff) && !isStart(bytes, at)) at++
    const padding = at < bytes.length - 3
    if (padding && !isStart(bytes, at)) {
      this.#drop(at, SEEKING)
      return true
    }
    this.#needed = 0
    this.#bytesSkipped += this.#queue.skip(Math.min(at, bytes.length - 3))
    return padding
  }
}

/** The header of a whole packet. */
function readHeader(bytes: Uint8Array): PesHeader | null {
  const header = readPesHeader(bytes)
  return header === null ? readMpeg1PesHeader(bytes) : header === 'more' ? null : header
}

function isStart(bytes: Uint8Array, at: number): boolean {
  return bytes[at] === 0 && bytes[at + 1] === 0 && bytes[at + 2] === 1 && (bytes[at + 3] ?? 0) >= START.programEnd
}

function startsWith(bytes: Uint8Array, start: Uint8Array): boolean {
  for (let n = 0; n < start.length; n++) if (bytes[n] !== start[n]) return false
  return true
}
