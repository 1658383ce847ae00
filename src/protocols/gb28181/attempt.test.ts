import { expect, test } from 'vitest'
import { FakeTime } from '../../base/fake-time.ts'
import { sipRequest, sipResponse } from '../sip/message.ts'
import { AttemptLog, type AttemptRecord, attemptText, maskSecrets } from './attempt.ts'

const ID = '34020000001320000001'
const WHERE = {
  transport: 'udp' as const,
  local: { address: '127.0.0.1', port: 5060 },
  remote: { address: '127.0.0.1', port: 6060 },
}
const message = (callId: string, body = '') =>
  sipRequest('MESSAGE', `sip:${ID}@h`, { 'Call-ID': callId }, Buffer.from(body))

function open() {
  const time = new FakeTime()
  const records: AttemptRecord[] = []
  const log = new AttemptLog({ clock: time, onRecord: record => records.push(record) })
  const tap = (sip: Parameters<typeof log.tap>[0]['message'], direction: 'in' | 'out' = 'in') =>
    log.tap({ direction, bytes: Buffer.alloc(0), message: sip, atMs: time.nowMs(), ...WHERE })
  return { time, records, log, tap }
}

test('keeps what belongs to it, once, with the verdict', () => {
  const { time, records, log, tap } = open()
  const attempt = log.begin('play', ID, ID)
  attempt?.follow('a')
  tap(message('a'), 'out')
  tap(message('b'))
  tap(null)
  time.advance(40)
  tap(sipResponse(486, { 'Call-ID': 'a' }))
  expect(log.open).toBe(1)
  expect(attempt?.end({ sent: true, status: 486 }).code).toBe('busy')
  attempt?.end()
  tap(message('a'))
  expect(log.open).toBe(0)
  expect(records).toHaveLength(1)
  expect(records[0]).toMatchObject({ kind: 'play', gbId: ID, skipped: 0, verdict: { code: 'busy', ok: false } })
  expect(records[0]?.messages.map(each => [each.direction, each.firstLine])).toEqual([
    ['out', `MESSAGE sip:${ID}@h SIP/2.0`],
    ['in', 'SIP/2.0 486 Busy Here'],
  ])
  expect(attemptText(records[0]!)).toContain('<- +40 ms udp 127.0.0.1:6060')
})

test('milliseconds to the first sign and to the answer; credentials that are asked for are no answer', () => {
  const { time, records, log, tap } = open()
  const attempt = log.begin('play', ID, ID)
  attempt?.follow('a')
  const answers: [afterMs: number, status: number, method: string][] = [
    [10, 401, 'MESSAGE'],
    [20, 100, 'MESSAGE'],
    [30, 180, 'MESSAGE'],
    [40, 200, 'CANCEL'],
    [50, 200, 'MESSAGE'],
    [60, 200, 'MESSAGE'],
  ]
  tap(message('a'), 'out')
  for (const [afterMs, status, method] of answers) {
    time.advance(afterMs)
    tap(sipResponse(status, { 'Call-ID': 'a', CSeq: `1 ${method}` }))
  }
  attempt?.end({ sent: true, status: 200 })
  expect(records[0]?.facts).toMatchObject({ tryingMs: 30, answerMs: 150 })
})

test('a long one keeps its beginning and its end', () => {
  const { records, log, tap } = open()
  const attempt = log.begin('catalog', ID)
  attempt?.follow('a')
  for (let i = 0; i < 1000; i++) tap(message('a', `<${i}>`))
  attempt?.end({ sent: true, status: 200 })
  const texts = records[0]!.messages.map(each => each.text)
  expect(texts).toHaveLength(48)
  expect(texts[0]).toContain('<0>')
  expect(texts[24]).toContain('<976>')
  expect(texts[47]).toContain('<999>')
  expect(records[0]!.skipped).toBe(952)
})

test('long bodies are cut', () => {
  const { records, log, tap } = open()
  const attempt = log.begin('catalog', ID)
  attempt?.follow('a')
  tap(message('a', 'x'.repeat(100_000)))
  attempt?.end()
  expect(records[0]!.messages[0]!.text.length).toBeLessThan(6100)
})

test('no more than a bounded number at a time', () => {
  const { log } = open()
  let count = 0
  while (log.begin('query', ID) !== null) count++
  expect(count).toBe(2000)
})

test.each([
  [
    'Authorization: Digest username="a", response="0123", cnonce="x", uri="sip:b"',
    'Authorization: Digest username="a", response="***", cnonce="***", uri="sip:b"',
  ],
  ['<Password>secret</Password>', '<Password>***</Password>'],
  ['<UploadURL>http://h/p?sign=1</UploadURL>', '<UploadURL>http://h/p?***</UploadURL>'],
])('masks %s', (text, masked) => {
  expect(maskSecrets(text)).toBe(masked)
})
