import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'

/** A program that a test started; ended with the scope: `await using player = program('ffmpeg', ...)`. */
export interface Program {
  readonly child: ChildProcess
  /** What it said on standard error and standard output. */
  output(): string
  /** Resolves with the exit code; null when a signal ended it. */
  readonly exit: Promise<number | null>
  [Symbol.asyncDispose](): Promise<void>
}

export function program(name: string, ...args: string[]): Program {
  const child = spawn(name, args, { stdio: ['ignore', 'pipe', 'pipe'] })
  let output = ''
  for (const pipe of [child.stdout, child.stderr]) pipe.on('data', (data: Buffer) => (output += data.toString()))
  const exit = once(child, 'close').then(([code]) => code as number | null) // 'close' has (code, signal)
  return {
    child,
    output: () => output,
    exit,
    [Symbol.asyncDispose]: async () => {
      if (child.exitCode === null && child.signalCode === null) child.kill('SIGKILL')
      await exit
    },
  }
}

const QUIET = ['-hide_banner', '-nostdin', '-loglevel', 'error']
export const PICTURE = ['-f', 'lavfi', '-i', 'testsrc2=size=320x180:rate=25'] as const
export const TONE = ['-f', 'lavfi', '-i', 'sine=frequency=440:sample_rate=44100'] as const
export const H264 = ['-c:v', 'libx264', '-preset', 'ultrafast', '-tune', 'zerolatency', '-g', '25'] as const
export const AAC = ['-c:a', 'aac'] as const

/** An encoder in real time. */
export function publish(url: string, ...args: string[]): Program {
  return program('ffmpeg', ...QUIET, '-re', ...args, '-f', 'flv', url)
}

export interface Decoded {
  /** Frames that came out of the decoder. */
  readonly video: number
  readonly audio: number
  /** What the player complained about. */
  readonly complaints: string
}

/** Plays for `seconds` of media and counts decoded frames, by kind. */
export async function play(url: string, seconds: number, ...input: string[]): Promise<Decoded> {
  const args = [
    ...QUIET.slice(0, -1),
    'info',
    '-nostats',
    ...input,
    '-i',
    url,
    '-t',
    String(seconds),
    '-f',
    'null',
    '-',
  ]
  await using player = program('ffmpeg', ...args)
  await player.exit
  const output = player.output()
  const frames = /frame=\s*(\d+)/.exec(output)
  const samples = /audio:\s*([\d.]+)[kK]i?B/.exec(output)
  return {
    video: Number(frames?.[1] ?? 0),
    audio: Number(samples?.[1] ?? 0),
    complaints: output
      .split('\n')
      .filter(line => /error|invalid|corrupt|non[- ]monoton/i.test(line))
      .join('\n'),
  }
}
