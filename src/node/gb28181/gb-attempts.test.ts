import { beforeEach, expect, test } from 'vitest'
import { FakeTime } from '../../base/fake-time.ts'
import type { NodeEvent } from '../../link/events.ts'
import type { Quirks } from '../../link/gb28181.ts'
import type { AttemptFacts } from '../../protocols/gb28181/verdict.ts'
import { GbAttempts } from './gb-attempts.ts'
import { GbDevices } from './gb-devices.ts'
import { listed } from './testing/gb-room.ts'

const NVR = '34020000001180000001'

let time: FakeTime
let attempts: GbAttempts
let told: NodeEvent[]
let learnt: [string, Quirks][]

beforeEach(() => {
  time = new FakeTime()
  told = []
  learnt = []
  attempts = new GbAttempts(
    known({}),
    time,
    event => told.push(event),
    (id, quirks) => learnt.push([id, quirks]),
  )
})

function known(quirks: Quirks): GbDevices {
  const devices = new GbDevices(() => 60_000)
  devices.apply({ revision: 1, spaces: [], parents: [], devices: [listed(NVR, { quirks })] })
  return devices
}

function tried(kind: 'play' | 'query', tookMs: number, facts: Partial<AttemptFacts>, of = attempts): void {
  const attempt = of.log.begin(kind, NVR, NVR)
  time.advance(tookMs)
  attempt?.end({ sent: true, ...facts })
}

test('one that answers INVITE late is learnt to be slow, and so is one that tries and never answers', () => {
  tried('play', 900, { status: 200, answerMs: 900 })
  tried('query', 9000, { status: 200, answerMs: 9000 })
  expect(learnt).toEqual([])
  tried('play', 9000, { status: 200, answerMs: 6200 })
  tried('play', 8000, { trying: true })
  const id = listed(NVR).id
  expect(learnt).toEqual([
    [id, { slowAnswerMs: 7000 }],
    [id, { slowAnswerMs: 8000 }],
  ])
  expect(told).toMatchObject([
    {},
    {},
    { attempt: { figures: { answerMs: 6200 } } },
    { attempt: { verdict: 'slowDevice', figures: { answerMs: null } } },
  ])
})

test('what is known is not learnt again', () => {
  const slow = new GbAttempts(
    known({ slowAnswerMs: 7000 }),
    time,
    () => {},
    (id, quirks) => learnt.push([id, quirks]),
  )
  tried('play', 9000, { status: 200, answerMs: 6200 }, slow)
  expect(learnt).toEqual([])
})
