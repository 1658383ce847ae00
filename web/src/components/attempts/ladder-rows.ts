/** One message of an attempt, as the platform kept it. */
export interface LadderMessage {
  /** Milliseconds after the start of the attempt. */
  readonly ms: number
  /** in: the device sent it. */
  readonly direction: 'in' | 'out'
  /** First line. */
  readonly line: string
  readonly text: string
  readonly local: string
  readonly remote: string
  readonly transport: string
}

export type Figures = Readonly<Record<string, string | number | boolean | null>>

export type Tone = 'good' | 'bad' | 'asked' | 'plain'

export type LadderRow =
  | {
      readonly kind: 'message'
      readonly key: string
      readonly ms: number
      readonly direction: 'in' | 'out'
      /** `INVITE`, `200 OK`. */
      readonly label: string
      /** What it is about: the request it answers, the command in its body. */
      readonly about: string
      readonly tone: Tone
      /** The same message as before: nobody had answered. */
      readonly again: boolean
      readonly message: LadderMessage
    }
  /** Nothing for a while. */
  | { readonly kind: 'pause'; readonly key: string; readonly ms: number }
  /** Messages that were not kept. */
  | { readonly kind: 'skipped'; readonly key: string; readonly count: number }
  | { readonly kind: 'media'; readonly key: string; readonly direction: 'in' | 'out'; readonly media: LadderMedia }

export interface LadderMedia {
  readonly packets: number
  readonly lost: number
  readonly refused: number
  readonly frames: number
  readonly keyframes: number
  readonly codec: string
  readonly tone: Tone
}

/** A silence worth drawing; retransmissions begin at 500 ms (RFC 3261 T1). */
const PAUSE_MS = 1000
const STATUS = /^SIP\/2\.0 (\d{3}) (.*)$/
const CSEQ = /^(?:CSeq)\s*:\s*(\d+)\s+(\w+)/im
const COMMAND = /<CmdType>\s*([^<]{1,64}?)\s*<\/CmdType>/
const RTSP = /^(PLAY|PAUSE|TEARDOWN) (?:RTSP|MANSRTSP)\//m
const SESSION = /^s=(Play|Playback|Download|Talk)\s*$/im

function toneOf(status: number): Tone {
  if (status < 300) return status < 200 ? 'plain' : 'good'
  return status === 401 || status === 407 || status < 400 ? 'asked' : 'bad'
}

function messageRow(message: LadderMessage, index: number, seen: Set<string>): LadderRow {
  const { ms, direction, line, text } = message
  const status = STATUS.exec(line)
  const method = line.split(' ', 1)[0] ?? ''
  const [, number = '', of = ''] = CSEQ.exec(text) ?? []
  const inside = COMMAND.exec(text)?.[1] ?? SESSION.exec(text)?.[1] ?? RTSP.exec(text)?.[1] ?? ''
  const identity = `${direction} ${line} ${number} ${inside}`
  // ACK and responses are sent again because a request was
  const again = number !== '' && seen.has(identity)
  seen.add(identity)
  return {
    kind: 'message',
    key: `${index}`,
    ms,
    direction,
    label: status === null ? method : `${status[1]} ${status[2]}`,
    about: status === null ? inside : of,
    tone: status === null ? 'plain' : toneOf(Number(status[1])),
    again,
    message,
  }
}

const number = (value: Figures[string] | undefined): number => (typeof value === 'number' ? value : 0)

/** The counters of the media; null for attempts that have none, or that ended before any were awaited. */
function mediaOf(kind: string, figures: Figures): LadderMedia | null {
  if (typeof figures['packets'] !== 'number') return null
  const { frames, keyframes, lost, packets, refused } = figures
  return {
    packets,
    lost: number(lost),
    refused: number(refused),
    frames: number(frames),
    keyframes: number(keyframes),
    codec: typeof figures['codec'] === 'string' ? figures['codec'] : '',
    // of a voice there are no frames to count
    tone: (kind === 'talk' ? packets : number(keyframes)) > 0 ? 'good' : 'bad',
  }
}

/** What is drawn, from top to bottom: messages in their order, silences, and the media where they flow. */
export function ladderRows(
  kind: string,
  messages: readonly LadderMessage[],
  figures: Figures,
  pauseMs = PAUSE_MS,
): readonly LadderRow[] {
  const rows: LadderRow[] = []
  const seen = new Set<string>()
  const skipped = number(figures['skipped'])
  const media = mediaOf(kind, figures)
  let before: LadderMessage | undefined
  for (const [index, message] of messages.entries()) {
    const silence = message.ms - (before?.ms ?? 0)
    if (before !== undefined && silence >= pauseMs) rows.push({ kind: 'pause', key: `pause ${index}`, ms: silence })
    // the recorder keeps the first and the last half
    if (skipped > 0 && index === Math.floor(messages.length / 2))
      rows.push({ kind: 'skipped', key: 'skipped', count: skipped })
    rows.push(messageRow(message, index, seen))
    before = message
  }
  if (media !== null) {
    const row: LadderRow = { kind: 'media', key: 'media', direction: kind === 'talk' ? 'out' : 'in', media }
    const end = rows.findIndex(each => each.kind === 'message' && each.label === 'BYE')
    const at = end < 0 ? rows.length : rows[end - 1]?.kind === 'pause' ? end - 1 : end
    rows.splice(at, 0, row)
  }
  return rows
}
