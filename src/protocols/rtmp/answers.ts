import { AppError } from '../../base/errors.ts'
import { encodeAmf0 } from '../../media/container/amf/amf0.ts'
import { type Command, command, errorResult, onStatus, result, type StatusCode, text } from './commands.ts'
import { CHUNK_STREAM, MESSAGE, MESSAGE_STREAM_ID, type RtmpMessage, USER_CONTROL, userControl } from './message.ts'

/** Longest name of an unknown command repeated in the answer. */
const MAX_NAME_LENGTH = 64

/**
 * What a client gets for the commands that want politeness only: encoders wait for some of these answers and need
 * none of what they ask for. Empty for commands that start or end something, and where no answer is wanted
 * (transaction id 0).
 */
export function courtesyAnswers(call: Command): RtmpMessage[] {
  const name = text(call.args[0])
  switch (call.name) {
    case 'createStream':
      return answer(call, MESSAGE_STREAM_ID)
    case 'getStreamLength': // a live stream has none
    case '_checkbw':
      return answer(call, 0)
    case 'FCPublish':
      return [...answer(call), notice('onFCPublish', 'NetStream.Publish.Start', name)]
    case 'FCSubscribe':
      return [...answer(call), notice('onFCSubscribe', 'NetStream.Play.Start', name)]
    case 'FCUnpublish':
      return [...answer(call), notice('onFCUnpublish', 'NetStream.Unpublish.Success', name)]
    case 'releaseStream':
    case 'FCUnsubscribe':
    case 'seek': // nothing to seek in
    case 'receiveAudio':
    case 'receiveVideo':
      return answer(call)
    case 'pause':
    case 'publish':
    case 'play':
    case 'play2':
    case 'closeStream':
    case 'deleteStream':
    case '_result':
    case '_error':
    case 'onStatus':
      return []
  }
  if (call.transactionId === 0) return []
  const description = `${call.name.slice(0, MAX_NAME_LENGTH)} is not known here`
  return [errorResult(call.transactionId, 'NetConnection.Call.Failed', description)]
}

export function publishStart(): RtmpMessage[] {
  return [
    userControl(USER_CONTROL.streamBegin, MESSAGE_STREAM_ID),
    onStatus('status', 'NetStream.Publish.Start', 'Publishing.'),
  ]
}

/** What a player is told before its first frame. */
export function playStart(): RtmpMessage[] {
  return [
    userControl(USER_CONTROL.streamBegin, MESSAGE_STREAM_ID),
    onStatus('status', 'NetStream.Play.Reset', 'Playing and resetting.'),
    onStatus('status', 'NetStream.Play.Start', 'Playing.'),
    {
      type: MESSAGE.dataAmf0,
      timestamp: 0,
      streamId: MESSAGE_STREAM_ID,
      chunkStreamId: CHUNK_STREAM.data,
      payload: encodeAmf0('|RtmpSampleAccess', true, true),
    },
  ]
}

/** The stream is over. */
export function playEnd(reason: string): RtmpMessage[] {
  return [
    onStatus('status', 'NetStream.Play.UnpublishNotify', reason),
    userControl(USER_CONTROL.streamEof, MESSAGE_STREAM_ID),
    onStatus('status', 'NetStream.Play.Stop', reason),
  ]
}

/** The code for a refused publish or play; players show it, encoders decide by it whether to try again. */
export function refusalCode(action: 'publish' | 'play', error: unknown): StatusCode {
  const code = error instanceof AppError ? error.code : null
  if (action === 'play') return code === 'STREAM_NOT_FOUND' ? 'NetStream.Play.StreamNotFound' : 'NetStream.Play.Failed'
  if (code === 'FORBIDDEN' || code === 'UNAUTHENTICATED') return 'NetStream.Publish.Denied'
  return code === 'STREAM_BUSY' || code === 'INVALID' ? 'NetStream.Publish.BadName' : 'NetStream.Publish.Failed'
}

function answer(call: Command, value?: number): RtmpMessage[] {
  return call.transactionId > 0 ? [result(call.transactionId, null, value)] : []
}

function notice(name: string, code: StatusCode, description: string): RtmpMessage {
  return command(name, 0, null, { level: 'status', code, description })
}
