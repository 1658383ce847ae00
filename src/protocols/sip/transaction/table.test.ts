import { expect, test } from 'vitest'
import { FakeTime } from '../../../base/fake-time.ts'
import { answerTo } from '../answer.ts'
import { type SipMessage, type SipRequest, sipRequest } from '../message.ts'
import type { Flow } from '../transport/flow.ts'
import { TransactionTable } from './table.ts'
import { DEFAULT_TIMING } from './timing.ts'

class SilentFlow implements Flow {
  readonly local = { address: '127.0.0.1', port: 1 }
  readonly remote = { address: '127.0.0.1', port: 2 }
  readonly closed = false
  readonly sent: SipMessage[] = []
  readonly transport: 'udp' | 'tcp'

  constructor(transport: 'udp' | 'tcp' = 'udp') {
    this.transport = transport
  }

  get reliable(): boolean {
    return this.transport === 'tcp'
  }

  send(_bytes: Buffer, message: SipMessage): void {
    this.sent.push(message)
  }
}

function room(maxTransactions: number) {
  const time = new FakeTime()
  return { time, table: new TransactionTable({ timers: time, timing: DEFAULT_TIMING, maxTransactions }) }
}

const request = (n: number, method = 'MESSAGE', branch = `z9hG4bK${n}`): SipRequest =>
  sipRequest(method, 'sip:b', {
    Via: `SIP/2.0/UDP a;branch=${branch}`,
    From: '<sip:a>;tag=1',
    To: '<sip:b>',
    'Call-ID': 'c',
    CSeq: `${n} ${method}`,
  })
const SERVER = { onTerminated: () => {} }
const CLIENT = { onResponse: () => {}, onTimeout: () => {}, onTransportError: () => {}, onTerminated: () => {} }

test('a full table forgets answered requests first, and refuses when all of them wait', () => {
  const { table } = room(2)
  const flow = new SilentFlow()
  const first = table.accept(request(1), flow, SERVER)
  table.accept(request(2), flow, SERVER)
  expect(table.accept(request(3), flow, SERVER)).toBeNull()
  first?.respond(answerTo(request(1), 200, 't'))
  expect(table.absorb(request(1))).toBe(true)
  expect(table.accept(request(3), flow, SERVER)).not.toBeNull()
  expect(table.absorb(request(1))).toBe(false)
  expect(table.size).toEqual({ clients: 0, servers: 2 })
})

test('our own requests are bounded', () => {
  const { table } = room(1)
  table.start(request(1), new SilentFlow(), CLIENT)
  expect(() => table.start(request(2), new SilentFlow(), CLIENT)).toThrow('SIP client transactions')
})

test('one branch for everything, and none at all: Call-ID and CSeq tell requests apart', () => {
  for (const branch of ['z9hG4bKsame', '']) {
    const { table } = room(10)
    expect(table.absorb(request(1, 'MESSAGE', branch))).toBe(false)
    table.accept(request(1, 'MESSAGE', branch), new SilentFlow(), SERVER)
    expect(table.absorb(request(1, 'MESSAGE', branch))).toBe(true)
    expect(table.absorb(request(2, 'MESSAGE', branch))).toBe(false)
    expect(table.absorb(request(1, 'INFO', branch))).toBe(false)
  }
})

test('nothing is left when its time is over', () => {
  const { time, table } = room(10)
  const flow = new SilentFlow()
  table.accept(request(1), flow, SERVER)?.respond(answerTo(request(1), 200, 't'))
  table.accept(request(2, 'INVITE'), flow, SERVER)?.respond(answerTo(request(2, 'INVITE'), 486, 't'))
  table.start(request(3), flow, CLIENT)
  table.start(request(4, 'INVITE'), new SilentFlow('tcp'), CLIENT)
  expect(table.size).toEqual({ clients: 2, servers: 2 })
  time.advance(64 * DEFAULT_TIMING.t1Ms)
  expect(table.size).toEqual({ clients: 0, servers: 0 })
})
