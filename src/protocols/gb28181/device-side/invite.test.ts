import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import type { Dialog } from '../../sip/dialog.ts'
import type { RequestContext } from '../../sip/request-context.ts'
import { mediaStatusNotify } from '../manscdp/media-notify.ts'
import { parseMansRtsp } from '../mansrtsp.ts'
import { type GbSdp, parseSdp, VIDEO_PAYLOADS, writeSdp } from '../sdp.ts'
import { NO_MEDIA } from '../verdict.ts'
import type { CallJournalEntry, MediaCallOptions, MediaRequest } from './invite.ts'
import { CHANNEL_ID, DEVICE_ID, type FakeDevice, SERVER_ID } from './testing/fake-device.ts'
import { admitted, Platform } from './testing/platform.ts'

let platform: Platform
let device: FakeDevice

beforeEach(async () => {
  platform = await Platform.open()
  device = await platform.registered()
})
afterEach(() => platform.close())

const LIVE: MediaRequest = {
  channelId: CHANNEL_ID,
  name: 'Play',
  transport: 'udp',
  port: { address: '192.0.2.1', port: 30000 },
  ssrc: '0200000001',
}

interface Told {
  readonly journal: Map<string, CallJournalEntry>
  readonly ends: string[]
  fileEnds: number
}

function options(part: Partial<MediaCallOptions> = {}): { told: Told; options: MediaCallOptions } {
  const told: Told = { journal: new Map(), ends: [], fileEnds: 0 }
  return {
    told,
    options: {
      onJournal: (callId, entry) => {
        if (entry) told.journal.set(callId, entry)
        else told.journal.delete(callId)
      },
      onEnd: (by, reason) => told.ends.push(`${by}: ${reason}`),
      onFileEnd: () => told.fileEnds++,
      ...part,
    },
  }
}

const ANSWER: GbSdp = {
  ownerId: CHANNEL_ID,
  address: '192.0.2.9',
  sessionName: 'Play',
  media: 'video',
  port: 15060,
  transport: 'udp',
  direction: 'sendonly',
  payloads: VIDEO_PAYLOADS.slice(0, 1),
  start: 0,
  end: 0,
  ssrc: '0200000001',
}

/** Accepts with an SDP and keeps the dialog. */
function accepts(sdp: Partial<GbSdp> = {}, script: (dialog: Dialog, context: RequestContext) => void = () => {}) {
  const seen: { dialog: Dialog | null; offer: GbSdp | null; byes: number } = { dialog: null, offer: null, byes: 0 }
  device.onInvite = (request, context) => {
    seen.offer = parseSdp(request.body.toString('latin1'))
    const dialog = context.accept({ contentType: 'APPLICATION/SDP', body: writeSdp({ ...ANSWER, ...sdp }) })
    dialog.onEnd(reason => {
      if (reason === 'the peer said BYE') seen.byes++
    })
    seen.dialog = dialog
    script(dialog, context)
  }
  return seen
}

test('live video: offer, answer, ACK, verdict, BYE', async () => {
  const seen = accepts()
  const { told, options: wanted } = options()
  const call = await platform.side.invite(DEVICE_ID, LIVE, wanted)
  const invite = device.requests.at(-1)
  expect(invite?.uri).toMatch(new RegExp(`^sip:${CHANNEL_ID}@127.0.0.1:\\d+$`))
  expect(invite?.headers.get('subject')).toBe(`${CHANNEL_ID}:0200000001,${SERVER_ID}:0`)
  expect(seen.offer).toEqual({
    ownerId: CHANNEL_ID,
    address: '192.0.2.1',
    sessionName: 'Play',
    media: 'video',
    port: 30000,
    transport: 'udp',
    direction: 'recvonly',
    payloads: VIDEO_PAYLOADS,
    start: 0,
    end: 0,
    ssrc: '0200000001',
  })
  expect(call.agreed).toMatchObject({
    transport: 'udp',
    remote: { address: '192.0.2.9', port: 15060 },
    ssrc: '0200000001',
  })
  expect([...told.journal.values()]).toMatchObject([{ gbId: DEVICE_ID, channelId: CHANNEL_ID, ssrc: '0200000001' }])
  expect(platform.side.calls.size).toBe(1)
  expect(call.conclude({ ...NO_MEDIA, packets: 10, frames: 2, keyframes: 1, codec: 'h264' })?.code).toBe('ok')
  await call.close()
  await vi.waitFor(() => expect(seen.byes).toBe(1))
  expect(told.journal.size).toBe(0)
  expect(told.ends).toEqual(['us: we said BYE'])
  expect(platform.side.calls.size).toBe(0)
  expect(platform.records.at(-1)).toMatchObject({ kind: 'play', channelId: CHANNEL_ID, verdict: { code: 'ok' } })
  expect(platform.records.at(-1)?.facts.mediaAddress).toBe('192.0.2.9')
  const lines = platform.records.at(-1)?.messages.map(message => message.firstLine.split(' ')[0])
  expect(lines).toEqual(['INVITE', 'SIP/2.0', 'ACK'])
})

test('nothing comes: the verdict says so', async () => {
  accepts()
  const call = await platform.side.invite(DEVICE_ID, LIVE, options().options)
  expect(call.conclude(NO_MEDIA)?.code).toBe('answeredButNoPackets')
  expect(call.conclude({ ...NO_MEDIA, packets: 9 })).not.toBeNull()
  expect(platform.records.filter(record => record.kind === 'play')).toHaveLength(1)
})

test.each([
  ['tcp-passive', 'passive', { transport: 'tcp', setup: 'active' }, 'tcp-passive'],
  ['tcp-active', 'active', { transport: 'tcp', setup: 'passive' }, 'tcp-active'],
  ['tcp-passive', 'passive', { transport: 'tcp' }, 'tcp-passive'],
  ['tcp-passive', 'passive', { transport: 'udp' }, 'udp'],
] as const)('%s, answered %#', async (transport, setup, answer, agreed) => {
  const seen = accepts(answer)
  const call = await platform.side.invite(DEVICE_ID, { ...LIVE, transport }, options().options)
  expect(seen.offer).toMatchObject({ transport: 'tcp', setup })
  expect(call.agreed.transport).toBe(agreed)
})

test.each([
  ['another y=', { ssrc: '0200000999' }, '0200000999'],
  ['no y=', { ssrc: undefined }, '0200000001'],
])('an answer with %s', async (_, answer, ssrc) => {
  accepts(answer)
  const call = await platform.side.invite(DEVICE_ID, LIVE, options().options)
  expect(call.agreed.ssrc).toBe(ssrc)
})

test('the sub stream, as the edition or the quirk has it', async () => {
  const seen = accepts()
  await platform.side.invite(DEVICE_ID, { ...LIVE, streamNumber: 1 }, options().options)
  expect(seen.offer?.streamNumber).toBeUndefined()
  platform.directory.set(DEVICE_ID, admitted({ quirks: { streamAttribute: 'streamprofile' } }))
  await device.register()
  await platform.side.invite(DEVICE_ID, { ...LIVE, streamNumber: 1 }, options().options)
  expect(device.requests.at(-1)?.body.toString()).toContain('a=streamprofile:1')
})

test.each([
  [486, 'busy'],
  [488, 'notAcceptable'],
  [404, 'channelNotFound'],
  [500, 'rejected5xx'],
])('refused with %i', async (status, verdict) => {
  device.onInvite = (_request, context) => context.respond(status)
  const { told, options: wanted } = options()
  await expect(platform.side.invite(DEVICE_ID, LIVE, wanted)).rejects.toMatchObject({ code: 'PEER_REFUSED' })
  expect(platform.records.at(-1)?.verdict.code).toBe(verdict)
  expect(told.journal.size).toBe(0)
})

test('a slow device: 100, and the answer ten seconds later', async () => {
  let context: RequestContext | null = null
  device.onInvite = (_request, sip) => {
    context = sip
    sip.respond(100)
  }
  const opening = platform.side.invite(DEVICE_ID, LIVE, options().options)
  await vi.waitFor(() => expect(context).not.toBeNull())
  platform.time.advance(10_000)
  context!.accept({ contentType: 'APPLICATION/SDP', body: writeSdp(ANSWER) })
  expect((await opening).agreed.remote.port).toBe(15060)
})

test('100 and no more', async () => {
  device.onInvite = (_request, context) => context.respond(100)
  const opening = platform.side.invite(DEVICE_ID, LIVE, options().options)
  const failed = expect(opening).rejects.toMatchObject({ code: 'PEER_TIMEOUT' })
  await vi.waitFor(() => {
    platform.time.advance(2000)
    expect(platform.records.at(-1)?.verdict.code).toBe('slowDevice')
  })
  await failed
})

test('nobody waits any more: CANCEL, and a 200 that crosses it is ended', async () => {
  const abort = new AbortController()
  let cancelled = false
  device.onInvite = (_request, context) => {
    context.respond(180)
    context.cancelled.addEventListener('abort', () => {
      cancelled = true
    })
  }
  const opening = platform.side.invite(DEVICE_ID, LIVE, options({ signal: abort.signal }).options)
  await vi.waitFor(() => expect(device.requests.some(request => request.method === 'INVITE')).toBe(true))
  abort.abort(new Error('viewer left'))
  await expect(opening).rejects.toThrow('viewer left')
  await vi.waitFor(() => expect(cancelled).toBe(true))
  expect(platform.records.at(-1)?.verdict.code).toBe('cancelled')
  expect(platform.side.calls.size).toBe(0)
})

test('an answer that cannot be read is acknowledged and ended', async () => {
  let byes = 0
  device.onInvite = (_request, context) => {
    const dialog = context.accept({ contentType: 'APPLICATION/SDP', body: 'v=0\r\n' })
    dialog.onEnd(() => byes++)
  }
  const { told, options: wanted } = options()
  await expect(platform.side.invite(DEVICE_ID, LIVE, wanted)).rejects.toMatchObject({ code: 'BYTES_INVALID' })
  await vi.waitFor(() => expect(byes).toBe(1))
  expect(told.journal.size).toBe(0)
  expect(platform.records.at(-1)?.verdict.code).toBe('sdpUnreadable')
})

test('the device hangs up', async () => {
  const seen = accepts()
  const { told, options: wanted } = options()
  const call = await platform.side.invite(DEVICE_ID, LIVE, wanted)
  await seen.dialog!.bye()
  await vi.waitFor(() => expect(told.ends).toEqual(['device: the peer said BYE']))
  expect(told.journal.size).toBe(0)
  expect(call.ended).not.toBeNull()
  await call.close()
  expect(platform.records.at(-1)?.verdict.code).toBe('endedEarly')
})

test('the device hangs up with its answer', async () => {
  accepts({}, dialog => void dialog.bye().catch(() => {}))
  const { told, options: wanted } = options()
  const opening = platform.side.invite(DEVICE_ID, LIVE, wanted)
  // its BYE may be read before or after the answer was looked at
  const call = await opening.catch(() => null)
  await vi.waitFor(() => expect(platform.records.at(-1)?.verdict.code).toBe('endedEarly'))
  expect(told.journal.size).toBe(0)
  expect(told.ends).toHaveLength(call === null ? 0 : 1)
  expect(platform.side.calls.size).toBe(0)
})

test('playback: range, INFO, the end of the file', async () => {
  const bodies: string[] = []
  const seen = accepts({ sessionName: 'Playback' }, dialog => {
    dialog.on('INFO', (request, context) => {
      bodies.push(request.body.toString())
      context.respond(200, {
        contentType: 'Application/MANSRTSP',
        body: 'MANSRTSP/1.0 200 OK\r\nCSeq: 1\r\nRTP-Info: seq=7;rtptime=9\r\n\r\n',
      })
    })
  })
  const { told, options: wanted } = options()
  const call = await platform.side.invite(
    DEVICE_ID,
    { ...LIVE, name: 'Playback', ssrc: '1200000001', range: { start: 1700000000, end: 1700003600 } },
    wanted,
  )
  expect(seen.offer).toMatchObject({
    sessionName: 'Playback',
    uri: `${CHANNEL_ID}:0`,
    start: 1700000000,
    end: 1700003600,
  })
  expect(await call.control({ method: 'seek', seconds: 100 })).toEqual({
    status: 200,
    cseq: 1,
    sequenceNumber: 7,
    rtpTime: 9,
  })
  await call.control({ method: 'scale', scale: 4 })
  expect(bodies.map(body => parseMansRtsp(body))).toEqual([
    { command: { method: 'seek', seconds: 100 }, cseq: 1 },
    { command: { method: 'scale', scale: 4 }, cseq: 2 },
  ])
  await device.sendIn(seen.dialog!, mediaStatusNotify, { sn: 1, deviceId: CHANNEL_ID, notifyType: '121' })
  await vi.waitFor(() => expect(told.fileEnds).toBe(1))
  // outside of the dialog, as some devices send it
  await device.send(mediaStatusNotify, { sn: 1, deviceId: CHANNEL_ID, notifyType: '121' })
  await vi.waitFor(() => expect(told.fileEnds).toBe(2))
  await call.close()
})

test('a device that refuses a speed', async () => {
  accepts({}, dialog => {
    dialog.on('INFO', (_request, context) => context.respond(501))
  })
  const call = await platform.side.invite(DEVICE_ID, { ...LIVE, name: 'Playback' }, options().options)
  await expect(call.control({ method: 'scale', scale: 16 })).rejects.toMatchObject({ code: 'PEER_REFUSED' })
  expect(call.ended).toBeNull()
})

test('download: speed asked, size told', async () => {
  const seen = accepts({ fileSize: 123456 })
  const call = await platform.side.invite(
    DEVICE_ID,
    { ...LIVE, name: 'Download', range: { start: 1, end: 2 }, downloadSpeed: 8 },
    options().options,
  )
  expect(seen.offer).toMatchObject({ sessionName: 'Download', downloadSpeed: 8 })
  expect(call.agreed.sdp.fileSize).toBe(123456)
})

test('talk in one INVITE', async () => {
  const seen = accepts({ media: 'audio', direction: 'sendrecv' })
  await platform.side.invite(DEVICE_ID, { ...LIVE, name: 'Talk' }, options().options)
  expect(seen.offer).toMatchObject({
    sessionName: 'Talk',
    media: 'audio',
    direction: 'sendrecv',
    payloads: [{ payloadType: 8, encoding: 'PCMA', clockRate: 8000 }],
    format: 'v/////a/1/8/1',
  })
})

test('a BYE that was not answered stays owed, and is paid after a restart', async () => {
  const seen = accepts()
  const { told, options: wanted } = options()
  const call = await platform.side.invite(DEVICE_ID, LIVE, wanted)
  const { port } = device.endpoint.address
  await device.endpoint.close()
  const closing = call.close()
  await vi.waitFor(() => {
    platform.time.advance(2000)
    expect(told.ends).toHaveLength(1)
  })
  await closing
  expect(told.journal.size).toBe(1)
  const entries: CallJournalEntry[] = JSON.parse(JSON.stringify([...told.journal.values()]))
  // the device is there again, and has forgotten the dialog: its 481 settles the debt
  const { SipEndpoint } = await import('../../sip/endpoint.ts')
  const back = new SipEndpoint({ clock: platform.time, timers: platform.time })
  await back.listen({ host: '127.0.0.1', port }, { udp: true, tcp: false })
  expect(await platform.side.settle(entries)).toEqual([call.callId])
  expect(seen.byes).toBe(0)
  await back.close()
})

test('a device that is gone does not keep us from stopping: two seconds for BYE, and the rest stays owed', async () => {
  accepts()
  const { told, options: wanted } = options()
  await platform.side.invite(DEVICE_ID, LIVE, wanted)
  await device.endpoint.close()
  const closing = platform.side.close()
  platform.time.advance(2000)
  await closing
  expect(told.journal.size).toBe(1)
  platform.time.advance(30_000) // the transaction gives up
})

test('not registered', async () => {
  await expect(platform.side.invite('34020000001180000009', LIVE, options().options)).rejects.toMatchObject({
    code: 'NOT_FOUND',
  })
})
