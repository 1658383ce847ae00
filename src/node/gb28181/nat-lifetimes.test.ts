import { beforeEach, expect, test } from 'vitest'
import { FakeTime } from '../../base/fake-time.ts'
import { silentLog } from '../../base/log.ts'
import type { Quirks } from '../../link/gb28181.ts'
import { DEFAULT_POLICY } from '../../protocols/gb28181/device-side/directory.ts'
import { NatLifetimes } from './nat-lifetimes.ts'

const gbId = '34020000001320000001'
const device = { id: 'dv_1', gbId }

let time: FakeTime
let learnt: Quirks[]
let asked: number
let session: ReturnType<typeof behindNat>
let nats: NatLifetimes<typeof session>

beforeEach(() => {
  time = new FakeTime()
  learnt = []
  asked = 0
  session = behindNat(undefined)
  nats = new NatLifetimes({
    ...{ clock: time, timers: time, log: silentLog },
    sessions: [session],
    ask: async () => asked++,
    onLearnt: (_, quirks) => learnt.push(quirks),
  })
})

function behindNat(natLifetimeMs: number | undefined, transport: 'udp' | 'tcp' = 'udp') {
  const quirks = natLifetimeMs === undefined ? {} : { natLifetimeMs }
  const target = { transport, host: '192.0.2.1', port: 5060 }
  return { gbId, lastSeenMs: time.nowMs(), policy: { ...DEFAULT_POLICY, quirks }, state: 'on' as const, target }
}

function movedAfter(ms: number, by: 'register' | 'traffic' = 'traffic', to = '192.0.2.1', of = session): void {
  time.advance(ms)
  nats.moved(device, of, {
    ...{ type: 'moved', by },
    ...{ from: { address: '192.0.2.1', port: 1 }, to: { address: to, port: 2 } },
  })
  of.lastSeenMs = time.nowMs()
}

test('a port that changes twice after silence: the shorter one, in whole seconds', () => {
  movedAfter(61_000)
  expect(learnt).toEqual([])
  movedAfter(45_600)
  expect(learnt).toEqual([{ natLifetimeMs: 45_000 }])
})

test('what is no NAT that forgets: a restart, another address, a burst, a connection, a night', () => {
  for (let again = 0; again < 3; again++) {
    movedAfter(61_000, 'register')
    movedAfter(61_000, 'traffic', '192.0.2.9')
    movedAfter(900)
    movedAfter(61_000, 'traffic', '192.0.2.1', behindNat(undefined, 'tcp'))
    movedAfter(12 * 3_600_000)
  }
  expect(learnt).toEqual([])
})

test('only what is shorter than what is known', () => {
  const known = behindNat(40_000)
  for (let again = 0; again < 3; again++) movedAfter(61_000, 'traffic', '192.0.2.1', known)
  expect(learnt).toEqual([])
})

test('a device whose NAT forgets is asked before it does, one question at a time', () => {
  time.advance(120_000)
  expect(asked).toBe(0)
  session.lastSeenMs = time.nowMs()
  Object.assign(session.policy, { quirks: { natLifetimeMs: 60_000 } })
  time.advance(29_000)
  expect(asked).toBe(0)
  time.advance(20_000)
  expect(asked).toBe(1)
  nats.close()
})
