import { u32be } from '../../base/bytes.ts'

/** Message type ids. RTMP 1.0 §5.4, §7.1. */
export const MESSAGE = {
  setChunkSize: 1,
  abort: 2,
  acknowledgement: 3,
  userControl: 4,
  windowAckSize: 5,
  setPeerBandwidth: 6,
  audio: 8,
  video: 9,
  dataAmf3: 15,
  commandAmf3: 17,
  dataAmf0: 18,
  commandAmf0: 20,
  aggregate: 22,
} as const

/** User control event types. RTMP 1.0 §7.1.7. */
export const USER_CONTROL = {
  streamBegin: 0,
  streamEof: 1,
  streamDry: 2,
  setBufferLength: 3,
  streamIsRecorded: 4,
  pingRequest: 6,
  pingResponse: 7,
} as const

/** Chunk streams we send on. 2 is reserved for protocol control; 4 and 6 are what encoders use for audio and video. */
export const CHUNK_STREAM = { control: 2, command: 3, audio: 4, data: 5, video: 6 } as const

/** The message stream id of everything we publish and play: one stream per connection, so all viewers share bytes. */
export const MESSAGE_STREAM_ID = 1

/** The 24 bits of the message length field; past it nothing can be written or announced. */
export const MAX_MESSAGE_BYTES = 0xffffff

/** A message header without its length, which is that of the payload. */
export interface MessageHeader {
  readonly type: number
  /** Milliseconds, 32 bits; wraps after 49.7 days. */
  readonly timestamp: number
  readonly streamId: number
  readonly chunkStreamId: number
}

export interface RtmpMessage extends MessageHeader {
  /** Owned by whoever receives the message; nobody else writes into it. */
  readonly payload: Uint8Array
}

export interface ControlMessage extends MessageHeader {
  readonly payload: Uint8Array
}

function control(type: number, payload: Uint8Array): ControlMessage {
  return { type, timestamp: 0, streamId: 0, chunkStreamId: CHUNK_STREAM.control, payload }
}

function u32(...values: number[]): Buffer {
  const bytes = Buffer.allocUnsafe(4 * values.length)
  for (const [index, value] of values.entries()) bytes.writeUInt32BE(value >>> 0, index * 4)
  return bytes
}

/** §5.4.1. */
export function setChunkSize(bytes: number): ControlMessage {
  return control(MESSAGE.setChunkSize, u32(bytes & 0x7fffffff))
}

/** §5.4.3: `received` is the count of bytes since the start, modulo 2^32. */
export function acknowledgement(received: number): ControlMessage {
  return control(MESSAGE.acknowledgement, u32(received % 0x100000000))
}

/** §5.4.4. */
export function windowAckSize(bytes: number): ControlMessage {
  return control(MESSAGE.windowAckSize, u32(bytes))
}

/** §5.4.5 with limit type 2, dynamic. */
export function setPeerBandwidth(bytes: number): ControlMessage {
  return control(MESSAGE.setPeerBandwidth, Buffer.concat([u32(bytes), Uint8Array.of(2)]))
}

/** §7.1.7: event type and its values, 32 bits each. */
export function userControl(event: number, ...values: number[]): ControlMessage {
  const payload = Buffer.allocUnsafe(2 + 4 * values.length)
  payload.writeUInt16BE(event, 0)
  payload.set(u32(...values), 2)
  return control(MESSAGE.userControl, payload)
}

export interface UserControlEvent {
  readonly event: number
  /** First 32-bit value: the stream id, or the timestamp of a ping. */
  readonly value: number
  /** Second 32-bit value (SetBufferLength: milliseconds), 0 when absent. */
  readonly second: number
}

/** Null when it is too short to be an event. */
export function parseUserControl(payload: Uint8Array): UserControlEvent | null {
  if (payload.length < 6) return null
  return { event: (payload[0]! << 8) | payload[1]!, value: u32be(payload, 2), second: u32be(payload, 6) }
}
