import { spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { type AddressInfo, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { FakeTime } from '../base/fake-time.ts'
import { loadSettings } from '../config/load.ts'
import { diagnose, type Report } from './doctor.ts'
import { CHECKS } from './doctor-checks.ts'

let directory: string
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'sightline-doctor-'))
})
afterAll(() => rmSync(directory, { recursive: true }))

const load = (environment: Record<string, string>) =>
  loadSettings({ environment: { SIGHTLINE_DATA: join(directory, 'data'), ...environment }, directory })
const freePorts = {
  SIGHTLINE_LISTEN_HTTP: '0',
  SIGHTLINE_LISTEN_MEDIA: '0',
  SIGHTLINE_LISTEN_RTMP: '0',
  SIGHTLINE_LISTEN_SIP: '0',
  SIGHTLINE_LISTEN_GB_MEDIA: '0',
}

test('looks at everything the README names', async () => {
  const { findings } = await diagnose(load(freePorts))
  const checked = findings.map(finding => finding.check)
  for (const check of [
    'listen.http',
    'listen.media',
    'listen.rtmp',
    'data',
    'clock',
    'ffmpeg',
    'public.host',
    'memory',
    ...(process.platform === 'linux' ? ['receive buffers'] : []),
  ])
    expect(checked).toContain(check)
  for (const finding of findings.filter(finding => finding.status !== 'ok'))
    expect(finding.advice, finding.check).toBeTruthy()
})

test('a used port fails and names its program', async () => {
  const server = createServer().listen(0)
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const report = await diagnose(load({ ...freePorts, SIGHTLINE_LISTEN_RTMP: String(port) }))
  server.close()
  expect(report.ok).toBe(false)
  const finding = report.findings.find(finding => finding.check === 'listen.rtmp')
  expect(finding).toMatchObject({
    status: 'fail',
    message: expect.stringMatching(new RegExp(`^port ${port} is used by .+ \\(process ${process.pid}\\)$`)),
    advice: 'stop it, or set `listen.rtmp` to another port',
  })
})

test('an address of another machine cannot be listened on', async () => {
  const findings = await CHECKS['ports']!(
    load({ ...freePorts, SIGHTLINE_LISTEN_RTMP: '192.0.2.77:1935' }),
    new FakeTime(),
  )
  expect(findings.find(finding => finding.check === 'listen.rtmp')).toMatchObject({ status: 'fail' })
})

test('a clock that was never set fails', async () => {
  const findings = await CHECKS['clock']!(load({}), new FakeTime(0))
  expect(findings).toMatchObject([{ status: 'fail', message: '1970-01-01T00:00:00.000Z' }])
})

test('a data directory that cannot be made fails', async () => {
  const findings = await CHECKS['data']!(load({ SIGHTLINE_DATA: '/dev/null/data' }), new FakeTime())
  expect(findings).toMatchObject([{ check: 'data', status: 'fail' }])
})

test('--json prints the report, and the exit code says whether something fails', async () => {
  const doctor = (environment: Record<string, string>) =>
    spawnSync(process.execPath, [join(import.meta.dirname, 'sightline.ts'), 'doctor', '--json'], {
      cwd: directory,
      env: { PATH: process.env['PATH'], ...freePorts, ...environment },
      encoding: 'utf8',
    })
  const fine = doctor({})
  expect(JSON.parse(fine.stdout) as Report).toMatchObject({ ok: true })
  expect(fine.status).toBe(0)
  const failing = doctor({ SIGHTLINE_DATA: '/dev/null/data' })
  expect(JSON.parse(failing.stdout) as Report).toMatchObject({ ok: false })
  expect(failing.status).toBe(1)
})
