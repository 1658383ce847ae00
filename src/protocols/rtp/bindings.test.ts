import { expect, test } from 'vitest'
import { Bindings } from './bindings.ts'
import { type Expectation, type Observed, Reception } from './reception.ts'

const PACKET = Buffer.alloc(20)

interface Waiting {
  readonly name: string
  readonly ssrc: number | null
  readonly address?: string | readonly string[]
  readonly port?: number
}

function room(waiting: readonly Waiting[], dedicated = false) {
  const bindings = new Bindings({ dedicated })
  const names = new Map<Reception, string>()
  const mismatches: Observed[] = []
  let nowMs = 0
  const owner = {
    changed: (reception: Reception, addresses: readonly string[], ssrc: number | null) =>
      bindings.changed(reception, addresses, ssrc),
    closed: (reception: Reception) => bindings.remove(reception, nowMs),
  }
  const add = ({ name, ssrc, address, port }: Waiting) => {
    const expectation: Expectation = {
      ssrc,
      transport: 'udp',
      ...(address !== undefined && { remoteAddress: address }),
      ...(port !== undefined && { remotePort: port }),
      onPacket() {},
      onMismatch: observed => mismatches.push(observed),
    }
    const reception = new Reception(expectation, owner)
    names.set(reception, name)
    bindings.add(reception)
    return reception
  }
  const receptions = waiting.map(add)
  return {
    receptions,
    mismatches,
    add,
    wait: (ms: number) => {
      nowMs += ms
    },
    /** Who gets a packet; '-' when nobody does. */
    send: (from: string, ssrc: number) => {
      const [address = '', port = '0'] = from.split(':')
      const reception = bindings.udp(address, Number(port), ssrc, nowMs)
      reception?.receive(PACKET, ssrc, false, nowMs)
      return reception ? names.get(reception) : '-'
    },
  }
}

const A = { name: 'a', ssrc: 1, address: '10.0.0.1', port: 5000 }
const B = { name: 'b', ssrc: 2, address: '10.0.0.1', port: 5002 }
const C = { name: 'c', ssrc: 3, address: '10.0.0.2', port: 5000 }
const ANYWHERE = { name: 'd', ssrc: 4 }

const CASES: readonly [name: string, waiting: Waiting[], sent: [from: string, ssrc: number, to: string][]][] = [
  [
    'right in everything',
    [A, C],
    [
      ['10.0.0.1:5000', 1, 'a'],
      ['10.0.0.2:5000', 3, 'c'],
    ],
  ],
  ['another port, as behind a NAT', [A, C], [['10.0.0.1:7777', 1, 'a']]],
  ['another address: the SSRC decides', [A, C], [['10.9.9.9:1', 3, 'c']]],
  ['a wrong SSRC from the only address', [A, C], [['10.0.0.1:7777', 99, 'a']]],
  ['SSRC 0', [A, C], [['10.0.0.2:1', 0, 'c']]],
  [
    'a wrong SSRC and two channels of one device: the port decides',
    [A, B],
    [
      ['10.0.0.1:5002', 99, 'b'],
      ['10.0.0.1:5000', 99, 'a'],
    ],
  ],
  ['a wrong SSRC, two channels and another port: nobody', [A, B], [['10.0.0.1:1', 99, '-']]],
  [
    'the right SSRC goes before the port of another',
    [A, B],
    [
      ['10.0.0.1:5000', 2, 'b'],
      ['10.0.0.1:5002', 1, 'a'],
    ],
  ],
  [
    'a reused SSRC: the address decides',
    [
      { ...A, ssrc: 7 },
      { ...C, ssrc: 7 },
    ],
    [
      ['10.0.0.2:1', 7, 'c'],
      ['10.0.0.1:1', 7, 'a'],
    ],
  ],
  [
    'a reused SSRC from nowhere: nobody',
    [
      { ...A, ssrc: 7 },
      { ...C, ssrc: 7 },
    ],
    [['10.9.9.9:1', 7, '-']],
  ],
  [
    'one of several addresses',
    [{ name: 'a', ssrc: 1, address: ['192.168.1.2', '10.0.0.1'] }],
    [['10.0.0.1:1', 9, 'a']],
  ],
  [
    'no address known: the SSRC alone',
    [A, ANYWHERE],
    [
      ['10.9.9.9:1', 4, 'd'],
      ['10.9.9.9:2', 5, '-'],
    ],
  ],
  ['IPv4 seen through IPv6', [A], [['[::ffff:10.0.0.1]', 9, '-']]],
  [
    'two streams from one source',
    [A, B],
    [
      ['10.0.0.1:9', 1, 'a'],
      ['10.0.0.1:9', 2, 'b'],
      ['10.0.0.1:9', 1, 'a'],
    ],
  ],
  [
    'another SSRC in the middle',
    [A, C],
    [
      ['10.0.0.1:5000', 1, 'a'],
      ['10.0.0.1:5000', 8, 'a'],
    ],
  ],
  [
    'a second source with the same SSRC',
    [A, C],
    [
      ['10.0.0.1:5000', 1, 'a'],
      ['10.6.6.6:6', 1, '-'],
      ['10.0.0.1:6', 1, '-'],
    ],
  ],
  [
    'the right source after one with a wrong SSRC',
    [A, C],
    [
      ['10.0.0.1:9', 99, 'a'],
      ['10.0.0.1:5000', 1, 'a'],
      ['10.0.0.1:9', 99, '-'],
    ],
  ],
]

test.each(CASES)('%s', (_, waiting, sent) => {
  const { send } = room(waiting)
  expect(sent.map(([from, ssrc]) => [from, ssrc, send(from, ssrc)])).toEqual(sent)
})

test('a source that fell silent may be followed by another one', () => {
  const { send, wait } = room([A])
  expect(send('10.0.0.1:5000', 1)).toBe('a')
  wait(2999)
  expect(send('10.7.7.7:1', 1)).toBe('-')
  wait(2)
  expect(send('10.7.7.7:1', 1)).toBe('a')
  expect(send('10.0.0.1:5000', 1)).toBe('-')
})

test('a wrong SSRC is told once, and what was observed', () => {
  const { send, receptions, mismatches } = room([A])
  for (const ssrc of [99, 99, 98, 99, 98]) send('10.0.0.1:5000', ssrc)
  expect(mismatches).toEqual([
    { ssrc: 99, remote: '10.0.0.1:5000', wrongSsrc: true },
    { ssrc: 98, remote: '10.0.0.1:5000', wrongSsrc: true },
  ])
  expect(receptions[0]?.counters).toMatchObject({ packets: 5, bytes: 100, ssrcMismatches: 5, bindings: 1 })
})

test('the tail of a stream that ended binds to nothing by its address', () => {
  const { send, receptions, add, wait } = room([A])
  send('10.0.0.1:5000', 1)
  receptions[0]?.close()
  add({ name: 'new', ssrc: 2, address: '10.0.0.1' })
  expect(send('10.0.0.1:5000', 1)).toBe('-')
  expect(send('10.0.0.1:5004', 2)).toBe('new')
  wait(1001)
  expect(send('10.0.0.1:5000', 1)).toBe('-')
})

test('the answer says another SSRC and address', () => {
  const { send, receptions, mismatches } = room([{ name: 'a', ssrc: 1 }])
  expect(send('10.0.0.1:5000', 8)).toBe('-')
  receptions[0]?.update({ ssrc: 8, remoteAddress: '10.0.0.1' })
  expect(send('10.0.0.1:5000', 8)).toBe('a')
  expect(mismatches).toEqual([])
})

test('a port for one reception takes whoever sends', () => {
  const { send } = room([{ name: 'a', ssrc: 1 }], true)
  expect(send('10.0.0.1:5000', 8)).toBe('a')
  expect(send('10.0.0.2:5000', 8)).toBe('-')
})
