import { type AmfObject, type AmfValue, decodeAmf0, encodeAmf0 } from '../../media/container/amf/amf0.ts'
import { CHUNK_STREAM, MESSAGE, MESSAGE_STREAM_ID, type RtmpMessage } from './message.ts'

/** A command message. RTMP 1.0 §7.2: name, transaction id, command object, arguments. */
export interface Command {
  readonly name: string
  /** 0 when no answer is wanted. */
  readonly transactionId: number
  readonly object: AmfObject
  readonly args: readonly AmfValue[]
}

/** `code` of onStatus and of errors, as the Flash documentation lists them. */
export type StatusCode =
  | 'NetConnection.Connect.Success'
  | 'NetConnection.Connect.Rejected'
  | 'NetConnection.Connect.Closed'
  | 'NetConnection.Call.Failed'
  | 'NetStream.Publish.Start'
  | 'NetStream.Publish.BadName'
  | 'NetStream.Publish.Denied'
  | 'NetStream.Publish.Failed'
  | 'NetStream.Unpublish.Success'
  | 'NetStream.Play.Reset'
  | 'NetStream.Play.Start'
  | 'NetStream.Play.Stop'
  | 'NetStream.Play.StreamNotFound'
  | 'NetStream.Play.Failed'
  | 'NetStream.Play.UnpublishNotify'
  | 'NetStream.Pause.Notify'
  | 'NetStream.Unpause.Notify'

/** AMF0 body of a command (20) or data (18) message, or of their AMF3 forms (17, 15), whose first byte selects AMF0. */
function decodeBody(message: RtmpMessage): AmfValue[] {
  const amf3 = message.type === MESSAGE.commandAmf3 || message.type === MESSAGE.dataAmf3
  // The AMF3 forms start with a format byte 0; encoders exist that leave it out, and no AMF0 command starts with 0.
  const skip = amf3 && message.payload[0] === 0 ? 1 : 0
  return decodeAmf0(message.payload.subarray(skip))
}

/** Null when the message does not begin with a name. Throws the errors of decodeAmf0. */
export function parseCommand(message: RtmpMessage): Command | null {
  const [name, transactionId, object, ...args] = decodeBody(message)
  if (typeof name !== 'string') return null
  return {
    name,
    transactionId: typeof transactionId === 'number' ? transactionId : 0,
    object: isObject(object) ? object : {},
    args,
  }
}

function isObject(value: AmfValue): value is AmfObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Date)
}

export function text(value: AmfValue): string {
  return typeof value === 'string' ? value : ''
}

export function objectOf(value: AmfValue): AmfObject {
  return isObject(value) ? value : {}
}

/** A command on the connection (message stream 0). */
export function command(name: string, transactionId: number, ...values: AmfValue[]): RtmpMessage {
  return commandOn(0, name, transactionId, ...values)
}

/** A command on the message stream. */
export function streamCommand(name: string, transactionId: number, ...values: AmfValue[]): RtmpMessage {
  return commandOn(MESSAGE_STREAM_ID, name, transactionId, ...values)
}

function commandOn(streamId: number, name: string, transactionId: number, ...values: AmfValue[]): RtmpMessage {
  return {
    type: MESSAGE.commandAmf0,
    timestamp: 0,
    streamId,
    chunkStreamId: CHUNK_STREAM.command,
    payload: encodeAmf0(name, transactionId, ...values),
  }
}

/** Answer to a call. */
export function result(transactionId: number, ...values: AmfValue[]): RtmpMessage {
  return command('_result', transactionId, ...values)
}

export function errorResult(transactionId: number, code: StatusCode, description: string): RtmpMessage {
  return command('_error', transactionId, null, { level: 'error', code, description })
}

/**
 * What a 302 carries, as FMS and SRS say it: `redirect` is for tcUrl, `redirect2` is the whole URL with the stream.
 * `url` is the latter, or the former when the stream is not known yet.
 */
function redirection(url: string, tcUrl: string): AmfObject {
  return {
    level: 'error',
    code: 'NetConnection.Connect.Rejected' satisfies StatusCode,
    description: 'RTMP 302 Redirect',
    ex: { code: 302, redirect: tcUrl, redirect2: url },
  }
}

/** Answer to connect: come to `tcUrl`. */
export function redirectConnect(transactionId: number, tcUrl: string): RtmpMessage {
  return command('_error', transactionId, null, redirection(tcUrl, tcUrl))
}

/** Answer to publish or play: come to `url`, which has app and stream. */
export function redirectStream(url: string): RtmpMessage {
  return streamCommand('onStatus', 0, null, redirection(url, url.slice(0, url.replace(/\?.*/s, '').lastIndexOf('/'))))
}

/** §7.2.2: onStatus on the message stream. */
export function onStatus(level: 'status' | 'error', code: StatusCode, description: string): RtmpMessage {
  return streamCommand('onStatus', 0, null, { level, code, description, details: '', clientid: '1' })
}

/** Success of connect, with the answer to what E-RTMP v2 ('enhanced RTMP') clients announce. */
export function connectResult(transactionId: number, object: AmfObject): RtmpMessage {
  const encoding = object['objectEncoding']
  const information: Record<string, AmfValue> = {
    level: 'status',
    code: 'NetConnection.Connect.Success',
    description: 'Connection succeeded.',
    // We answer in AMF0; a client that offered AMF3 understands both.
    objectEncoding: encoding === 3 ? 3 : 0,
  }
  const properties: Record<string, AmfValue> = { fmsVer: 'FMS/3,5,7,7009', capabilities: 31, mode: 1 }
  if ('fourCcList' in object || 'videoFourCcInfoMap' in object || 'audioFourCcInfoMap' in object) {
    // The text leaves open which of the two objects is the server's, and clients look in either.
    Object.assign(properties, ENHANCED)
    Object.assign(information, ENHANCED)
  }
  return result(transactionId, properties, information)
}

/** E-RTMP v2 §"Enhancing NetConnection connect Command": 4 = can forward, which is all a relay does with a codec. */
const CAN_FORWARD = 4

/** Client and server announce the same: codecs we carry, and none of the optional capsEx features. */
export const ENHANCED = {
  capsEx: 0,
  fourCcList: ['avc1', 'hvc1', 'av01', 'mp4a', 'Opus', '.mp3'],
  videoFourCcInfoMap: { avc1: CAN_FORWARD, hvc1: CAN_FORWARD, av01: CAN_FORWARD },
  audioFourCcInfoMap: { mp4a: CAN_FORWARD, Opus: CAN_FORWARD, '.mp3': CAN_FORWARD },
} as const satisfies AmfObject
