import { describe, expect, test } from 'vitest'
import { ChunkReader, MAX_CHUNK_STREAMS } from './chunk-reader.ts'
import { writeMessage } from './chunk-writer.ts'
import { MESSAGE, type RtmpMessage, setChunkSize } from './message.ts'

const hex = (text: string) => Buffer.from(text.replace(/\s/g, ''), 'hex')
const bytesOf = (length: number, from = 0) => Buffer.from(Array.from({ length }, (_, i) => (i * 7 + from) & 0xff))

function read(bytes: Uint8Array, pieceBytes = bytes.length, maxMessageBytes?: number): RtmpMessage[] {
  const messages: RtmpMessage[] = []
  const reader = new ChunkReader(message => messages.push(message), maxMessageBytes)
  for (let at = 0; at < bytes.length; at += pieceBytes) reader.push(Buffer.from(bytes.subarray(at, at + pieceBytes)))
  return messages
}

function header(chunkStreamId: number, timestamp: number, type: number = MESSAGE.video, streamId = 1) {
  return { type, timestamp, streamId, chunkStreamId }
}

/** name, bytes, [type, timestamp, message stream, chunk stream, payload hex] */
const TABLE: [string, string, [number, number, number, number, string][]][] = [
  ['fmt 0', '04 000010 000002 08 01000000 aabb', [[8, 16, 1, 4, 'aabb']]],
  ['no payload', '04 000010 000000 08 01000000', [[8, 16, 1, 4, '']]],
  [
    'fmt 1 adds a delta and keeps the message stream',
    '04 000010 000002 08 01000000 aabb 44 000005 000001 09 cc',
    [
      [8, 16, 1, 4, 'aabb'],
      [9, 21, 1, 4, 'cc'],
    ],
  ],
  [
    'fmt 2 keeps length and type, fmt 3 repeats the delta',
    '04 000010 000001 08 01000000 aa 84 000005 bb c4 cc',
    [
      [8, 16, 1, 4, 'aa'],
      [8, 21, 1, 4, 'bb'],
      [8, 26, 1, 4, 'cc'],
    ],
  ],
  [
    'fmt 3 behind fmt 0 adds its timestamp (RTMP 1.0 5.3.1.2.4)',
    '04 000010 000001 08 01000000 aa c4 bb',
    [
      [8, 16, 1, 4, 'aa'],
      [8, 32, 1, 4, 'bb'],
    ],
  ],
  ['two-byte chunk stream id', '00 05 000000 000001 08 01000000 aa', [[8, 0, 1, 69, 'aa']]],
  ['three-byte chunk stream id', '01 0102 000000 000001 08 01000000 aa', [[8, 0, 1, 577, 'aa']]],
  ['extended timestamp', '04 ffffff 000001 08 01000000 01000000 aa', [[8, 0x1000000, 1, 4, 'aa']]],
  [
    'extended delta',
    '04 000001 000001 08 01000000 aa 84 ffffff 01000000 bb',
    [
      [8, 1, 1, 4, 'aa'],
      [8, 0x1000001, 1, 4, 'bb'],
    ],
  ],
  [
    'timestamps wrap at 32 bits',
    '04 ffffff 000001 08 01000000 ffffffff aa 84 000002 bb',
    [
      [8, 0xffffffff, 1, 4, 'aa'],
      [8, 1, 1, 4, 'bb'],
    ],
  ],
  [
    'fmt 1 without a fmt 0 before, as librtmp sends',
    '42 000000 000006 04 000600000001',
    [[4, 0, 0, 2, '000600000001']],
  ],
  [
    'a new header ends an unfinished message',
    `04 000010 000090 08 01000000 ${'aa'.repeat(128)} 04 000020 000001 08 01000000 bb`,
    [[8, 32, 1, 4, 'bb']],
  ],
  [
    'interleaved chunk streams',
    `04 000010 000082 08 01000000 ${'aa'.repeat(128)} 06 000011 000001 09 01000000 bb c4 aaaa`,
    [
      [9, 17, 1, 6, 'bb'],
      [8, 16, 1, 4, 'aa'.repeat(130)],
    ],
  ],
  [
    'abort',
    `04 000010 000082 08 01000000 ${'aa'.repeat(128)} 02 000000 000004 02 00000000 00000004 84 000001 ${'bb'.repeat(128)} c4 bbbb`,
    [
      [2, 0, 0, 2, '00000004'],
      [8, 17, 1, 4, 'bb'.repeat(130)],
    ],
  ],
]

describe('reading', () => {
  for (const [name, text, want] of TABLE) {
    test.each([1, 2, 3, 5, 10_000])(`${name}, in pieces of %i`, pieceBytes => {
      const got = read(hex(text), pieceBytes)
      const rows = got.map(m => [
        m.type,
        m.timestamp,
        m.streamId,
        m.chunkStreamId,
        Buffer.from(m.payload).toString('hex'),
      ])
      expect(rows).toEqual(want)
    })
  }

  test('payloads do not share memory with the input', () => {
    const input = hex('04 000010 000002 08 01000000 aabb')
    const [message] = read(input)
    input.fill(0)
    expect(Buffer.from(message!.payload).toString('hex')).toBe('aabb')
  })

  test('an encoder that does not repeat the extended timestamp in fmt 3', () => {
    const payload = bytesOf(300)
    const head = hex('04 ffffff 00012c 08 01000000 01000000')
    const chunks = [payload.subarray(0, 128), payload.subarray(128, 256), payload.subarray(256)]
    const without = Buffer.concat([head, chunks[0]!, hex('c4'), chunks[1]!, hex('c4'), chunks[2]!])
    const repeated = Buffer.concat([head, chunks[0]!, hex('c4 01000000'), chunks[1]!, hex('c4 01000000'), chunks[2]!])
    for (const bytes of [without, repeated]) {
      for (let pieceBytes = 1; pieceBytes < 340; pieceBytes++) {
        const [message] = read(bytes, pieceBytes)
        expect(message?.timestamp).toBe(0x1000000)
        expect(payload.equals(message!.payload)).toBe(true)
      }
    }
  })

  test('a last chunk of one byte without repeated timestamp, and what follows it', () => {
    const payload = bytesOf(129)
    const bytes = Buffer.concat([
      hex('04 ffffff 000081 08 01000000 01000000'),
      payload.subarray(0, 128),
      hex('c4'),
      payload.subarray(128),
      hex('06 000000 000001 09 01000000 cc'),
    ])
    for (const pieceBytes of [1, 2, 3, 4, 5, 147, 148, 1000]) {
      const got = read(bytes, pieceBytes)
      expect(got.map(m => m.type)).toEqual([8, 9])
      expect(payload.equals(got[0]!.payload)).toBe(true)
    }
  })

  test('partial messages are counted and given back', () => {
    const reader = new ChunkReader(() => {})
    reader.push(hex(`04 000010 010000 08 01000000 ${'aa'.repeat(128)}`))
    expect(reader.partialBytes).toBe(0x10000)
    reader.push(hex('02 000000 000004 02 00000000 00000004'))
    expect(reader.partialBytes).toBe(0)
  })
})

describe('refused', () => {
  test.each([
    ['fmt 3 on an unknown chunk stream', 'c4'],
    ['fmt 2 on an unknown chunk stream', '84 000000'],
    ['chunk size 0', '02 000000 000004 01 00000000 00000000'],
    ['chunk size over 31 bits', '02 000000 000004 01 00000000 ffffffff'],
    ['chunk size without a value', '02 000000 000000 01 00000000'],
  ])('%s', (_name, text) => {
    expect(() => read(hex(text))).toThrow('is not valid')
  })

  test('a message over the limit, before any of it came', () => {
    expect(() => read(hex('04 000000 000401 08 01000000'), 100, 1024)).toThrow('over the limit of 1024')
  })

  test('partial messages that are too large together', () => {
    const partial = (id: number) =>
      `${(id + 3).toString(16).padStart(2, '0')} 000000 000400 08 01000000 ${'00'.repeat(128)}`
    expect(() => read(hex(partial(0) + partial(1)), 100, 1024)).not.toThrow()
    expect(() => read(hex(partial(0) + partial(1) + partial(2)), 100, 1024)).toThrow('over the limit of 2048')
  })

  test('too many chunk streams', () => {
    const chunks = Array.from({ length: MAX_CHUNK_STREAMS + 1 }, (_, i) =>
      hex(`00 ${i.toString(16).padStart(2, '0')} 000000 000000 08 01000000`),
    )
    expect(() => read(Buffer.concat(chunks))).toThrow('chunk streams')
  })
})

describe('writing and reading', () => {
  for (const chunkBytes of [1, 127, 128, 4096, 60_000, 0x7fffffff]) {
    for (const timestamp of [0, 0xfffffe, 0xffffff, 0x1000000, 0xffffffff]) {
      test(`chunks of ${chunkBytes} at ${timestamp}`, () => {
        const size = chunkBytes < 100 ? 50 : 100_000
        const payload = [bytesOf(5), bytesOf(size), bytesOf(0), bytesOf(3)]
        const written = Buffer.concat([
          ...writeMessage(header(2, 0, MESSAGE.setChunkSize, 0), [setChunkSize(chunkBytes).payload], 128),
          ...writeMessage(header(6, timestamp), payload, chunkBytes),
          ...writeMessage(header(4, timestamp, MESSAGE.audio), [bytesOf(300)], chunkBytes),
        ])
        const [, video, audio] = read(written, 1500)
        expect(video).toMatchObject(header(6, timestamp))
        expect(Buffer.concat(payload).equals(video!.payload)).toBe(true)
        expect(audio).toMatchObject(header(4, timestamp, MESSAGE.audio))
        expect(bytesOf(300).equals(audio!.payload)).toBe(true)
      })
    }
  }

  test('the payload is not copied', () => {
    const payload = bytesOf(1000)
    const parts = writeMessage(header(6, 0), [payload], 300)
    const views = parts.filter(part => part.buffer === payload.buffer && part.length >= 100)
    expect(views.map(part => part.length)).toEqual([300, 300, 300, 100])
  })

  test('a message that does not fit the length field', () => {
    expect(() => writeMessage(header(6, 0), [new Uint8Array(0x1000000)], 60_000)).toThrow('over the limit')
  })
})
