import { writeFileSync } from 'node:fs'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { systemClock, systemTimers } from '../../src/base/clock.ts'
import { silentLog } from '../../src/base/log.ts'
import { PsSender } from '../../src/protocols/rtp/ps-sender.ts'
import { CAMERA, type Clip, makeClip } from '../../src/simulator/clip.ts'
import { GbFleet } from '../../src/simulator/gb-fleet.ts'
import { temporaryFolder } from '../ffmpeg.ts'
import { until } from './node-under-test.ts'
import { ProductUnderTest } from './product-under-test.ts'
import { play } from './programs.ts'
import { type Dissected, dissect } from './tshark.ts'
import { capture, UdpRelay } from './udp-relay.ts'

const SERVER_ID = '34020000002000000001'
const RECORDER = '34020000001180000001'
const PASSWORD = 'secret-12'

type Row = Record<string, unknown>

let folder: ReturnType<typeof temporaryFolder>
let clip: Clip

beforeAll(async () => {
  folder = temporaryFolder()
  clip = await makeClip({ ...CAMERA, size: '320x180', bitrateKbps: 200, seconds: 4, fps: 10 })
})

afterAll(() => folder[Symbol.dispose]())

const complaints = (packets: readonly Dissected[]) =>
  packets.flatMap(({ complaints, method, protocols, status }) =>
    complaints.map(text => `${protocols.at(-1)} ${method} ${status}: ${text}`),
  )
const of = (packets: readonly Dissected[], protocol: string) =>
  packets.filter(({ protocols }) => protocols.includes(protocol))

test('Wireshark has nothing to say against SIP, SDP and RTP between a recorder and us, nor against our captures', async () => {
  using sip = await UdpRelay.open()
  using media = await UdpRelay.open()
  await using product = await ProductUnderTest.start({ SIGHTLINE_PUBLIC_GB_MEDIA: String(media.port) })
  const ports = await product.gb28181()
  sip.target = ports.sip
  media.target = ports.media
  const fleet = new GbFleet({
    upper: { serverId: SERVER_ID, domain: SERVER_ID.slice(0, 10), host: '127.0.0.1', port: sip.port, transport: 'udp' },
    ...{ devices: 1, channels: 2, firstId: RECORDER, password: PASSWORD, clip, faults: new Set(), keepaliveS: 5 },
    ...{ localHost: '127.0.0.1', clock: systemClock, timers: systemTimers, log: silentLog, retryMs: [100, 1000] },
  })
  const listed = { space: 'default', protocol: 'gb28181', type: 'nvr', gbId: RECORDER, password: PASSWORD }
  const subscribe = { catalog: true, alarm: true, positionS: 1 }
  const { id } = await product.api('POST', '/devices', { ...listed, media: 'udp', subscribe })
  await fleet.start()
  const [channel] = await until('the channels are there', async () => {
    const { items } = await product.api('GET', `/devices/${id}/channels`)
    return (items as Row[]).length === 2 && (items as Row[])
  })
  const at = `/channels/${channel?.['id']}`
  const started = await product.api('POST', `${at}/play`, {})
  const decoded = await play((started['play'] as { flv: string }).flv, 1)
  expect(decoded.complaints).toBe('')
  await product.api('POST', `${at}/ptz`, { pan: 0.5, tilt: 0, zoom: 0 })
  await product.api('PUT', `${at}/presets/2`, { name: '大门' })
  await product.api('GET', `${at}/presets`)
  await product.api('GET', `/devices/${id}/status`)
  const [end, start] = [Date.now(), Date.now() - 3_600_000].map(ms => new Date(ms).toISOString())
  await product.api('GET', `${at}/device-recordings?start=${start}&end=${end}`)
  await fleet.device(RECORDER)?.alarm(String(channel?.['gbId']), 5, 1, 'someone at the gate')
  await product.api('POST', `${at}/stop`, {})
  await until('the device was told BYE', () => fleet.device(RECORDER)?.callsOf() === 0)
  const attempts = await until('the attempts are told', async () => {
    const { items } = await product.api('GET', `/attempts?device=${id}`)
    const kinds = new Set((items as Row[]).map(({ kind }) => kind))
    return kinds.has('register') && kinds.has('catalog') && kinds.has('play') && (items as Row[])
  })

  const file = folder.file('wire.pcap')
  UdpRelay.writeCapture(file, sip, media)
  const packets = await dissect(file, `udp.port==${sip.port},sip`, `udp.port==${media.port},rtp`)
  expect(complaints(packets)).toEqual([])
  const methods = new Set(of(packets, 'sip').map(({ method }) => method))
  expect([...methods].sort()).toEqual(['ACK', 'BYE', 'INVITE', 'MESSAGE', 'NOTIFY', 'REGISTER', 'SUBSCRIBE'])
  expect(of(packets, 'sdp').length).toBeGreaterThanOrEqual(2)
  expect(of(packets, 'rtp').length).toBeGreaterThan(20)

  for (const { id, kind } of attempts) {
    const response = await product.download(`/attempts/${id}/pcap`)
    writeFileSync(folder.file('attempt.pcap'), response)
    const told = await dissect(folder.file('attempt.pcap'), `udp.port==${ports.sip},sip`)
    expect([kind, of(told, 'sip').length === told.length, complaints(told)]).toEqual([kind, true, []])
  }
  await fleet.close()
})

test.each([
  ['a program stream', 'ps', 96],
  ['H.264', 'h264', 98],
  ['G.711', 'pcma', 8],
] as const)('Wireshark reads RTP with %s', async (_name, format, payloadType) => {
  const sender = new PsSender({
    format,
    payloadType,
    ssrc: 0x01020304,
    firstSequence: 65_530,
    firstTimestamp: 2 ** 32 - 9000,
  })
  sender.setTracks(clip.tracks)
  const frames = clip.frames.filter(({ frame }) => sender.carries(frame.track))
  const sent = frames.flatMap(({ frame, ms }) =>
    sender.frame(frame).map(bytes => ({ atMs: ms, fromPort: 40_000, toPort: 40_002, bytes })),
  )
  const report = { atMs: 4000, fromPort: 40_001, toPort: 40_003, bytes: sender.report(Date.UTC(2026, 0, 1), 'us') }
  writeFileSync(folder.file('rtp.pcap'), capture([...sent, report]))
  const packets = await dissect(folder.file('rtp.pcap'), 'udp.port==40002,rtp', 'udp.port==40003,rtcp')
  expect(complaints(packets)).toEqual([])
  expect(new Set(of(packets, 'rtp').map(packet => packet.payloadType))).toEqual(new Set([String(payloadType)]))
  expect([of(packets, 'rtp').length, of(packets, 'rtcp').length]).toEqual([sent.length, 1])
})

test('what is broken is seen', async () => {
  const rtp = Buffer.concat([Buffer.from([0x8f, 96]), Buffer.alloc(10)]) // fifteen contributing sources, and no room
  const sip = Buffer.from(
    'MESSAGE sip:34020000002000000001@3402000000 SIP/2.0\r\nCSeq: 1 MESSAGE\r\nContent-Length: some\r\n\r\n',
  )
  const seen = [rtp, sip].map((bytes, n) => ({ atMs: n, fromPort: 40_000, toPort: n === 0 ? 40_002 : 40_004, bytes }))
  writeFileSync(folder.file('broken.pcap'), capture(seen))
  const packets = await dissect(folder.file('broken.pcap'), 'udp.port==40002,rtp', 'udp.port==40004,sip')
  expect(packets.map(packet => packet.complaints.length > 0)).toEqual([true, true])
})
