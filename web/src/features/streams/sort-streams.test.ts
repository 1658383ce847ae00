import { expect, test } from 'vitest'
import type { Live, Stream } from '../../lib/api/types.ts'
import { isSortKey, sortStreams } from './sort-streams.ts'

const IDLE: Live = {
  nodeId: 'n',
  waiting: false,
  startedAt: '2026-11-20T10:00:00Z',
  bitrateKbps: 0,
  fps: 25,
  viewers: 0,
  viewersByProtocol: {},
  video: null,
  audio: null,
  gopFrames: null,
  gopMs: null,
  lastKeyframeAgeMs: null,
  bytesIn: 0,
  bytesOut: 0,
  framesIn: 0,
  framesRepaired: 0,
  publisher: null,
}

function stream(name: string, live: Partial<Live> | null = null): Stream {
  const url = 'rtmp://h/live'
  return {
    id: name,
    space: 'default',
    app: 'live',
    name,
    path: `default/live/${name}`,
    title: '',
    notes: '',
    labels: [],
    forbidden: null,
    poster: '',
    createdAt: '2026-11-20T09:00:00Z',
    state: live === null ? 'off' : 'on',
    live: live && { ...IDLE, ...live },
    publish: { rtmp: url, obs: { server: url, streamKey: name } },
    play: { flv: url, wsFlv: url, hls: url, rtmp: url, ts: url, expiresAt: null },
  }
}

const names = (streams: readonly Stream[]) => streams.map(({ name }) => name)

test('names sort as people count', () => {
  expect(names(sortStreams([stream('cam10'), stream('cam2')], 'name', 'asc'))).toEqual(['cam2', 'cam10'])
})

test('busy streams first, streams that are off last, equal ones stay by name', () => {
  const rows = [stream('off'), stream('b', { viewers: 0 }), stream('a', { viewers: 0 }), stream('busy', { viewers: 9 })]
  expect(names(sortStreams(rows, 'viewers', 'desc'))).toEqual(['busy', 'a', 'b', 'off'])
  expect(names(rows)).toEqual(['off', 'b', 'a', 'busy'])
})

test('a column from a URL is checked', () => {
  expect([isSortKey('bitrate'), isSortKey('constructor2'), isSortKey(undefined)]).toEqual([true, false, false])
})
