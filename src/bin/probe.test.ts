import { expect, test } from 'vitest'
import { AppError } from '../base/errors.ts'
import { audioFrame, audioTrack, videoFrame, videoTrack } from '../media/stream/test-frames.ts'
import { ProbeStatistics, reportText } from './probe-report.ts'
import { parsePlaylist } from './probe-source.ts'

test('says what came, how often and with which gaps', () => {
  const statistics = new ProbeStatistics()
  statistics.track(videoTrack())
  statistics.track(audioTrack())
  // 25 pictures a second with a keyframe each second; one second is missing, and one picture goes back.
  for (let i = 0; i < 75; i++) {
    const dts = 1000 + i * 40 + (i >= 60 ? 1000 : 0) - (i === 70 ? 80 : 0)
    statistics.frame(videoFrame(dts, i % 25 === 0, Buffer.alloc(500)), 100 + i * 40)
  }
  statistics.frame(audioFrame(1000), 130)
  statistics.unsupported('FourCC vp09')
  const report = statistics.report(3200)
  expect(report).toMatchObject({ seconds: 3.2, unsupported: ['FourCC vp09'] })
  expect(report.tracks[0]).toMatchObject({
    track: 'video 0',
    codec: 'h264',
    format: '640x360',
    frames: 75,
    bytes: 37_500,
    firstFrameAfterMs: 100,
    step: { medianMs: 40, longestMs: 1040 },
    arrival: { medianMs: 40, p99Ms: 40, longestMs: 40 },
    gaps: 1,
    backwards: 1,
    keyframes: 3,
    gopFrames: 25,
    gopMs: 1000,
  })
  expect(report.tracks[1]).toMatchObject({ track: 'audio 1', frames: 1, framesPerSecond: 0, step: { medianMs: 0 } })
  expect(reportText(report)).toContain('3 keyframes, last GOP 25 frames, 1000 ms')
})

test('an empty stream is an empty report', () => {
  expect(reportText(new ProbeStatistics().report(1000))).toBe('1 s, 0 tracks\n')
})

test.each([
  [
    'master',
    '#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=1\nlow/a.m3u8?x=1\n#EXT-X-STREAM-INF:BANDWIDTH=2\nb.m3u8\n',
    { variant: 'low/a.m3u8?x=1', sequence: 0, segments: [], ended: false },
  ],
  [
    'MPEG-TS',
    '#EXTM3U\r\n#EXT-X-MEDIA-SEQUENCE:7\r\n#EXTINF:2.0,\r\n7.ts\r\n#EXTINF:2.0,\r\n8.ts\r\n#EXT-X-ENDLIST\r\n',
    {
      variant: null,
      sequence: 7,
      segments: [
        { uri: '7.ts', map: null },
        { uri: '8.ts', map: null },
      ],
      ended: true,
    },
  ],
  [
    'fragmented MP4 with a second initialization',
    '#EXTM3U\n#EXT-X-MAP:URI="i1.mp4"\n#EXTINF:2,\n1.m4s\n#EXT-X-DISCONTINUITY\n#EXT-X-MAP:URI="i2.mp4"\n#EXTINF:2,\n2.m4s\n',
    {
      variant: null,
      sequence: 0,
      segments: [
        { uri: '1.m4s', map: 'i1.mp4' },
        { uri: '2.m4s', map: 'i2.mp4' },
      ],
      ended: false,
    },
  ],
])('playlist: %s', (_, text, value) => {
  expect(parsePlaylist(text)).toEqual(value)
})

test('what is no playlist is refused', () => {
  expect(() => parsePlaylist('<html>')).toThrow(AppError)
})
