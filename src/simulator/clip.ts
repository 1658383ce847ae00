import { spawn } from 'node:child_process'
import { AppError } from '../base/errors.ts'
import { G711_SAMPLE_RATE } from '../media/codec/g711/g711.ts'
import { TsDemuxer } from '../media/container/mpegts/demuxer.ts'
import type { Frame } from '../media/stream/frame.ts'
import type { Track } from '../media/stream/track.ts'
import { g711Track } from '../media/stream/track-builders.ts'

export interface ClipRecipe {
  readonly video: 'h264' | 'h265'
  readonly audio: 'pcma' | 'pcmu' | 'aac' | 'none'
  /** `1280x720`. */
  readonly size: string
  readonly fps: number
  readonly bitrateKbps: number
  /** Length of one round; a GOP is two seconds. */
  readonly seconds: number
  /** A file to play in place of the test pattern. */
  readonly file?: string
  /** Written into the test pattern. */
  readonly title?: string
}

/** Frames of one round in sending order, to be repeated without a seam. Times in milliseconds from 0. */
export interface Clip {
  readonly tracks: readonly Track[]
  readonly frames: readonly { readonly ms: number; readonly frame: Frame }[]
  readonly periodMs: number
  /** JPEG of its beginning. */
  readonly picture: Buffer
}

export const CAMERA: ClipRecipe = {
  video: 'h264',
  audio: 'pcma',
  size: '1280x720',
  fps: 25,
  bitrateKbps: 1000,
  seconds: 10,
}

/** Samples of one G.711 frame: 40 ms, as many as cameras put into one packet. */
const G711_FRAME_SAMPLES = 320
/** Ids of the tracks in the clip. */
const VIDEO_ID = 0
const AUDIO_ID = 1
/** Debian's fonts-dejavu-core; without it the picture has no text. */
const FONT = '/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf'

/** Makes a clip with ffmpeg. Throws AppError FFMPEG_FAILED. */
export async function makeClip(recipe: ClipRecipe): Promise<Clip> {
  const [coded, samples, picture] = await Promise.all([codedFrames(recipe), g711Samples(recipe), firstPicture(recipe)])
  const startMs = Math.min(...coded.filter(({ track }) => track.kind === 'video').map(msOf))
  // the sound of an encoder begins before its picture
  const shown = coded.filter(frame => msOf(frame) >= startMs)
  const placed = shown.map(frame => {
    const ticks = Math.round((startMs * frame.track.clockRate) / 1000)
    return { ms: msOf(frame) - startMs, frame: { ...frame, dts: frame.dts - ticks, pts: frame.pts - ticks } }
  })
  const tracks = [...new Set(coded.map(({ track }) => track))]
  if (samples) {
    const { audio } = recipe
    const track = g711Track({ id: AUDIO_ID, clockRate: G711_SAMPLE_RATE, codec: audio === 'pcmu' ? 'pcmu' : 'pcma' })
    tracks.push(track)
    for (let at = 0; at + G711_FRAME_SAMPLES <= samples.length; at += G711_FRAME_SAMPLES) {
      const data = samples.subarray(at, at + G711_FRAME_SAMPLES)
      const frame = { track, dts: at, pts: at, keyframe: true, data }
      placed.push({ ms: (at * 1000) / G711_SAMPLE_RATE, frame })
    }
  }
  placed.sort((a, b) => a.ms - b.ms)
  return { tracks, frames: placed, periodMs: recipe.seconds * 1000, picture }
}

function msOf({ dts, track }: Frame): number {
  return (dts * 1000) / track.clockRate
}

/** Video, and AAC where it is asked for. */
async function codedFrames(recipe: ClipRecipe): Promise<Frame[]> {
  const { audio, bitrateKbps, fps, seconds, video } = recipe
  const rate = [`${bitrateKbps}k`, '-maxrate', `${bitrateKbps}k`, '-bufsize', `${bitrateKbps}k`]
  const coder =
    video === 'h264' ? ['libx264', '-tune', 'zerolatency'] : ['libx265', '-x265-params', 'log-level=error:bframes=0']
  const coding = [
    '-c:v',
    ...coder,
    '-preset',
    'ultrafast',
    '-pix_fmt',
    'yuv420p',
    '-g',
    String(2 * fps),
    '-b:v',
    ...rate,
  ]
  const sound = audio === 'aac' ? ['-c:a', 'aac', '-ar', '16000', '-ac', '1', '-b:a', '32k'] : ['-an']
  const bytes = await ffmpeg([...inputOf(recipe), '-t', String(seconds), ...coding, ...sound, '-f', 'mpegts', 'pipe:1'])
  const frames: Frame[] = []
  const ids = new Map<Track, Track>()
  const demuxer = new TsDemuxer({
    onTrack: track => void ids.set(track, { ...track, id: track.kind === 'video' ? VIDEO_ID : AUDIO_ID }),
    onFrame: frame =>
      void frames.push({ ...frame, track: ids.get(frame.track) ?? frame.track, data: Uint8Array.from(frame.data) }),
  })
  demuxer.push(bytes)
  demuxer.flush()
  if (frames.length === 0) throw new AppError('FFMPEG_FAILED', { reason: 'no frames came out' })
  return frames
}

function firstPicture(recipe: ClipRecipe): Promise<Buffer> {
  return ffmpeg([...inputOf(recipe), '-frames:v', '1', '-an', '-c:v', 'mjpeg', '-f', 'image2pipe', 'pipe:1'])
}

function inputOf({ file, fps, size, title }: ClipRecipe): string[] {
  if (file !== undefined) return ['-stream_loop', '-1', '-i', file, '-vf', `scale=${size.replace('x', ':')},fps=${fps}`]
  const pattern = `testsrc2=size=${size}:rate=${fps}`
  return ['-f', 'lavfi', '-i', pattern, '-f', 'lavfi', '-i', 'sine=frequency=440', ...titled(title)]
}

function titled(title: string | undefined): string[] {
  if (title === undefined) return []
  return [
    '-vf',
    `drawtext=fontfile=${FONT}:fontsize=40:fontcolor=white:box=1:boxcolor=black@0.6:x=40:y=40:text='${title}'`,
  ]
}

function g711Samples({ audio, seconds }: ClipRecipe): Promise<Buffer> | null {
  if (audio !== 'pcma' && audio !== 'pcmu') return null
  const tone = `sine=frequency=440:sample_rate=${G711_SAMPLE_RATE}:duration=${seconds}`
  return ffmpeg(['-f', 'lavfi', '-i', tone, '-f', audio === 'pcma' ? 'alaw' : 'mulaw', 'pipe:1'])
}

async function ffmpeg(args: readonly string[]): Promise<Buffer> {
  const child = spawn('ffmpeg', ['-hide_banner', '-nostdin', '-loglevel', 'error', ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const parts: Buffer[] = []
  let complaints = ''
  child.stdout.on('data', (part: Buffer) => parts.push(part))
  child.stderr.on('data', (text: Buffer) => (complaints = (complaints + text.toString()).slice(-2000)))
  const code = await new Promise<number | null>((resolve, reject) => {
    child.on('error', error => reject(new AppError('FFMPEG_FAILED', { reason: error.message }, { cause: error })))
    child.on('close', resolve)
  })
  if (code !== 0) throw new AppError('FFMPEG_FAILED', { reason: complaints.trim().slice(-300) })
  return Buffer.concat(parts)
}
