import { describe, expect, test } from 'vitest'
import { FakeTime } from '../../../base/fake-time.ts'
import { type SipMessage, type SipRequest, sipRequest, sipResponse } from '../message.ts'
import { writeMessage } from '../writer.ts'
import { INVITE_CLIENT, InviteClient } from './invite-client.ts'
import { INVITE_SERVER, InviteServer } from './invite-server.ts'
import { NON_INVITE_CLIENT, NonInviteClient } from './non-invite-client.ts'
import { NON_INVITE_SERVER, NonInviteServer } from './non-invite-server.ts'
import { DEFAULT_TIMING } from './timing.ts'

const T1 = DEFAULT_TIMING.t1Ms

/** A transaction with everything it does in order: what it sends, with its time, and what it tells. */
class Room {
  readonly time = new FakeTime(0)
  readonly log: string[] = []
  readonly wire
  readonly client
  readonly server

  constructor(reliable: boolean) {
    const note = (text: string) => this.log.push(`${this.time.nowMs()} ${text}`)
    this.wire = {
      reliable,
      timers: this.time,
      timing: DEFAULT_TIMING,
      send: (_bytes: Buffer, message: SipMessage) =>
        note(`send ${message.kind === 'request' ? message.method : message.status}`),
    }
    this.client = {
      onResponse: (response: { status: number }) => note(`got ${response.status}`),
      onTimeout: () => note('timeout'),
      onTransportError: () => note('transport error'),
      onTerminated: () => note('terminated'),
    }
    this.server = {
      onAck: () => note('ack'),
      onNoAck: () => note('no ack'),
      onTerminated: () => note('terminated'),
    }
  }

  /** What happened since the last look. */
  took(): string[] {
    return this.log.splice(0)
  }
}

const headers = (method: string) => ({
  Via: 'SIP/2.0/UDP a;branch=z9hG4bK1',
  Route: '<sip:p;lr>',
  From: '<sip:a@a>;tag=1',
  To: '<sip:b@b>',
  'Call-ID': 'c',
  CSeq: `7 ${method}`,
  'Content-Type': 'application/sdp',
})
const request = (method: string): SipRequest => sipRequest(method, 'sip:b@b', headers(method), Buffer.from('x'))
const response = (status: number, method = 'INVITE') =>
  sipResponse(status, { ...headers(method), To: '<sip:b@b>;tag=2' })

function clientOf(room: Room, method: string) {
  const outgoing = request(method)
  const bytes = writeMessage(outgoing)
  return method === 'INVITE'
    ? new InviteClient(outgoing, bytes, room.wire, room.client)
    : new NonInviteClient(outgoing, bytes, room.wire, room.client)
}

describe('the tables are those of RFC 3261 §17 and RFC 6026 §7', () => {
  const arrows = (table: Readonly<Record<string, Readonly<Record<string, string>>>>) =>
    Object.entries(table).flatMap(([from, row]) => Object.entries(row).map(([input, to]) => `${from} ${input} ${to}`))

  test.each([
    [
      'INVITE client',
      INVITE_CLIENT,
      `calling timerA calling, calling 1xx proceeding, calling 2xx accepted, calling 300-699 completed,
       calling timerB terminated, calling transportError terminated, proceeding 1xx proceeding, proceeding 2xx accepted,
       proceeding 300-699 completed, proceeding transportError terminated, accepted 2xx accepted,
       accepted timerM terminated, completed 300-699 completed, completed timerD terminated,
       completed transportError terminated`,
    ],
    [
      'INVITE server',
      INVITE_SERVER,
      `proceeding INVITE proceeding, proceeding 1xx proceeding, proceeding 2xx accepted, proceeding 300-699 completed,
       completed INVITE completed, completed timerG completed, completed ACK confirmed, completed timerH terminated,
       confirmed INVITE confirmed, confirmed ACK confirmed, confirmed timerI terminated, accepted INVITE accepted,
       accepted ACK accepted, accepted 2xx accepted, accepted timerL terminated`,
    ],
    [
      'non-INVITE client',
      NON_INVITE_CLIENT,
      `trying timerE trying, trying 1xx proceeding, trying 200-699 completed, trying timerF terminated,
       trying transportError terminated, proceeding timerE proceeding, proceeding 1xx proceeding,
       proceeding 200-699 completed, proceeding timerF terminated, proceeding transportError terminated,
       completed 200-699 completed, completed timerK terminated, completed transportError terminated`,
    ],
    [
      'non-INVITE server',
      NON_INVITE_SERVER,
      `trying request trying, trying 1xx proceeding, trying 200-699 completed, proceeding request proceeding,
       proceeding 1xx proceeding, proceeding 200-699 completed, completed request completed,
       completed timerJ terminated`,
    ],
  ])('%s', (_name, table, expected) => expect(arrows(table)).toEqual(expected.split(/,\s*/)))
})

describe('non-INVITE client', () => {
  test('without an answer: timer E at 0.5, 1.5, 3.5, 7.5 s and each 4 s then; timer F at 32 s', () => {
    const room = new Room(false)
    clientOf(room, 'MESSAGE')
    room.time.advance(64 * T1)
    expect(room.took()).toEqual([
      ...[0, 500, 1500, 3500, 7500, 11500, 15500, 19500, 23500, 27500, 31500].map(ms => `${ms} send MESSAGE`),
      '32000 timeout',
      '32000 terminated',
    ])
  })

  test('over a stream nothing is sent again, and nothing is kept after the answer', () => {
    const room = new Room(true)
    const transaction = clientOf(room, 'MESSAGE')
    room.time.advance(10_000)
    transaction.receive(response(200, 'MESSAGE'))
    expect(room.took()).toEqual(['0 send MESSAGE', '10000 got 200', '10000 terminated'])
  })

  test('after 1xx it is sent each T2, and the answer is told once', () => {
    const room = new Room(false)
    const transaction = clientOf(room, 'MESSAGE')
    room.time.advance(400)
    transaction.receive(response(100, 'MESSAGE'))
    room.time.advance(5000)
    transaction.receive(response(200, 'MESSAGE'))
    transaction.receive(response(200, 'MESSAGE'))
    room.time.advance(DEFAULT_TIMING.t4Ms)
    expect(room.took()).toEqual([
      '0 send MESSAGE',
      '400 got 100',
      '500 send MESSAGE',
      '4500 send MESSAGE',
      '5400 got 200',
      '10400 terminated',
    ])
  })

  test('a lost connection is told, unless there was an answer', () => {
    const room = new Room(true)
    clientOf(room, 'MESSAGE').transportError(new Error('cut'))
    expect(room.took()).toEqual(['0 send MESSAGE', '0 transport error', '0 terminated'])
    const late = new Room(false)
    const transaction = clientOf(late, 'MESSAGE')
    transaction.receive(response(200, 'MESSAGE'))
    transaction.transportError(new Error('cut'))
    expect(late.took()).toEqual(['0 send MESSAGE', '0 got 200', '0 terminated'])
  })
})

describe('INVITE client', () => {
  test('without an answer: timer A doubles without end; timer B at 32 s', () => {
    const room = new Room(false)
    clientOf(room, 'INVITE')
    room.time.advance(64 * T1)
    expect(room.took()).toEqual([
      ...[0, 500, 1500, 3500, 7500, 15500, 31500].map(ms => `${ms} send INVITE`),
      '32000 timeout',
      '32000 terminated',
    ])
  })

  test('after 1xx it waits for the answer without sending or ending', () => {
    const room = new Room(false)
    const transaction = clientOf(room, 'INVITE')
    transaction.receive(response(100))
    room.time.advance(100_000)
    transaction.receive(response(180))
    expect(room.took()).toEqual(['0 send INVITE', '0 got 100', '100000 got 180'])
  })

  test('each repetition of a 2xx is told for 32 s', () => {
    const room = new Room(false)
    const transaction = clientOf(room, 'INVITE')
    transaction.receive(response(200))
    room.time.advance(500)
    transaction.receive(response(200))
    room.time.advance(31_500)
    transaction.receive(response(200))
    expect(room.took()).toEqual(['0 send INVITE', '0 got 200', '500 got 200', '32000 terminated'])
  })

  test('a refusal is acknowledged each time it comes, and told once', () => {
    const room = new Room(false)
    const transaction = clientOf(room, 'INVITE')
    transaction.receive(response(486))
    room.time.advance(500)
    transaction.receive(response(486))
    room.time.advance(32_000)
    expect(room.took()).toEqual(['0 send INVITE', '0 send ACK', '0 got 486', '500 send ACK', '32000 terminated'])
  })

  test('over a stream a refusal is acknowledged once and ends it', () => {
    const room = new Room(true)
    clientOf(room, 'INVITE').receive(response(486))
    expect(room.took()).toEqual(['0 send INVITE', '0 send ACK', '0 got 486', '0 terminated'])
  })

  test('the ACK of a refusal: branch, Route and CSeq of the INVITE, To of the answer. §17.1.1.3', () => {
    const room = new Room(true)
    let ack: SipMessage | null = null
    const wire = { ...room.wire, send: (_bytes: Buffer, message: SipMessage) => (ack = message) }
    new InviteClient(request('INVITE'), Buffer.from(''), wire, room.client).receive(response(486))
    expect(writeMessage(ack!).toString().split('\r\n')).toEqual([
      'ACK sip:b@b SIP/2.0',
      'Via: SIP/2.0/UDP a;branch=z9hG4bK1',
      'Route: <sip:p;lr>',
      'From: <sip:a@a>;tag=1',
      'To: <sip:b@b>;tag=2',
      'Call-ID: c',
      'CSeq: 7 ACK',
      'Content-Length: 0',
      '',
      '',
    ])
  })
})

describe('non-INVITE server', () => {
  test('repetitions: absorbed before the answer, answered again after it, for 32 s', () => {
    const room = new Room(false)
    const transaction = new NonInviteServer(room.wire, room.server)
    transaction.retransmitted()
    transaction.respond(response(100, 'MESSAGE'))
    transaction.retransmitted()
    transaction.respond(response(200, 'MESSAGE'))
    transaction.respond(response(500, 'MESSAGE'))
    room.time.advance(1000)
    transaction.retransmitted()
    room.time.advance(31_000)
    transaction.retransmitted()
    expect(room.took()).toEqual(['0 send 100', '0 send 100', '0 send 200', '1000 send 200', '32000 terminated'])
  })

  test('over a stream it ends with the answer', () => {
    const room = new Room(true)
    new NonInviteServer(room.wire, room.server).respond(response(200, 'MESSAGE'))
    expect(room.took()).toEqual(['0 send 200', '0 terminated'])
  })
})

describe('INVITE server', () => {
  test('a refusal is sent again until its ACK: timer G doubles up to T2', () => {
    const room = new Room(false)
    const transaction = new InviteServer(room.wire, room.server)
    transaction.respond(response(180))
    transaction.retransmitted()
    transaction.respond(response(486))
    room.time.advance(8000)
    transaction.retransmitted()
    transaction.acknowledged()
    room.time.advance(4999)
    transaction.retransmitted()
    transaction.acknowledged()
    room.time.advance(1)
    expect(room.took()).toEqual([
      ...['0 send 180', '0 send 180', '0 send 486', '500 send 486', '1500 send 486', '3500 send 486', '7500 send 486'],
      ...['8000 send 486', '13000 terminated'],
    ])
  })

  test('a refusal without ACK: timer H at 32 s', () => {
    const room = new Room(true)
    new InviteServer(room.wire, room.server).respond(response(486))
    room.time.advance(64 * T1)
    expect(room.took()).toEqual(['0 send 486', '32000 no ack', '32000 terminated'])
  })

  test('after a 2xx the INVITE is absorbed, the ACK is told, and the dialog may send the 2xx again', () => {
    const room = new Room(false)
    const transaction = new InviteServer(room.wire, room.server)
    transaction.respond(response(200))
    transaction.retransmitted()
    transaction.respond(response(200))
    transaction.acknowledged()
    transaction.respond(response(486))
    room.time.advance(64 * T1)
    expect(room.took()).toEqual(['0 send 200', '0 send 200', '0 ack', '32000 terminated'])
  })
})

test.each(['INVITE', 'MESSAGE'])('%s: what is abandoned does and says nothing more', method => {
  const room = new Room(false)
  const transaction = clientOf(room, method)
  transaction.abandon()
  transaction.abandon()
  transaction.receive(response(200, method))
  room.time.advance(100_000)
  expect(room.took()).toEqual([`0 send ${method}`, '0 terminated'])
})
