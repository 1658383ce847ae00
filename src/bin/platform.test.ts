import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { request } from 'node:https'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TLSSocket } from 'node:tls'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { systemClock, systemTimers } from '../base/clock.ts'
import { silentLog } from '../base/log.ts'
import { loadSettings } from '../config/load.ts'
import { dialWebSocket } from '../link/websocket-carrier.ts'
import { type RunningPlatform, runPlatform } from './platform.ts'

let directory: string
let running: RunningPlatform[]

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'sightline-run-'))
  running = []
})

afterEach(async () => {
  for (const platform of running) await platform.close()
  rmSync(directory, { recursive: true })
})

const TOKEN = 'a link token for tests'

async function start(environment: Record<string, string> = {}): Promise<RunningPlatform> {
  const { settings, origins } = loadSettings({
    environment: {
      SIGHTLINE_DATA: join(directory, 'data'),
      SIGHTLINE_LISTEN_HTTP: '127.0.0.1:0',
      SIGHTLINE_LINK_TOKEN: TOKEN,
      ...environment,
    },
    directory,
  })
  const reload = async () => ({ changed: [], needRestart: [] })
  const role = { log: silentLog, clock: systemClock, timers: systemTimers, origins, reload }
  const platform = await runPlatform(settings, role)
  running.push(platform)
  return platform
}

async function login(platform: RunningPlatform, password: string): Promise<Response> {
  const headers = { 'content-type': 'application/json' }
  const body = JSON.stringify({ username: 'admin', password })
  return fetch(`http://127.0.0.1:${platform.http?.port}/api/v1/sessions`, { method: 'POST', headers, body })
}

function certificate(name: string): Record<string, string> {
  const key = join(directory, `${name}.key`)
  const cert = join(directory, `${name}.crt`)
  const options = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2']
  execFileSync('openssl', ['req', '-x509', ...options, '-subj', `/CN=${name}`, '-keyout', key, '-out', cert], {
    stdio: 'ignore',
  })
  return { SIGHTLINE_TLS_CERTIFICATE: cert, SIGHTLINE_TLS_KEY: key }
}

test('the generated password works, is given once, and survives a restart', async () => {
  const first = await start()
  const password = first.initialPassword ?? ''
  expect((await login(first, password)).status).toBe(201)
  await first.close()
  await first.close()
  const second = await start({ SIGHTLINE_ADMIN_PASSWORD: 'another one' })
  expect(second.initialPassword).toBeUndefined()
  expect((await login(second, password)).status).toBe(201)
})

test('the configuration in force is shown with its sources and without secrets', async () => {
  const platform = await start({ SIGHTLINE_ADMIN_PASSWORD: 'given password' })
  expect(platform.initialPassword).toBeUndefined()
  const { token } = (await (await login(platform, 'given password')).json()) as { token: string }
  const headers = { authorization: `Bearer ${token}` }
  const text = await (await fetch(`http://127.0.0.1:${platform.http?.port}/api/v1/system`, { headers })).text()
  expect(JSON.parse(text).configuration).toContainEqual({ key: 'link.token', value: '***', source: 'environment' })
  for (const [key, value] of [
    ['listen.rtmp', 1935],
    ['listen.rtmps', 'off'],
    ['listen.http', '127.0.0.1:0'],
    ['link.url', null],
  ]) {
    expect(JSON.parse(text).configuration).toContainEqual(expect.objectContaining({ key, value }))
  }
  for (const secret of [TOKEN, 'given password']) expect(text).not.toContain(secret)
})

test('a second platform on the same data is refused, and the first one stays', async () => {
  const first = await start()
  await expect(start()).rejects.toMatchObject({ code: 'DATABASE_LOCKED' })
  expect((await fetch(`http://127.0.0.1:${first.http?.port}/api/v1/health`)).status).toBe(200)
})

test('a port in use is told by the system error, and nothing stays open', async () => {
  const first = await start()
  const other = { SIGHTLINE_DATA: join(directory, 'other'), SIGHTLINE_LISTEN_HTTP: `127.0.0.1:${first.http?.port}` }
  await expect(start(other)).rejects.toMatchObject({ code: 'EADDRINUSE' })
  await start({ ...other, SIGHTLINE_LISTEN_HTTP: '127.0.0.1:0' }) // its database was closed again
})

test('closing ends links and idle connections', async () => {
  const platform = await start()
  const carrier = await dialWebSocket(`ws://127.0.0.1:${platform.http?.port}/link`, TOKEN)
  const ended = new Promise<string>(resolve => carrier.start({ onMessage: () => {}, onClose: resolve }))
  await fetch(`http://127.0.0.1:${platform.http?.port}/api/v1/health`)
  await platform.close()
  expect(await ended).toBe('platform is stopping')
})

test('HTTPS with the configured certificate, renewed by a reload', async () => {
  const platform = await start({ ...certificate('first.example'), SIGHTLINE_LISTEN_HTTPS: '127.0.0.1:0' })
  const get = () =>
    new Promise<{ name: string; headers: Record<string, unknown> }>((resolve, reject) => {
      const options = { host: '127.0.0.1', port: platform.https?.port, path: '/api/v1/health', agent: false }
      request({ ...options, rejectUnauthorized: false }, response => {
        const name = String((response.socket as TLSSocket).getPeerCertificate().subject.CN) // HTTPS has a TLSSocket
        response.resume().on('end', () => resolve({ name, headers: response.headers }))
      })
        .on('error', reject)
        .end()
    })
  const before = await get()
  expect(before.name).toBe('first.example')
  expect(before.headers['strict-transport-security']).toBe('max-age=31536000')
  const { settings } = loadSettings({ environment: certificate('second.example'), directory })
  await platform.reload?.(settings)
  expect((await get()).name).toBe('second.example')
})
