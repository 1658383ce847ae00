import { expect, test } from 'vitest'
import { ReplayHub } from '../../../test/support/replay-hub.ts'
import { FakeTime } from '../../base/fake-time.ts'
import { Access } from '../access.ts'
import { Spaces } from '../spaces.ts'
import { HlsPlayers } from './replay-viewers.ts'

const VISITOR = {
  ...{ address: { space: 'default', app: 'live', name: 'cam' }, query: new URLSearchParams(), uri: '/live/cam' },
  ...{ protocol: 'replay-hls', remote: '192.0.2.1:5', agent: 'test', pageUrl: '', traceId: 'trace-1' },
}

test('a player that asks for nothing goes, and is there again with its next request', () => {
  const time = new FakeTime()
  const spaces = new Spaces({
    ...{ name: 'default', publish: 'open', play: 'open', pushKeys: [], playKeys: [], latency: 'normal' },
    gopCache: true,
  })
  const hub = new ReplayHub(new Access(spaces, time), time)
  const players = new HlsPlayers(hub, time, time)
  const id = players.open(VISITOR)
  const info = hub.admitReplay(VISITOR)
  time.advance(50_000)
  players.request(id, info)(5000)
  time.advance(50_000)
  expect(hub.viewers.count(info.path)).toBe(1)
  time.advance(15_000)
  expect(hub.viewers.count(info.path)).toBe(0)
  expect(hub.told).toEqual(['replay-hls comes', 'replay-hls goes with bytes: no request for a minute'])
  players.request(id, info)
  expect(hub.viewers.count(info.path)).toBe(1)
  players.close()
  time.advance(100_000)
  expect(hub.told.slice(2)).toEqual(['replay-hls comes', 'replay-hls goes with nothing: the node is stopping'])
})
