import { afterEach, beforeEach, expect, test } from 'vitest'
import { ADMINISTRATOR, type PlatformUnderTest, platformUnderTest } from '../../../test/support/platform-under-test.ts'
import type { Attempt } from '../../link/gb28181.ts'
import type { DeviceServices } from '../devices/compose-devices.ts'
import { AttemptEvents } from './attempt-service.ts'

const DAY_MS = 86_400_000
const newest = { sort: { by: 'startedAt', descending: true }, limit: 10 } as const

let platform: PlatformUnderTest
let gb: DeviceServices

beforeEach(async () => {
  platform = await platformUnderTest()
  gb = platform.services.gb28181
})

afterEach(() => platform.close())

const attempt = (id: string, change: Partial<Attempt> = {}): Attempt => ({
  ...{
    id,
    kind: 'play',
    space: 'default',
    device: null,
    gbId: '34020000001180000001',
    channel: '34020000001320000001',
  },
  ...{ startedAtMs: platform.time.nowMs(), endedAtMs: platform.time.nowMs() + 3000, ok: false },
  ...{ verdict: 'answeredButNoPackets', summary: 'answered, and sent nothing', advice: 'open UDP 30000' },
  figures: { answerMs: 40, packets: 0 },
  messages: [
    {
      ...{
        ms: 0,
        direction: 'out',
        line: 'INVITE sip:34020000001320000001@192.0.2.20:5060 SIP/2.0',
        text: 'INVITE ...',
      },
      ...{ local: '192.0.2.1:5060', remote: '192.0.2.20:5060', transport: 'UDP' },
    },
    {
      ...{ ms: 40.2, direction: 'in', line: 'SIP/2.0 200 OK', text: 'SIP/2.0 200 OK ...' },
      ...{ local: '192.0.2.1:5060', remote: '192.0.2.20:5060', transport: 'UDP' },
    },
  ],
  ...change,
})

const add = (...attempts: Attempt[]) =>
  attempts.reduce(async (before, one) => {
    await before
    await new AttemptEvents().apply(platform.db, 'node-1', {
      type: 'device.attempt',
      attempt: one,
      atMs: one.endedAtMs,
    })
  }, Promise.resolve())

test('an attempt is kept whole, once, and found by what it was about', async () => {
  await add(attempt('a'), attempt('a'), attempt('b', { kind: 'register', ok: true, verdict: 'ok', channel: null }))
  const ids = async (filter: Parameters<typeof gb.attempts.list>[1]) =>
    (await gb.attempts.list(ADMINISTRATOR, filter, newest)).items.map(item => item.id).sort()
  expect(await ids({})).toEqual(['a', 'b'])
  expect(await ids({ ok: false })).toEqual(['a'])
  expect(await ids({ kind: 'register' })).toEqual(['b'])
  expect(await ids({ verdict: 'answeredButNoPackets', channel: '34020000001320000001' })).toEqual(['a'])
  expect(await ids({ toMs: platform.time.nowMs() })).toEqual([])
  expect(await gb.attempts.get(ADMINISTRATOR, 'a')).toEqual({ ...attempt('a'), nodeId: 'node-1' })
})

test('the ladder has both sides, times, what was found and the messages', async () => {
  await add(attempt('a'))
  expect(await gb.attempts.text(ADMINISTRATOR, 'a')).toMatchInlineSnapshot(`
    "play 34020000001180000001 channel 34020000001320000001
    2023-11-14T22:13:20.000Z, 3000 ms, failed: answeredButNoPackets
    answered, and sent nothing
    what to do: open UDP 30000

               us                                                  device
          0 ms  |- INVITE sip:34020000001320000001@192.0.2.20:5060 S... >|  UDP 192.0.2.20:5060
         40 ms  |< SIP/2.0 200 OK ---------------------------------------|  UDP 192.0.2.20:5060

    figures
      answerMs: 40
      packets: 0

    #### 0 ms out UDP 192.0.2.1:5060 -> 192.0.2.20:5060
    INVITE ...
    #### 40 ms in UDP 192.0.2.1:5060 <- 192.0.2.20:5060
    SIP/2.0 200 OK ...
    "
  `)
})

test('failures are kept 30 days, the rest 3', async () => {
  await add(attempt('a'), attempt('b', { ok: true }))
  const left = async () => {
    await gb.attempts.tidy()
    return (await gb.attempts.list(ADMINISTRATOR, {}, newest)).items.map(item => item.id)
  }
  platform.time.jump(3 * DAY_MS + 1)
  expect(await left()).toEqual(['a'])
  platform.time.jump(27 * DAY_MS)
  expect(await left()).toEqual([])
})
