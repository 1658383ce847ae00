import { expect, test } from 'vitest'
import {
  type AttemptFacts,
  classify,
  type MediaFacts,
  NO_FACTS,
  NO_MEDIA,
  VERDICTS,
  type VerdictCode,
} from './verdict.ts'

const SENT: AttemptFacts = { ...NO_FACTS, kind: 'play', sent: true, deviceState: 'on' }
const ANSWERED: AttemptFacts = { ...SENT, status: 200, transport: 'udp', media: NO_MEDIA }
const media = (part: Partial<MediaFacts>): Partial<AttemptFacts> => ({ media: { ...NO_MEDIA, ...part } })
const register = (part: Partial<AttemptFacts>): AttemptFacts => ({ ...NO_FACTS, kind: 'register', sent: true, ...part })

const cascade = (part: Partial<AttemptFacts>): AttemptFacts => ({ ...NO_FACTS, kind: 'cascade', sent: true, ...part })

const ROWS: readonly [string, VerdictCode, AttemptFacts][] = [
  ['a picture', 'ok', { ...ANSWERED, ...media({ packets: 100, frames: 10, keyframes: 1, codec: 'h264' }) }],
  ['audio only', 'ok', { ...ANSWERED, ...media({ packets: 100, frames: 10 }) }],
  ['talk with packets', 'ok', { ...ANSWERED, kind: 'talk', ...media({ packets: 100 }) }],
  ['an answer in parts', 'ok', { ...SENT, kind: 'catalog', status: 200, parts: { received: 3, expected: 3 } }],
  ['an empty answer', 'ok', { ...SENT, kind: 'query', status: 200, parts: { received: 0, expected: 0 } }],
  ['an order', 'ok', { ...SENT, kind: 'query', status: 200 }],
  ['left while ringing', 'cancelled', { ...SENT, cancelled: true }],
  ['left, 487', 'cancelled', { ...SENT, cancelled: true, status: 487 }],
  ['left before packets', 'cancelled', { ...ANSWERED, cancelled: true }],
  ['not sent', 'deviceOffline', { ...SENT, sent: false, deviceState: 'off' }],
  ['off and silent', 'deviceOffline', { ...SENT, deviceState: 'off' }],
  ['silent', 'noAnswer', SENT],
  ['408', 'noAnswer', { ...SENT, status: 408 }],
  ['silent, seen elsewhere', 'natAddressChanged', { ...SENT, addressChanged: true }],
  ['100 and no more', 'slowDevice', { ...SENT, trying: true }],
  ['401', 'unauthorizedLoop', { ...SENT, status: 401 }],
  ['403', 'rejected4xx', { ...SENT, status: 403 }],
  ['404', 'channelNotFound', { ...SENT, status: 404 }],
  ['486', 'busy', { ...SENT, status: 486 }],
  ['600', 'busy', { ...SENT, status: 600 }],
  ['488', 'notAcceptable', { ...SENT, status: 488 }],
  ['503', 'rejected5xx', { ...SENT, status: 503 }],
  ['302', 'redirected', { ...SENT, status: 302 }],
  ['no SDP', 'sdpUnreadable', { ...ANSWERED, sdpUnreadable: true }],
  ['no SDP and no media', 'sdpUnreadable', { ...SENT, status: 200, sdpUnreadable: true }],
  ['left without a word on media', 'cancelled', { ...SENT, status: 200, cancelled: true }],
  ['BYE before anybody looked', 'endedEarly', { ...SENT, status: 200, endedByDevice: true }],
  ['BYE at once', 'endedEarly', { ...ANSWERED, endedByDevice: true }],
  ['nothing comes', 'answeredButNoPackets', ANSWERED],
  ['no connection', 'portBlocked', { ...ANSWERED, transport: 'tcp-passive', ...media({ connected: false }) }],
  [
    'a silent connection',
    'answeredButNoPackets',
    { ...ANSWERED, transport: 'tcp-active', ...media({ connected: true }) },
  ],
  ['another SSRC', 'ssrcMismatch', { ...ANSWERED, ...media({ refused: 9, otherSsrc: 7 }) }],
  [
    'another SSRC that is tolerated',
    'ok',
    { ...ANSWERED, ...media({ packets: 9, frames: 2, keyframes: 1, otherSsrc: 7 }) },
  ],
  ['no program stream', 'psUnreadable', { ...ANSWERED, ...media({ packets: 9, unreadable: 9 }) }],
  ['no keyframe', 'noKeyframe', { ...ANSWERED, ...media({ packets: 99, frames: 50, codec: 'h264' }) }],
  [
    'H.265 in a browser without it',
    'codecNotPlayable',
    { ...ANSWERED, ...media({ packets: 99, frames: 50, keyframes: 2, codec: 'h265', playable: false }) },
  ],
  ['10 of 140', 'catalogShort', { ...SENT, kind: 'catalog', status: 200, parts: { received: 10, expected: 140 } }],
  ['200 and no Response', 'noParts', { ...SENT, kind: 'catalog', status: 200, parts: { received: 0, expected: null } }],
  ['Response ERROR', 'errorResult', { ...SENT, kind: 'query', status: 200, result: 'ERROR' }],
  ['a broadcast', 'ok', { ...SENT, kind: 'broadcast', status: 200, result: 'OK' }],
  [
    'a broadcast that is not called for',
    'noCall',
    { ...SENT, kind: 'broadcast', status: 200, result: 'OK', parts: { received: 0, expected: null } },
  ],
  ['registered', 'ok', register({ status: 200, challenges: 1 })],
  ['sent elsewhere', 'redirected', register({ status: 302 })],
  ['a wrong password', 'wrongPassword', register({ status: 403, challenges: 2, wrongCredentials: 1 })],
  ['never any credentials', 'unauthorizedLoop', register({ status: 401, challenges: 5 })],
  ['not on the list', 'notAdmitted', register({ status: 403 })],
  ['locked', 'locked', register({ status: 403, deviceState: 'failed', wrongCredentials: 5 })],
  ['we did not answer', 'noAnswer', register({})],
  ['a bad request', 'rejected4xx', register({ status: 400 })],
  ['registered above', 'ok', cascade({ status: 200 })],
  ['no answer from above', 'upperSilent', cascade({})],
  ['wrong credentials above', 'upperRefused', cascade({ status: 401 })],
  ['not acceptable above', 'rejected4xx', cascade({ status: 423 })],
  ['trouble above', 'rejected5xx', cascade({ status: 503 })],
  ['stopped', 'cancelled', cascade({ cancelled: true })],
  ['a call that comes round', 'cascadeLoop', cascade({ status: 482, cascade: 'loop' })],
  ['a call for what is not shared', 'notShared', cascade({ status: 404, cascade: 'notShared' })],
  ['a call for a camera that is off', 'sourceFailed', cascade({ status: 480, cascade: 'source' })],
  ['a call for what PS cannot carry', 'offerUnsuitable', cascade({ status: 488, cascade: 'offer' })],
  ['a call too many', 'cascadeLimit', cascade({ status: 486, cascade: 'limit' })],
  ['a call by somebody else', 'foreignAddress', cascade({ status: 403, cascade: 'address' })],
  ['a call whose media have no way', 'portBlocked', cascade({ status: 200, ...media({ connected: false }) })],
]

test.each(ROWS)('%s is %s', (_, code, facts) => {
  const verdict = classify(facts)
  expect(verdict.code).toBe(code)
  expect(verdict.ok).toBe(code === 'ok')
  expect(verdict.advice).not.toContain('?')
  expect(verdict.advice).not.toContain('{')
})

test('every verdict has a row', () => {
  expect(new Set(ROWS.map(row => row[1]))).toEqual(new Set(Object.keys(VERDICTS)))
})
