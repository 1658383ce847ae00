import { describe, expect, test } from 'vitest'
import { AppError } from '../../base/errors.ts'
import { type AmfValue, decodeAmf0, encodeAmf0 } from '../../media/container/amf/amf0.ts'
import { splitAggregate } from './aggregate.ts'
import { courtesyAnswers, refusalCode } from './answers.ts'
import { type Command, connectResult, parseCommand } from './commands.ts'
import { MESSAGE, parseUserControl, type RtmpMessage, setPeerBandwidth, userControl } from './message.ts'

function message(type: number, payload: Uint8Array, timestamp = 0): RtmpMessage {
  return { type, timestamp, streamId: 1, chunkStreamId: 3, payload }
}

function call(name: string, transactionId: number, ...args: AmfValue[]): Command {
  return { name, transactionId, object: {}, args }
}

const connect = encodeAmf0('connect', 1, { app: 'live' }, 'secret')

describe('commands', () => {
  test.each<[string, RtmpMessage]>([
    ['AMF0', message(MESSAGE.commandAmf0, connect)],
    ['AMF3 with its format byte', message(MESSAGE.commandAmf3, Buffer.concat([Uint8Array.of(0), connect]))],
    ['AMF3 without', message(MESSAGE.commandAmf3, connect)],
  ])('%s', (_name, input) => {
    expect(parseCommand(input)).toMatchObject({
      name: 'connect',
      transactionId: 1,
      object: { app: 'live' },
      args: ['secret'],
    })
  })

  test('an AMF3 object inside, as Flash sends it with objectEncoding 3', () => {
    const object = Buffer.from('110a0b0107617070060b6c6976653201', 'hex') // { app: 'live2' }
    const payload = Buffer.concat([Uint8Array.of(0), encodeAmf0('connect', 1), object])
    expect(parseCommand(message(MESSAGE.commandAmf3, payload))?.object['app']).toBe('live2')
  })

  test('no name, no command; missing fields have defaults', () => {
    expect(parseCommand(message(MESSAGE.commandAmf0, encodeAmf0(1, 2)))).toBeNull()
    expect(parseCommand(message(MESSAGE.commandAmf0, new Uint8Array(0)))).toBeNull()
    expect(parseCommand(message(MESSAGE.commandAmf0, encodeAmf0('x')))).toEqual(call('x', 0))
    expect(parseCommand(message(MESSAGE.commandAmf0, encodeAmf0('x', 'y', [1], null)))).toEqual(call('x', 0, null))
  })

  test('connect is answered in kind', () => {
    const [, , , old] = decodeAmf0(connectResult(1, {}).payload)
    expect(old).toMatchObject({ code: 'NetConnection.Connect.Success', objectEncoding: 0 })
    expect(old).not.toHaveProperty('fourCcList')
    const [, , , amf3] = decodeAmf0(connectResult(1, { objectEncoding: 3 }).payload)
    expect(amf3).toMatchObject({ objectEncoding: 3 })
    const [name, id, properties] = decodeAmf0(connectResult(1, { fourCcList: ['hvc1'] }).payload)
    expect([name, id]).toEqual(['_result', 1])
    expect(properties).toMatchObject({
      capsEx: 0,
      fourCcList: expect.arrayContaining(['hvc1', 'av01', 'Opus']),
      videoFourCcInfoMap: { hvc1: 4, av01: 4 },
    })
  })
})

describe('answers', () => {
  const BAD_CALL = { level: 'error', code: 'NetConnection.Call.Failed', description: 'nonsense is not known here' }
  test.each<[string, Command, AmfValue[][]]>([
    ['createStream', call('createStream', 4), [['_result', 4, null, 1]]],
    ['releaseStream', call('releaseStream', 2, 'cam'), [['_result', 2, null, undefined]]],
    ['releaseStream that wants none', call('releaseStream', 0, 'cam'), []],
    ['getStreamLength', call('getStreamLength', 5, 'cam'), [['_result', 5, null, 0]]],
    ['_checkbw', call('_checkbw', 5), [['_result', 5, null, 0]]],
    [
      'FCPublish',
      call('FCPublish', 3, 'cam'),
      [
        ['_result', 3, null, undefined],
        ['onFCPublish', 0, null, { level: 'status', code: 'NetStream.Publish.Start', description: 'cam' }],
      ],
    ],
    [
      'FCSubscribe without an id',
      call('FCSubscribe', 0, 'cam'),
      [['onFCSubscribe', 0, null, { level: 'status', code: 'NetStream.Play.Start', description: 'cam' }]],
    ],
    [
      'FCUnpublish',
      call('FCUnpublish', 6, 'cam'),
      [
        ['_result', 6, null, undefined],
        ['onFCUnpublish', 0, null, { level: 'status', code: 'NetStream.Unpublish.Success', description: 'cam' }],
      ],
    ],
    ['seek', call('seek', 0, 1000), []],
    ['receiveAudio', call('receiveAudio', 0, false), []],
    ['publish is no courtesy', call('publish', 5, 'cam'), []],
    ['answers are not answered', call('_result', 5), []],
    ['unknown', call('nonsense', 7), [['_error', 7, null, BAD_CALL]]],
    ['unknown that wants no answer', call('nonsense', 0), []],
  ])('%s', (_name, input, want) => {
    expect(courtesyAnswers(input).map(answer => decodeAmf0(answer.payload))).toEqual(want)
  })

  test.each<['publish' | 'play', unknown, string]>([
    ['publish', new AppError('FORBIDDEN'), 'NetStream.Publish.Denied'],
    ['publish', new AppError('UNAUTHENTICATED'), 'NetStream.Publish.Denied'],
    ['publish', new AppError('STREAM_BUSY'), 'NetStream.Publish.BadName'],
    ['publish', new AppError('INVALID'), 'NetStream.Publish.BadName'],
    ['publish', new Error('x'), 'NetStream.Publish.Failed'],
    ['play', new AppError('STREAM_NOT_FOUND'), 'NetStream.Play.StreamNotFound'],
    ['play', new AppError('FORBIDDEN'), 'NetStream.Play.Failed'],
    ['play', 'x', 'NetStream.Play.Failed'],
  ])('refused %s: %s', (action, error, code) => {
    expect(refusalCode(action, error)).toBe(code)
  })
})

test('user control and peer bandwidth have the bytes of RTMP 1.0 §7.1.7 and §5.4.5', () => {
  const ping = userControl(6, 0x01020304).payload
  expect(Buffer.from(ping).toString('hex')).toBe('000601020304')
  expect(parseUserControl(ping)).toEqual({ event: 6, value: 0x01020304, second: 0 })
  expect(parseUserControl(userControl(3, 1, 1000).payload)).toEqual({ event: 3, value: 1, second: 1000 })
  expect(parseUserControl(Uint8Array.of(0, 6, 1))).toBeNull()
  expect(Buffer.from(setPeerBandwidth(2_500_000).payload).toString('hex')).toBe('002625a002')
})

describe('aggregate messages', () => {
  const tag = (type: number, time: number, body: string) => {
    const bytes = Buffer.from(body, 'hex')
    const head = Buffer.alloc(11)
    head[0] = type
    head.writeUIntBE(bytes.length, 1, 3)
    head.writeUIntBE(time & 0xffffff, 4, 3)
    head[7] = time >>> 24
    const back = Buffer.alloc(4)
    back.writeUInt32BE(bytes.length + 11)
    return Buffer.concat([head, bytes, back])
  }
  const rows = (messages: RtmpMessage[]) =>
    messages.map(m => [m.type, m.timestamp, m.streamId, Buffer.from(m.payload).toString('hex')])

  test('times keep their distance to the first one, which has the time of the aggregate', () => {
    const payload = Buffer.concat([tag(8, 1000, 'aa'), tag(9, 1040, 'bbcc'), tag(8, 1021, '')])
    expect(rows(splitAggregate(message(MESSAGE.aggregate, payload, 5000)))).toEqual([
      [8, 5000, 1, 'aa'],
      [9, 5040, 1, 'bbcc'],
      [8, 5021, 1, ''],
    ])
  })

  test('times over 24 bits, and a wrap', () => {
    const payload = Buffer.concat([tag(8, 0x01000000, 'aa'), tag(8, 0x01000010, 'bb')])
    expect(rows(splitAggregate(message(MESSAGE.aggregate, payload, 0xfffffff8)))).toEqual([
      [8, 0xfffffff8, 1, 'aa'],
      [8, 8, 1, 'bb'],
    ])
  })

  test('a missing last back pointer is forgiven, a cut body is not', () => {
    const whole = tag(8, 0, 'aabb')
    expect(rows(splitAggregate(message(MESSAGE.aggregate, whole.subarray(0, -4))))).toHaveLength(1)
    expect(() => splitAggregate(message(MESSAGE.aggregate, whole.subarray(0, -5)))).toThrow(AppError)
  })
})
