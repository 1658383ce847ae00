import { afterEach, beforeEach, expect, test } from 'vitest'
import { type PlatformUnderTest, platformUnderTest } from '../../../test/support/platform-under-test.ts'
import { FakeTime } from '../../base/fake-time.ts'
import { LoginDelay } from './login-delay.ts'
import { hashPassword, verifyPassword } from './password.ts'

const origin = { remote: '192.0.2.1', traceId: 't1' }

let platform: PlatformUnderTest

beforeEach(async () => {
  platform = await platformUnderTest()
})

afterEach(() => platform.close())

test('the first start makes an administrator with a generated password, later ones nothing', async () => {
  const service = platform.services.users
  const made = await service.ensureAdministrator(null)
  expect(made?.password).toMatch(/^[\w-]{20}$/)
  const login = { username: 'admin', password: made?.password ?? '', ...origin, agent: 'x'.repeat(1000) }
  expect((await platform.services.sessions.login(login)).actor).toMatchObject({ name: 'admin', role: 'administrator' })
  expect(await service.ensureAdministrator('another password')).toBeNull()
})

test('a given password is taken and not repeated', async () => {
  const service = platform.services.users
  expect(await service.ensureAdministrator('given password')).toEqual({ name: 'admin', password: null })
  const rows = await platform.db.selectFrom('users').selectAll().execute()
  expect(JSON.stringify(rows)).not.toContain('given password')
  const login = { username: 'admin', password: 'given password', ...origin, agent: '' }
  expect((await platform.services.sessions.login(login)).token).toHaveLength(43)
})

test('passwords: salted, parameters beside the hash, Unicode forms alike', async () => {
  const [one, two] = await Promise.all([hashPassword('Zürich'), hashPassword('Zürich')])
  expect(one).not.toBe(two)
  expect(one).toMatch(/^scrypt\$16384\$8\$5\$[\w-]{22}\$[\w-]{43}$/)
  expect(await verifyPassword('Zürich', one)).toBe(true)
  expect(await verifyPassword('Zurich', one)).toBe(false)
})

test('the delay doubles up to five minutes and is forgotten after fifteen', async () => {
  const time = new FakeTime()
  const delay = new LoginDelay(time)
  const wrong = () => delay.attempt('a', '192.0.2.1', async () => null).catch(error => error)
  const waits: number[] = []
  for (let i = 0; i < 16; i++) {
    expect(await wrong()).toBeNull()
    const refused = await wrong()
    if (refused?.code === 'TOO_MANY_REQUESTS') {
      waits.push(Number(refused.details.seconds))
      time.advance(Number(refused.details.seconds) * 1000)
    } else i++
  }
  expect(waits).toEqual(expect.arrayContaining([2, 8, 64, 300]))
  time.advance(15 * 60_000)
  expect(await wrong()).toBeNull()
  expect(await wrong()).toBeNull()
})

test('one address that tries many accounts waits too', async () => {
  const delay = new LoginDelay(new FakeTime())
  for (let i = 0; i < 20; i++) await delay.attempt(`a${i}`, '192.0.2.1', async () => null).catch(() => {})
  await expect(delay.attempt('new', '192.0.2.1', async () => 'in')).rejects.toMatchObject({ code: 'TOO_MANY_REQUESTS' })
  expect(await delay.attempt('new', '192.0.2.2', async () => 'in')).toBe('in')
})

test('an IPv6 subscriber is one address however many he uses', async () => {
  const delay = new LoginDelay(new FakeTime())
  for (let i = 0; i < 5; i++) await delay.attempt('a', `2001:db8::${i}`, async () => null)
  await expect(delay.attempt('a', '2001:db8::ffff', async () => 'in')).rejects.toMatchObject({
    code: 'TOO_MANY_REQUESTS',
  })
  expect(await delay.attempt('a', '2001:db8:0:1::1', async () => 'in')).toBe('in')
})

test('attempts run one at a time, and a crowd is turned away', async () => {
  const delay = new LoginDelay(new FakeTime())
  let running = 0
  let most = 0
  const attempts = Array.from({ length: 40 }, (_, i) =>
    delay
      .attempt(`a${i}`, `192.0.2.${i}`, async () => {
        most = Math.max(most, ++running)
        await new Promise(resolve => setImmediate(resolve))
        running--
        return 'in'
      })
      .catch((error: { code: string }) => error.code),
  )
  const results = await Promise.all(attempts)
  expect(most).toBe(1)
  expect(results.filter(result => result === 'in')).toHaveLength(16)
  expect(results.filter(result => result === 'TOO_MANY_REQUESTS')).toHaveLength(24)
})
