import { randomBytes } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { ClientHandshake, type Schema, ServerHandshake } from './handshake.ts'

const SIZE = 1536

function run(client: ClientHandshake, pieceBytes: number) {
  const server = new ServerHandshake()
  const toServer: Uint8Array[] = [client.hello]
  const toClient: Uint8Array[] = []
  const done = { client: false, server: false }
  let reply = Buffer.alloc(0)
  for (let rounds = 0; rounds < 5; rounds++) {
    for (const bytes of toServer.splice(0)) {
      for (let at = 0; at < bytes.length; at += pieceBytes) {
        const step = server.push(bytes.subarray(at, at + pieceBytes))
        if (step.reply.length > 0) toClient.push(step.reply)
        done.server = step.done
      }
    }
    for (const bytes of toClient.splice(0)) {
      reply = Buffer.concat([reply, bytes])
      for (let at = 0; at < bytes.length; at += pieceBytes) {
        const step = client.push(bytes.subarray(at, at + pieceBytes))
        if (step.reply.length > 0) toServer.push(step.reply)
        done.client = step.done
      }
    }
  }
  return { done, reply }
}

describe('both sides', () => {
  for (const schema of [0, 1, 'simple'] as (Schema | 'simple')[]) {
    for (const pieceBytes of [1, 100, 1536, 4096]) {
      test(`schema ${schema} in pieces of ${pieceBytes} bytes`, () => {
        const client = new ClientHandshake(schema)
        const { done, reply } = run(client, pieceBytes)
        expect(done).toEqual({ client: true, server: true })
        expect(reply.length).toBe(1 + SIZE + SIZE)
        // S2 echoes C1 only when there is no digest in it.
        expect(reply.subarray(1 + SIZE).equals(client.hello.subarray(1))).toBe(schema === 'simple')
      })
    }
  }
})

test('what follows the handshake is handed on', () => {
  const server = new ServerHandshake()
  const client = new ClientHandshake()
  const step = server.push(Buffer.concat([client.hello, Buffer.alloc(SIZE), Uint8Array.of(1, 2, 3)]))
  expect(step.done).toBe(true)
  expect([...step.rest]).toEqual([1, 2, 3])
  const answer = client.push(Buffer.concat([step.reply, Uint8Array.of(4)]))
  expect(answer.done).toBe(true)
  expect([...answer.rest]).toEqual([4])
})

test('the client answers a server without digest with its S1', () => {
  const s1 = randomBytes(SIZE)
  s1.fill(0, 0, 8)
  const step = new ClientHandshake().push(Buffer.concat([Uint8Array.of(3), s1, randomBytes(SIZE)]))
  expect(step.done).toBe(true)
  expect(Buffer.compare(step.reply, s1)).toBe(0)
})

test('a C1 that only looks like a digest one gets the simple answer', () => {
  const c1 = randomBytes(SIZE)
  c1[4] = 9
  const step = new ServerHandshake().push(Buffer.concat([Uint8Array.of(3), c1]))
  expect(Buffer.compare(step.reply.subarray(1 + SIZE), c1)).toBe(0)
})

test.each([
  [6, 'RTMPE'],
  [8, 'RTMPE'],
  [0x47, 'version 71'],
  [0x16, 'version 22'],
  [0, 'version 0'],
])('first byte %i is refused at once', (version, word) => {
  expect(() => new ServerHandshake().push(Uint8Array.of(version))).toThrow(word)
  expect(() => new ClientHandshake().push(Uint8Array.of(version))).toThrow(word)
})
