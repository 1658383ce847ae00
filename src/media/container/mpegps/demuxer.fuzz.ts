import { test } from 'vitest'
import { fuzz } from '../../../base/fuzz.ts'
import type { Frame } from '../../stream/frame.ts'
import { PsDemuxer } from './demuxer.ts'
import { PsMuxer } from './muxer.ts'

const corpus = new URL('testdata/fuzz/demuxer', import.meta.url).pathname

/** Whatever comes in, what comes out are frames the muxer takes, of no more bytes than went in. */
test('PsDemuxer', () => {
  fuzz({
    seeds: [],
    corpus,
    runs: 600,
    run: input => {
      let bytes = 0
      const muxer = new PsMuxer()
      const onFrame = (frame: Frame) => {
        bytes += frame.data.length
        muxer.setTracks([frame.track])
        muxer.frame(frame)
      }
      const demuxer = new PsDemuxer({ onTrack() {}, onFrame })
      const third = Math.ceil(input.length / 3)
      for (let at = 0; at < input.length; at += third) {
        demuxer.push(input.subarray(at, at + third))
        demuxer.endOfAccessUnit()
      }
      demuxer.damage()
      demuxer.push(input)
      demuxer.flush()
      // four-byte lengths take the place of three-byte start codes
      if (bytes > input.length * 3) throw new Error(`${bytes} bytes out of ${2 * input.length}`)
    },
  })
})
