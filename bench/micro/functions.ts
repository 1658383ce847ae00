import { FakeTime } from '../../src/base/fake-time.ts'
import { Pace } from '../../src/media/broadcast/pace.ts'
import { PacketLog } from '../../src/media/broadcast/packet-log.ts'
import { Slot } from '../../src/media/broadcast/slot.ts'
import { Viewer } from '../../src/media/broadcast/viewer.ts'
import { FlvFrames } from '../../src/media/container/flv/to-frames.ts'
import type { Frame } from '../../src/media/stream/frame.ts'
import { Stream } from '../../src/media/stream/stream.ts'
import { FlvPackager } from '../../src/protocols/http-live/flv-packager.ts'
import { ChunkReader } from '../../src/protocols/rtmp/chunk-reader.ts'
import { RtmpPackager } from '../../src/protocols/rtmp/rtmp-packager.ts'
import { ToStream } from '../../src/protocols/rtmp/to-stream.ts'
import { type ClipFrames, prepareClip, readClip } from '../clip.ts'
import { chunks } from '../rtmp-client.ts'
import { sipTasks } from './sip.ts'

/** How long each function is called before and while it is timed. */
const WARM_UP_MS = 300
const MEASURE_MS = 1000
/** Viewers of the write round. */
const ROUND_VIEWERS = 256
/** Publishers of the ingest task: their GOPs are what the collector has to look after. */
const INGEST_STREAMS = 300
/** Chunk size our node announces to players. */
const OUT_CHUNK_BYTES = 60000

/** Our chunks are 4096 bytes long; the reader has to be told, as a server is. */
const SET_CHUNK_SIZE = Buffer.from([2, 0, 0, 0, 0, 0, 4, 1, 0, 0, 0, 0, 0, 0, 16, 0])

export interface Task {
  readonly name: string
  /** What one call handles. */
  readonly unit: string
  readonly units: number
  readonly bytes: number
  readonly run: () => void
}

/** CPU time of the functions every frame passes through, over the frames of the 1 Mbit/s clip. */
export async function runMicro(cache: string): Promise<void> {
  const clip = readClip(await prepareClip('1m', cache))
  const frames: Frame[] = []
  const reader = new FlvFrames({ track: () => {}, frame: frame => frames.push(frame) })
  const tags = [...clip.configuration, ...clip.frames].filter(tag => tag.type !== 18)
  const decode = (to: FlvFrames) => {
    for (const tag of tags) {
      if (tag.type === 9) to.video(tag.timestampMs, tag.body)
      else to.audio(tag.timestampMs, tag.body)
    }
  }
  decode(reader)
  const wire = Buffer.concat(
    clip.frames.map(({ type, timestampMs, body }) =>
      chunks({ chunkStream: type === 9 ? 6 : 4, type, stream: 1, timestampMs, body }),
    ),
  )
  const pieces = Array.from({ length: Math.ceil(wire.length / 65536) }, (_, i) =>
    wire.subarray(i * 65536, (i + 1) * 65536),
  )
  const bytes = clip.frames.reduce((sum, tag) => sum + tag.body.length, 0)
  const perFrame = { unit: 'frame', units: frames.length, bytes }

  const log = new PacketLog()
  const flv = new FlvPackager('all')
  for (const frame of frames.slice(0, 24))
    log.append(flv.frame(frame), frame.keyframe && frame.track.kind === 'video', 0)
  const slot = new Slot(null, 0)
  const sink = { write: () => {}, pendingBytes: () => 0, end: () => {} }
  const limits = { bytes: 1 << 24, ageMs: 30_000, stallMs: 60_000 }
  for (let i = 0; i < ROUND_VIEWERS; i++) {
    const viewer = new Viewer(sink, null, limits)
    viewer.resumed()
    slot.add(viewer)
  }
  const pace = new Pace()
  const rtmp = new RtmpPackager(OUT_CHUNK_BYTES)
  const tasks: Task[] = [
    {
      name: 'RTMP chunk reader',
      unit: 'message',
      units: clip.frames.length,
      bytes: wire.length,
      run: () => {
        const chunkReader = new ChunkReader(() => {})
        chunkReader.push(SET_CHUNK_SIZE)
        for (const piece of pieces) chunkReader.push(piece)
      },
    },
    {
      name: 'publishers into GOP caches',
      unit: 'message',
      units: clip.frames.length * INGEST_STREAMS,
      bytes: wire.length * INGEST_STREAMS,
      run: ingest(clip),
    },
    {
      name: 'FLV bodies to frames',
      ...perFrame,
      run: () => decode(new FlvFrames({ track: () => {}, frame: () => {} })),
    },
    {
      name: 'FLV packager',
      ...perFrame,
      run: () => {
        for (const frame of frames) flv.frame(frame)
      },
    },
    {
      name: 'RTMP packager',
      ...perFrame,
      run: () => {
        for (const frame of frames) rtmp.frame(frame)
      },
    },
    {
      name: 'write round without sockets',
      unit: 'viewer',
      units: ROUND_VIEWERS,
      bytes: log.end * ROUND_VIEWERS,
      run: () => {
        slot.cursor = 0
        for (const viewer of slot.viewers) viewer.position = 0
        slot.flush(log, () => [], 0)
      },
    },
    { name: 'write window', unit: 'call', units: 1, bytes: 0, run: () => void pace.windowMs(350) },
  ]
  for (const task of [...tasks, ...sipTasks()]) console.log(measure(task))
}

/** One round of the clip for many publishers at once, from what a socket read to the stream; the reads share memory. */
function ingest(clip: ClipFrames): () => void {
  const time = new FakeTime()
  const nobody = { onPublish() {}, onUnpublish() {}, onEnd() {} }
  const message = (type: number, timestampMs: number, body: Buffer) =>
    chunks({ chunkStream: type === 9 ? 6 : 4, type, stream: 1, timestampMs, body })
  const readers = Array.from({ length: INGEST_STREAMS }, (_, i) => {
    const options = { timestamps: 'full', republishGraceMs: 0, clock: time, timers: time } as const
    const stream = new Stream(`default/live/${i}`, options, nobody)
    const publisher = { id: `pub_${i}`, protocol: 'rtmp', remote: '', agent: '', traceId: '' }
    const toStream = new ToStream(stream.publish(publisher), () => {})
    const reader = new ChunkReader(received => toStream.message(received))
    reader.push(SET_CHUNK_SIZE)
    reader.expectMedia()
    for (const { type, body } of clip.configuration) if (type !== 18) reader.push(message(type, 0, body))
    return reader
  })
  const wire = clip.frames.map(({ type, timestampMs, body }) => message(type, timestampMs, body))
  const shared = Buffer.allocUnsafeSlow(65536)
  let round = 0
  return () => {
    for (const [k, bytes] of wire.entries()) {
      bytes.writeUIntBE((clip.frames[k]?.timestampMs ?? 0) + round * clip.periodMs, 1, 3)
      for (const reader of readers) reader.push(shared.subarray(0, bytes.copy(shared)))
    }
    round++
  }
}

function repeat(task: Task, forMs: number): number {
  const end = performance.now() + forMs
  let calls = 0
  while (performance.now() < end) {
    task.run()
    calls++
  }
  return calls
}

function measure(task: Task): string {
  repeat(task, WARM_UP_MS)
  const before = process.cpuUsage()
  const calls = repeat(task, MEASURE_MS)
  const { user, system } = process.cpuUsage(before)
  // Of all threads: the collector works beside the one that runs the task.
  const seconds = (user + system) / 1e6
  const perUnit = ((seconds * 1e9) / (calls * task.units)).toFixed(0)
  const speed = task.bytes > 0 ? `${((calls * task.bytes) / seconds / 1e6).toFixed(0)} MB/s` : ''
  return `${task.name.padEnd(30)} ${perUnit.padStart(8)} ns per ${task.unit.padEnd(8)} ${speed.padStart(14)}`
}
