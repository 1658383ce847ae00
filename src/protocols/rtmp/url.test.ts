import { describe, expect, test } from 'vitest'
import { AppError } from '../../base/errors.ts'
import { DEFAULT_VHOST, parseRtmpUrl, parseStreamFields, type StreamFields } from './url.ts'

const D = DEFAULT_VHOST
/** name, tcUrl, app, stream, vhost, app, stream, query */
const FIELDS: [string, string, string, string, string, string, string, string][] = [
  ['plain', 'rtmp://10.0.0.1:1935/live', 'live', 'cam', D, 'live', 'cam', ''],
  ['host name is the vhost', 'rtmp://demo.example.com/live', 'live', 'cam', 'demo.example.com', 'live', 'cam', ''],
  ['host name in capitals', 'rtmp://Demo.Example.COM/live', 'live', 'cam', 'demo.example.com', 'live', 'cam', ''],
  ['localhost is no vhost', 'rtmp://localhost/live', 'live', 'cam', D, 'live', 'cam', ''],
  ['IPv6 is no vhost', 'rtmp://[::1]:1935/live', 'live', 'cam', D, 'live', 'cam', ''],
  ['no tcUrl', '', 'live', 'cam', D, 'live', 'cam', ''],
  ['tcUrl that is none', 'live', 'live', 'cam', D, 'live', 'cam', ''],
  ['app only in tcUrl', 'rtmp://10.0.0.1/live', '', 'cam', D, 'live', 'cam', ''],
  ['rtmps', 'rtmps://demo.example.com/live', 'live', 'cam', 'demo.example.com', 'live', 'cam', ''],
  ['vhost on app', 'rtmp://10.0.0.1/live?vhost=a.com', 'live?vhost=a.com', 'cam', 'a.com', 'live', 'cam', ''],
  ['vhost on stream', 'rtmp://10.0.0.1/live', 'live', 'cam?vhost=a.com', 'a.com', 'live', 'cam', ''],
  [
    'vhost on stream wins',
    'rtmp://x.com/live?vhost=b.com',
    'live?vhost=b.com',
    'cam?vhost=a.com',
    'a.com',
    'live',
    'cam',
    '',
  ],
  ['vhost only in tcUrl', 'rtmp://10.0.0.1/live?vhost=a.com', 'live', 'cam', 'a.com', 'live', 'cam', ''],
  ['vhost beats host name', 'rtmp://x.com/live', 'live', 'cam?vhost=a.com', 'a.com', 'live', 'cam', ''],
  ['default vhost by name', 'rtmp://x.com/live', 'live?vhost=__defaultVhost__', 'cam', D, 'live', 'cam', ''],
  ['vhost with underscore and digits', '', 'live?vhost=space_1', 'cam', 'space_1', 'live', 'cam', ''],
  ['dots on app', 'rtmp://10.0.0.1/live...vhost...a.com', 'live...vhost...a.com', 'cam', 'a.com', 'live', 'cam', ''],
  ['dots on stream', '', 'live', 'cam...vhost...a.com', 'a.com', 'live', 'cam', ''],
  ['dots with more', '', 'live...vhost...a.com...key...x', 'cam', 'a.com', 'live', 'cam', 'key=x'],
  ['dots with a trailing slash', '', 'live...vhost...a.com/', 'cam', 'a.com', 'live', 'cam', ''],
  ['key on app', '', 'live?key=x', 'cam', D, 'live', 'cam', 'key=x'],
  ['key on stream', '', 'live', 'cam?key=x', D, 'live', 'cam', 'key=x'],
  ['vhost and token on app', '', 'live?vhost=a.com&token=b', 'cam', 'a.com', 'live', 'cam', 'token=b'],
  ['both have parameters', '', 'live?a=1&b=2', 'cam?b=3', D, 'live', 'cam', 'b=3&a=1'],
  ['comma before vhost', '', 'live?key=x,vhost=a.com', 'cam', 'a.com', 'live', 'cam', 'key=x'],
  ['a comma elsewhere is a comma', '', 'live?key=x,y', 'cam', D, 'live', 'cam', 'key=x%2Cy'],
  ['a second question mark', '', 'live', 'cam?key=x?token=y', D, 'live', 'cam', 'key=x&token=y'],
  ['query with a trailing slash', '', 'live?key=x/', 'cam', D, 'live', 'cam', 'key=x'],
  ['empty query', '', 'live?', 'cam?', D, 'live', 'cam', ''],
  ['value with equals', '', 'live', 'cam?sign=YWI9PQ==', D, 'live', 'cam', 'sign=YWI9PQ%3D%3D'],
  ['value with slash in stream', '', 'live', 'cam?token=a/b', D, 'live', 'cam', 'token=a%2Fb'],
  ['FMLE: name with query', 'rtmp://a.com/live', 'live', 'cam?key=x&n=1', 'a.com', 'live', 'cam', 'key=x&n=1'],
  ['several app levels in app', '', 'show/live/livestream', '2013', D, 'show/live/livestream', '2013', ''],
  ['several levels, cut after two', '', 'show/live', 'livestream/2013', D, 'show/live/livestream', '2013', ''],
  ['several levels, all in stream', '', 'show', 'live/livestream/2013', D, 'show/live/livestream', '2013', ''],
  ['levels with parameters', '', 'show/live?key=x', 'a/b?c=d', D, 'show/live/a', 'b', 'c=d&key=x'],
  ['trailing slash on app', 'rtmp://10.0.0.1/live/', 'live/', 'cam', D, 'live', 'cam', ''],
  ['trailing slash on stream', '', 'live', 'cam/', D, 'live', 'cam', ''],
  ['leading and double slashes', '', '/live//x', '/cam', D, 'live/x', 'cam', ''],
  ['escaped letters', '', 'live', 'front%2Ddoor', D, 'live', 'front-door', ''],
  ['other alphabets', '', 'live', '%E6%91%84%E5%83%8F', D, 'live', '摄像', ''],
  ['other alphabets, not escaped', '', 'live', '摄像', D, 'live', '摄像', ''],
  ['a lone percent sign', '', 'live', '100%', D, 'live', '100%', ''],
  ['escaped value', '', 'live', 'cam?key=a%26b', D, 'live', 'cam', 'key=a%26b'],
]

describe('fields of connect and publish', () => {
  test.each(FIELDS)('%s', (_name, tcUrl, app, stream, vhost, wantApp, wantStream, query) => {
    const target = parseStreamFields({ tcUrl, app, stream })
    expect({ ...target, query: target.query.toString() }).toEqual({ vhost, app: wantApp, stream: wantStream, query })
  })

  test.each([
    ['a key alone', ['secret'], 'cam', 'key=secret'],
    ['parameters', ['token=x&time=1'], 'cam', 'token=x&time=1'],
    ['URL wins', ['secret'], 'cam?key=x', 'key=x'],
    ['empty ones', ['', 'secret'], 'cam', 'key=secret'],
    ['vhost as argument', ['vhost=a.com'], 'cam', ''],
  ])('connect argument: %s', (_name, connectArguments, stream, query) => {
    expect(parseStreamFields({ tcUrl: '', app: 'live', stream, connectArguments }).query.toString()).toBe(query)
  })

  test.each<[string, StreamFields]>([
    ['no app', { tcUrl: '', app: '', stream: 'cam' }],
    ['no stream', { tcUrl: '', app: 'live', stream: '' }],
    ['only a query', { tcUrl: '', app: 'live', stream: '?key=x' }],
    ['parent folder', { tcUrl: '', app: 'live', stream: '../cam' }],
    ['escaped parent folder', { tcUrl: '', app: 'live', stream: '%2e%2e' }],
    ['escaped slash', { tcUrl: '', app: 'live', stream: 'a%2fb' }],
    ['backslash', { tcUrl: '', app: 'live', stream: 'a\\b' }],
    ['control letter', { tcUrl: '', app: 'live', stream: 'a\u0000b' }],
    ['space', { tcUrl: '', app: 'live', stream: 'a b' }],
    ['long stream', { tcUrl: '', app: 'live', stream: 'a'.repeat(513) }],
    ['long tcUrl', { tcUrl: `rtmp://${'a'.repeat(5000)}/live`, app: 'live', stream: 'a' }],
    ['vhost that is none', { tcUrl: '', app: 'live?vhost=a/../b', stream: 'a' }],
  ])('refused: %s', (_name, fields) => {
    expect(() => parseStreamFields(fields)).toThrow(AppError)
  })
})

describe('URLs for clients', () => {
  test.each<[string, string, boolean, string, number, string, string]>([
    ['plain', 'rtmp://host/live/cam', false, 'host', 1935, 'live', 'cam'],
    ['port', 'rtmp://host:19350/live/cam', false, 'host', 19350, 'live', 'cam'],
    ['tls', 'rtmps://host/live/cam', true, 'host', 443, 'live', 'cam'],
    ['IPv6', 'rtmp://[::1]:1936/live/cam', false, '::1', 1936, 'live', 'cam'],
    ['capitals', 'RTMP://Host/live/cam', false, 'Host', 1935, 'live', 'cam'],
    ['levels', 'rtmp://h/show/live/livestream/2013', false, 'h', 1935, 'show/live/livestream', '2013'],
    ['query on app', 'rtmp://h/live?key=x/cam', false, 'h', 1935, 'live?key=x', 'cam'],
    ['query on stream', 'rtmp://h/live/cam?key=x&a=b', false, 'h', 1935, 'live', 'cam?key=x&a=b'],
    ['query on both', 'rtmp://h/live?vhost=a&token=b/cam?c=d', false, 'h', 1935, 'live?vhost=a&token=b', 'cam?c=d'],
    ['slash in a value', 'rtmp://h/live/cam?token=a/b&time=1', false, 'h', 1935, 'live', 'cam?token=a/b&time=1'],
    ['dots', 'rtmp://h/live...vhost...a.com/cam', false, 'h', 1935, 'live...vhost...a.com', 'cam'],
  ])('%s', (_name, url, tls, host, port, app, stream) => {
    expect(parseRtmpUrl(url)).toMatchObject({ tls, host, port, app, stream })
  })

  test('tcUrl is the URL up to the stream, with the port as it was given', () => {
    expect(parseRtmpUrl('rtmp://h:1935/a/b?k=v/c').tcUrl).toBe('rtmp://h:1935/a/b?k=v')
    expect(parseRtmpUrl('RTMPS://[::1]/a/c').tcUrl).toBe('rtmps://[::1]/a')
  })

  test.each([
    'http://h/live/cam',
    'rtmp://h',
    'rtmp://h/live',
    'rtmp://h/live/',
    'rtmp:///live/cam',
    'rtmp://h:0/live/cam',
    'rtmp://h:70000/live/cam',
    'rtmp://u@h/live/cam',
    'rtmp://h/li ve/cam',
    `rtmp://h/live/${'a'.repeat(5000)}`,
  ])('refused: %s', url => {
    expect(() => parseRtmpUrl(url)).toThrow(AppError)
  })
})
