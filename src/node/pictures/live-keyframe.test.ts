import { beforeEach, expect, test } from 'vitest'
import { FakeTime } from '../../base/fake-time.ts'
import { Stream } from '../../media/stream/stream.ts'
import { audioFrame, audioTrack, videoFrame, videoTrack } from '../../media/stream/test-frames.ts'
import { Leases } from '../leases.ts'
import { LiveKeyframes } from './live-keyframe.ts'

const PATH = 'default/live/cam'

let time: FakeTime
let leases: Leases
let streams: Map<string, Stream>
let live: LiveKeyframes

beforeEach(() => {
  time = new FakeTime()
  leases = new Leases(time)
  streams = new Map()
  live = new LiveKeyframes({ hub: { find: path => streams.get(path) }, leases, timers: time })
})

function publish() {
  const options = { timestamps: 'full', republishGraceMs: 0, clock: time, timers: time } as const
  const stream = new Stream(PATH, options, { onPublish() {}, onUnpublish() {}, onEnd() {} })
  streams.set(PATH, stream)
  return { stream, publication: stream.publish({ id: 'p', protocol: 'test', remote: '', agent: '' }) }
}

function publishVideo() {
  const { stream, publication } = publish()
  publication.setTrack(videoTrack())
  publication.setTrack(audioTrack())
  publication.write(videoFrame(0, true))
  publication.write(audioFrame(1))
  return { stream, publication }
}

test('the newest keyframe is there at once', async () => {
  const { publication, stream } = publishVideo()
  publication.write(videoFrame(1000, true))
  publication.write(videoFrame(1040, false))
  publication.write(audioFrame(1041))
  expect((await live.newest(PATH)).dts).toBe(1000)
  expect([stream.readerCount, leases.holders(PATH).size]).toEqual([0, 0])
})

test('a stream that nobody watches is brought for its picture, and let go', async () => {
  const told: string[] = []
  leases.addSource({
    knows: path => path === PATH,
    start: () => told.push('start'),
    again() {},
    stop: () => told.push('stop'),
    graceMs: () => 1000,
  })
  const asked = live.newest(PATH)
  expect(told).toEqual(['start'])
  time.advance(3000)
  const { stream } = publishVideo()
  time.advance(100)
  expect((await asked).keyframe).toBe(true)
  expect(stream.readerCount).toBe(0)
  time.advance(1000)
  expect(told).toEqual(['start', 'stop'])
})

test('what does not come is said within ten seconds', async () => {
  await expect(live.newest(PATH)).rejects.toMatchObject({ code: 'STREAM_NOT_FOUND' })
  const { publication } = publish()
  publication.setTrack(videoTrack())
  const asked = live.newest(PATH)
  time.advance(10_000)
  await expect(asked).rejects.toMatchObject({ code: 'PEER_TIMEOUT' })
})

test('a stream without pictures has none', async () => {
  const { publication } = publish()
  publication.setTrack(audioTrack())
  for (let ms = 0; ms < 1000; ms += 20) publication.write(audioFrame(ms))
  await expect(live.newest(PATH)).rejects.toMatchObject({ code: 'CODEC_UNSUPPORTED' })
})

test('a stream that ends meanwhile', async () => {
  const { stream } = publish()
  const asked = live.newest(PATH)
  stream.end('test')
  await expect(asked).rejects.toMatchObject({ code: 'STREAM_NOT_FOUND' })
})
