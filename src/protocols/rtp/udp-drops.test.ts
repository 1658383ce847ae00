import { createSocket, type Socket } from 'node:dgram'
import { once } from 'node:events'
import { expect, test } from 'vitest'
import { dropsIn, udpDrops } from './udp-drops.ts'

const TABLE = `  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode ref pointer drops
  335: 0100007F:7530 00000000:0000 07 00000000:00000000 00:00000000 00000000  1000        0 51871 2 0000000000000000 1169
  335: 0100007F:7530 00000000:0000 07 00000000:0002A780 00:00000000 00000000  1000        0 51872 2 0000000000000000 31
  336: 0100007F:7531 0100007F:7530 07 00000000:00000000 00:00000000 00000000  1000        0 51873 2 0000000000000000 5
`

test('all sockets of the port together', () => {
  expect([dropsIn(TABLE, 30_000), dropsIn(TABLE, 30_001), dropsIn(TABLE, 30_002)]).toEqual([1200, 5, 0])
})

test.runIf(process.platform === 'linux')('a socket that nobody reads', async () => {
  const socket: Socket = createSocket({ type: 'udp4', recvBufferSize: 4096 })
  socket.bind(0, '127.0.0.1')
  await once(socket, 'listening')
  const { port } = socket.address()
  const sender = createSocket('udp4')
  expect(await udpDrops(port)).toBe(0)
  // the loop does not turn between the datagrams, so that nobody reads
  for (let count = 0; count < 100; count++) sender.send(Buffer.alloc(1000), port, '127.0.0.1')
  await expect.poll(() => udpDrops(port)).toBeGreaterThan(0)
  for (const each of [socket, sender]) each.close()
})
