import { FakeTime } from '../../src/base/fake-time.ts'
import { answerTo } from '../../src/protocols/sip/answer.ts'
import { answerChallenge, parseChallenge, parseCredentials } from '../../src/protocols/sip/digest.ts'
import { DigestAuthority } from '../../src/protocols/sip/digest-authority.ts'
import type { SipRequest } from '../../src/protocols/sip/message.ts'
import { parseMessage } from '../../src/protocols/sip/parser.ts'
import { checkRequest } from '../../src/protocols/sip/request-check.ts'
import { writeMessage } from '../../src/protocols/sip/writer.ts'
import type { Task } from './functions.ts'

/** The keepalive of a camera, as 3000 of them send it each minute. */
const KEEPALIVE = Buffer.from(
  [
    'MESSAGE sip:34020000002000000001@3402000000 SIP/2.0',
    'Via: SIP/2.0/UDP 192.168.1.64:5060;rport;branch=z9hG4bK1371463273',
    'From: <sip:34020000001320000001@3402000000>;tag=2043466181',
    'To: <sip:34020000002000000001@3402000000>',
    'Call-ID: 1011047669@192.168.1.64',
    'CSeq: 20 MESSAGE',
    'Content-Type: Application/MANSCDP+xml',
    'Max-Forwards: 70',
    'User-Agent: IP Camera',
    'Content-Length: 150',
    '',
    '<?xml version="1.0"?>\r\n<Notify><CmdType>Keepalive</CmdType><SN>43</SN><DeviceID>34020000001320000001</DeviceID><Status>OK</Status></Notify>'.padEnd(
      150,
    ),
  ].join('\r\n'),
)

export function sipTasks(): Task[] {
  const request = parseMessage(KEEPALIVE) as SipRequest // it is one
  const response = answerTo(request, 200, 'tag')
  const authority = new DigestAuthority({ clock: new FakeTime() })
  const challenge = parseChallenge(authority.challenge('3402000000'))
  const login = { username: '34020000001320000001', password: 'secret' }
  const authorization = challenge ? answerChallenge(challenge, login, request) : ''
  const check = { method: 'MESSAGE', realm: '3402000000', password: { plain: login.password } }
  const each = { unit: 'message', units: 1 }
  return [
    {
      ...each,
      name: 'SIP parse and check',
      bytes: KEEPALIVE.length,
      run: () => {
        const message = parseMessage(KEEPALIVE)
        if (message.kind === 'request') checkRequest(message, null)
      },
    },
    { ...each, name: 'SIP write', bytes: writeMessage(response).length, run: () => void writeMessage(response) },
    {
      ...each,
      name: 'SIP digest check',
      bytes: 0,
      run: () => {
        const credentials = parseCredentials(authorization)
        if (credentials) authority.verify(credentials, check)
      },
    },
  ]
}
