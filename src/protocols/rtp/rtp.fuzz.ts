import { test } from 'vitest'
import { FakeTime } from '../../base/fake-time.ts'
import { fuzz } from '../../base/fuzz.ts'
import { H264_SAMPLES } from '../../media/codec/samples.ts'
import { RtpHeader, readRtpHeader, writeRtpHeader } from './packet.ts'
import { PsReceiver } from './ps-receiver.ts'
import { readRtcp, writeRtcp } from './rtcp.ts'
import { frameForTcp, RtpStreamFramer } from './tcp-framing.ts'

const hex = (text: string) => Buffer.from(text.replaceAll(' ', ''), 'hex')

function rtp(sequence: number, payloadType: number, payload: Uint8Array): Buffer {
  const packet = Buffer.alloc(12 + payload.length)
  writeRtpHeader(packet, 0, { marker: true, payloadType, sequence, timestamp: sequence * 3600, ssrc: 1 })
  packet.set(payload, 12)
  return packet
}

const [sps = '', pps = ''] = H264_SAMPLES[0]?.units ?? []
const PAYLOADS: readonly [payloadType: number, payload: Buffer][] = [
  [98, hex(sps)],
  [98, hex(pps)],
  [98, hex('7c8588aabb')],
  [98, hex('7c45ccdd')],
  [98, hex('18 0003 6588aa 0002 6540')],
  [100, hex('6001 0003 400101 0004 42010101')],
  [100, hex('6201 93 aabb')],
  [
    96,
    hex(`000001ba 440004000401 000003 f8 000001e0 0000 8480 05 2100010003 000001${sps} 000001${pps} 0000016588aabb`),
  ],
  [8, Buffer.alloc(160, 0xd5)],
]
const PACKETS = PAYLOADS.map(([payloadType, payload], n) => rtp(n, payloadType, payload))

test('readRtpHeader', () => {
  const header = new RtpHeader()
  fuzz({
    seeds: [...PACKETS, hex('b2 60 0001 00000000 00000000 00000001 00000002 bede 0001 00000000 aa 00 02')],
    run: input => {
      if (!readRtpHeader(input, header)) return
      if (header.payloadStart > header.payloadEnd || header.payloadEnd > input.length)
        throw new Error('payload outside')
    },
  })
})

test('readRtcp', () => {
  const bye = { type: 'bye', sources: [1] } as const
  const report = { type: 'receiver report', ssrc: 1, reports: [] } as const
  fuzz({ seeds: [writeRtcp([report, bye], 'a')], run: input => void readRtcp(input) })
})

/** No packet comes out that did not come in, and the framer never holds more than it needs. */
test('RtpStreamFramer', () => {
  fuzz({
    seeds: (['rfc4571', 'interleaved'] as const).map(framing =>
      Buffer.concat(PACKETS.map(packet => frameForTcp(packet, framing))),
    ),
    run: input => {
      let bytes = 0
      const framer = new RtpStreamFramer(packet => {
        bytes += packet.length
      })
      for (let at = 0; at < input.length; at += 50) framer.push(input.subarray(at, at + 50))
      if (bytes + framer.skipped > input.length) throw new Error(`${bytes} bytes out of ${input.length}`)
    },
  })
})

/** Broken payloads of every format, in any order: nothing is thrown, and no more comes out than went in. */
test('PsReceiver', () => {
  fuzz({
    seeds: PACKETS,
    run: input => {
      const time = new FakeTime()
      let bytes = 0
      const write = ({ data }: { data: Uint8Array }) => {
        bytes += data.length
      }
      const sink = { setTrack() {}, write }
      for (const reorder of [null, { timers: time, maxPackets: 16, maxDelayMs: 20 }]) {
        const receiver = new PsReceiver({ sink, clock: time, reorder })
        for (const packet of PACKETS.slice(0, 3)) receiver.push(packet)
        receiver.push(input)
        for (const packet of PACKETS.slice(3)) receiver.push(packet)
        receiver.push(input)
        time.advance(100)
        receiver.flush()
      }
      const sent = 2 * PACKETS.reduce((sum, packet) => sum + packet.length, 0) + 4 * input.length
      if (bytes > 1.5 * sent) throw new Error(`${bytes} bytes out of ${sent}`)
    },
  })
})
