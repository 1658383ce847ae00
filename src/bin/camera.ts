import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { createInterface } from 'node:readline'
import type { Child } from './supervised-process.ts'

/** Debian's fonts-dejavu-core; without it the picture has no clock. */
const FONT = '/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf'

const FRAMES_PER_SECOND = 25
/** Two seconds: what an encoder for live video is usually set to. */
const GOP_FRAMES = 2 * FRAMES_PER_SECOND

/** Arguments of an ffmpeg that plays a camera: moving test pattern with number and clock, and a tone, pushed by RTMP. */
export function cameraArguments(url: string, number: number): string[] {
  const draw = (text: string, y: string) =>
    `drawtext=fontfile=${FONT}:fontsize=40:fontcolor=white:box=1:boxcolor=black@0.6:boxborderw=10:x=40:y=${y}:text='${text}'`
  const clock = [draw(`Camera ${number}`, '40'), draw('%{localtime\\:%H\\\\\\:%M\\\\\\:%S}', 'h-90')]
  const filters = [...(existsSync(FONT) ? clock : []), 'format=yuv420p']
  return [
    ...['-hide_banner', '-loglevel', 'error', '-nostdin'],
    ...['-re', '-f', 'lavfi', '-i', `testsrc2=size=1280x720:rate=${FRAMES_PER_SECOND}`],
    ...['-re', '-f', 'lavfi', '-i', `sine=frequency=${220 * (1 + (number % 4))}:sample_rate=44100`],
    ...['-vf', filters.join(',')],
    ...['-c:v', 'libx264', '-preset', 'ultrafast', '-tune', 'zerolatency', '-profile:v', 'baseline'],
    ...['-b:v', '1000k', '-maxrate', '1000k', '-bufsize', '1000k', '-g', String(GOP_FRAMES)],
    ...['-c:a', 'aac', '-b:a', '64k', '-ac', '1'],
    ...['-f', 'flv', url],
  ]
}

/** Starts one simulated camera. What ffmpeg has to say goes to standard error, without the keys in its URLs. */
export function spawnCamera(url: string, number: number): Child {
  const child = spawn('ffmpeg', cameraArguments(url, number), { stdio: ['ignore', 'ignore', 'pipe'] })
  createInterface({ input: child.stderr }).on('line', line => process.stderr.write(`${withoutQuery(line)}\n`))
  return child
}

/** A line with the parameters of its RTMP URLs taken out. */
export function withoutQuery(line: string): string {
  return line.replaceAll(/(rtmps?:\/\/[^\s?]+)\?[^\s:]*/g, '$1?...')
}
