import { expect, test } from 'vitest'
import type { Parts } from '../../media/broadcast/packager.ts'
import { decodeAmf0 } from '../../media/container/amf/amf0.ts'
import { ChunkReader } from './chunk-reader.ts'
import { writeMessage } from './chunk-writer.ts'
import { MESSAGE, type RtmpMessage, setChunkSize } from './message.ts'
import { RtmpPackager } from './rtmp-packager.ts'
import { frameOf, TRACKS } from './testing/media.ts'

const CHUNK_BYTES = 500

function read(parts: Parts): RtmpMessage[] {
  const messages: RtmpMessage[] = []
  const reader = new ChunkReader(message => messages.push(message))
  const size = setChunkSize(CHUNK_BYTES)
  reader.push(Buffer.concat([...writeMessage(size, [size.payload], 128), ...parts]))
  return messages.slice(1)
}
const rows = (parts: Parts) =>
  read(parts).map(m => [
    m.type,
    m.timestamp,
    m.streamId,
    m.chunkStreamId,
    Buffer.from(m.payload.subarray(0, 5)).toString('hex'),
  ])

test('the header: metadata at time 0, then the configurations', () => {
  const parts = new RtmpPackager(CHUNK_BYTES).header([TRACKS.h264, TRACKS.aac, TRACKS.pcma], 7000)
  expect(rows(parts)).toEqual([
    [MESSAGE.dataAmf0, 0, 1, 5, '02000a6f6e'],
    [MESSAGE.video, 7000, 1, 6, '1700000000'],
    [MESSAGE.audio, 7000, 1, 4, 'af001210'],
  ])
  expect(decodeAmf0(read(parts)[0]!.payload)[0]).toBe('onMetaData')
})

test('a server is asked to keep the metadata', () => {
  const [metadata] = read(new RtmpPackager(CHUNK_BYTES, 'server').header([TRACKS.h264], 0))
  expect(decodeAmf0(metadata!.payload).slice(0, 2)).toEqual(['@setDataFrame', 'onMetaData'])
})

test('frames: own chunk streams, the message stream all viewers have, composition time', () => {
  const packager = new RtmpPackager(CHUNK_BYTES)
  expect(rows(packager.frame(frameOf(TRACKS.h264, 40, 1200, true, 80)))).toEqual([
    [MESSAGE.video, 40, 1, 6, '1701000050'],
  ])
  expect(rows(packager.frame(frameOf(TRACKS.h264, 80)))).toEqual([[MESSAGE.video, 80, 1, 6, '2701000000']])
})

test('a configuration goes before the first frame that needs it, unless the header had it', () => {
  const packager = new RtmpPackager(CHUNK_BYTES)
  const types = (parts: Parts) => read(parts).map(m => [m.type, m.payload[1]])
  expect(types(packager.frame(frameOf(TRACKS.h264, 0, 100, true)))).toEqual([[MESSAGE.video, 1]])
  const aac = types(packager.frame(frameOf(TRACKS.aac, 0)))
  expect(aac).toEqual([
    [MESSAGE.audio, 0],
    [MESSAGE.audio, 1],
  ])
  expect(types(packager.frame(frameOf(TRACKS.aac, 20)))).toEqual([[MESSAGE.audio, 1]])
  const changed = { ...TRACKS.h264 }
  expect(types(packager.frame(frameOf(changed, 40, 100, true)))).toEqual([
    [MESSAGE.video, 0],
    [MESSAGE.video, 1],
  ])
})

test('frame data is not copied, and its clock rate counts', () => {
  const packager = new RtmpPackager(60_000)
  const frame = {
    ...frameOf(TRACKS.aac, 0, 300),
    track: { ...TRACKS.aac, clockRate: 44_100 },
    dts: 44_100,
    pts: 44_100,
  }
  const parts = packager.frame(frame)
  expect(parts).toContain(frame.data)
  expect(read(parts)[0]?.timestamp).toBe(1000)
})
