import { expect, test } from 'vitest'
import type { Track } from '../../media/stream/track.ts'
import { type MediaPlaylist, writeMasterPlaylist, writeMediaPlaylist } from './playlist.ts'
import type { InitSegment, Segment } from './segment.ts'
import { AAC, AAC_MONO, H264, H265 } from './testing/source.ts'

const NOON = Date.UTC(2026, 0, 2, 12)

function segment(sequence: number, durationMs: number, more: Partial<Segment> = {}): Segment {
  return {
    name: `run-${sequence}.${more.init ? 'm4s' : 'ts'}`,
    data: Buffer.alloc(10),
    sequence,
    durationMs,
    startedAtMs: NOON + sequence * 2000,
    slot: null,
    discontinuity: false,
    independent: true,
    init: null,
    ...more,
  }
}

const init = (n: number): InitSegment => ({ name: `run-init${n}.mp4`, data: Buffer.alloc(5) })

const PLAYLISTS: readonly [name: string, playlist: Partial<MediaPlaylist>, query: string, text: string[]][] = [
  [
    'TS',
    { targetDuration: 2, segments: [segment(7, 2000), segment(8, 1960.4)] },
    '',
    [
      '#EXTM3U',
      '#EXT-X-VERSION:3',
      '#EXT-X-TARGETDURATION:2',
      '#EXT-X-MEDIA-SEQUENCE:7',
      '#EXT-X-INDEPENDENT-SEGMENTS',
      '#EXT-X-PROGRAM-DATE-TIME:2026-01-02T12:00:14.000Z',
      '#EXTINF:2.000,',
      'run-7.ts',
      '#EXTINF:1.960,',
      'run-8.ts',
    ],
  ],
  [
    'session, discontinuities, a segment without a keyframe, end',
    {
      targetDuration: 30,
      discontinuitySequence: 4,
      ended: true,
      segments: [segment(1, 1000, { discontinuity: true }), segment(2, 30_000, { independent: false })],
    },
    '?session=x',
    [
      '#EXTM3U',
      '#EXT-X-VERSION:3',
      '#EXT-X-TARGETDURATION:30',
      '#EXT-X-MEDIA-SEQUENCE:1',
      '#EXT-X-DISCONTINUITY-SEQUENCE:4',
      '#EXT-X-DISCONTINUITY',
      '#EXT-X-PROGRAM-DATE-TIME:2026-01-02T12:00:02.000Z',
      '#EXTINF:1.000,',
      'run-1.ts?session=x',
      '#EXTINF:30.000,',
      'run-2.ts?session=x',
      '#EXT-X-ENDLIST',
    ],
  ],
  [
    'fMP4 with two initialization segments',
    {
      container: 'fmp4',
      targetDuration: 2,
      segments: [
        segment(0, 2000, { init: init(0) }),
        segment(1, 2000, { init: init(0) }),
        segment(2, 2000, { init: init(1), discontinuity: true }),
      ],
    },
    '?session=x',
    [
      '#EXTM3U',
      '#EXT-X-VERSION:7',
      '#EXT-X-TARGETDURATION:2',
      '#EXT-X-MEDIA-SEQUENCE:0',
      '#EXT-X-INDEPENDENT-SEGMENTS',
      '#EXT-X-MAP:URI="run-init0.mp4?session=x"',
      '#EXT-X-PROGRAM-DATE-TIME:2026-01-02T12:00:00.000Z',
      '#EXTINF:2.000,',
      'run-0.m4s?session=x',
      '#EXTINF:2.000,',
      'run-1.m4s?session=x',
      '#EXT-X-DISCONTINUITY',
      '#EXT-X-MAP:URI="run-init1.mp4?session=x"',
      '#EXT-X-PROGRAM-DATE-TIME:2026-01-02T12:00:04.000Z',
      '#EXTINF:2.000,',
      'run-2.m4s?session=x',
    ],
  ],
]

test.each(PLAYLISTS)('media playlist: %s', (_, more, query, lines) => {
  const playlist = { container: 'ts', targetDuration: 2, discontinuitySequence: 0, segments: [], ended: false } as const
  expect(writeMediaPlaylist({ ...playlist, ...more }, query).split('\n')).toEqual([...lines, ''])
})

const mp3 = { ...AAC, codec: 'mp3', codecString: 'mp3' } as const
const MASTERS: readonly [tracks: readonly Track[], attributes: string][] = [
  [
    [H264, AAC],
    'BANDWIDTH=1500001,AVERAGE-BANDWIDTH=1000000,CODECS="avc1.f4000a,mp4a.40.2",RESOLUTION=64x48,FRAME-RATE=25.000',
  ],
  [
    [{ ...H265, fps: null }],
    'BANDWIDTH=1500001,AVERAGE-BANDWIDTH=1000000,CODECS="hvc1.4.10.L30.9E.8",RESOLUTION=64x48',
  ],
  [[mp3], 'BANDWIDTH=1500001,AVERAGE-BANDWIDTH=1000000,CODECS="mp4a.40.34"'],
  [[AAC, AAC_MONO], 'BANDWIDTH=1500001,AVERAGE-BANDWIDTH=1000000,CODECS="mp4a.40.2"'],
]

test.each(MASTERS)('master playlist %#', (tracks, attributes) => {
  const variant = { uri: 'x/hls/media.m3u8?session=y', peakBandwidth: 1_500_000.5, averageBandwidth: 1e6, tracks }
  expect(writeMasterPlaylist(variant).split('\n')).toEqual([
    '#EXTM3U',
    '#EXT-X-VERSION:3',
    `#EXT-X-STREAM-INF:${attributes}`,
    'x/hls/media.m3u8?session=y',
    '',
  ])
})
