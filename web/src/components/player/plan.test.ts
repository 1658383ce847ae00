import { expect, test } from 'vitest'
import { type Capabilities, planPlayback, type Source } from './plan.ts'

const urls = { flv: 'http://h:8080/live/a.flv', wsFlv: 'ws://h:8080/live/a.flv', hls: 'http://h:8080/live/a.m3u8' }
const H264 = { codec: 'h264', codecString: 'avc1.64001f' }
const H265 = { codec: 'h265', codecString: 'hvc1.1.6.L93.B0' }
const AAC = { codec: 'aac', codecString: 'mp4a.40.2' }
const G711 = { codec: 'pcma', codecString: 'pcma' }
const MP3 = { codec: 'mp3', codecString: 'mp3' }

/** Debian's Chromium: H.264, AV1, AAC and MP3, no HEVC, no native HLS. */
const chromium: Capabilities = {
  mse: true,
  isTypeSupported: type => /avc1|av01|mp4a|opus|^audio\/mpeg$/.test(type),
  webSocket: true,
  nativeHls: false,
  canPlayType: type => /avc1|av01|mp4a/.test(type),
  securePage: false,
}
const safari: Capabilities = {
  ...chromium,
  isTypeSupported: type => /avc1|hvc1|mp4a/.test(type),
  nativeHls: true,
  canPlayType: type => /avc1|hvc1|mp4a/.test(type),
}
const newChromium: Capabilities = { ...chromium, nativeHls: true }
const oldIphone: Capabilities = { ...safari, mse: false, isTypeSupported: () => false }

type Row = readonly [name: string, source: Omit<Source, 'urls'>, browser: Capabilities, attempts: readonly string[]]

const ROWS: readonly Row[] = [
  ['H.264 with AAC', { video: H264, audio: AAC }, chromium, ['ws-flv +v+a', 'http-flv +v+a', 'hls +v+a']],
  ['G.711 as AAC, or without', { video: H264, audio: G711 }, chromium, ['ws-flv +v+a', 'http-flv +v-a', 'hls +v-a']],
  ['audio only', { video: null, audio: AAC }, chromium, ['ws-flv -v+a', 'http-flv -v+a', 'hls -v+a']],
  ['MP3 as audio/mpeg', { video: null, audio: MP3 }, chromium, ['ws-flv -v+a', 'http-flv -v+a', 'hls -v+a']],
  ['video only', { video: H264, audio: null }, chromium, ['ws-flv +v-a', 'http-flv +v-a', 'hls +v-a']],
  ['HEVC without a decoder', { video: H265, audio: AAC }, chromium, []],
  ['HEVC without a decoder, native HLS', { video: H265, audio: AAC }, newChromium, []],
  ['G.711 alone', { video: null, audio: G711 }, chromium, ['ws-flv -v+a', 'http-flv -v+a']],
  ['G.711 by HTTP', { video: H264, audio: G711 }, { ...chromium, webSocket: false }, ['http-flv +v+a', 'hls +v-a']],
  [
    'G.711 without AAC',
    { video: H264, audio: G711 },
    { ...chromium, isTypeSupported: type => type.includes('avc1') },
    ['ws-flv +v-a', 'http-flv +v-a', 'hls +v-a'],
  ],
  ['tracks not known yet', { video: null, audio: null }, chromium, ['ws-flv +v+a', 'http-flv +v+a', 'hls +v+a']],
  [
    'HEVC in Safari',
    { video: H265, audio: AAC },
    safari,
    ['ws-flv +v+a', 'http-flv +v+a', 'hls +v+a', 'hls-native +v+a'],
  ],
  ['no MSE at all', { video: H264, audio: AAC }, oldIphone, ['hls-native +v+a']],
  ['http media on an https page', { video: H264, audio: AAC }, { ...chromium, securePage: true }, []],
  ['no WebSocket', { video: H264, audio: AAC }, { ...chromium, webSocket: false }, ['http-flv +v+a', 'hls +v+a']],
]

test.each(ROWS)('%s', (_name, source, browser, attempts) => {
  const plan = planPlayback({ ...source, urls }, browser)
  expect(plan.attempts.map(a => `${a.protocol} ${a.video ? '+v' : '-v'}${a.audio ? '+a' : '-a'}`)).toEqual(attempts)
})

test('says what was skipped and which codecs the browser lacks', () => {
  const hevc = planPlayback({ urls, video: H265, audio: AAC }, chromium)
  expect(hevc.skipped.map(s => s.reason)).toEqual(['codec', 'codec', 'codec'])
  expect(hevc.undecodable).toEqual(['h265'])
  const mixed = planPlayback({ urls, video: H264, audio: G711 }, { ...chromium, securePage: true })
  expect(mixed.skipped.map(s => `${s.protocol} ${s.reason}`)).toEqual([
    'ws-flv mixed-content',
    'http-flv mixed-content',
    'hls mixed-content',
  ])
  expect(mixed.undecodable).toEqual(['pcma'])
})

test('a profile the browser lacks counts, not the codec alone', () => {
  const no444: Capabilities = { ...chromium, isTypeSupported: type => !type.includes('avc1.f4') }
  expect(planPlayback({ urls, video: { ...H264, codecString: 'avc1.f4001f' }, audio: AAC }, no444).attempts).toEqual([])
})

test('AAC is asked for where G.711 is or may be, and nowhere else', () => {
  const asked = (source: Omit<Source, 'urls'>) =>
    planPlayback({ ...source, urls }, chromium).attempts.map(({ url }) => new URL(url).searchParams.get('sound'))
  expect(asked({ video: H264, audio: G711 })).toEqual(['aac', null, null])
  expect(asked({ video: H264, audio: AAC })).toEqual([null, null, null])
  const unknown = planPlayback({ urls, video: null, audio: null }, chromium)
  expect(unknown.attempts.map(({ url, known }) => [new URL(url).searchParams.get('sound'), known])).toEqual([
    ['aac', false],
    ['aac', false],
    [null, false],
  ])
})
