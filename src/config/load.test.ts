import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { describeSettings } from './describe.ts'
import { loadSettings } from './load.ts'
import { nearMiss } from './near-miss.ts'
import { detectPublicHost } from './public-host.ts'
import { mergeReload } from './reload.ts'
import { environmentName, KEYS } from './schema.ts'

let directory: string
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'sightline-config-'))
})
afterAll(() => rmSync(directory, { recursive: true }))

function load(yaml: string | null, environment: Record<string, string> = {}) {
  const file = join(directory, 'sightline.yaml')
  rmSync(file, { force: true })
  if (yaml !== null) writeFileSync(file, yaml)
  return loadSettings({ environment, directory })
}

test('without file and environment every key has its default', () => {
  const { settings, origins, file } = load(null)
  expect(file).toBeNull()
  expect(settings.listen).toEqual({
    http: { port: 8000 },
    https: null,
    media: { port: 8080 },
    mediaTls: null,
    rtmp: { port: 1935 },
    rtmps: null,
    sip: { port: 5060 },
    gbMedia: { port: 30000 },
  })
  expect(settings.public.host).toMatch(/^\d+\.\d+\.\d+\.\d+$/)
  expect(new Set(Object.values(origins))).toEqual(new Set(['default']))
  expect(Object.keys(origins)).toEqual([...KEYS.keys()])
})

test('environment goes over file, file over default, and each key says where it came from', () => {
  const yaml = 'listen:\n  rtmp: "127.0.0.1:2935"\n  http: 9000\nmedia:\n  gopCache: false\n'
  const environment = {
    SIGHTLINE_LISTEN_HTTP: '9001',
    SIGHTLINE_RTMP_CHUNK_SIZE: '4096',
    SIGHTLINE_HLS_WAIT_KEYFRAME: 'false',
  }
  const { settings, origins } = load(yaml, environment)
  expect(settings.listen.rtmp).toEqual({ port: 2935, host: '127.0.0.1' })
  expect(settings.listen.http).toEqual({ port: 9001 })
  expect(settings.media.gopCache).toBe(false)
  expect(settings.rtmp.chunkSize).toBe(4096)
  expect(settings.hls.waitKeyframe).toBe(false)
  expect(origins).toMatchObject({
    'listen.rtmp': 'file',
    'listen.http': 'environment',
    'rtmp.chunkSize': 'environment',
    'listen.media': 'default',
  })
})

describe('forms of a listener', () => {
  const rows: [string, unknown][] = [
    ['off', null],
    ['0', { port: 0 }],
    ['1935', { port: 1935 }],
    ['127.0.0.1:1935', { port: 1935, host: '127.0.0.1' }],
    ['[::1]:1935', { port: 1935, host: '::1' }],
    ['localhost:80', { port: 80, host: 'localhost' }],
  ]
  test.each(rows)('%s', (text, value) => {
    expect(load(null, { SIGHTLINE_LISTEN_RTMP: text }).settings.listen.rtmp).toEqual(value)
    expect(load(`listen:\n  rtmp: "${text}"\n`).settings.listen.rtmp).toEqual(value)
  })
})

describe('a wrong value is one line that names file, key, value and what is allowed', () => {
  const rows: [string, string | null, Record<string, string>, string][] = [
    [
      'port too large',
      'listen:\n  rtmp: 99999\n',
      {},
      'sightline.yaml:2: listen.rtmp is 99999, allowed: a port from 0 (any free one) to 65535, "address:port", or "off"',
    ],
    [
      'port of an address too large',
      'listen:\n  rtmp: "0.0.0.0:70000"\n',
      {},
      'sightline.yaml:2: listen.rtmp is "0.0.0.0:70000", allowed: a port from 0 (any free one) to 65535, "address:port", or "off"',
    ],
    [
      'not in the list',
      'log:\n  level: loud\n',
      {},
      'sightline.yaml:2: log.level is "loud", allowed: debug, info, warn, error',
    ],
    [
      'wrong type',
      'media:\n  gopCache: maybe\n',
      {},
      'sightline.yaml:2: media.gopCache is "maybe", allowed: true or false',
    ],
    ['absent value', 'log:\n  level:\n', {}, 'sightline.yaml:2: log.level is null, allowed: debug, info, warn, error'],
    [
      'fraction for an integer',
      'rtmp:\n  chunkSize: 128.5\n',
      {},
      'sightline.yaml:2: rtmp.chunkSize is 128.5, allowed: an integer from 128 to 65535',
    ],
    [
      'from the environment',
      null,
      { SIGHTLINE_RTMP_CHUNK_SIZE: '12' },
      'environment: SIGHTLINE_RTMP_CHUNK_SIZE is 12, allowed: an integer from 128 to 65535',
    ],
    [
      'text for a number from the environment',
      null,
      { SIGHTLINE_RTMP_CHUNK_SIZE: 'big' },
      'environment: SIGHTLINE_RTMP_CHUNK_SIZE is "big", allowed: an integer from 128 to 65535',
    ],
    [
      'a secret is not repeated',
      'link:\n  token: short\n',
      {},
      'sightline.yaml:2: link.token is ***, allowed: a text of at least 16 letters, or null',
    ],
    [
      'unknown key',
      '\nlisten:\n  rtpm: 1935\n',
      {},
      'sightline.yaml:3: listen.rtpm is not a known key, allowed: did you mean rtmp?',
    ],
    [
      'unknown group',
      'lisen:\n  rtmp: 1935\n',
      {},
      'sightline.yaml:1: lisen is not a known key, allowed: did you mean listen?',
    ],
    [
      'unknown key without a near miss',
      'tls:\n  ciphers: all\n',
      {},
      'sightline.yaml:2: tls.ciphers is not a known key, allowed: certificate, key',
    ],
    [
      'a value for a group',
      'media:\n  windowMs: 50\n',
      {},
      'sightline.yaml:2: media.windowMs is 50, allowed: the keys low, normal',
    ],
    ['a list', '- a\n- b\n', {}, 'sightline.yaml: the file is a list, allowed: a mapping of keys'],
    [
      'certificate without key',
      'tls:\n  certificate: a.pem\n',
      {},
      'sightline.yaml:1: tls.key is absent, allowed: the private key of tls.certificate',
    ],
    [
      'TLS without certificate',
      'listen:\n  rtmps: 443\n',
      {},
      'sightline.yaml:2: listen.rtmps is 443, allowed: "off", or set tls.certificate and tls.key',
    ],
    [
      'one port twice',
      'listen:\n  media: 8000\n',
      {},
      'sightline.yaml:2: listen.media is 8000, allowed: a port other than that of listen.http',
    ],
    [
      'not a link',
      null,
      { SIGHTLINE_LINK_URL: 'http://platform:8000/link' },
      'environment: SIGHTLINE_LINK_URL is "http://platform:8000/link", allowed: a ws:// or wss:// URL, or null',
    ],
  ]
  test.each(rows)('%s', (_, yaml, environment, line) => {
    expect(() => load(yaml, environment)).toThrow(expect.objectContaining({ code: 'CONFIG_INVALID', message: line }))
  })

  test('a long value is cut', () => {
    expect(() => load(`log:\n  level: ${'x'.repeat(500)}\n`)).toThrow(/^.{1,200}$/)
  })
})

test('a file that is not YAML is named with its line', () => {
  expect(() => load('listen:\n  rtmp: 1935\n  http: [1\n')).toThrow(/^sightline\.yaml:\d+: /)
  expect(() => load('log:\n  level: info\n  level: warn\n')).toThrow(/^sightline\.yaml:3: Map keys must be unique/)
})

test('a named file must exist, the default one need not', () => {
  expect(() => loadSettings({ file: 'none.yaml', environment: {}, directory })).toThrow(/^none\.yaml: ENOENT/)
  expect(() => loadSettings({ environment: { SIGHTLINE_CONFIG: 'other.yaml' }, directory })).toThrow(
    /^other\.yaml: ENOENT/,
  )
})

test('variables with our prefix that are no keys are reported, not refused', () => {
  const { unknownVariables } = load(null, { SIGHTLINE_LISTEN_RTPM: '1', SIGHTLINE_DATA: '/srv', HOME: '/root' })
  expect(unknownVariables).toEqual(['SIGHTLINE_LISTEN_RTPM'])
})

test('variable names are those of the keys and unique', () => {
  expect(environmentName('listen.rtmp')).toBe('SIGHTLINE_LISTEN_RTMP')
  expect(environmentName('rtmp.chunkSize')).toBe('SIGHTLINE_RTMP_CHUNK_SIZE')
  expect(environmentName('media.windowMs.low')).toBe('SIGHTLINE_MEDIA_WINDOW_MS_LOW')
  expect(new Set([...KEYS.keys()].map(environmentName)).size).toBe(KEYS.size)
})

test('a reload takes what is reloadable and names what needs a restart', () => {
  const running = load('log:\n  level: info\nlisten:\n  rtmp: 1935\n').settings
  const next = load('log:\n  level: debug\nlisten:\n  rtmp: 1936\nmedia:\n  windowMs:\n    low: 20\n').settings
  const { settings, changed, needRestart } = mergeReload(running, next)
  expect(changed).toEqual(['log.level', 'media.windowMs.low'])
  expect(needRestart).toEqual(['listen.rtmp'])
  expect(settings.log.level).toBe('debug')
  expect(settings.media.windowMs).toEqual({ low: 20, normal: 350 })
  expect(settings.listen.rtmp).toEqual({ port: 1935 })
  expect(running.log.level).toBe('info')
})

test('secrets are masked for display', () => {
  const { settings, origins } = load('admin:\n  password: correct horse\n')
  const shown = describeSettings(settings, origins)
  expect(shown.find(row => row.key === 'admin.password')).toMatchObject({ value: '***', origin: 'file' })
  expect(shown.find(row => row.key === 'link.token')).toMatchObject({ value: null, origin: 'default' })
  expect(JSON.stringify(shown)).not.toContain('correct horse')
})

test('the public host is the first IPv4 address that others can reach', () => {
  const address = (address: string, internal: boolean, family: 'IPv4' | 'IPv6' = 'IPv4') =>
    ({ address, internal, family, netmask: '', mac: '', cidr: null, scopeid: 0 }) as const
  expect(detectPublicHost({ lo: [address('127.0.0.1', true)] })).toBe('127.0.0.1')
  expect(
    detectPublicHost({
      lo: [address('127.0.0.1', true)],
      eth0: [address('fe80::1', false, 'IPv6'), address('169.254.3.4', false), address('192.0.2.7', false)],
      eth1: [address('192.0.2.8', false)],
    }),
  ).toBe('192.0.2.7')
})

test('a near miss is a typing error, not another word', () => {
  const names = ['rtmp', 'rtmps', 'http', 'media']
  expect(nearMiss('rtpm', names)).toBe('rtmp')
  expect(nearMiss('RTMP', names)).toBe('rtmp')
  expect(nearMiss('mdia', names)).toBe('media')
  expect(nearMiss('webrtc', names)).toBeNull()
})
