import { expect, test } from 'vitest'
import { FakeTime } from '../../base/fake-time.ts'
import { encodeAmf0 } from '../../media/container/amf/amf0.ts'
import { Stream } from '../../media/stream/stream.ts'
import type { TimestampMode } from '../../media/stream/timeline.ts'
import { MESSAGE } from './message.ts'
import { ToStream } from './to-stream.ts'

/** Times of the frames a reader gets of a publisher that begins at one hour, with such metadata. */
function timesMs(timestamps: TimestampMode, metadata: Readonly<Record<string, string | number | boolean>>): number[] {
  const time = new FakeTime()
  const options = { timestamps, republishGraceMs: 0, clock: time, timers: time }
  const stream = new Stream('default/live/a', options, { onPublish() {}, onUnpublish() {}, onEnd() {} })
  const times: number[] = []
  stream.attach({ onFrame: ({ dts }) => void times.push(dts), onEnd() {} })
  const publication = stream.publish({ id: 'pb_1', protocol: 'rtmp', remote: '', agent: '' })
  const toStream = new ToStream(publication, () => {})
  const send = (type: number, timestamp: number, payload: Uint8Array) =>
    toStream.message({ type, timestamp, streamId: 1, chunkStreamId: 4, payload })
  send(MESSAGE.dataAmf0, 0, encodeAmf0('@setDataFrame', 'onMetaData', metadata))
  // G.711 A of 8000 Hz, which needs no configuration
  for (const at of [3_600_000, 3_601_000]) send(MESSAGE.audio, at, Uint8Array.of(0x72, 1, 2, 3))
  publication.end('over')
  return times
}

test.each([
  ['auto', { bravo_atc: 'true' }, [3_600_000, 3_601_000]],
  ['auto', { bravo_atc: true }, [3_600_000, 3_601_000]],
  ['auto', { bravo_atc: 'false' }, [0, 1000]],
  ['auto', { width: 640 }, [0, 1000]],
  ['full', { bravo_atc: 'true' }, [0, 1000]],
  ['off', {}, [3_600_000, 3_601_000]],
] as const)('absolute times (ATC): %s with %j', (mode, metadata, expected) => {
  expect(timesMs(mode, metadata)).toEqual(expected)
})
