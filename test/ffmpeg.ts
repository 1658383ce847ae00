import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** Media of a second or two is made in well under this, also on a busy machine. */
const TIMEOUT_MS = 60_000
const MAX_OUTPUT_BYTES = 64 * 1024 * 1024

/** Runs ffmpeg; throws with its complaint when it fails or reports an error at all. */
export function ffmpeg(...args: string[]): Buffer {
  return run('ffmpeg', ['-hide_banner', '-v', 'error', '-xerror', '-nostdin', '-y', ...args])
}

/** One packet as ffprobe demuxes it; times in seconds. */
export interface ProbedPacket {
  readonly pts: number
  readonly dts: number
  readonly size: number
  readonly key: boolean
}

/** The packets of the first stream of a kind, in file order. */
export function probePackets(file: string, kind: 'video' | 'audio'): ProbedPacket[] {
  const entries = 'packet=pts_time,dts_time,size,flags'
  const { packets } = probe(file, kind, '-show_entries', entries) as { packets: Record<string, string>[] }
  return packets.map(packet => ({
    pts: Number(packet['pts_time']),
    dts: Number(packet['dts_time']),
    size: Number(packet['size']),
    key: packet['flags']?.startsWith('K') ?? false,
  }))
}

/** Frames that really come out of the decoder. Throws on any decoding error. */
export function countDecodedFrames(file: string, kind: 'video' | 'audio'): number {
  ffmpeg('-i', file, '-map', `0:${kind[0]}`, '-f', 'null', '-')
  const { streams } = probe(file, kind, '-count_frames', '-show_entries', 'stream=nb_read_frames') as {
    streams: { nb_read_frames: string }[]
  }
  return Number(streams[0]?.nb_read_frames)
}

function probe(file: string, kind: 'video' | 'audio', ...args: string[]): unknown {
  return JSON.parse(
    run('ffprobe', ['-v', 'error', '-select_streams', `${kind[0]}:0`, ...args, '-of', 'json', file]).toString(),
  )
}

function run(program: string, args: string[]): Buffer {
  return execFileSync(program, args, {
    timeout: TIMEOUT_MS,
    maxBuffer: MAX_OUTPUT_BYTES,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
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
