import { describe, expect, test } from 'vitest'
import { FakeTime } from '../../base/fake-time.ts'
import { answerChallenge, type DigestAlgorithm, hashedLogin, parseChallenge, parseCredentials } from './digest.ts'
import { DigestAuthority } from './digest-authority.ts'

/** [name, challenge, login, uri, cnonce, response] */
const VECTORS: [string, string, { username: string; password: string }, string, string, string][] = [
  [
    'RFC 2617 §3.5',
    'Digest realm="testrealm@host.com", qop="auth,auth-int", nonce="dcd98b7102dd2f0e8b11d0f600bfb0c093", opaque="5ccc069c403ebaf9f0171e9517f40e41"',
    { username: 'Mufasa', password: 'Circle Of Life' },
    '/dir/index.html',
    '0a4f113b',
    '6629fae49393a05397450978507c4ef1',
  ],
  [
    'RFC 7616 §3.9.1, MD5',
    'Digest realm="http-auth@example.org", qop="auth, auth-int", algorithm=MD5, nonce="7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v", opaque="FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS"',
    { username: 'Mufasa', password: 'Circle of Life' },
    '/dir/index.html',
    'f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ',
    '8ca523f5e9506fed4657c9700eebdbec',
  ],
  [
    'RFC 7616 §3.9.1, SHA-256',
    'Digest realm="http-auth@example.org", qop="auth, auth-int", algorithm=SHA-256, nonce="7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v", opaque="FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS"',
    { username: 'Mufasa', password: 'Circle of Life' },
    '/dir/index.html',
    'f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ',
    '753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1',
  ],
  [
    // MD5(MD5(a:r:p):n:MD5(GET:/)), by md5sum
    'without qop, RFC 2069 §2.1.2',
    'Digest realm="r", nonce="n"',
    { username: 'a', password: 'p' },
    '/',
    '',
    '6a7c317954b5f590515177e60b0bdf8e',
  ],
]

describe('vectors', () => {
  test.each(VECTORS)('%s', (_name, text, login, uri, cnonce, response) => {
    const challenge = parseChallenge(text)!
    const credentials = parseCredentials(answerChallenge(challenge, login, { method: 'GET', uri }, 1, cnonce))
    expect(credentials).toMatchObject({ response, username: login.username, uri, opaque: challenge.opaque })
    expect(credentials?.qop).toBe(challenge.qopAuth ? 'auth' : undefined)
  })
})

describe('values', () => {
  test.each([
    ['another scheme', 'Basic realm="a"'],
    ['no nonce', 'Digest realm="a"'],
    ['unknown algorithm', 'Digest realm="a", nonce="b", algorithm=SHA-512-256'],
    ['auth-int alone', 'Digest realm="a", nonce="b", qop="auth-int"'],
    ['too long', `Digest realm="a", nonce="${'b'.repeat(5000)}"`],
  ])('a challenge that cannot be answered: %s', (_name, text) => expect(parseChallenge(text)).toBeNull())

  test('as devices write it', () => {
    expect(parseChallenge('digest  REALM = "34,02" ,nonce=abc,stale=TRUE,algorithm="md5", qop=auth')).toEqual({
      realm: '34,02',
      nonce: 'abc',
      opaque: undefined,
      algorithm: 'MD5',
      qopAuth: true,
      stale: true,
    })
    expect(parseCredentials('Digest username="a\\"b",realm="r",nonce="n",uri="sip:x",response="ABCD"')).toEqual({
      username: 'a"b',
      realm: 'r',
      nonce: 'n',
      uri: 'sip:x',
      response: 'abcd',
      algorithm: 'MD5',
      opaque: undefined,
      qop: undefined,
      nc: '',
      cnonce: '',
    })
  })

  test('credentials that are none', () => {
    for (const text of [
      '',
      'Digest',
      'Digest username="a"',
      'Bearer x',
      'Digest username="a",realm="r",nonce="n",uri="u"',
    ])
      expect(parseCredentials(text)).toBeNull()
  })
})

describe('authority', () => {
  const login = { username: '34020000001320000001', password: 'secret' }
  const realm = '3402000000'
  const request = { method: 'REGISTER', uri: 'sip:34020000002000000001@3402000000' }
  const check = { ...request, realm, password: { plain: login.password } }
  const answer = (challenge: string, with_ = login, count = 1) =>
    parseCredentials(answerChallenge(parseChallenge(challenge)!, with_, request, count))!
  const room = (options: { qop?: boolean; secret?: string } = {}) => {
    const time = new FakeTime()
    return { time, authority: new DigestAuthority({ clock: time, secret: 's', ...options }) }
  }

  test.each([
    ['MD5', false],
    ['MD5', true],
    ['SHA-256', false],
    ['SHA-256', true],
  ] as const)('%s, qop %s: the right password, plain or hashed, and a wrong one', (algorithm: DigestAlgorithm, qop) => {
    const { authority } = room({ qop })
    const hashed = { ...check, password: { hashed: hashedLogin(algorithm, login, realm) } }
    expect(authority.verify(answer(authority.challenge(realm, { algorithm })), check)).toBe('ok')
    expect(authority.verify(answer(authority.challenge(realm, { algorithm })), hashed)).toBe('ok')
    const wrong = answer(authority.challenge(realm, { algorithm }), { ...login, password: 'Secret' })
    expect(authority.verify(wrong, check)).toBe('wrong')
  })

  test('a nonce is used once; with qop once for each count', () => {
    const { authority } = room()
    const once = answer(authority.challenge(realm))
    expect(authority.verify(once, check)).toBe('ok')
    expect(authority.verify(once, check)).toBe('stale')
    const counting = room({ qop: true }).authority
    const challenge = counting.challenge(realm)
    expect(counting.verify(answer(challenge, login, 1), check)).toBe('ok')
    expect(counting.verify(answer(challenge, login, 3), check)).toBe('ok')
    expect(counting.verify(answer(challenge, login, 3), check)).toBe('stale')
    expect(counting.verify(answer(challenge, login, 2), check)).toBe('stale')
    expect(counting.verify({ ...answer(challenge, login, 4), nc: 'x' }, check)).toBe('wrong')
  })

  test('a nonce expires, and is only ours, for its realm and its peer', () => {
    const { authority, time } = room()
    const credentials = answer(authority.challenge(realm, { peer: '10.0.0.1' }))
    expect(authority.verify(credentials, check)).toBe('stale')
    expect(authority.verify(credentials, { ...check, peer: '10.0.0.2' })).toBe('stale')
    time.advance(5 * 60_000)
    expect(authority.verify(credentials, { ...check, peer: '10.0.0.1' })).toBe('stale')
    const foreign = room({ secret: 'other' }).authority.challenge(realm)
    expect(authority.verify(answer(foreign), check)).toBe('stale')
    expect(authority.verify(answer(`Digest realm="${realm}", nonce="made up"`), check)).toBe('stale')
  })

  test('a second process with the same secret takes the nonce', () => {
    const { authority, time } = room()
    const other = new DigestAuthority({ clock: time, secret: 's' })
    expect(other.verify(answer(authority.challenge(realm)), check)).toBe('ok')
  })

  test('credentials of another request', () => {
    const { authority } = room()
    const credentials = answer(authority.challenge(realm))
    expect(authority.verify(credentials, { ...check, realm: 'other' })).toBe('mismatch')
    expect(authority.verify(credentials, { ...check, uri: 'sip:other' })).toBe('mismatch')
    expect(authority.verify({ ...credentials, qop: 'auth-int' }, check)).toBe('mismatch')
    expect(authority.verify(credentials, { ...check, method: 'INVITE' })).toBe('wrong')
    expect(authority.verify(credentials, check)).toBe('ok')
  })

  test('stale is said in the challenge', () => {
    const { authority } = room()
    expect(parseChallenge(authority.challenge(realm, { stale: true }))?.stale).toBe(true)
    expect(parseChallenge(authority.challenge(realm))?.stale).toBe(false)
  })
})
