import { describe, expect, test } from 'vitest'
import { FakeTime } from '../../base/fake-time.ts'
import type { Frame } from './frame.ts'
import type { PublisherInfo } from './publication.ts'
import type { Reader } from './reader.ts'
import { Stream } from './stream.ts'
import { audioFrame, audioTrack, videoFrame, videoTrack } from './test-frames.ts'
import type { Track } from './track.ts'

const publisher: PublisherInfo = { id: 'p1', protocol: 'rtmp', remote: '127.0.0.1:5', agent: 'test' }

class Recorder implements Reader {
  readonly log: string[] = []
  onTracks(tracks: readonly Track[]): void {
    this.log.push(`tracks ${tracks.map(track => track.codec).join('+')}`)
  }
  onFrame(frame: Frame): void {
    this.log.push(`${frame.track.kind[0]}${frame.dts}${frame.track.kind === 'video' && frame.keyframe ? '*' : ''}`)
  }
  onDiscontinuity(): void {
    this.log.push('discontinuity')
  }
  onEnd(reason: string): void {
    this.log.push(`end ${reason}`)
  }
}

function setUp(republishGraceMs = 1000) {
  const time = new FakeTime()
  const events: string[] = []
  const stream = new Stream(
    'default/live/a',
    { timestamps: 'full', republishGraceMs, clock: time, timers: time },
    {
      onPublish: (_, { id }) => events.push(`publish ${id}`),
      onUnpublish: (_, { id }, reason) => events.push(`unpublish ${id} ${reason}`),
      onEnd: (_, reason) => events.push(`end ${reason}`),
    },
  )
  return { time, stream, events }
}

function publishBoth(stream: Stream) {
  const publication = stream.publish(publisher)
  publication.setTrack(videoTrack())
  publication.setTrack(audioTrack())
  return publication
}

describe('readers', () => {
  test('get the frames from the first keyframe on', () => {
    const { stream } = setUp()
    const reader = new Recorder()
    stream.attach(reader)
    const publication = publishBoth(stream)
    for (const frame of [videoFrame(0), videoFrame(40, true), audioFrame(40), videoFrame(80)]) publication.write(frame)
    expect(reader.log).toEqual(['tracks h264+aac', 'v40*', 'a40', 'v80'])
  })

  test('who comes later gets the newest GOP at once', () => {
    const { stream } = setUp()
    const publication = publishBoth(stream)
    for (const at of [0, 40, 80]) publication.write(videoFrame(at, at !== 40))
    publication.write(audioFrame(90))
    const reader = new Recorder()
    const leave = stream.attach(reader)
    leave()
    publication.write(videoFrame(120))
    expect(reader.log).toEqual(['tracks h264+aac', 'v80*', 'a90'])
  })

  test('a stream of one kind begins after half a second, from its first frame', () => {
    const { stream } = setUp()
    const reader = new Recorder()
    stream.attach(reader)
    const publication = stream.publish(publisher)
    publication.setTrack(videoTrack())
    publication.write(videoFrame(0, true))
    expect(reader.log).toEqual([])
    expect(stream.tracks).toEqual([])
    publication.write(videoFrame(500))
    expect(reader.log).toEqual(['tracks h264', 'v0*', 'v500'])
  })

  test('survive a republish: time goes on, with a discontinuity', () => {
    const { stream, time, events } = setUp()
    const reader = new Recorder()
    stream.attach(reader)
    const first = publishBoth(stream)
    first.write(videoFrame(7000, true))
    first.end('closed')
    time.advance(900)
    const second = publishBoth(stream)
    second.write(videoFrame(0, true))
    time.advance(5000)
    expect(reader.log).toEqual(['tracks h264+aac', 'v0*', 'discontinuity', 'tracks h264+aac', 'v40*'])
    expect(events).toEqual(['publish p1', 'unpublish p1 closed', 'publish p1'])
  })

  test('are told the end when nobody comes back', () => {
    const { stream, time, events } = setUp()
    const reader = new Recorder()
    stream.attach(reader)
    publishBoth(stream).end('closed')
    time.advance(1000)
    expect(reader.log.at(-1)).toBe('end publisher gone')
    expect(events.at(-1)).toBe('end publisher gone')
    expect(() => stream.attach(new Recorder())).toThrow('no stream')
  })

  test('learn a changed configuration', () => {
    const { stream } = setUp()
    const reader = new Recorder()
    stream.attach(reader)
    const publication = publishBoth(stream)
    publication.write(videoFrame(0, true))
    const wider = { ...videoTrack(), width: 1280 }
    publication.setTrack(wider)
    publication.write({ ...videoFrame(40, true), track: wider })
    expect(reader.log).toEqual(['tracks h264+aac', 'v0*', 'tracks h264+aac', 'v40*'])
    expect(stream.tracks).toContain(wider)
  })
})

describe('publishers', () => {
  test('a second one is refused while the first is there', () => {
    const { stream } = setUp()
    publishBoth(stream)
    expect(() => stream.publish({ ...publisher, id: 'p2' })).toThrow(/already being published by 127.0.0.1:5/)
  })

  test('a kicked one is told, and what it still sends is ignored', () => {
    const { stream, events } = setUp()
    const reader = new Recorder()
    stream.attach(reader)
    let told = ''
    const publication = stream.publish(publisher, reason => {
      told = reason
    })
    expect(stream.kickPublisher('kicked')).toBe(true)
    publication.setTrack(videoTrack())
    publication.write(videoFrame(0, true))
    publication.end('closed')
    expect(told).toBe('kicked')
    expect(reader.log).toEqual([])
    expect(events).toEqual(['publish p1', 'unpublish p1 kicked'])
    expect(stream.kickPublisher('again')).toBe(false)
  })
})

describe('meter', () => {
  test('rates, GOP and age of the keyframe', () => {
    const { stream, time } = setUp()
    const publication = publishBoth(stream)
    for (let i = 0; i < 125; i++) {
      publication.countBytes(5000)
      publication.write(videoFrame(i * 40, i % 50 === 0))
      time.advance(40)
    }
    const { meter } = stream
    expect(meter.rates()).toEqual({ bitrateKbps: 1000, fps: 25 })
    expect(meter).toMatchObject({ gopFrames: 50, gopMs: 2000, lastKeyframeAgeMs: 1000, bytes: 625_000, frames: 125 })
  })
})

test('milestones of publishers, and totals over all of them', () => {
  const time = new FakeTime()
  const seen: string[] = []
  const stream = new Stream(
    'default/live/a',
    { timestamps: 'full', republishGraceMs: 1000, clock: time, timers: time },
    { onPublish() {}, onUnpublish() {}, onEnd() {}, onMilestone: (_, milestone) => seen.push(milestone) },
  )
  const first = publishBoth(stream)
  for (const frame of [audioFrame(0), videoFrame(0), videoFrame(40, true), videoFrame(60_000)]) first.write(frame)
  first.countBytes(100)
  first.end('left')
  expect(seen).toEqual(['first frame', 'first keyframe', 'timestamp jump'])
  expect(stream.meter.quality()).toMatchObject({ jumps: 1 })

  const second = publishBoth(stream)
  second.countBytes(20)
  second.write(videoFrame(0, true))
  expect(seen.slice(3)).toEqual(['first frame', 'first keyframe', 'discontinuity'])
  expect(stream.meter.quality()).toMatchObject({ jumps: 0 })
  expect(stream.meter).toMatchObject({ bytes: 20, frames: 1 })
  expect(stream.meter.totals()).toEqual({ bytes: 120, bytesSent: 0, frames: 5 })
})
