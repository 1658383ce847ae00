import type { Clock } from '../../base/clock.ts'
import { AppError } from '../../base/errors.ts'
import type { NodeEvent } from '../../link/events.ts'
import type { Attempt, Quirks } from '../../link/gb28181.ts'
import { AttemptLog, type AttemptMessage, type AttemptRecord } from '../../protocols/gb28181/attempt.ts'
import type { GbDevices } from './gb-devices.ts'

/** What became of an attempt, for who waited for it. */
export interface FailedAttempt {
  readonly id: string
  readonly verdict: string
  readonly advice: string
}

const KINDS = {
  Play: 'play',
  Playback: 'playback',
  Download: 'download',
  Talk: 'talk',
  Broadcast: 'broadcast',
} as const
/** Attempts whose answer is that to an INVITE. */
const INVITED: ReadonlySet<string> = new Set(['play', 'playback', 'download', 'talk'])
/** A camera that is awake answers in a second; GB/T 28181-2022 §9.2 gives one that starts 5 to 10 s. */
const SLOW_ANSWER_MS = 3000
/** Channels whose newest attempt is remembered for who asks why. */
const MAX_REMEMBERED = 5000
/** Text of one message of the link's event. */
const MAX_TEXT = 8000

/** Records attempts, tells the platform of them, and knows the newest of each channel. */
export class GbAttempts {
  readonly log: AttemptLog
  readonly #devices: GbDevices
  readonly #emit: (event: NodeEvent) => void
  readonly #onLearnt: (device: string, quirks: Quirks) => void
  readonly #last = new Map<string, FailedAttempt>()

  constructor(
    devices: GbDevices,
    clock: Clock,
    emit: (event: NodeEvent) => void,
    onLearnt: (device: string, quirks: Quirks) => void,
  ) {
    this.#onLearnt = onLearnt
    this.#devices = devices
    this.#emit = emit
    this.log = new AttemptLog({ clock, onRecord: record => this.#recorded(record) })
  }

  /** The newest attempt of this kind at a channel. */
  last(gbId: string, channelId: string, name: keyof typeof KINDS): FailedAttempt | null {
    return this.#last.get(`${gbId} ${channelId} ${KINDS[name]}`) ?? null
  }

  #recorded(record: AttemptRecord): void {
    const { channelId, gbId, id, kind, verdict } = record
    const key = `${gbId} ${channelId} ${kind}`
    this.#last.delete(key)
    this.#last.set(key, { id, verdict: verdict.code, advice: verdict.advice })
    if (this.#last.size > MAX_REMEMBERED) this.#last.delete(this.#last.keys().next().value ?? '')
    this.#emit({ type: 'device.attempt', attempt: this.#told(record), atMs: record.endedAtMs })
    if (INVITED.has(kind)) this.#learnSlowness(record)
  }

  /** How long it takes to answer, or has not answered although it said that it tries: in whole seconds. */
  #learnSlowness({ endedAtMs, facts, gbId, startedAtMs, verdict }: AttemptRecord): void {
    const tookMs = verdict.code === 'slowDevice' ? endedAtMs - startedAtMs : facts.answerMs
    const entry = this.#devices.entry(gbId)
    if (!entry?.id || tookMs === null || tookMs < SLOW_ANSWER_MS) return
    const slowAnswerMs = Math.ceil(tookMs / 1000) * 1000
    if (slowAnswerMs > (entry.policy.quirks.slowAnswerMs ?? 0)) this.#onLearnt(entry.id, { slowAnswerMs })
  }

  #told(record: AttemptRecord): Attempt {
    const { channelId, endedAtMs, facts, gbId, id, kind, messages, skipped, startedAtMs, verdict } = record
    const above = kind === 'cascade' ? this.#devices.spaceAbove(gbId) : undefined
    const entry = above === undefined ? this.#devices.entry(gbId) : null
    const { media, parts, ...flat } = facts
    return {
      ...{ id, kind, gbId, startedAtMs, endedAtMs },
      space: above ?? entry?.space ?? 'default',
      device: entry?.id ?? null,
      channel: channelId,
      ok: verdict.ok,
      verdict: verdict.code,
      summary: summaryOf(record),
      advice: verdict.advice.slice(0, 512),
      figures: { ...flat, ...media, ...(parts && { received: parts.received, expected: parts.expected }), skipped },
      messages: messages.slice(-60).map(message => told(message, startedAtMs)),
    }
  }
}

/** The error that says so to a viewer, a player or the API. */
export function attemptError(device: string, failed: FailedAttempt | null, reason: string): AppError {
  if (!failed) return new AppError('PEER_REFUSED', { peer: device, reason })
  const { advice, id, verdict } = failed
  return new AppError('DEVICE_FAILED', { summary: `${reason} (${verdict})`, advice, verdict, attempt: id })
}

function summaryOf({ channelId, gbId, kind, verdict }: AttemptRecord): string {
  const what = channelId === null || channelId === gbId ? gbId : `${gbId} ${channelId}`
  return `${kind} ${what}: ${verdict.ok ? 'works' : verdict.code}`
}

function told({ atMs, direction, firstLine, local, remote, text, transport }: AttemptMessage, startedAtMs: number) {
  return {
    ms: atMs - startedAtMs,
    direction,
    line: firstLine.slice(0, 512),
    text: text.slice(0, MAX_TEXT),
    local: `${local.address}:${local.port}`,
    remote: `${remote.address}:${remote.port}`,
    transport,
  }
}
