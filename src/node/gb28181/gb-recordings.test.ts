import { afterEach, expect, test } from 'vitest'
import { CHANNEL, DEVICE, GbSite } from '../../../test/support/gb-site.ts'

const HOUR_MS = 3_600_000
/** Files of the simulated recorder are half an hour. */
const FILE_MS = HOUR_MS / 2
const NOW = Math.floor(Date.now() / HOUR_MS) * HOUR_MS

let site: GbSite

afterEach(async () => {
  await site.close()
})

test('what a device has recorded, by start, in its own zone', async () => {
  site = await GbSite.open()
  const span = { startMs: NOW - 5 * HOUR_MS - 1000, endMs: NOW }
  const found = await site.ask.recordings({ device: DEVICE, channel: CHANNEL, kind: 'all', ...span })
  expect(found.complete).toBe(true)
  expect(found.recordings).toHaveLength(11)
  expect(found.recordings[0]).toMatchObject({ channel: CHANNEL, kind: 'time', ...{ startMs: span.startMs } })
  expect(found.recordings[1]).toMatchObject({
    ...{ startMs: NOW - 5 * HOUR_MS, endMs: NOW - 5 * HOUR_MS + FILE_MS, name: '通道 1' },
    path: `/card/${NOW - 5 * HOUR_MS}.ps`,
  })
  expect(found.recordings.at(-1)?.endMs).toBe(NOW)
})

test('a device that promises more than it tells is asked in parts', async () => {
  site = await GbSite.open({ faults: 'cut-records' })
  const span = { startMs: NOW - 20 * HOUR_MS, endMs: NOW }
  const found = await site.ask.recordings({ device: DEVICE, channel: CHANNEL, kind: 'all', ...span })
  expect(found.recordings.map(({ startMs }) => startMs)).toEqual(
    Array.from({ length: 40 }, (_, index) => span.startMs + index * FILE_MS),
  )
  expect(found.complete).toBe(true)
})

test('nothing is recorded', async () => {
  site = await GbSite.open()
  const span = { startMs: NOW - 90 * HOUR_MS, endMs: NOW - 80 * HOUR_MS }
  const found = await site.ask.recordings({ device: DEVICE, channel: CHANNEL, kind: 'all', ...span })
  expect(found).toEqual({ recordings: [], complete: true })
})

test('a device nobody knows, and one that is away', async () => {
  site = await GbSite.open()
  const wish = { channel: CHANNEL, kind: 'all', startMs: NOW - HOUR_MS, endMs: NOW } as const
  await expect(async () => site.ask.recordings({ device: 'dv_none', ...wish })).rejects.toMatchObject({
    code: 'NOT_FOUND',
  })
  site.room.host.side.sessions.get(site.device.id)?.unregistered()
  await expect(async () => site.ask.recordings({ device: DEVICE, ...wish })).rejects.toMatchObject({
    code: 'DEVICE_OFFLINE',
  })
})
