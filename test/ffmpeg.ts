import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** Media of a second or two is made in well under this, also on a busy machine. */
const TIMEOUT_MS = 60_000
const MAX_OUTPUT_BYTES = 64 * 1024 * 1024

/** Runs ffmpeg and returns its standard output; throws with its complaint when it fails, at the first error. */
export function ffmpeg(...args: string[]): Buffer {
  return run('ffmpeg', ['-hide_banner', '-v', 'error', '-xerror', '-nostdin', '-y', ...args]).stdout
}

/** One packet as ffprobe demuxes it; times in seconds. */
export interface ProbedPacket {
  readonly pts: number
  readonly dts: number
  readonly size: number
  readonly key: boolean
}

/** The first stream of a kind as other people's programs see it. Throws when a packet or frame gives any complaint. */
export function probe(file: string, kind: 'video' | 'audio'): { packets: ProbedPacket[]; decodedFrames: number } {
  const entries = 'packet=pts_time,dts_time,size,flags:stream=nb_read_frames'
  const args = [
    '-v',
    'error',
    '-select_streams',
    `${kind[0]}:0`,
    '-count_frames',
    '-show_entries',
    entries,
    '-of',
    'json',
  ]
  const { stdout, complaint } = run('ffprobe', [...args, file])
  if (complaint) throw new Error(`ffprobe ${file}: ${complaint}`)
  const found = JSON.parse(stdout.toString()) as {
    packets: Record<string, string>[]
    streams: { nb_read_frames: string }[]
  }
  const packets = found.packets.map(packet => ({
    pts: Number(packet['pts_time']),
    dts: Number(packet['dts_time']),
    size: Number(packet['size']),
    key: packet['flags']?.startsWith('K') ?? false,
  }))
  return { packets, decodedFrames: Number(found.streams[0]?.nb_read_frames) }
}

/** The packets of the first stream of a kind, in file order. */
export function probePackets(file: string, kind: 'video' | 'audio'): ProbedPacket[] {
  return probe(file, kind).packets
}

/** Frames that really come out of the decoder. Throws on any decoding error. */
export function countDecodedFrames(file: string, kind: 'video' | 'audio'): number {
  return probe(file, kind).decodedFrames
}

function run(program: string, args: string[]): { stdout: Buffer; complaint: string } {
  const { status, error, stdout, stderr } = spawnSync(program, args, {
    timeout: TIMEOUT_MS,
    maxBuffer: MAX_OUTPUT_BYTES,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const complaint = error?.message ?? stderr.toString()
  if (status !== 0) throw new Error(`${program} ${args.join(' ')}: ${complaint || `exit status ${status}`}`)
  return { stdout, complaint }
}

/** A folder that is gone when the scope ends: `using folder = temporaryFolder()`. */
export function temporaryFolder(): { file(name: string): string; [Symbol.dispose](): void } {
  const path = mkdtempSync(join(tmpdir(), 'sightline-'))
  return {
    file: name => join(path, name),
    [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }),
  }
}

/** Inputs of a moving test picture and a tone, to go before the encoder options. */
export const TEST_VIDEO = ['-f', 'lavfi', '-i', 'testsrc=size=160x120:rate=25:duration=1.4'] as const
export const TEST_AUDIO = ['-f', 'lavfi', '-i', 'sine=frequency=440:sample_rate=48000:duration=1.4'] as const
