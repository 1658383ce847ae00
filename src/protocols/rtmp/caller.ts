import type { AmfObject } from '../../media/container/amf/amf0.ts'
import { type Command, text } from './commands.ts'
import { parseStreamFields, type StreamTarget } from './url.ts'

/** What connect told us; it counts for every stream of the connection. */
export interface Caller {
  readonly app: string
  readonly tcUrl: string
  /** Page the player is in; '' when not sent. */
  readonly pageUrl: string
  /** Encoder's or player's own words; '' when not sent. */
  readonly flashVer: string
  readonly connectArguments: readonly string[]
}

export function parseCaller({ object, args }: Command): Caller {
  return {
    app: text(object['app']),
    tcUrl: text(object['tcUrl']),
    pageUrl: text(object['pageUrl']),
    flashVer: text(object['flashVer']) || encoderName(object),
    connectArguments: args.flatMap(value => (typeof value === 'string' ? [value] : [])),
  }
}

/** Where the caller's stream is. Throws AppError INVALID. */
export function targetOf(caller: Caller, stream: string): StreamTarget {
  return parseStreamFields({ ...caller, stream })
}

/** Encoders that send no flashVer may name themselves elsewhere. */
function encoderName(object: AmfObject): string {
  return text(object['encoder']) || text(object['swfUrl'])
}
