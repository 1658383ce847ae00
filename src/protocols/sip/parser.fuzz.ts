import { expect, test } from 'vitest'
import { AppError } from '../../base/errors.ts'
import { fuzz } from '../../base/fuzz.ts'
import { parseCSeq } from './cseq.ts'
import { parseChallenge, parseCredentials } from './digest.ts'
import type { SipMessage } from './message.ts'
import { parseNameAddress, withTag } from './name-address.ts'
import { parseDatagram } from './parser.ts'
import { checkRequest, isSoundResponse } from './request-check.ts'
import { StreamFramer } from './stream-framer.ts'
import { readUri } from './uri.ts'
import { stampVia, topVia } from './via.ts'
import { writeMessage } from './writer.ts'

const REGISTER = [
  'REGISTER sip:34020000002000000001@3402000000 SIP/2.0',
  'Via: SIP/2.0/UDP 192.168.1.64:5060;rport;branch=z9hG4bK1371463273',
  'From: <sip:34020000001320000001@3402000000>;tag=2043466181',
  'To: "Door, \\"left\\"" <sip:34020000001320000001@3402000000>',
  'i: 1011047669@192.168.1.64',
  'CSeq: 2 REGISTER',
  'Contact: <sip:34020000001320000001@192.168.1.64:5060>, sip:b@c;expires=5',
  'Authorization: Digest username="34020000001320000001", realm="3402000000", nonce="44010b73623249f6916a6acf7c316b8e",',
  ' uri="sip:34020000002000000001@3402000000", response="e4ca3fdc5869fa1c544ea7af60014444", algorithm=MD5, qop=auth, nc=00000001, cnonce="a"',
  'Max-Forwards: 70',
  'Expires: 3600',
  'Content-Length: 0',
  '',
  '',
].join('\r\n')
const MESSAGE = [
  'MESSAGE sip:34020000002000000001@3402000000 SIP/2.0',
  'v: SIP  /  2.0 / TCP [2001:db8::1]:5060;branch=z9hG4bK1, SIP/2.0/UDP a;received=10.0.0.1',
  'f: sip:34020000001320000001@3402000000;tag=1',
  't: sip:34020000002000000001@3402000000',
  'Call-ID: 1',
  'CSeq: 20 MESSAGE',
  'Content-Type: Application/MANSCDP+xml',
  'l: 12',
  '',
  '<?xml?>\r\n\r\n\n',
].join('\r\n')
const RESPONSE = [
  'SIP/2.0 401 Unauthorized',
  'Via: SIP/2.0/UDP 192.168.1.64:5060;rport=5060;received=192.168.1.64;branch=z9hG4bK1',
  'From: <sip:a@b>;tag=1',
  'To: <sip:a@b>;tag=2',
  'Call-ID: 1',
  'CSeq: 1 REGISTER',
  'WWW-Authenticate: Digest realm="3402000000", nonce="a\\"b", qop="auth,auth-int", algorithm=SHA-256, stale=true',
  '',
  '',
].join('\n')
const seeds = [REGISTER, MESSAGE, RESPONSE, `\r\n\r\n${MESSAGE}${REGISTER}`].map(text => Buffer.from(text))

const shown = (message: SipMessage) => ({
  ...message,
  headers: [...message.headers].filter(header => !/^(?:l|content-length)$/i.test(header.name)),
})

/** All that is done with a message before anybody asks what it means. */
function lookInto(message: SipMessage): void {
  if (message.kind === 'request') {
    checkRequest(message, null)
    readUri(message.uri)
  } else isSoundResponse(message)
  for (const { value } of message.headers) {
    parseNameAddress(value)
    withTag(value, 'x')
    parseCSeq(value)
    parseChallenge(value)
    parseCredentials(value)
  }
  const headers = message.headers.clone()
  const via = topVia(headers)
  if (via) stampVia(headers, via, { address: '203.0.113.7', port: 40123 })
  writeMessage({ ...message, headers })
}

test('what was read is written, and read again is the same', () => {
  fuzz({
    seeds,
    runs: 1500,
    run: input => {
      const parsed = parseDatagram(input)
      if (!parsed) return
      const again = parseDatagram(writeMessage(parsed.message))
      expect(again?.problem ?? null).toBeNull()
      expect(again && shown(again.message)).toEqual(shown(parsed.message))
      lookInto(parsed.message)
    },
  })
})

test('a stream gives the same messages however it is cut, and keeps no more than it may', () => {
  fuzz({
    seeds,
    runs: 2000,
    run: input => {
      const run = (pieceBytes: number) => {
        const got: string[] = []
        const framer = new StreamFramer({
          onMessage: ({ message, problem }, raw) =>
            got.push(`${message.kind} ${message.body.length} ${raw.length} ${problem}`),
          onPing: () => got.push('ping'),
        })
        try {
          for (let at = 0; at < input.length; at += pieceBytes) {
            framer.push(Buffer.from(input.subarray(at, at + pieceBytes)))
            if (framer.bufferedBytes > input.length) throw new Error(`${framer.bufferedBytes} bytes are kept`)
          }
        } catch (error) {
          if (!(error instanceof AppError)) throw error
          got.push(error.code)
        }
        return got
      }
      const whole = run(Math.max(1, input.length))
      for (const pieceBytes of [1, 13]) expect(run(pieceBytes)).toEqual(whole)
    },
  })
})

test('hostile values take no time', () => {
  const long = 15_000
  const values = [
    ';'.repeat(long),
    '"'.repeat(long),
    '\\"'.repeat(long / 2),
    '<'.repeat(long),
    ' '.repeat(long),
    '%'.repeat(long),
  ]
  const started = performance.now()
  for (const value of values) {
    const text = `INVITE sip:a SIP/2.0\r\nVia: SIP/2.0/UDP ${value}\r\nTo: ${value}\r\n\r\n`
    const parsed = parseDatagram(Buffer.from(text))
    if (parsed) lookInto(parsed.message)
  }
  expect(performance.now() - started).toBeLessThan(1000)
})
