import { describe, expect, test } from 'vitest'
import { AppError } from '../../base/errors.ts'
import { parseCSeq } from './cseq.ts'
import { SipHeaders } from './headers.ts'
import { splitAt, splitList } from './list.ts'
import { type SipMessage, sipRequest, sipResponse } from './message.ts'
import { parseNameAddress, withTag } from './name-address.ts'
import { MAX_BODY_BYTES, MAX_HEAD_BYTES, parseDatagram, parseMessage } from './parser.ts'
import { StreamFramer } from './stream-framer.ts'
import { parseUri } from './uri.ts'
import { formatVia, parseVia, replyPort, stampVia, topVia } from './via.ts'
import { writeMessage } from './writer.ts'

/** One table for reading and writing. */
const MESSAGES: [string, string, SipMessage][] = [
  [
    'request',
    'REGISTER sip:34020000002000000001@3402000000 SIP/2.0\r\nVia: SIP/2.0/UDP 10.0.0.5:5060;rport;branch=z9hG4bK1\r\nExpires: 3600\r\nContent-Length: 0\r\n\r\n',
    sipRequest('REGISTER', 'sip:34020000002000000001@3402000000', {
      Via: 'SIP/2.0/UDP 10.0.0.5:5060;rport;branch=z9hG4bK1',
      Expires: 3600,
      'Content-Length': 0,
    }),
  ],
  [
    'response with a body',
    'SIP/2.0 200 OK\r\nv: SIP/2.0/TCP h;branch=z9hG4bK1\r\nl: 4\r\nX: \r\n\r\nv=0\n',
    sipResponse(200, { v: 'SIP/2.0/TCP h;branch=z9hG4bK1', l: 4, X: '' }, Buffer.from('v=0\n')),
  ],
  [
    'repeated header, UTF-8',
    'INVITE sip:a@b SIP/2.0\r\nSubject: \u6444\u50cf\u5934\r\nRoute: <sip:p1;lr>\r\nRoute: <sip:p2;lr>\r\nContent-Length: 0\r\n\r\n',
    sipRequest('INVITE', 'sip:a@b', {
      Subject: '\u6444\u50cf\u5934',
      Route: ['<sip:p1;lr>', '<sip:p2;lr>'],
      'Content-Length': 0,
    }),
  ],
]

const shown = (message: SipMessage) => ({
  ...message,
  headers: [...message.headers],
  body: message.body.toString('latin1'),
})

describe('messages', () => {
  test.each(MESSAGES)('%s: parse and write', (_name, text, message) => {
    expect(shown(parseMessage(Buffer.from(text)))).toEqual(shown(message))
    expect(writeMessage(message).toString()).toBe(text)
  })

  test('headers by long, compact and strange names', () => {
    const { headers } = parseMessage(Buffer.from('INVITE sip:a SIP/2.0\r\nv: 1\r\nVIA : 2, 3\r\nSuBjEcT:x\r\n\r\n'))
    expect(headers.get('Via')).toBe('1')
    expect(headers.all('v')).toEqual(['1', '2, 3'])
    expect(headers.list('via')).toEqual(['1', '2', '3'])
    expect(headers.get('s')).toBe('x')
    headers.set('via', '9')
    headers.prepend('Via', '8')
    headers.delete('Subject')
    expect([...headers].map(({ name, value }) => `${name}=${value}`)).toEqual(['Via=8', 'via=9'])
  })

  test('Content-Length is always the body', () => {
    const message = sipRequest('MESSAGE', 'sip:a', { 'Content-Length': ['99', '98'] }, Buffer.from('abc'))
    expect(writeMessage(message).toString()).toBe('MESSAGE sip:a SIP/2.0\r\nContent-Length: 3\r\n\r\nabc')
  })

  test.each(['a\r\nInjected: 1', 'a\nb', 'a\rb'])('a line break in a value is refused: %j', value => {
    expect(() => writeMessage(sipRequest('MESSAGE', 'sip:a', { Subject: value }))).toThrow(AppError)
    expect(() => writeMessage(sipRequest('MESSAGE', value, {}))).toThrow(AppError)
    expect(() => writeMessage(sipResponse(200, {}, Buffer.alloc(0), value))).toThrow(AppError)
  })

  test('bytes that are not UTF-8 are one letter each', () => {
    const gb = Buffer.concat([
      Buffer.from('MESSAGE sip:a SIP/2.0\r\nSubject: '),
      Buffer.from([0xc9, 0xe3]),
      Buffer.from('\r\n\r\n'),
    ])
    expect(parseMessage(gb).headers.get('subject')).toBe('\u00c9\u00e3')
  })

  test('a line that is no header is passed over', () => {
    const { headers } = parseMessage(
      Buffer.from('OPTIONS sip:a SIP/2.0\r\nnonsense\r\n: x\r\nA B: c\r\nTo: <sip:a>\r\n\r\n'),
    )
    expect([...headers].map(header => header.name)).toEqual(['To'])
  })

  test.each([
    ['empty lines keep a NAT open', '\r\n\r\n'],
    ['nothing', ''],
  ])('%s', (_name, text) => expect(parseDatagram(Buffer.from(text))).toBeNull())

  test.each([
    ['HTTP', 'GET / HTTP/1.1\r\nHost: a\r\n\r\n'],
    ['status of two digits', 'SIP/2.0 20 OK\r\n\r\n'],
    ['status over 699', 'SIP/2.0 700 OK\r\n\r\n'],
    ['response of another version', 'SIP/3.0 200 OK\r\n\r\n'],
    ['no Request-URI', 'INVITE SIP/2.0\r\n\r\n'],
    ['headers without an end', 'INVITE sip:a SIP/2.0\r\nTo: <sip:a>\r\n'],
    ['binary', '\x16\x03\x01\x02\x00'],
    ['head over the limit', `INVITE sip:a SIP/2.0\r\nX: ${'x'.repeat(MAX_HEAD_BYTES)}\r\n\r\n`],
    ['head over the limit, without an end', `INVITE sip:a SIP/2.0\r\nX: ${'x'.repeat(MAX_HEAD_BYTES)}`],
    ['too many headers', `INVITE sip:a SIP/2.0\r\n${'X: 1\r\n'.repeat(300)}\r\n`],
    ['body over the limit', `INVITE sip:a SIP/2.0\r\n\r\n${'x'.repeat(MAX_BODY_BYTES + 1)}`],
  ])('refused: %s', (_name, text) => expect(() => parseDatagram(Buffer.from(text))).toThrow(AppError))
})

describe('stream', () => {
  const first = 'MESSAGE sip:a SIP/2.0\r\nCSeq: 1 MESSAGE\r\nContent-Length: 5\r\n\r\nhello'
  const second = 'SIP/2.0 200 OK\r\nCSeq: 1 MESSAGE\r\n\r\n'
  const run = (bytes: Buffer, pieceBytes: number) => {
    const got: string[] = []
    const framer = new StreamFramer({
      onMessage: ({ message, problem }, raw) =>
        got.push(`${message.kind} ${message.body} ${raw.length}${problem === null ? '' : ` ${problem}`}`),
      onPing: () => got.push('ping'),
    })
    try {
      for (let at = 0; at < bytes.length; at += pieceBytes) framer.push(bytes.subarray(at, at + pieceBytes))
    } catch (error) {
      got.push(error instanceof AppError ? error.code : 'crash')
    }
    return { got, left: framer.bufferedBytes }
  }
  const table: [string, string, string[], number][] = [
    ['two messages', first + second, [`request hello ${first.length}`, `response  ${second.length}`], 0],
    [
      'a ping before and between',
      `\r\n\r\n${first}\r\n\r\n${second}`,
      ['ping', `request hello ${first.length}`, 'ping', `response  ${second.length}`],
      0,
    ],
    ['one line end is none', `\r\n${first}`, [`request hello ${first.length}`], 0],
    ['an unfinished body', first.slice(0, -1), [], first.length - 1],
    ['an unfinished head', first.slice(0, 30), [], 30],
    ['no SIP', 'GET / HTTP/1.1\r\nHost: a\r\n\r\n', ['BYTES_INVALID'], 0],
    ['a head without an end', 'INVITE sip:a SIP/2.0\r\nX: '.padEnd(MAX_HEAD_BYTES + 100, 'x'), ['LIMIT_EXCEEDED'], 0],
    [
      'a body over the limit',
      `MESSAGE sip:a SIP/2.0\r\nContent-Length: ${MAX_BODY_BYTES + 1}\r\n\r\n`,
      ['LIMIT_EXCEEDED'],
      0,
    ],
    [
      'a length that is none',
      'MESSAGE sip:a SIP/2.0\r\nContent-Length: x\r\n\r\n',
      ['request  44 Content-Length is x', 'BYTES_INVALID'],
      0,
    ],
  ]
  test.each(table)('%s', (_name, text, expected, left) => {
    for (const pieceBytes of [1, 7, text.length]) {
      if (pieceBytes === 1 && text.length > MAX_HEAD_BYTES) continue
      expect(run(Buffer.from(text), pieceBytes)).toEqual({ got: expected, left })
    }
  })
})

describe('values', () => {
  test.each([
    ['sip:34020000001320000001@3402000000', { user: '34020000001320000001', host: '3402000000', port: undefined }],
    ['sip:10.0.0.1:5061;transport=tcp', { user: '', host: '10.0.0.1', port: 5061 }],
    ['SIPS:a:secret@[2001:db8::1]:5061', { scheme: 'sips', user: 'a', host: '2001:db8::1', port: 5061 }],
  ])('URI %s', (text, expected) => expect(parseUri(text)).toMatchObject(expected))

  test.each([
    '',
    'tel:+1',
    'sip:',
    'sip:a@',
    'sip:a@b:99999',
    'sip:a@[::1',
    'sip:a@b c',
    'sip:<a>',
    `sip:${'a'.repeat(5000)}`,
  ])('no SIP URI: %j', text => expect(() => parseUri(text)).toThrow(AppError))

  test.each([
    [
      '"A, \\"B\\"" <sip:a@b;x=1>;tag=t;q="a;b"',
      'A, "B"',
      'sip:a@b;x=1',
      [
        ['tag', 't'],
        ['q', 'a;b'],
      ],
    ],
    ['sip:a@b;tag=t', '', 'sip:a@b', [['tag', 't']]],
    ['<sip:a@b', '', 'sip:a@b', []],
    ['"unfinished <sip:a@b>', '', '', []],
    ['', '', '', []],
  ])('name-addr %s', (text, displayName, uri, parameters) => {
    const address = parseNameAddress(text)
    expect([address.displayName, address.uri, [...address.parameters]]).toEqual([displayName, uri, parameters])
  })

  test('a tag is added once, outside of the URI', () => {
    expect(withTag('sip:a@b;lr', 't')).toBe('<sip:a@b;lr>;tag=t')
    expect(withTag('<sip:a@b>;tag=old', 't')).toBe('<sip:a@b>;tag=old')
    expect(withTag('<sip:a@b>', '')).toBe('<sip:a@b>')
  })

  test.each([
    ['1 INVITE', { number: 1, method: 'INVITE' }],
    ['0009  INVITE', { number: 9, method: 'INVITE' }],
    ['2147483647 A', { number: 2147483647, method: 'A' }],
    ['2147483648 A', null],
    ['-1 A', null],
    ['1', null],
    ['x y', null],
  ])('CSeq %s', (text, expected) => expect(parseCSeq(text)).toEqual(expected))

  test('lists', () => {
    expect(splitList('a, "b,\\",c" , <d,e>;f,,')).toEqual(['a', '"b,\\",c"', '<d,e>;f'])
    expect(splitAt('a;b="c;d";<e;f>', ';')).toEqual(['a', 'b="c;d"', '<e;f>'])
  })

  test('Via', () => {
    expect(parseVia(formatVia('tcp', '2001:db8::1', 5060, 'z9hG4bKx'))).toMatchObject({
      transport: 'TCP',
      host: '2001:db8::1',
      port: 5060,
    })
    for (const wrong of ['', 'SIP/2.0/UDP', 'HTTP/1.1/TCP host', 'SIP/2.0/UDP host:port', 'SIP UDP host'])
      expect(parseVia(wrong)).toBeNull()
  })
})

describe('Via of a peer behind a NAT', () => {
  const source = { address: '203.0.113.7', port: 40123 }
  // RFC 3261 §18.2, RFC 3581 §4
  test.each([
    [
      'rport',
      'SIP/2.0/UDP 192.168.1.64:5060;rport;branch=b',
      'SIP/2.0/UDP 192.168.1.64:5060;branch=b;received=203.0.113.7;rport=40123',
      40123,
    ],
    [
      'no rport, other address',
      'SIP/2.0/UDP 192.168.1.64:5060;branch=b',
      'SIP/2.0/UDP 192.168.1.64:5060;branch=b;received=203.0.113.7',
      40123,
    ],
    ['no rport, same address', 'SIP/2.0/UDP 203.0.113.7:5070;branch=b', 'SIP/2.0/UDP 203.0.113.7:5070;branch=b', 5070],
    [
      'no rport, name',
      'SIP/2.0/UDP cam.example:5070;branch=b',
      'SIP/2.0/UDP cam.example:5070;branch=b;received=203.0.113.7',
      5070,
    ],
    ['no port', 'SIP/2.0/UDP 203.0.113.7;branch=b', 'SIP/2.0/UDP 203.0.113.7;branch=b', 5060],
    [
      'invented values',
      'SIP/2.0/UDP 10.0.0.1;received=1.1.1.1;rport=9;branch=b',
      'SIP/2.0/UDP 10.0.0.1;branch=b;received=203.0.113.7;rport=40123',
      40123,
    ],
    [
      'several in a line',
      'SIP/2.0/UDP 10.0.0.1;rport;branch=b, SIP/2.0/UDP p',
      'SIP/2.0/UDP 10.0.0.1;branch=b;received=203.0.113.7;rport=40123',
      40123,
    ],
  ])('%s', (_name, value, stamped, port) => {
    const headers = SipHeaders.of({ Via: [value, 'SIP/2.0/UDP last'] })
    const via = topVia(headers)!
    stampVia(headers, via, source)
    expect(headers.list('via')).toEqual([stamped, ...splitList(value).slice(1), 'SIP/2.0/UDP last'])
    expect(replyPort(via, source)).toBe(port)
  })
})
