import { expect, onTestFinished, test } from 'vitest'
import { systemClock, systemTimers } from '../../src/base/clock.ts'
import { silentLog } from '../../src/base/log.ts'
import { DOMAIN, GbRoom, listed, PASSWORD, SERVER_ID } from '../../src/node/gb28181/testing/gb-room.ts'
import { CAMERA, makeClip } from '../../src/simulator/clip.ts'
import { GbFleet } from '../../src/simulator/gb-fleet.ts'
import { expectStatus, send, sipp } from './sipp-scenario.ts'

const DEVICES = 1000
const WRONG = 100
const BYSTANDER = '34020000001180000001'
const CHANNEL = '34020000001310000001'
const device = (number: number) => `3402000000132${String(number).padStart(7, '0')}`
const row = (number: number, password: string) =>
  `${device(number)};[authentication username=${device(number)} password=${password}]`

const KEEPALIVE =
  '<?xml version="1.0"?>\n<Notify><CmdType>Keepalive</CmdType><SN>1</SN><DeviceID>[field0]</DeviceID><Status>OK</Status></Notify>\n'
const body = { head: 'Content-Type: Application/MANSCDP+xml', body: KEEPALIVE, device: '[field0]' }
const register = (cseq: number, head: string) => send('REGISTER', cseq, { head, device: '[field0]' })

test('a storm: a thousand devices register at once and say nothing else, a hundred guess passwords, and one is watched', async () => {
  const room = await new GbRoom({ packetTimeoutMs: 20_000 }).open()
  onTestFinished(() => room.close())
  const known = Array.from({ length: DEVICES + WRONG }, (_, index) =>
    listed(device(index + 1), { id: `dv_${index + 1}`, type: 'ipc' }),
  )
  room.apply([...known, listed(BYSTANDER, { id: 'dv_watched' })])
  // they answer none of the questions a platform has for somebody who comes
  const steps = [
    register(1, 'Expires: 3600'),
    expectStatus(401, 'auth="true"'),
    register(2, 'Expires: 3600\n[field1]'),
    expectStatus(200),
    send('MESSAGE', 3, body),
    expectStatus(200),
  ]
  const rows = Array.from({ length: DEVICES }, (_, index) => row(index + 1, PASSWORD))
  const guesses = Array.from({ length: WRONG }, (_, index) => row(DEVICES + index + 1, 'guessed'))
  const refused = [...steps.slice(0, 3), expectStatus(403)]
  await using honest = await sipp(steps, { transport: 'udp', to: room.port, calls: DEVICES, rate: 500, rows })
  await using guessing = await sipp(refused, { transport: 'udp', to: room.port, calls: WRONG, rate: 50, rows: guesses })

  const clip = await makeClip({ ...CAMERA, size: '320x180', bitrateKbps: 200, seconds: 4, fps: 10 })
  const fleet = new GbFleet({
    upper: { serverId: SERVER_ID, domain: DOMAIN, host: '127.0.0.1', port: room.port, transport: 'udp' },
    ...{ devices: 1, channels: 1, firstId: BYSTANDER, password: PASSWORD, clip, faults: new Set() },
    ...{ localHost: '127.0.0.1', clock: systemClock, timers: systemTimers, log: silentLog, retryMs: [100, 1000] },
  })
  onTestFinished(() => fleet.crash())
  await fleet.start()
  await room.until(() => room.eventsOf('device.catalog').some(({ device: id }) => id === 'dv_watched'))
  const viewer = await room.watch(`default/live/${CHANNEL}`)
  await room.until(() => viewer.video().length > 10)
  viewer.leave()

  await Promise.all([honest.finished(), guessing.finished()])
  const states = new Map(room.eventsOf('device.state').map(({ device, state }) => [device, state]))
  const sessions = [...room.host.side.sessions].filter(({ state }) => state === 'on')
  expect([sessions.length, room.host.endpoint.counts.garbage]).toEqual([DEVICES + 1, 0])
  expect([...states.values()].filter(state => state === 'failed')).toEqual([])
})
