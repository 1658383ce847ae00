import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, renameSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { type FlvTag, FlvTags, isConfiguration } from './flv-tags.ts'
import { emptyStamp } from './stamp.ts'

/** Frames of the published test stream, generated once by ffmpeg, then repeated without a seam. */
export interface Clip {
  readonly name: ClipName
  readonly file: string
  /** One round; a whole number of video and of audio frames (multiples of 320 ms at 25 fps and 48 kHz AAC). */
  readonly periodMs: number
}

const FRAME_MS = 40
const AUDIO_MS = (1024 * 1000) / 48000

interface Recipe {
  readonly periodMs: number
  readonly size: string
  /** Strength of the noise that gives the encoder something to spend bits on. */
  readonly noise: number
  readonly video: readonly string[]
}

/** A narrow rate buffer keeps keyframes near the size of the others, so that bytes per second are steady. */
const RECIPES = {
  /** A camera of about 1.08 Mbit/s: 720p25 H.264 and AAC, keyframe every 2 s. */
  '1m': {
    periodMs: 8000,
    size: '1280x720',
    noise: 6,
    video: ['-preset', 'veryfast', '-g', '50', '-b:v', '965k', '-maxrate', '965k', '-bufsize', '300k'],
  },
  /** A camera of about 2 Mbit/s, as it is recorded. */
  '2m': {
    periodMs: 8000,
    size: '1920x1080',
    noise: 6,
    video: ['-preset', 'veryfast', '-g', '50', '-b:v', '1900k', '-maxrate', '1900k', '-bufsize', '600k'],
  },
  /** About 100 Mbit/s: frames of some 500 KB. */
  '100m': {
    periodMs: 1920,
    size: '3840x2160',
    noise: 60,
    video: ['-preset', 'ultrafast', '-g', '48', '-b:v', '110M', '-maxrate', '110M', '-bufsize', '9M'],
  },
} as const satisfies Record<string, Recipe>

export type ClipName = keyof typeof RECIPES

/** The clip's file, made first where it is not there yet. */
export async function prepareClip(name: ClipName, folder: string): Promise<Clip> {
  const recipe = RECIPES[name]
  const seconds = String(recipe.periodMs / 1000 + 0.5)
  const picture = `testsrc2=size=${recipe.size}:rate=25,noise=alls=${recipe.noise}:allf=t`
  const tone = 'aevalsrc=0.3*sin(440*2*PI*t)+0.1*random(0):s=48000:c=stereo'
  const inputs = ['-f', 'lavfi', '-i', picture, '-f', 'lavfi', '-i', tone, '-t', seconds]
  const codec = ['-c:v', 'libx264', '-pix_fmt', 'yuv420p', '-bf', '0', '-sc_threshold', '0', '-tune', 'zerolatency']
  const command = [...inputs, ...codec, ...recipe.video, '-c:a', 'aac', '-b:a', '96k', '-f', 'flv']
  const recipeId = createHash('sha256').update(command.join(' ')).digest('hex').slice(0, 8)
  const file = join(folder, `${name}-${recipeId}.flv`)
  if (!existsSync(file)) {
    mkdirSync(folder, { recursive: true })
    const partial = `${file}.partial`
    await promisify(execFile)('ffmpeg', ['-v', 'error', '-y', ...command, partial])
    renameSync(partial, file)
  }
  return { name, file, periodMs: recipe.periodMs }
}

export interface ClipFrames {
  /** Metadata and codec configuration. */
  readonly configuration: readonly FlvTag[]
  /** One period in sending order, timestamps from 0. Video bodies have room for a stamp behind the first 5 bytes. */
  readonly frames: readonly FlvTag[]
  readonly periodMs: number
}

export function readClip(clip: Clip): ClipFrames {
  const configuration: FlvTag[] = []
  const video: FlvTag[] = []
  const audio: FlvTag[] = []
  const parser = new FlvTags(tag => {
    if (tag.type === 18 || isConfiguration(tag)) configuration.push({ ...tag, timestampMs: 0 })
    else if (tag.type === 9 && tag.body[1] === 1 && video.length * FRAME_MS < clip.periodMs) {
      const body = Buffer.concat([tag.body.subarray(0, 5), emptyStamp(), tag.body.subarray(5)])
      video.push({ ...tag, timestampMs: video.length * FRAME_MS, body })
    } else if (tag.type === 8 && Math.round(audio.length * AUDIO_MS) < clip.periodMs) {
      audio.push({ ...tag, timestampMs: Math.round(audio.length * AUDIO_MS) })
    }
  })
  parser.push(readFileSync(clip.file))
  const frames = [...video, ...audio].sort((a, b) => a.timestampMs - b.timestampMs || b.type - a.type)
  return { configuration, frames, periodMs: clip.periodMs }
}

/** Bytes of one period as a format carries them. */
export function periodBytes(clip: Clip, format: 'flv' | 'rtmp'): number {
  // RTMP: a type 1 header and one byte per further chunk at most; servers differ by less than half a percent.
  const overhead = format === 'flv' ? 15 : 8
  return readClip(clip).frames.reduce((sum, tag) => sum + tag.body.length + overhead, 0)
}
