import { describe, expect, test } from 'vitest'
import { AppError } from '../../base/errors.ts'
import { parseCredentials } from './digest.ts'
import type { SipMessage } from './message.ts'
import { parseNameAddress } from './name-address.ts'
import { parseDatagram } from './parser.ts'
import { checkRequest, isSoundResponse } from './request-check.ts'
import { readUri } from './uri.ts'
import { parseVia } from './via.ts'
import { writeMessage } from './writer.ts'

/** What becomes of a message: worked on, refused with a status, or thrown away. */
type Fate = 'taken' | 'dropped' | number

const SDP = [
  'v=0',
  'o=mhandley 29739 7272939 IN IP4 192.0.2.3',
  's=-',
  'c=IN IP4 192.0.2.4',
  't=0 0',
  'm=audio 49217 RTP/AVP 0 12',
  'm=video 3227 RTP/AVP 31',
  'a=rtpmap:31 LPC',
]
const lines = (...each: string[]) => `${each.join('\r\n')}\r\n`
const VIA = 'Via: SIP/2.0/UDP 192.0.2.1:5060;branch=z9hG4bKkdj.uw'
/** The headers of every message that the message under test is not about. */
const common = (id: string, cseq: string) => [
  VIA,
  'From: <sip:caller@example.net>;tag=323',
  'To: <sip:user@example.com>',
  `Call-ID: ${id}.0ha0isndaksdj@10.0.0.1`,
  `CSeq: ${cseq}`,
  'Max-Forwards: 70',
]
const invite = (id: string, startLine: string, ...more: string[]) =>
  lines(startLine, ...common(id, '8 INVITE'), ...more, 'Content-Type: application/sdp', '', ...SDP)

const LONG = 'longvalue'.repeat(30)

/** RFC 4475: section, name, message, fate, and what must have been understood. */
const TABLE: [string, string, string, Fate, ((message: SipMessage) => void)?][] = [
  [
    '3.1.1.1',
    'a short tortuous INVITE',
    lines(
      'INVITE sip:vivekg@chair-dnrc.example.com;unknownparam SIP/2.0',
      'TO :',
      ' sip:vivekg@chair-dnrc.example.com ;   tag    = 1918181833n',
      'from   : "J Rosenberg \\\\\\""       <sip:jdrosen@example.com>',
      '  ;',
      '  tag = 98asjd8',
      'MaX-fOrWaRdS: 0068',
      'Call-ID: wsinv.ndaksdj@192.0.2.1',
      'Content-Length   : 145',
      'cseq: 0009',
      '  INVITE',
      'Via  : SIP  /   2.0',
      ' /UDP',
      '    192.0.2.2;rport;branch=390skdjuw',
      's :',
      'NewFangledHeader:   newfangled value',
      ' continued newfangled value',
      'UnknownHeaderWithUnusualValue: ;;,,;;,;',
      'Content-Type: application/sdp',
      'Route:',
      ' <sip:services.example.com;lr;unknownwith=value;unknown-no-value>',
      'v:  SIP  / 2.0  / TCP     spindle.example.com   ;',
      '  branch  =   z9hG4bK9ikj8  ,',
      ' SIP  /    2.0   / UDP  192.168.255.111   ; branch=',
      ' z9hG4bK30239',
      'm:"Quoted string \\"\\"" <sip:jdrosen@example.com> ; newparam =',
      '      newvalue ;',
      '  secondparam ; q = 0.33',
      '',
      ...SDP,
    ),
    'taken',
    ({ headers, body }) => {
      expect(parseNameAddress(headers.get('To')!).parameters.get('tag')).toBe('1918181833n')
      const from = parseNameAddress(headers.get('f')!)
      expect(from).toMatchObject({ displayName: 'J Rosenberg \\"', uri: 'sip:jdrosen@example.com' })
      expect(from.parameters.get('tag')).toBe('98asjd8')
      expect(headers.get('CSeq')).toBe('0009 INVITE')
      expect(headers.get('subject')).toBe('')
      expect(headers.get('newfangledheader')).toBe('newfangled value continued newfangled value')
      const vias = headers.list('Via').map(value => parseVia(value))
      expect(vias.map(via => `${via?.transport} ${via?.host} ${via?.parameters.get('branch')}`)).toEqual([
        'UDP 192.0.2.2 390skdjuw',
        'TCP spindle.example.com z9hG4bK9ikj8',
        'UDP 192.168.255.111 z9hG4bK30239',
      ])
      const contact = parseNameAddress(headers.get('Contact')!)
      expect(contact.displayName).toBe('Quoted string ""')
      expect([...contact.parameters]).toEqual([
        ['newparam', 'newvalue'],
        ['secondparam', ''],
        ['q', '0.33'],
      ])
      expect(body.length).toBe(145)
    },
  ],
  [
    '3.1.1.2',
    'a wide range of valid characters',
    lines(
      "!interesting-Method0123456789_*+`.%indeed'~ sip:1_unusual.URI~(to-be!sure)&isn't+it$/crazy?,/;;*:&it+has=1,weird!*pas$wo~d_too.(doesn't-it)@example.com SIP/2.0",
      "Via: SIP/2.0/TCP host1.example.com;branch=z9hG4bK-.!%66*_+`'~",
      'To: "BEL:\\\x07 NUL:\\\x00 DEL:\\\x7f" <sip:1_unusual.URI~(to-be!sure)&isn\'t+it$/crazy?,/;;*@example.com>',
      "From: token1~` token2'+_ token3*%!.- <sip:mundane@example.com>;fromParam''~+*_!.-%=\"\u0440\u0430\u0431\u043e\u0442\u0430\u044e\u0449\u0438\u0439\";tag=_token~1'+`*%!-.",
      'Call-ID: intmeth.word%ZK-!.*_+\'@word`~)(><:\\/"][?}{',
      "CSeq: 139122385 !interesting-Method0123456789_*+`.%indeed'~",
      'Max-Forwards: 255',
      "extensionHeader-!.%*+_`'~:\ufeff\u5927\u505c\u96fb",
      'Content-Length: 0',
      '',
    ),
    'taken',
    message => {
      expect(message.kind === 'request' && message.method).toBe("!interesting-Method0123456789_*+`.%indeed'~")
      expect(message.kind === 'request' && readUri(message.uri)?.host).toBe('example.com')
      expect(parseNameAddress(message.headers.get('to')!).displayName).toBe('BEL:\x07 NUL:\x00 DEL:\x7f')
      const from = parseNameAddress(message.headers.get('from')!)
      expect(from.parameters.get("fromparam''~+*_!.-%")).toBe(
        '\u0440\u0430\u0431\u043e\u0442\u0430\u044e\u0449\u0438\u0439',
      )
      expect(from.parameters.get('tag')).toBe("_token~1'+`*%!-.")
      expect(message.headers.get("extensionHeader-!.%*+_`'~")).toBe('\ufeff\u5927\u505c\u96fb')
    },
  ],
  [
    '3.1.1.3',
    'valid use of the % escape',
    invite(
      'esc01',
      'INVITE sip:sips%3Auser%40example.com@example.net SIP/2.0',
      'Contact: <sip:cal%6Cer@192.0.2.2:5061>',
    ),
    'taken',
    message => {
      expect(message.kind === 'request' && readUri(message.uri)).toMatchObject({
        user: 'sips%3Auser%40example.com',
        host: 'example.net',
      })
    },
  ],
  [
    '3.1.1.4',
    'escaped nulls in URIs',
    lines(
      'REGISTER sip:example.com SIP/2.0',
      ...common('escnull', '14398234 REGISTER'),
      'Contact: <sip:%00@host5.example.com>',
      'Contact: <sip:%00%00@host5.example.com>',
      'L:0',
      '',
    ),
    'taken',
    ({ headers }) => expect(headers.list('m').length).toBe(2),
  ],
  [
    '3.1.1.5',
    '% where it is no escape',
    lines('RE%47IST%45R sip:registrar.example.com SIP/2.0', ...common('esc02', '29344 RE%47IST%45R'), 'l: 0', ''),
    'taken',
    message => expect(message.kind === 'request' && message.method).toBe('RE%47IST%45R'),
  ],
  [
    '3.1.1.6',
    'no white space between display name and <',
    lines(
      'OPTIONS sip:user@example.com SIP/2.0',
      VIA,
      'To: sip:user@example.com',
      'From: caller<sip:caller@example.com>;tag=323',
      'Call-ID: lwsdisp.1234abcd@funky.example.com',
      'CSeq: 60 OPTIONS',
      'l: 0',
      '',
    ),
    'taken',
    ({ headers }) =>
      expect(parseNameAddress(headers.get('from')!)).toMatchObject({
        displayName: 'caller',
        uri: 'sip:caller@example.com',
      }),
  ],
  [
    '3.1.1.7',
    'long values',
    lines(
      'INVITE sip:user@example.com SIP/2.0',
      `To: "I have a user name of extreme proportion"<sip:user@example.com:6000;unknownparam1=very${LONG};${LONG};lr>`,
      `F: sip:${LONG}@example.net;tag=12982424;unknownheaderparam=${LONG}`,
      `Call-ID: longreq.one${'really'.repeat(20)}longcallid`,
      'CSeq: 3882340 INVITE',
      `Unknown-${LONG}: unknown-${LONG}`,
      ...Array.from({ length: 34 }, (_, i) => `v: SIP/2.0/TCP sip${33 - i}.example.com`),
      'Max-Forwards: 70',
      '',
    ),
    'taken',
    ({ headers }) => expect(headers.list('via').length).toBe(34),
  ],
  [
    '3.1.1.8',
    'a second request in the same datagram',
    lines('REGISTER sip:example.com SIP/2.0', ...common('dblreq', '8 REGISTER'), 'Content-Length: 0', '') +
      invite('dblreq2', 'INVITE sip:joe@example.com SIP/2.0'),
    'taken',
    message => {
      expect(message.kind === 'request' && message.method).toBe('REGISTER')
      expect(message.body.length).toBe(0)
    },
  ],
  [
    '3.1.1.9',
    'semicolon in the user part',
    lines(
      'OPTIONS sip:user;par=u%40example.net@example.com SIP/2.0',
      ...common('semiuri', '8 OPTIONS'),
      'Accept: application/sdp',
      '',
    ),
    'taken',
    message =>
      expect(message.kind === 'request' && readUri(message.uri)).toMatchObject({
        user: 'user;par=u%40example.net',
        host: 'example.com',
      }),
  ],
  [
    '3.1.1.10',
    'varied and unknown transports',
    lines(
      'OPTIONS sip:user@example.com SIP/2.0',
      ...common('transports', '60 OPTIONS'),
      'Via: SIP/2.0/SCTP t2.example.com;branch=z9hG4bKklasjdhf',
      'Via: SIP/2.0/TLS t3.example.com;branch=z9hG4bK2980unddj',
      'Via: SIP/2.0/UNKNOWN t4.example.com;branch=z9hG4bKasd0f3en',
      'l: 0',
      '',
    ),
    'taken',
    ({ headers }) =>
      expect(headers.all('via').map(value => parseVia(value)?.transport)).toEqual(['UDP', 'SCTP', 'TLS', 'UNKNOWN']),
  ],
  [
    '3.1.1.11',
    'multipart body with bytes of any value',
    lines(
      'MESSAGE sip:kumiko@example.org SIP/2.0',
      ...common('mpart01', '127 MESSAGE'),
      'Content-Type: multipart/mixed;boundary=7a9cbec02ceef655',
      'Content-Length: 43',
      '',
      '--7a9cbec02ceef655',
      '',
      '\x00\x01\x02\x03\r\n\r\n\x7f',
      'Content:',
    ),
    'taken',
    ({ body }) => expect(body.length).toBe(43),
  ],
  [
    '3.1.1.12',
    'reason phrase in UTF-8',
    lines(
      'SIP/2.0 200 = 2**3 * 5**2 \u043d\u043e \u0441\u0442\u043e \u0434\u0435\u0432\u044f\u043d\u043e\u0441\u0442\u043e \u0434\u0435\u0432\u044f\u0442\u044c - \u043f\u0440\u043e\u0441\u0442\u043e\u0435',
      ...common('unreason', '35 INVITE'),
      'Content-Length: 0',
      '',
    ),
    'taken',
    message =>
      expect(message.kind === 'response' && message.reason).toContain('\u043f\u0440\u043e\u0441\u0442\u043e\u0435'),
  ],
  [
    '3.1.1.13',
    'empty reason phrase',
    lines('SIP/2.0 100 ', ...common('noreason', '35 INVITE'), 'Content-Length: 0', ''),
    'taken',
  ],

  [
    '3.1.2.1',
    'extraneous separators: read as far as they mean something',
    lines(
      'INVITE sip:user@example.com SIP/2.0',
      'To: sip:j.user@example.com',
      'From: sip:caller@example.net;tag=134161461246',
      'Max-Forwards: 7',
      'Call-ID: badinv01.0ha0isndaksdjasdf3234nas',
      'CSeq: 8 INVITE',
      'Via: SIP/2.0/UDP 192.0.2.15;;,;,,',
      'Contact: "Joe" <sip:joe@example.org>;;;;',
      '',
    ),
    'taken',
  ],
  [
    '3.1.2.2',
    'Content-Length larger than the message',
    lines('INVITE sip:user@example.com SIP/2.0', ...common('clerr', '8 INVITE'), 'Content-Length: 9999', '', ...SDP),
    400,
  ],
  [
    '3.1.2.3',
    'negative Content-Length',
    lines('INVITE sip:user@example.com SIP/2.0', ...common('ncl', '8 INVITE'), 'Content-Length: -999', '', ...SDP),
    400,
  ],
  [
    '3.1.2.4',
    'request scalars past their range',
    lines(
      'REGISTER sip:example.com SIP/2.0',
      ...common('scalar02', '36893488147419103232 REGISTER'),
      'Expires: 1000000000000000000000000000000000000000000000000',
      '',
    ),
    400,
  ],
  [
    '3.1.2.5',
    'response scalars past their range',
    lines(
      'SIP/2.0 503 Service Unavailable',
      ...common('scalarlg', '9292394834772304023312 OPTIONS'),
      'Retry-After: 949302838503028349304023988',
      '',
    ),
    'dropped',
  ],
  [
    '3.1.2.6',
    'unterminated quoted string',
    lines(
      'INVITE sip:user@example.com SIP/2.0',
      VIA,
      'To: "Mr. J. User <sip:j.user@example.com>',
      'From: sip:caller@example.net;tag=93334',
      'Call-ID: quotbal.aksdj',
      'CSeq: 8 INVITE',
      '',
    ),
    400,
  ],
  ['3.1.2.7', '<> around the Request-URI', invite('ltgtruri', 'INVITE <sip:user@example.com> SIP/2.0'), 400],
  ['3.1.2.8', 'white space in the Request-URI', invite('lwsruri', 'INVITE sip:user@example.com; lr SIP/2.0'), 400],
  [
    '3.1.2.9',
    'several spaces in the start line: passed over',
    invite('lwsstart', 'INVITE  sip:user@example.com  SIP/2.0'),
    'taken',
  ],
  [
    '3.1.2.10',
    'spaces at the end of the start line: passed over',
    lines('OPTIONS sip:remote-target@example.com SIP/2.0  ', ...common('trws', '238923 OPTIONS'), 'l: 0', ''),
    'taken',
  ],
  [
    '3.1.2.11',
    'escaped headers in the Request-URI: passed over',
    invite('escruri', 'INVITE sip:user@example.com?Route=%3Csip:example.com%3E SIP/2.0'),
    'taken',
  ],
  [
    '3.1.2.12',
    'time zone that is not GMT: not looked at',
    invite('baddate', 'INVITE sip:user@example.com SIP/2.0', 'Date: Fri, 01 Jan 2010 16:00:00 EST'),
    'taken',
  ],
  [
    '3.1.2.13',
    'Contact with headers and without <>: the registrar decides',
    lines(
      'REGISTER sip:example.com SIP/2.0',
      ...common('regbadct', '8 REGISTER'),
      'Contact: sip:user@example.com?Route=%3Csip:sip.example.com%3E',
      'l: 0',
      '',
    ),
    'taken',
  ],
  [
    '3.1.2.14',
    'spaces inside of <>: passed over',
    lines(
      'OPTIONS sip:user@example.org SIP/2.0',
      VIA,
      'From: "Bell, Alexander" <sip:a.g.bell@example.com>;tag=433423',
      'To: "Watson, Thomas" < sip:t.watson@example.org >',
      'Call-ID: badaspec.sdf0234n2nds0a099u23h3hnnw009cdkne3',
      'CSeq: 3923239 OPTIONS',
      'l: 0',
      '',
    ),
    'taken',
    ({ headers }) => expect(parseNameAddress(headers.get('to')!).uri).toBe('sip:t.watson@example.org'),
  ],
  [
    '3.1.2.15',
    'display name with a comma and without quotes: passed over',
    lines(
      'OPTIONS sip:t.watson@example.org SIP/2.0',
      VIA,
      'From:     Bell, Alexander <sip:a.g.bell@example.com>;tag=43',
      'To:       Watson, Thomas <sip:t.watson@example.org>',
      'Call-ID:  baddn.31415@c.example.com',
      'CSeq:     3923239 OPTIONS',
      'l: 0',
      '',
    ),
    'taken',
    ({ headers }) => expect(parseNameAddress(headers.get('from')!).uri).toBe('sip:a.g.bell@example.com'),
  ],
  [
    '3.1.2.16',
    'version that does not exist',
    lines('OPTIONS sip:t.watson@example.org SIP/7.0', ...common('badvers', '8 OPTIONS'), 'l: 0', ''),
    505,
  ],
  [
    '3.1.2.17',
    'method and CSeq differ',
    lines('OPTIONS sip:user@example.com SIP/2.0', ...common('mismatch01', '8 INVITE'), 'l: 0', ''),
    400,
  ],
  [
    '3.1.2.18',
    'unknown method and CSeq differ',
    lines('NEWMETHOD sip:user@example.com SIP/2.0', ...common('mismatch02', '8 INVITE'), 'l: 0', ''),
    400,
  ],
  [
    '3.1.2.19',
    'overlarge status',
    lines('SIP/2.0 4294967301 better not break the receiver', ...common('bigcode', '353494 INVITE'), 'l: 0', ''),
    'dropped',
  ],

  [
    '3.2.1',
    'branch that is only the cookie',
    lines(
      'OPTIONS sip:user@example.com SIP/2.0',
      'Via: SIP/2.0/UDP 192.0.2.1;branch=z9hG4bK',
      ...common('badbranch', '8 OPTIONS').slice(1),
      'l: 0',
      '',
    ),
    'taken',
  ],

  [
    '3.3.1',
    'no Call-ID, From and To',
    lines(
      'INVITE sip:user@example.com SIP/2.0',
      'CSeq: 193942 INVITE',
      'Via: SIP/2.0/UDP 192.0.2.95;branch=z9hG4bKkdj.insuf',
      'Content-Type: application/sdp',
      'l: 0',
      '',
    ),
    400,
  ],
  [
    '3.3.2',
    'unknown scheme in the Request-URI',
    lines(
      'OPTIONS nobodyKnowsThisScheme:totallyopaquecontent SIP/2.0',
      ...common('unkscm', '3923423 OPTIONS'),
      'l: 0',
      '',
    ),
    416,
  ],
  [
    '3.3.3',
    'known scheme that is none of SIP',
    lines('OPTIONS soap.beep://192.0.2.103:3002 SIP/2.0', ...common('novelsc', '3923423 OPTIONS'), 'l: 0', ''),
    416,
  ],
  [
    '3.3.4',
    'unknown schemes in To and From',
    lines(
      'REGISTER sip:example.com SIP/2.0',
      VIA,
      'To: isbn:2983792873',
      'From: <http://www.example.com>;tag=3234233',
      'Call-ID: unksm2.daksdj@hyphenated-host.example.com',
      'CSeq: 234902 REGISTER',
      'l: 0',
      '',
    ),
    'taken',
  ],
  [
    '3.3.5',
    'unknown extensions required',
    lines(
      'OPTIONS sip:user@example.com SIP/2.0',
      ...common('bext01', '8 OPTIONS'),
      'Require: nothingSupportsThis, nothingSupportsThisEither',
      'Content-Length: 0',
      '',
    ),
    'taken',
    ({ headers }) => expect(headers.list('require').length).toBe(2),
  ],
  [
    '3.3.6',
    'unknown content type',
    lines(
      'INVITE sip:user@example.com SIP/2.0',
      ...common('invut', '8 INVITE'),
      'Content-Type: application/unknownformat',
      '',
      '<audio>',
    ),
    'taken',
  ],
  [
    '3.3.7',
    'unknown authorization scheme',
    lines(
      'REGISTER sip:example.com SIP/2.0',
      ...common('regaut01', '9338 REGISTER'),
      'Authorization: NoOneKnowsThisScheme opaque-data=here',
      'Content-Length:0',
      '',
    ),
    'taken',
    ({ headers }) => expect(parseCredentials(headers.get('authorization')!)).toBeNull(),
  ],
  [
    '3.3.8',
    'several values where one belongs',
    lines(
      'INVITE sip:user@company.com SIP/2.0',
      ...common('multi01', '5 INVITE'),
      'CSeq: 59 INVITE',
      'Call-ID: multi01.1@host',
      'From: sip:other@example.com;tag=1',
      '',
    ),
    400,
  ],
  [
    '3.3.9',
    'two Content-Length',
    lines(
      'OPTIONS sip:user@example.com SIP/2.0',
      ...common('mcl01', '8 OPTIONS'),
      'Content-Length: 13',
      'Content-Length: 5',
      '',
      'There is no way to know how many octets are the body.',
    ),
    400,
  ],
  [
    '3.3.10',
    '200 with a Via of somebody else',
    lines(
      'SIP/2.0 200 OK',
      'Via: SIP/2.0/UDP 192.0.2.198;branch=z9hG4bK1324923',
      ...common('bcast', '8 INVITE'),
      'l: 0',
      '',
    ),
    'taken',
  ],
  [
    '3.3.11',
    'Max-Forwards of zero, at its end',
    lines(
      'OPTIONS sip:user@example.com SIP/2.0',
      ...common('zeromf', '39234321 OPTIONS').slice(0, 5),
      'Max-Forwards: 0',
      'l: 0',
      '',
    ),
    'taken',
  ],
  [
    '3.3.12',
    'Contact parameter of the header',
    lines(
      'REGISTER sip:example.com SIP/2.0',
      ...common('cparam01', '8 REGISTER'),
      'Contact: sip:+19725552222@gw1.example.net;unknownparam',
      'l: 0',
      '',
    ),
    'taken',
    ({ headers }) => expect([...parseNameAddress(headers.get('m')!).parameters.keys()]).toEqual(['unknownparam']),
  ],
  [
    '3.3.13',
    'Contact parameter of the URI',
    lines(
      'REGISTER sip:example.com SIP/2.0',
      ...common('cparam02', '8 REGISTER'),
      'Contact: <sip:+19725552222@gw1.example.net;unknownparam>',
      'l: 0',
      '',
    ),
    'taken',
    ({ headers }) => expect([...parseNameAddress(headers.get('m')!).parameters.keys()]).toEqual([]),
  ],
  [
    '3.3.14',
    'Contact with an escaped header',
    lines(
      'REGISTER sip:example.com SIP/2.0',
      ...common('regescrt', '14398234 REGISTER'),
      'M: <sip:user@example.com?Route=%3Csip:sip.example.com%3E>',
      'L:0',
      '',
    ),
    'taken',
  ],
  [
    '3.3.15',
    'Accept of something unknown',
    invite('sdp01', 'INVITE sip:user@example.com SIP/2.0', 'Accept: text/nobodyKnowsThis'),
    'taken',
  ],
  [
    '3.4.1',
    'INVITE of RFC 2543',
    lines(
      'INVITE sip:UserB@example.com SIP/2.0',
      'Via: SIP/2.0/UDP iftgw.example.com',
      'From: <sip:+13035551111@ift.client.example.net;user=phone>',
      'Record-Route: <sip:UserB@example.com;maddr=ss1.example.com>',
      'To: sip:+16505552222@ss1.example.net;user=phone',
      'Call-ID: inv2543.1717@ift.client.example.com',
      'CSeq: 56 INVITE',
      'Content-Type: application/sdp',
      '',
      ...SDP,
    ),
    'taken',
  ],
]

function fate(bytes: Buffer): { fate: Fate; message: SipMessage | null } {
  try {
    const parsed = parseDatagram(bytes)
    if (!parsed) return { fate: 'dropped', message: null }
    const { message, problem } = parsed
    if (message.kind === 'response') return { fate: isSoundResponse(message) ? 'taken' : 'dropped', message }
    return { fate: checkRequest(message, problem)?.status ?? 'taken', message }
  } catch (error) {
    expect(error).toBeInstanceOf(AppError)
    return { fate: 'dropped', message: null }
  }
}

describe('RFC 4475', () => {
  test.each(TABLE)('%s %s', (_section, _name, text, expected, check) => {
    const got = fate(Buffer.from(text))
    expect(got.fate).toBe(expected)
    if (got.message) check?.(got.message)
  })

  test.each(TABLE.filter(([, , , expected]) => expected === 'taken'))(
    '%s %s, written again',
    (_section, _name, text) => {
      const { message } = fate(Buffer.from(text))
      const again = fate(writeMessage(message!))
      expect(again.fate).toBe('taken')
      expect(writeMessage(again.message!)).toEqual(writeMessage(message!))
      expect(again.message!.body).toEqual(message!.body)
    },
  )

  test.each(TABLE.filter(([, , , expected]) => expected === 'taken'))('%s %s, with bare line feeds', (_s, _n, text) => {
    const head = text.slice(0, text.indexOf('\r\n\r\n') + 2)
    const got = fate(Buffer.from(`${head.replaceAll('\r\n', '\n')}\n${text.slice(head.length + 2)}`))
    expect(got.fate).toBe('taken')
  })

  test('every section is here', () => expect(TABLE.length).toBe(49))
})
