import { AppError } from '../../../base/errors.ts'
import type { CodecName } from '../../stream/track.ts'
import { AdtsStream, G711Stream, LatmStream, Mp3Stream, OpusStream } from '../elementary/audio-stream.ts'
import type { ElementaryOutput, ElementaryStream } from '../elementary/elementary-stream.ts'
import { CODEC_OF_STREAM_TYPE } from '../elementary/stream-types.ts'
import { Timebase } from '../elementary/timebase.ts'
import { VideoStream } from '../elementary/video-stream.ts'
import { CODEC_OF_REGISTRATION, PRIVATE_DATA } from './codecs.ts'
import { opusChannels } from './opus.ts'
import { NULL_PID, PACKET_BYTES, readPacketHeader } from './packet.ts'
import { PacketSync } from './packet-sync.ts'
import { PesAssembler } from './pes-assembler.ts'
import { type ElementaryStreamInfo, PAT_PID, PAT_TABLE, PMT_TABLE, readPat, readPmt, registrationOf } from './psi.ts'
import { readSection, type Section, SectionAssembler } from './section.ts'

/** stream_type of AAC in LATM; in program streams nobody is known to send it. */
const LATM = 0x11
/** Elementary streams read of a program; cameras send two, broadcast programs up to ten with data and teletext. */
const MAX_STREAMS = 16
/** A PES packet with a length this near to the 16-bit limit may be one piece of a larger picture. */
const PIECE_BYTES = 0xff00

export interface TsCounters {
  packets: number
  /** Packets missing by their continuity counters. */
  lost: number
  duplicates: number
  /** PES packets given up: incomplete, too big or broken inside. */
  damaged: number
  /** PSI sections with a wrong CRC or broken inside. */
  badSections: number
  /** Bytes outside of packets. */
  skipped: number
}

interface PidState {
  counter: number | null
  readonly push: (payload: Uint8Array, unitStart: boolean) => void
  /** Packets are missing, or the sender started anew. */
  readonly lose: () => void
}

interface Elementary {
  readonly info: ElementaryStreamInfo
  readonly assembler: PesAssembler
  readonly stream: ElementaryStream
}

/**
 * Transport stream bytes to frames: the first program of the PAT. Tracks have the PID as id and a clock of 90 kHz.
 * Loss is counted, not thrown: the frames it touches are dropped. ISO/IEC 13818-1.
 */
export class TsDemuxer {
  readonly #out: ElementaryOutput
  readonly #sync = new PacketSync()
  readonly #timebase = new Timebase()
  readonly #pids = new Map<number, PidState>()
  readonly #elementary = new Map<number, Elementary>()
  #patVersion = -1
  /** Sections of the PAT collected so far. */
  readonly #patSections = new Map<number, Section>()
  #program: { number: number; pid: number } | null = null
  readonly #counters = { packets: 0, lost: 0, duplicates: 0, damaged: 0, badSections: 0 }

  constructor(out: ElementaryOutput) {
    this.#out = out
    this.#pids.set(
      PAT_PID,
      this.#sectionPid(section => this.#onPat(section)),
    )
  }

  /** Takes bytes as they come, in pieces of any size. Never throws. */
  push(bytes: Uint8Array): void {
    this.#sync.push(bytes, this.#onPacket)
  }

  /** The input has ended: frames that waited for the next packet come out. */
  flush(): void {
    this.#sync.flush(this.#onPacket)
    for (const { assembler, stream } of this.#elementary.values()) {
      assembler.flush()
      stream.flush()
    }
  }

  get counters(): TsCounters {
    let damaged = this.#counters.damaged
    for (const { assembler } of this.#elementary.values()) damaged += assembler.damaged
    return { ...this.#counters, damaged, skipped: this.#sync.skipped }
  }

  readonly #onPacket = (bytes: Uint8Array, at: number): void => {
    this.#counters.packets++
    const header = readPacketHeader(bytes, at)
    if (!header || header.error || header.pid === NULL_PID) return
    const pid = this.#pids.get(header.pid)
    if (!pid) return
    const end = at + PACKET_BYTES
    if (header.discontinuity) pid.counter = null
    if (header.payloadAt >= end || header.scrambled) return // the counter stands still without payload (§2.4.3.3)
    if (pid.counter !== null) {
      const missing = (header.continuityCounter - pid.counter - 1) & 0x0f
      if (missing === 15) {
        this.#counters.duplicates++
        return
      }
      if (missing > 0) {
        this.#counters.lost += missing
        pid.lose()
      }
    }
    pid.counter = header.continuityCounter
    pid.push(bytes.subarray(header.payloadAt, end), header.unitStart)
  }

  #sectionPid(onSection: (section: Section) => void): PidState {
    const assembler = new SectionAssembler(bytes => {
      try {
        const section = readSection(bytes)
        if (!section) this.#counters.badSections++
        else if (section.current) onSection(section)
      } catch (error) {
        if (!(error instanceof AppError)) throw error
        this.#counters.badSections++
      }
    })
    return {
      counter: null,
      push: (payload, unitStart) => assembler.push(payload, unitStart),
      lose: () => assembler.reset(),
    }
  }

  #onPat(section: Section): void {
    if (section.tableId !== PAT_TABLE) return
    if (section.version !== this.#patVersion) {
      this.#patVersion = section.version
      this.#patSections.clear()
    }
    this.#patSections.set(section.number, { ...section, body: Uint8Array.from(section.body) })
    for (let number = 0; number <= section.lastNumber; number++) {
      const known = this.#patSections.get(number)
      if (!known) return // the first program may be in a section that has not come yet
      const [first] = readPat(known.body)
      if (first) {
        this.#setProgram(first.program, first.pid)
        return
      }
    }
  }

  #setProgram(number: number, pid: number): void {
    if (this.#program?.number === number && this.#program.pid === pid) return
    if (pid === PAT_PID || pid === NULL_PID) return
    this.#setStreams([])
    if (this.#program) this.#pids.delete(this.#program.pid)
    this.#program = { number, pid }
    this.#pids.set(
      pid,
      this.#sectionPid(section => {
        if (section.tableId === PMT_TABLE && section.id === number) this.#setStreams(readPmt(section.body).streams)
      }),
    )
  }

  /** Streams that stay as they are keep their state; also a repeated PMT comes here. */
  #setStreams(infos: readonly ElementaryStreamInfo[]): void {
    const wanted = new Map(infos.slice(0, MAX_STREAMS).map(info => [info.pid, info]))
    for (const [pid, { info, assembler, stream }] of this.#elementary) {
      const next = wanted.get(pid)
      if (next?.streamType === info.streamType && codecOf(next) === codecOf(info)) continue
      assembler.flush()
      stream.flush()
      this.#counters.damaged += assembler.damaged
      this.#elementary.delete(pid)
      this.#pids.delete(pid)
    }
    for (const info of wanted.values()) this.#addStream(info)
  }

  #addStream(info: ElementaryStreamInfo): void {
    if (this.#pids.has(info.pid)) return
    const stream = this.#createStream(info)
    if (!stream) return
    const assembler = new PesAssembler((header, payload) => {
      const dts = header.dts === null ? null : this.#timebase.unwrap(header.dts)
      const pts = header.pts === null ? null : this.#timebase.near(header.pts)
      stream.push(payload, pts, dts)
      if (header.packetLength < PIECE_BYTES) stream.endOfAccessUnit()
    })
    this.#elementary.set(info.pid, { info, assembler, stream })
    this.#pids.set(info.pid, {
      counter: null,
      push: (payload, unitStart) => assembler.push(payload, unitStart),
      lose: () => assembler.damage(),
    })
  }

  #createStream(info: ElementaryStreamInfo): ElementaryStream | null {
    const codec = codecOf(info)
    switch (codec) {
      case 'h264':
      case 'h265':
        return new VideoStream(info.pid, codec, this.#out)
      case 'aac':
        return info.streamType === LATM ? new LatmStream(info.pid, this.#out) : new AdtsStream(info.pid, this.#out)
      case 'mp3':
        return new Mp3Stream(info.pid, this.#out)
      case 'opus':
        return new OpusStream(info.pid, opusChannels(info.descriptors), this.#out)
      case 'pcma':
      case 'pcmu':
        return new G711Stream(info.pid, codec, this.#out)
      default:
        return null
    }
  }
}

function codecOf(info: ElementaryStreamInfo): CodecName | null {
  if (info.streamType === LATM) return 'aac'
  const known = info.streamType === PRIVATE_DATA ? null : CODEC_OF_STREAM_TYPE.get(info.streamType)
  return known ?? CODEC_OF_REGISTRATION.get(registrationOf(info.descriptors)) ?? null
}
