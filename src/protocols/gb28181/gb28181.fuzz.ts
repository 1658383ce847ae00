import { join } from 'node:path'
import { expect, test } from 'vitest'
import { fuzz } from '../../base/fuzz.ts'
import { encodeText } from './charset.ts'
import { parseEnvelope, writeBody } from './manscdp/message.ts'
import { type AnyMessage, MESSAGES, readMessage } from './manscdp/messages.ts'
import { parseMansRtsp, parseMansRtspResponse, writeMansRtsp } from './mansrtsp.ts'
import { parseMediaFormat } from './media-format.ts'
import { formatPtzCommand, lens, move, parsePtzCommand } from './ptz-command.ts'
import { type GbSdp, parseSdp, VIDEO_PAYLOADS, writeSdp } from './sdp.ts'

const corpus = (target: string) => join(import.meta.dirname, 'testdata/fuzz', target)

const ID = '34020000001320000001'
const HEAD = { sn: 1, deviceId: ID }
const BODIES = [
  writeBody(
    MESSAGES.catalogResponse,
    { ...HEAD, sumNum: 1, items: [{ deviceId: ID, name: '门 & 窗', status: 'ON' }] },
    'GB2312',
  ),
  writeBody(MESSAGES.deviceControl, { ...HEAD, ptzCmd: 'A50F0000000000B4', info: { controlPriority: 1 } }, 'UTF-8'),
  writeBody(
    MESSAGES.deviceConfig,
    { ...HEAD, pictureMask: { on: true, regions: [{ seq: 1, point: { left: 0, top: 0, right: 1, bottom: 1 } }] } },
    'GB18030',
  ),
  writeBody(MESSAGES.alarmNotify, { ...HEAD, alarmPriority: 1, alarmMethod: 5, info: { alarmType: 2 } }, 'GB2312'),
]

/** What was read can be read again from what the writer makes of it, where the writer takes it. */
function again(message: AnyMessage): void {
  const kind = MESSAGES[message.name] as { write(value: unknown): unknown } // of the same name as the value
  kind.write(message.value)
}

test('MANSCDP bodies', () => {
  fuzz({
    seeds: BODIES,
    corpus: corpus('manscdp'),
    run: input => {
      const message = readMessage(parseEnvelope(input))
      if (message) again(message)
    },
  })
  expect(Object.prototype).not.toHaveProperty('x')
})

const SDP: GbSdp = {
  ownerId: ID,
  address: '192.0.2.1',
  sessionName: 'Playback',
  media: 'video',
  port: 30000,
  transport: 'tcp',
  setup: 'passive',
  direction: 'recvonly',
  payloads: VIDEO_PAYLOADS,
  start: 1,
  end: 2,
  uri: `${ID}:0`,
  ssrc: '1200000001',
  format: 'v/2/6/25/1/4096a/1/8/1',
  streamNumber: 0,
}

test('SDP', () => {
  fuzz({
    seeds: [Buffer.from(writeSdp(SDP)), Buffer.from(writeSdp({ ...SDP, transport: 'udp', sessionName: 'Play' }))],
    corpus: corpus('sdp'),
    run: input => {
      const sdp = parseSdp(encodeText(Buffer.from(input).toString('latin1'), 'UTF-8').toString())
      parseMediaFormat(sdp.format ?? '')
      expect(sdp.port).toBeLessThan(65536)
      expect(parseSdp(writeSdp(sdp))).toMatchObject({ port: sdp.port, address: sdp.address })
    },
  })
})

test('PTZ commands', () => {
  fuzz({
    seeds: [move(1, -1, 0.5), lens(1, -1), { kind: 'scanSpeed', scan: 1, speed: 4095 } as const].map(command =>
      Buffer.from(formatPtzCommand(command)),
    ),
    corpus: corpus('ptz'),
    run: input => {
      const command = parsePtzCommand(Buffer.from(input).toString('latin1'))
      expect(parsePtzCommand(formatPtzCommand(command))).toEqual(command)
    },
  })
})

test('MANSRTSP', () => {
  fuzz({
    seeds: [
      Buffer.from(writeMansRtsp({ command: { method: 'seek', seconds: 1 }, cseq: 1 })),
      Buffer.from('RTSP/1.0 200 OK\r\nRTP-Info: seq=1;rtptime=2'),
    ],
    corpus: corpus('mansrtsp'),
    run: input => {
      const text = Buffer.from(input).toString('latin1')
      parseMansRtspResponse(text)
      const request = parseMansRtsp(text)
      parseMansRtsp(writeMansRtsp(request))
    },
  })
})
