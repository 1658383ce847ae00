import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { FakeTime } from '../base/fake-time.ts'
import { MachineIo } from './machine-io.ts'

let root: string
let time: FakeTime
let io: MachineIo
let wanted: { networks: string; disks: string }

const netDev = (received: number, sent: number) => `Inter-|   Receive                   |  Transmit
 face |bytes    packets errs drop fifo frame compressed multicast|bytes    packets errs drop fifo colls carrier compressed
    lo: 900 1 0 0 0 0 0 0 900 1 0 0 0 0 0 0
  eth0:${received} 9 0 0 0 0 0 0 ${sent} 7 0 0 0 0 0 0
  eth1: 50 9 0 0 0 0 0 0 60 7 0 0 0 0 0 0
`
const diskStats = (read: number, written: number) => `   7       0 loop0 3 0 24 0 0 0 0 0 0 0 0 0 0 0 0 0 0
   8       0 sda 10 2 ${read} 5 20 3 ${written} 9 0 11 14 0 0 0 0 0 0
   8       1 sda1 9 2 100 5 20 3 200 9 0 11 14 0 0 0 0 0 0
`
const ROUTES = `Iface	Destination	Gateway 	Flags	RefCnt	Use	Metric	Mask		MTU	Window	IRTT
eth0	00000000	010200C0	0003	0	0	0	00000000	0	0	0
eth0	000200C0	00000000	0001	0	0	0	00FFFFFF	0	0	0
`

function write(file: string, text: string): void {
  mkdirSync(join(root, file, '..'), { recursive: true })
  writeFileSync(join(root, file), text)
}

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'sightline-io-'))
  time = new FakeTime()
  wanted = { networks: 'auto', disks: 'auto' }
  write('proc/net/dev', netDev(1000, 2000))
  write('proc/net/route', ROUTES)
  write('proc/diskstats', diskStats(100, 200))
  mkdirSync(join(root, 'sys/block/sda/device'), { recursive: true })
  mkdirSync(join(root, 'sys/block/loop0'), { recursive: true })
})

afterEach(() => {
  io.close()
  rmSync(root, { recursive: true })
})

async function start(): Promise<void> {
  io = new MachineIo({ networks: () => wanted.networks, disks: () => wanted.disks, clock: time, timers: time, root })
  await settle()
}

/** The end of the reading that the timer began. */
const settle = () => io.read()

const names = () => [io.numbers.networks.map(({ name }) => name), io.numbers.disks.map(({ name }) => name)]

test('the interface of the default route and the physical disks, with rates over the last period', async () => {
  await start()
  expect(io.numbers).toEqual({
    networks: [{ name: 'eth0', bytesIn: 1000, bytesOut: 2000, inBytesPerSecond: 0, outBytesPerSecond: 0 }],
    disks: [{ name: 'sda', bytesIn: 51_200, bytesOut: 102_400, inBytesPerSecond: 0, outBytesPerSecond: 0 }],
  })
  write('proc/net/dev', netDev(5000, 2600))
  write('proc/diskstats', diskStats(104, 208))
  time.advance(2000)
  await settle()
  expect(io.numbers.networks).toEqual([
    { name: 'eth0', bytesIn: 5000, bytesOut: 2600, inBytesPerSecond: 2000, outBytesPerSecond: 300 },
  ])
  expect(io.numbers.disks[0]).toMatchObject({ inBytesPerSecond: 1024, outBytesPerSecond: 2048 })
})

test('a counter that began anew is no rate', async () => {
  await start()
  write('proc/net/dev', netDev(10, 2600))
  time.advance(2000)
  await settle()
  expect(io.numbers.networks[0]).toMatchObject({ inBytesPerSecond: 0, outBytesPerSecond: 300 })
})

test('by name, those there are; all; and without a default route what has moved something', async () => {
  wanted = { networks: 'eth1, eth7, lo', disks: 'sda1,sda' }
  await start()
  expect(names()).toEqual([
    ['eth1', 'lo'],
    ['sda1', 'sda'],
  ])
  wanted.networks = 'all'
  time.advance(2000)
  await settle()
  expect(names()[0]).toEqual(['eth0', 'eth1'])
  wanted.networks = 'auto'
  write('proc/net/route', '')
  write('proc/net/dev', netDev(0, 0))
  time.advance(2000)
  await settle()
  expect(names()[0]).toEqual(['eth1'])
})

test('nothing on a system without /proc', async () => {
  rmSync(join(root, 'proc'), { recursive: true })
  await start()
  expect(io.numbers).toEqual({ networks: [], disks: [] })
})
