/** Whose fault it is decides the log level, the HTTP status and whether to retry. */
export type Fault = 'peer' | 'caller' | 'ours' | 'environment'

interface CodeEntry {
  readonly fault: Fault
  /** HTTP status when the error reaches an HTTP caller. */
  readonly http: number
  /** Message; `{name}` is replaced by the detail of that name. */
  readonly text: string
  /** What the reader can do about it; `{name}` as in the text. */
  readonly hint?: string
  /** The details go to HTTP callers too: ids to ask further with. */
  readonly tellsDetails?: boolean
}

/** The closed list of errors; `docs/reference/errors.md` is compared with it in both directions by a test. */
export const ERROR_CODES = {
  // parsing what a peer sent
  BYTES_TOO_SHORT: { fault: 'peer', http: 502, text: '{what} needs {needed} bytes, {available} are left' },
  BYTES_INVALID: { fault: 'peer', http: 502, text: '{what} is not valid: {reason}' },
  LIMIT_EXCEEDED: { fault: 'peer', http: 502, text: '{what} of {size} is over the limit of {limit}' },
  CODEC_UNSUPPORTED: { fault: 'peer', http: 415, text: '{codec} is not supported in {container}' },
  PEER_TIMEOUT: { fault: 'peer', http: 504, text: 'nothing received for {ms} ms while waiting for {what}' },
  PEER_REFUSED: { fault: 'peer', http: 502, text: '{peer} refused: {reason}' },
  ROUTE_LOOP: { fault: 'peer', http: 502, text: '{channel} would go back to {peer}, where it comes from' },
  // asking for something
  STREAM_NOT_FOUND: {
    fault: 'caller',
    http: 404,
    text: 'no stream is being published at {path}',
    hint: 'start the publisher, or check space, app and name of the URL',
  },
  STREAM_BUSY: {
    fault: 'caller',
    http: 409,
    text: '{path} is already being published by {by}',
    hint: 'stop the other publisher or kick it',
  },
  UNAUTHENTICATED: {
    fault: 'caller',
    http: 401,
    text: 'credentials are missing or wrong',
    hint: 'log in and send the token',
  },
  /** The URL is not in the text: it has the caller's key, and texts are logged. */
  MOVED: { fault: 'caller', http: 302, text: 'this node sends newcomers elsewhere' },
  FORBIDDEN: { fault: 'caller', http: 403, text: '{action} is not allowed: {reason}' },
  NOT_FOUND: { fault: 'caller', http: 404, text: '{what} {id} does not exist' },
  CONFLICT: { fault: 'caller', http: 409, text: '{what} {id} already exists' },
  LAST_ADMINISTRATOR: {
    fault: 'caller',
    http: 409,
    text: '{name} is the last administrator',
    hint: 'make somebody else administrator first',
  },
  SPACE_NOT_EMPTY: {
    fault: 'caller',
    http: 409,
    text: 'space {space} has {streams} streams',
    hint: 'delete them first, or repeat with force=<name of the space> to delete them with it',
  },
  IN_USE: { fault: 'caller', http: 409, text: '{what} {id} is used by {by}', hint: 'take it off there first' },
  RECORDING_KEPT: { fault: 'caller', http: 409, text: 'recording {id} is kept: {reason}' },
  LIMIT_REACHED: { fault: 'caller', http: 409, text: '{what}: the limit of {limit} is reached' },
  INVALID: { fault: 'caller', http: 400, text: '{field}: {reason}' },
  TOO_MANY_REQUESTS: { fault: 'caller', http: 429, text: 'too many attempts, try again in {seconds} s' },
  KEY_REUSED: {
    fault: 'caller',
    http: 422,
    text: 'Idempotency-Key {key} was used for another request',
    hint: 'make a new key for each request, and repeat a request unchanged',
  },
  KEY_IN_USE: {
    fault: 'caller',
    http: 409,
    text: 'the request with Idempotency-Key {key} was begun, and its answer is not there to be repeated',
    hint: 'look whether it was done; it is still being worked on, was cut off, or its answer had a secret',
  },
  PAYLOAD_TOO_LARGE: { fault: 'caller', http: 413, text: 'body is over the limit of {limit} bytes' },
  VIEWER_LIMIT: { fault: 'caller', http: 503, text: 'the limit of {limit} viewers is reached' },
  // devices
  DEVICE_OFFLINE: {
    fault: 'environment',
    http: 503,
    text: 'device {device} is {state}: {reason}',
    hint: 'look at power and network of the device, and at the server address it has',
    tellsDetails: true,
  },
  DEVICE_FAILED: { fault: 'peer', http: 502, text: '{summary}', hint: '{advice}', tellsDetails: true },
  DEVICE_UNSUITABLE: { fault: 'caller', http: 409, text: '{device}: {reason}', hint: '{advice}' },
  PROTOCOL_UNSUPPORTED: {
    fault: 'caller',
    http: 422,
    text: 'devices of protocol {protocol} are not accepted',
    hint: 'switch the device to GB/T 28181, or let it push RTMP to a stream; private protocols of makers need a gateway',
  },
  // the machine, the network, ourselves
  CONFIG_INVALID: { fault: 'caller', http: 400, text: '{file}: {key} is {value}, allowed: {allowed}' },
  CONFIG_UNREADABLE: { fault: 'caller', http: 400, text: '{file}: {reason}' },
  NODE_UNAVAILABLE: {
    fault: 'environment',
    http: 503,
    text: 'node {node} is not connected',
    hint: 'the node process is starting, stopped or cannot reach the platform',
  },
  NODE_ON: {
    fault: 'caller',
    http: 409,
    text: 'node {node} is connected',
    hint: 'drain it, stop its process, then delete it',
  },
  NOT_READY: { fault: 'environment', http: 503, text: '{what} is not ready yet', hint: 'try again in a moment' },
  LINK_CLOSED: { fault: 'environment', http: 503, text: 'the link to {peer} is closed' },
  LINK_VERSION: {
    fault: 'environment',
    http: 426,
    text: 'link version {theirs} of {peer} does not match ours, {ours}',
  },
  DATABASE_LOCKED: { fault: 'environment', http: 503, text: '{file} is used by another process{owner}' },
  DATABASE_UNAVAILABLE: {
    fault: 'environment',
    http: 503,
    text: '{database} is not available: {reason}',
    hint: 'start PostgreSQL, or check the address in `database`; what was confirmed is kept',
  },
  DATABASE_REFUSED: {
    fault: 'environment',
    http: 503,
    text: '{database} refuses us: {reason}',
    hint: 'check user, password and name of the database in `database`',
  },
  DATABASE_UNSUITABLE: { fault: 'environment', http: 503, text: '{database} cannot be used: {reason}' },
  DATABASE_FULL: {
    fault: 'environment',
    http: 507,
    text: 'no space is left for {database}',
    hint: 'make space; what was confirmed is kept',
  },
  DATABASE_DAMAGED: {
    fault: 'environment',
    http: 503,
    text: '{file} is damaged: {reason}',
    hint: 'restore a backup: sightline restore FILE',
  },
  STORE_FULL: {
    fault: 'environment',
    http: 507,
    text: 'no space is left in store {store}',
    hint: 'make space; recording goes on by itself',
  },
  STORE_UNAVAILABLE: { fault: 'environment', http: 503, text: 'store {store} cannot be used: {reason}' },
  BACKUP_FAILED: { fault: 'environment', http: 503, text: 'backup to {file} failed: {reason}' },
  RESTORE_REFUSED: { fault: 'caller', http: 409, text: '{file} is not restored: {reason}' },
  PORT_IN_USE: {
    fault: 'environment',
    http: 503,
    text: '{key}: port {port} is in use',
    hint: 'stop the other program or choose another port',
  },
  FFMPEG_FAILED: {
    fault: 'environment',
    http: 503,
    text: 'ffmpeg failed: {reason}',
    hint: 'see that ffmpeg is installed: sightline doctor',
  },
  INTERNAL: {
    fault: 'ours',
    http: 500,
    text: '{what} failed',
    hint: 'the log has the details under the same trace id',
  },
} as const satisfies Record<string, CodeEntry>

export type ErrorCode = keyof typeof ERROR_CODES
export type ErrorDetails = Readonly<Record<string, string | number>>

export class AppError extends Error {
  readonly code: ErrorCode
  readonly fault: Fault
  readonly http: number
  readonly hint: string | undefined
  readonly details: ErrorDetails

  constructor(code: ErrorCode, details: ErrorDetails = {}, options?: { cause?: unknown }) {
    const entry: CodeEntry = ERROR_CODES[code]
    const filled = (text: string) => text.replace(/\{(\w+)\}/g, (_, key: string) => String(details[key] ?? '?'))
    super(filled(entry.text), options)
    this.name = 'AppError'
    this.code = code
    this.fault = entry.fault
    this.http = entry.http
    this.hint = entry.hint && filled(entry.hint)
    this.details = details
  }

  /** What HTTP callers get of the details. */
  get toldDetails(): ErrorDetails | undefined {
    const entry: CodeEntry = ERROR_CODES[this.code]
    return entry.tellsDetails ? this.details : undefined
  }
}

/** One line for a log field: the message, and the code where there is one. */
export function errorText(error: unknown): string {
  if (error instanceof AppError) return `${error.code}: ${error.message}`
  return error instanceof Error ? error.message : String(error)
}
