import { expect, test } from 'vitest'
import { AUDIO_PAYLOADS, type GbSdp, parseSdp, VIDEO_PAYLOADS, writeSdp } from './sdp.ts'

const ID = '34020000001320000001'
const PS = VIDEO_PAYLOADS.slice(0, 1)
const crlf = (...lines: string[]): string => `${lines.join('\r\n')}\r\n`

const LIVE: GbSdp = {
  ownerId: ID,
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
}

const ROWS: readonly [string, string, GbSdp][] = [
  [
    'live over UDP',
    crlf(
      'v=0',
      `o=${ID} 0 0 IN IP4 192.0.2.1`,
      's=Play',
      'c=IN IP4 192.0.2.1',
      't=0 0',
      'm=video 30000 RTP/AVP 96 97 98 99',
      'a=recvonly',
      'a=rtpmap:96 PS/90000',
      'a=rtpmap:97 MPEG4/90000',
      'a=rtpmap:98 H264/90000',
      'a=rtpmap:99 H265/90000',
      'y=0200000001',
    ),
    LIVE,
  ],
  [
    'live sub stream over TCP',
    crlf(
      'v=0',
      `o=${ID} 0 0 IN IP6 2001:db8::1`,
      's=Play',
      'c=IN IP6 2001:db8::1',
      't=0 0',
      'm=video 30000 TCP/RTP/AVP 96',
      'a=recvonly',
      'a=rtpmap:96 PS/90000',
      'a=setup:active',
      'a=connection:new',
      'a=streamnumber:1',
      'y=0200000001',
      'f=v/2/6/25/1/4096a/1/8/1',
    ),
    {
      ...LIVE,
      address: '2001:db8::1',
      transport: 'tcp',
      setup: 'active',
      payloads: PS,
      streamNumber: 1,
      format: 'v/2/6/25/1/4096a/1/8/1',
    },
  ],
  [
    'download',
    crlf(
      'v=0',
      `o=${ID} 0 0 IN IP4 192.0.2.1`,
      's=Download',
      `u=${ID}:0`,
      'c=IN IP4 192.0.2.1',
      't=1700000000 1700003600',
      'm=video 6000 RTP/AVP 96',
      'a=sendonly',
      'a=rtpmap:96 PS/90000',
      'a=downloadspeed:4',
      'a=filesize:123456789012',
      'y=1200000001',
    ),
    {
      ...LIVE,
      sessionName: 'Download',
      uri: `${ID}:0`,
      start: 1700000000,
      end: 1700003600,
      port: 6000,
      direction: 'sendonly',
      payloads: PS,
      downloadSpeed: 4,
      fileSize: 123456789012,
      ssrc: '1200000001',
    },
  ],
  [
    'talk',
    crlf(
      'v=0',
      `o=${ID} 0 0 IN IP4 192.0.2.1`,
      's=Talk',
      'c=IN IP4 192.0.2.1',
      't=0 0',
      'm=audio 30000 RTP/AVP 8',
      'a=sendrecv',
      'a=rtpmap:8 PCMA/8000',
      'y=0200000001',
      'f=v/////a/1/8/1',
    ),
    {
      ...LIVE,
      sessionName: 'Talk',
      media: 'audio',
      direction: 'sendrecv',
      payloads: AUDIO_PAYLOADS,
      format: 'v/////a/1/8/1',
    },
  ],
]

test.each(ROWS)('%s', (_, text, sdp) => {
  expect(writeSdp(sdp)).toBe(text)
  expect(parseSdp(text)).toEqual(sdp)
  expect(parseSdp(text.replaceAll('\r\n', '\n'))).toEqual(sdp)
})

test.each([
  ['streamprofile', 'a=streamprofile:1'],
  ['streamMode', 'a=streamMode:sub'],
  ['stream', 'a=stream:sub'],
] as const)('the sub stream as %s', (attribute, line) => {
  const text = writeSdp({ ...LIVE, streamNumber: 1 }, attribute)
  expect(text).toContain(line)
  expect(parseSdp(text).streamNumber).toBe(1)
})

test.each<[string, string, Partial<GbSdp>]>([
  ['the least', 'c=IN IP4 10.0.0.9\nm=video 6000 RTP/AVP 96', { port: 6000, payloads: PS, direction: 'sendrecv' }],
  ['an address in o= only', 'o=- 0 0 IN IP4 10.0.0.9\nm=video 6000 RTP/AVP 96', { address: '10.0.0.9' }],
  ['a short y=', 'c=IN IP4 10.0.0.9\nm=video 1 RTP/AVP 96\ny=1', { ssrc: '0000000001' }],
  ['words in y=', 'c=IN IP4 10.0.0.9\nm=video 1 RTP/AVP 96\ny=none', { payloads: PS }],
  [
    'small letters',
    'c=IN IP4 10.0.0.9\ns=playback\nm=video 1 TCP/RTP/AVP 96\na=Setup:ACTIVE',
    { sessionName: 'Playback', setup: 'active' },
  ],
  ['an unknown session', 'c=IN IP4 10.0.0.9\ns=Camera 1\nm=video 1 RTP/AVP 96', { sessionName: 'Play' }],
  ['types without a map', 'c=IN IP4 10.0.0.9\nm=audio 1 RTP/AVP 8', { payloads: AUDIO_PAYLOADS }],
  [
    'a second medium',
    'c=IN IP4 10.0.0.9\nm=audio 0 RTP/AVP 8\nm=video 6000 RTP/AVP 96',
    { media: 'video', port: 6000 },
  ],
  ['a refused medium', 'c=IN IP4 10.0.0.9\nm=video 0 RTP/AVP 96', { port: 0 }],
  ['a TTL', 'c=IN IP4 10.0.0.9/127\nm=video 1 RTP/AVP 96', { address: '10.0.0.9' }],
])('a device that writes %s', (_, text, part) => {
  expect(parseSdp(text)).toMatchObject({ address: '10.0.0.9', ...part })
})

test.each([
  ['no medium', 'c=IN IP4 10.0.0.9'],
  ['no address', 'm=video 6000 RTP/AVP 96'],
  ['a port', 'c=IN IP4 10.0.0.9\nm=video 70000 RTP/AVP 96'],
  ['nothing', ''],
])('refused: %s', (_, text) => {
  expect(() => parseSdp(text)).toThrow(expect.objectContaining({ code: 'BYTES_INVALID' }))
})

test('what would break the description is not written', () => {
  expect(() => writeSdp({ ...LIVE, ssrc: '1' })).toThrow()
  expect(() => writeSdp({ ...LIVE, address: '1\r\na=x' })).toThrow()
  expect(() => writeSdp({ ...LIVE, uri: 'x\r\na=y' })).toThrow()
})
