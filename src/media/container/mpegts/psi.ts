import { ByteReader } from '../../../base/bytes.ts'
import { writeSection } from './section.ts'

export const PAT_PID = 0
export const PAT_TABLE = 0x00
export const PMT_TABLE = 0x02

const REGISTRATION_DESCRIPTOR = 0x05

export interface ProgramReference {
  readonly program: number
  readonly pid: number
}

export interface ElementaryStreamInfo {
  readonly streamType: number
  readonly pid: number
  /** Descriptor loop: tag, length, bytes, again and again. */
  readonly descriptors: Uint8Array
}

export interface ProgramMap {
  readonly pcrPid: number
  readonly streams: readonly ElementaryStreamInfo[]
}

/** Program association section. ISO/IEC 13818-1 §2.4.4.3. */
export function writePat(programs: readonly ProgramReference[], version: number): Uint8Array {
  const body = programs.flatMap(({ program, pid }) => [program >> 8, program & 0xff, 0xe0 | (pid >> 8), pid & 0xff])
  return writeSection(PAT_TABLE, 1, version, Uint8Array.from(body))
}

/** The programs of a section's body; the network PID (program 0) is left out. */
export function readPat(body: Uint8Array): ProgramReference[] {
  const programs: ProgramReference[] = []
  const reader = new ByteReader(body, 'PAT')
  while (reader.left >= 4) {
    const program = reader.u16()
    const pid = reader.u16() & 0x1fff
    if (program !== 0) programs.push({ program, pid })
  }
  return programs
}

/** Program map section. ISO/IEC 13818-1 §2.4.4.8. */
export function writePmt(program: number, map: ProgramMap, version: number): Uint8Array {
  const body = [0xe0 | (map.pcrPid >> 8), map.pcrPid & 0xff, 0xf0, 0]
  for (const { streamType, pid, descriptors } of map.streams) {
    body.push(streamType, 0xe0 | (pid >> 8), pid & 0xff, 0xf0 | (descriptors.length >> 8), descriptors.length & 0xff)
    body.push(...descriptors)
  }
  return writeSection(PMT_TABLE, program, version, Uint8Array.from(body))
}

/** Throws BYTES_TOO_SHORT when a descriptor loop runs over the section. */
export function readPmt(body: Uint8Array): ProgramMap {
  const reader = new ByteReader(body, 'PMT')
  const pcrPid = reader.u16() & 0x1fff
  reader.skip(reader.u16() & 0x0fff)
  const streams: ElementaryStreamInfo[] = []
  while (reader.left >= 5) {
    const streamType = reader.u8()
    const pid = reader.u16() & 0x1fff
    const descriptors = Uint8Array.from(reader.view(reader.u16() & 0x0fff))
    streams.push({ streamType, pid, descriptors })
  }
  return { pcrPid, streams }
}

/** registration_descriptor: ISO/IEC 13818-1 §2.6.8. */
export function registrationDescriptor(format: string): Uint8Array {
  return Uint8Array.of(REGISTRATION_DESCRIPTOR, format.length, ...Buffer.from(format, 'latin1'))
}

/** Body of the first descriptor with `tag`, or null. */
export function findDescriptor(descriptors: Uint8Array, tag: number): Uint8Array | null {
  for (let at = 0; at + 2 <= descriptors.length; at += 2 + descriptors[at + 1]!) {
    if (descriptors[at] === tag) return descriptors.subarray(at + 2, at + 2 + descriptors[at + 1]!)
  }
  return null
}

/** format_identifier of the registration descriptor, or ''. */
export function registrationOf(descriptors: Uint8Array): string {
  const body = findDescriptor(descriptors, REGISTRATION_DESCRIPTOR)
  return body ? Buffer.from(body.subarray(0, 4)).toString('latin1') : ''
}
