import { readFileSync } from 'node:fs'
import { test } from 'vitest'
import { fuzz } from '../../../base/fuzz.ts'
import type { Frame } from '../../stream/frame.ts'
import { TsDemuxer } from './demuxer.ts'
import { TsMuxer } from './muxer.ts'

const corpus = new URL('testdata/fuzz/demuxer', import.meta.url).pathname

/** Whatever comes in, what comes out are frames the muxer takes, of no more bytes than went in. */
test('TsDemuxer', () => {
  fuzz({
    seeds: [readFileSync(`${corpus}/h264-aac.bin`)],
    corpus,
    runs: 400,
    run: input => {
      let bytes = 0
      const muxer = new TsMuxer()
      const onFrame = (frame: Frame) => {
        bytes += frame.data.length
        if (!TsMuxer.carries(frame.track)) return
        muxer.setTracks([frame.track])
        muxer.frame(frame)
      }
      const demuxer = new TsDemuxer({ onTrack() {}, onFrame })
      const half = input.length >> 1
      demuxer.push(input.subarray(0, half))
      demuxer.push(input.subarray(half))
      demuxer.flush()
      // four-byte lengths take the place of three-byte start codes
      if (bytes > input.length * 1.5) throw new Error(`${bytes} bytes out of ${input.length}`)
    },
  })
})
