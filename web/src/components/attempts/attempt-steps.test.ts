import { expect, test } from 'vitest'
import { stepsOf } from './attempt-steps.ts'

type Tried = Parameters<typeof stepsOf>[0]

const message = (ms: number, direction: 'in' | 'out', line: string) => ({
  ...{ ms, direction, line, text: line, local: '', remote: '', transport: 'udp' },
})
const tried = (
  kind: Tried['kind'],
  ok: boolean,
  figures: Tried['figures'],
  messages: Tried['messages'] = [],
): Tried => ({
  ...{ kind, ok, figures, messages },
})
const brief = (attempt: Tried) => stepsOf(attempt).map(({ name, state, ms }) => [name, state, ms])

test('a picture came: each step with its time', () => {
  const figures = { status: 200, answerMs: 40, firstPacketMs: 120, firstKeyframeMs: 310, packets: 90, keyframes: 1 }
  expect(brief(tried('play', true, figures, [message(0, 'out', 'INVITE sip:x SIP/2.0')]))).toEqual([
    ['asked', 'done', 0],
    ['answered', 'done', 40],
    ['packets', 'done', 120],
    ['picture', 'done', 310],
  ])
})

test('where figures have no times, the messages say them', () => {
  const messages = [message(0, 'out', 'INVITE sip:x SIP/2.0'), message(33, 'in', 'SIP/2.0 200 OK')]
  expect(brief(tried('play', false, { status: 200, packets: 0, keyframes: 0 }, messages))).toEqual([
    ['asked', 'done', 0],
    ['answered', 'done', 33],
    ['packets', 'missing', null],
    ['picture', 'open', null],
  ])
  expect(brief(tried('play', false, { packets: 0 }, messages))[1]).toEqual(['answered', 'done', 33])
})

test('a refusal says its status', () => {
  expect(stepsOf(tried('play', false, { status: 486 }))[1]).toMatchObject({
    name: 'answered',
    state: 'missing',
    status: 486,
  })
  expect(stepsOf(tried('play', false, { status: null, sent: false }))[0]).toMatchObject({ state: 'missing' })
})

test('a wrong password ends where the device was asked who it is', () => {
  const states = (figures: Tried['figures']) => stepsOf(tried('register', false, figures)).map(({ state }) => state)
  expect(states({ status: 403, wrongCredentials: 1, challenges: 2 })).toEqual(['done', 'missing', 'open'])
  expect(states({ status: 403, wrongCredentials: 0 })).toEqual(['done', 'done', 'missing'])
})

test('a short catalog says how much came', () => {
  const steps = stepsOf(tried('catalog', false, { status: 200, received: 12, expected: 140 }))
  expect(steps.at(-1)).toMatchObject({ name: 'parts', state: 'missing', parts: { received: 12, expected: 140 } })
})
