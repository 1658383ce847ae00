import { createHash } from 'node:crypto'
import { appendFileSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { ffmpeg, probe } from '../../../test/ffmpeg.ts'
import { demux, framesOf, type Media, ms } from '../../../test/support/media.ts'
import { PATH, Recorded, START_MS } from '../../../test/support/recorded.ts'
import type { Frame } from '../../media/stream/frame.ts'
import { recoverSegment } from '../recorder/recovery.ts'
import { playlistParts, writeReplayPlaylist } from './hls-playlist.ts'
import { exportMp4 } from './mp4-export.ts'

const RUNS = 8
const RUN_S = 900
const FPS = 5
/** One clip again and again: small pictures, so that two hours of them are decoded in seconds. */
const CLIP_S = 60
/** Between runs: the node starts again at once, or the line is down for minutes. */
const GAPS_MS = [0, 400, 30_000, 180_000]
/** The node is killed at the end of these. */
const KILLED = new Set([2, 5])
/** What a killed node loses at most: the fragment in work, and the frame behind it. */
const LOST_S = 2.2

function clip(): Media {
  const picture = ['-f', 'lavfi', '-i', `testsrc=size=64x48:rate=${FPS}:duration=${CLIP_S}`]
  const sound = ['-f', 'lavfi', '-i', `sine=frequency=440:sample_rate=8000:duration=${CLIP_S}`]
  const h264 = [
    '-c:v',
    'libx264',
    '-preset',
    'ultrafast',
    '-tune',
    'zerolatency',
    '-pix_fmt',
    'yuv420p',
    '-g',
    `${FPS}`,
  ]
  return demux(ffmpeg(...picture, ...sound, ...h264, '-c:a', 'pcm_alaw', '-f', 'flv', 'pipe:1'))
}

function repeated({ tracks, frames }: Media, times: number): Media {
  const all = Array.from({ length: times }, (_, i) =>
    frames.map(frame => {
      const ticks = i * CLIP_S * frame.track.clockRate
      return { ...frame, dts: frame.dts + ticks, pts: frame.pts + ticks }
    }),
  )
  return { tracks, frames: all.flat() }
}

const hashOf = ({ data }: Frame) => createHash('sha256').update(data).digest('base64').slice(0, 12)
const pictures = (frames: readonly Frame[]) => frames.filter(({ track }) => track.kind === 'video')

test('two hours with holes, restarts and kills play as one, every frame of them, once', async () => {
  using recorded = new Recorded()
  const run = repeated(clip(), RUN_S / CLIP_S)
  const killed: { close(): Promise<void> }[] = []
  const wanted: string[] = []
  for (let i = 0; i < RUNS; i++) {
    const dies = KILLED.has(i)
    const recorder = await recorded.record(run, { segmentMs: 300_000 }, dies)
    const sent = pictures(run.frames).map(hashOf)
    if (dies) {
      killed.push(recorder)
      const open = recorded.index.open().at(-1)!
      const file = join(recorded.folder, open.object)
      appendFileSync(file, 'torn off in the middle of a fragment')
      rmSync(`${file}.idx`)
      const { fragments, sizeBytes } = (await recoverSegment(recorded.store, open.object))!
      const last = fragments.at(-1)!
      const endMs = Math.round(last.wallMs + last.durationUs / 1000)
      recorded.index.put({ ...open, state: 'recovered', fragments: fragments.length, sizeBytes, endMs })
      const there = recorded.index
        .between(PATH, START_MS + i, Number.MAX_SAFE_INTEGER)
        .filter(({ startMs }) => startMs > recorded.time.nowMs() - RUN_S * 1000 - 1000)
        .reduce((sum, { object }) => sum + pictures(framesOf(readFileSync(join(recorded.folder, object)))).length, 0)
      expect(sent.length - there).toBeLessThanOrEqual(LOST_S * FPS)
      sent.length = there
    }
    wanted.push(...sent)
    recorded.time.advance(GAPS_MS[i % GAPS_MS.length] ?? 0)
  }

  const fragments = await recorded.recordings.fragments(PATH, 0, Number.MAX_SAFE_INTEGER)
  expect(new Set(fragments.map(({ segment }) => segment.id)).size).toBe((RUNS * RUN_S) / 300)
  const mp4 = join(recorded.folder, 'all.mp4')
  const file = await exportMp4(recorded.recordings, recorded.reader, fragments)
  writeFileSync(mp4, '')
  for await (const piece of file.pieces()) appendFileSync(mp4, piece)
  const { decodedFrames, packets } = probe(mp4, 'video')
  expect([decodedFrames, packets.length]).toEqual([wanted.length, wanted.length])
  const steps = packets.slice(1).map(({ dts }, i) => dts - packets[i]!.dts)
  expect(Math.min(...steps)).toBeGreaterThan(0)
  expect(Math.max(...steps)).toBeLessThan(3 / FPS)
  expect(Math.abs(file.durationMs / 1000 - wanted.length / FPS)).toBeLessThan(RUNS)

  // The bytes are those that were published, in their order.
  const hashes: string[] = []
  for (const fragment of fragments) hashes.push(...pictures(await recorded.reader.frames(fragment)).map(hashOf))
  expect(hashes).toEqual(wanted)

  // The same by HLS, out of the files as they lie.
  const playlist = join(recorded.folder, 'all.m3u8')
  const uris = { segment: ({ first }: { first: (typeof fragments)[number] }) => first.segment.object, encrypted: null }
  writeFileSync(playlist, writeReplayPlaylist(playlistParts(fragments, false), true, uris))
  const copy = join(recorded.folder, 'hls.mkv')
  ffmpeg('-y', '-i', playlist, '-map', '0:v', '-c', 'copy', copy)
  expect(probe(copy, 'video').decodedFrames).toBe(wanted.length)
  await Promise.all(killed.map(recorder => recorder.close()))
  expect(ms(run.frames.at(-1)!)).toBeGreaterThan((RUN_S - 1) * 1000)
}, 240_000)
