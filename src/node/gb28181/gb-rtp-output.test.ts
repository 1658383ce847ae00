import { expect, test } from 'vitest'
import { FakeTime } from '../../base/fake-time.ts'
import { silentLog } from '../../base/log.ts'
import type { Frame } from '../../media/stream/frame.ts'
import { g711Track } from '../../media/stream/track-builders.ts'
import { type GbSdp, VIDEO_PAYLOADS } from '../../protocols/gb28181/sdp.ts'
import { SsrcPool } from '../../protocols/gb28181/ssrc.ts'
import { RtpHeader, readRtpHeader } from '../../protocols/rtp/packet.ts'
import type { Dialog } from '../../protocols/sip/dialog.ts'
import { CAMERA, makeClip } from '../../simulator/clip.ts'
import type { GbMediaContext } from './gb-media.ts'
import { RtpOutput } from './gb-rtp-output.ts'
import { Turnstile } from './turnstile.ts'

const OFFER: GbSdp = {
  ...{ ownerId: '34020000002000000001', address: '192.0.2.1', port: 30_000, transport: 'udp', sessionName: 'Play' },
  ...{ media: 'video', direction: 'recvonly', payloads: VIDEO_PAYLOADS, start: 0, end: 0, ssrc: '0200000001' },
}

async function output(offer: Partial<GbSdp> = {}) {
  const time = new FakeTime()
  const network = { blocked: false, packets: [] as Uint8Array[] }
  const send = (packet: Uint8Array) => !network.blocked && network.packets.push(packet) > 0
  const counters = { packets: 0, bytes: 0, dropped: 0 }
  const context = {
    ...{ clock: time, timers: time, log: silentLog, portRange: null, boundPort: () => 30_000 },
    side: { ssrcs: new SsrcPool('34020000002000000002', time, 0) },
    mediaPort: { openSender: () => ({ send, counters, close: () => {} }) },
    endpoint: { localAddressTowards: () => '192.0.2.9' },
    settings: () => ({ publicHost: null, mediaHost: null, mediaPort: null, inviteTimeoutMs: 1, packetTimeoutMs: 1 }),
  } as unknown as GbMediaContext // what is used of it
  let started = 0
  const out = await RtpOutput.open({
    ...{ context, offer: { ...OFFER, ...offer }, ownerId: '34020000001310000001', remoteAddress: '192.0.2.1' },
    ...{ turnstile: new Turnstile(time), onStarted: () => started++, onLost: () => {} },
  })
  const acknowledge: (() => void)[] = []
  out.begin({ onConfirmed: (run: () => void) => acknowledge.push(run) } as unknown as Dialog)
  return { time, network, out, started: () => started, acknowledge: () => acknowledge[0]?.() }
}

const clip = makeClip({ ...CAMERA, size: '160x120', fps: 10, seconds: 4, bitrateKbps: 100 })
/** Frames as large as those of a big picture. */
const padded = (frame: Frame): Frame => {
  if (frame.track.kind !== 'video') return frame
  const data = Buffer.alloc(100_000)
  data.writeUInt32BE(data.length - 4)
  data[4] = frame.keyframe ? 0x65 : 0x41
  return { ...frame, data }
}

function timestamps(packets: readonly Uint8Array[]): number[] {
  const header = new RtpHeader()
  return [...new Set(packets.map(packet => (readRtpHeader(Buffer.from(packet), header) ? header.timestamp : -1)))]
}

test('nothing goes before the ACK; the answer repeats the SSRC', async () => {
  const { acknowledge, network, out, started } = await output()
  const { frames, tracks } = await clip
  out.setTracks(tracks)
  for (const { frame } of frames.slice(0, 10)) out.frame(frame)
  expect([network.packets.length, started()]).toEqual([0, 0])
  acknowledge()
  expect(started()).toBe(1)
  expect(network.packets.length).toBeGreaterThanOrEqual(10)
  expect(out.answer()).toMatchObject({ ssrc: '0200000001', port: 30_000, address: '192.0.2.9', direction: 'sendonly' })
  expect(out.answer().payloads).toEqual([VIDEO_PAYLOADS[0]])
})

test('a burst is spread over time', async () => {
  const { acknowledge, network, out, time } = await output()
  const { frames, tracks } = await clip
  acknowledge()
  out.setTracks(tracks)
  const video = frames.filter(({ frame }) => frame.track.kind === 'video')
  for (const { frame } of video.slice(0, 10)) out.frame(padded(frame))
  const atOnce = network.packets.reduce((sum, { length }) => sum + length, 0)
  expect(atOnce).toBeLessThan(150_000)
  time.advance(100)
  expect(timestamps(network.packets)).toHaveLength(10)
})

test('who does not take it loses everything up to the next keyframe, and nobody else waits', async () => {
  const { acknowledge, network, out, time } = await output()
  const { frames, tracks } = await clip
  const video = frames.filter(({ frame }) => frame.track.kind === 'video').map(({ frame }) => padded(frame))
  acknowledge()
  out.setTracks(tracks)
  const [key, ...rest] = video
  const sound = frames.find(({ frame }) => frame.track.kind === 'audio')?.frame
  if (!sound || !key) throw new Error('the clip has no sound')
  network.blocked = true
  out.frame(key)
  for (let at = 0; out.framesDropped === 0; at = (at + 1) % 18) out.frame(rest[at] ?? key)
  // 4 MB of frames of 100 kB, and the one that was too much
  expect([out.framesDropped > 40, out.counters.bufferedBytes]).toEqual([true, 0])
  network.blocked = false
  const before = out.framesDropped
  for (const frame of [...rest.slice(0, 3), sound]) out.frame(frame)
  time.advance(1000)
  expect([network.packets.length, out.framesDropped - before]).toEqual([0, 4])
  for (const frame of [key, ...rest.slice(0, 3)]) out.frame(frame)
  time.advance(1000)
  expect(timestamps(network.packets)).toHaveLength(4)
  out.close()
})

test('an SSRC of ours where the offer has none; offers that cannot be served', async () => {
  const { out } = await output({ ssrc: undefined })
  expect(out.answer().ssrc).toMatch(/^0\d{9}$/)
  await expect(output({ address: 'upper.example' })).rejects.toMatchObject({ code: 'BYTES_INVALID' })
  await expect(output({ port: 0 })).rejects.toMatchObject({ code: 'BYTES_INVALID' })
  const svac = [{ payloadType: 99, encoding: 'SVAC', clockRate: 90_000 }]
  await expect(output({ payloads: svac })).rejects.toMatchObject({ code: 'BYTES_INVALID' })
  const direct = await output({ payloads: [{ payloadType: 98, encoding: 'H264', clockRate: 90_000 }] })
  const { tracks } = await clip
  expect(tracks.map(track => [track.codec, direct.out.carries(track)])).toEqual([
    ['h264', true],
    ['pcma', false],
  ])
})

test('a track in a configuration nobody announced is sent all the same', async () => {
  const { acknowledge, network, out } = await output()
  acknowledge()
  const track = g711Track({ id: 7, clockRate: 8000, codec: 'pcma' })
  out.frame({ track, dts: 0, pts: 0, keyframe: true, data: Buffer.alloc(160, 0xd5) })
  expect(network.packets).toHaveLength(1)
})
