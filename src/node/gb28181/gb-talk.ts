import { AppError, errorText } from '../../base/errors.ts'
import { newId, newSecret } from '../../base/id.ts'
import type { GbSession, Quirks } from '../../link/gb28181.ts'
import type { Frame } from '../../media/stream/frame.ts'
import type { DeviceSession } from '../../protocols/gb28181/device-side/device-session.ts'
import type { CallJournalEntry } from '../../protocols/gb28181/device-side/invite.ts'
import type { MediaTransport } from '../../protocols/gb28181/quirks.ts'
import { attemptError } from './gb-attempts.ts'
import type { GbMediaContext } from './gb-media.ts'
import { isOfTransport } from './gb-transports.ts'
import { openBroadcast, openTalk, type VoiceCall, type VoiceWish } from './voice-call.ts'
import { VoiceLevel } from './voice-level.ts'
import { VoicePacer } from './voice-pacer.ts'

export interface TalkWish {
  readonly deviceId: string
  readonly session: DeviceSession
  readonly channelId: string
  /** Audio output of the channel, or the channel. */
  readonly targetId: string
  readonly path: string
  /** two-way: whatever it understands, best with its own voice. */
  readonly mode: 'auto' | 'two-way' | 'broadcast' | 'talk'
}

export interface TalkHost {
  readonly context: GbMediaContext
  readonly transports: readonly MediaTransport[]
  onLearnt(quirks: Quirks): void
  onJournal(callId: string, entry: CallJournalEntry | null): void
  /** Once. */
  onEnd(): void
}

/** Where the voice comes from. */
export interface TalkSource {
  /** A-law of the device. */
  send(samples: Uint8Array): void
  close(reason: string): void
}

/** A microphone here, a loudspeaker there, and with `s=Talk` the other way round too. */
export class GbTalk {
  readonly id: string
  readonly wish: TalkWish
  /** Lets one source in, once. */
  readonly token = newSecret()
  readonly startedAtMs: number
  readonly #host: TalkHost
  readonly #aborter = new AbortController()
  readonly #pacer: VoicePacer
  readonly #level = new VoiceLevel()
  readonly #levelBack = new VoiceLevel()
  #state: GbSession['state'] = 'starting'
  #reason: string | undefined
  #call: VoiceCall | null = null
  #source: TalkSource | null = null
  #counters: Record<string, number> = {}

  constructor(host: TalkHost, wish: TalkWish) {
    const { clock, timers } = host.context
    this.#host = host
    this.wish = wish
    this.startedAtMs = clock.nowMs()
    this.id = newId('tk', this.startedAtMs)
    this.#pacer = new VoicePacer({
      ...{ clock, timers },
      onPacket: (samples, time) => {
        this.#level.push(samples)
        this.#call?.send(samples, time)
      },
    })
  }

  /** Somebody speaks, or has spoken. */
  get taken(): boolean {
    return this.#source !== null
  }

  view(): GbSession {
    const { channelId, deviceId, path } = this.wish
    return {
      ...{ id: this.id, kind: 'talk', device: deviceId, channel: channelId, path, state: this.#state },
      transport: this.#call ? `${this.#call.mode} ${this.#call.transport}` : '',
      startedAtMs: this.startedAtMs,
      ...{ atMs: null, speed: null, progress: null, ignored: [] },
      counters: this.#state === 'ended' ? this.#counters : this.#count(),
      ...(this.#reason !== undefined && { reason: this.#reason.slice(0, 512) }),
    }
  }

  /** Resolves when the device hears. Throws AppError DEVICE_UNSUITABLE, DEVICE_FAILED; then it has ended. */
  async open(): Promise<void> {
    try {
      const call = await this.#negotiate()
      if (this.#aborter.signal.aborted) {
        await call.close()
        throw this.#aborter.signal.reason
      }
      this.#call = call
      this.#state = 'on'
    } catch (error) {
      this.end(errorText(error))
      throw error
    }
  }

  /** The microphone is there. */
  attach(source: TalkSource): void {
    this.#source = source
  }

  /** A-law samples, as they come. */
  push(samples: Uint8Array): void {
    this.#pacer.push(samples)
  }

  /** BYE. Idempotent. */
  end(reason: string): void {
    if (this.#state === 'ended') return
    this.#counters = this.#count()
    this.#state = 'ended'
    this.#reason = reason
    this.#aborter.abort(new AppError('PEER_REFUSED', { peer: this.wish.session.gbId, reason }))
    this.#pacer.close()
    void this.#call?.close()
    this.#source?.close(reason)
    this.#host.onEnd()
  }

  #count(): Record<string, number> {
    const [levelDb, levelBackDb] = [this.#level.decibels, this.#levelBack.decibels]
    return { ...this.#call?.counters(), tooFast: this.#pacer.dropped, levelDb, levelBackDb }
  }

  /** Broadcast is the standard's; many devices know only talk, and some the one they say they do not. */
  async #negotiate(): Promise<VoiceCall> {
    const { mode, session } = this.wish
    const { voice } = session.policy.quirks
    if (mode === 'broadcast' || mode === 'talk') return this.#by(mode)
    if (voice === 'none') {
      const advice = 'it was found, or set, to take no voice: take `voice` out of its quirks to try again'
      throw new AppError('DEVICE_UNSUITABLE', { device: session.gbId, reason: 'it takes no voice', advice })
    }
    const talkFirst = mode === 'two-way' ? voice !== 'broadcast' : voice === 'talk'
    const order = talkFirst ? (['talk', 'broadcast'] as const) : (['broadcast', 'talk'] as const)
    try {
      return await this.#by(order[0])
    } catch (error) {
      this.#aborter.signal.throwIfAborted()
      this.#host.context.log.info('a device does not take voice this way', {
        ...{ device: session.gbId, way: order[0], reason: errorText(error) },
      })
    }
    const call = await this.#by(order[1])
    this.#host.onLearnt({ voice: order[1] })
    return call
  }

  async #by(mode: 'broadcast' | 'talk'): Promise<VoiceCall> {
    const { context } = this.#host
    const { channelId, session, targetId } = this.wish
    let gone: string | null = null
    const wish: VoiceWish = {
      ...{ session, targetId: mode === 'talk' ? channelId : targetId, signal: this.#aborter.signal },
      onVoice: frame => this.#heard(frame),
      onEnd: reason => {
        gone = `the device ended it: ${reason}`
        if (this.#call) this.end(gone)
      },
      onJournal: (callId, entry) => this.#host.onJournal(callId, entry),
    }
    const name = mode === 'talk' ? 'Talk' : 'Broadcast'
    const failed = () => context.attempts.last(session.gbId, wish.targetId, name)
    const ways = mode === 'talk' ? this.#host.transports : [null]
    for (const [index, transport] of ways.entries()) {
      try {
        const call = await (transport === null ? openBroadcast(context, wish) : openTalk(context, wish, transport))
        if (gone === null) return call
        await call.close()
        throw new AppError('PEER_REFUSED', { peer: session.gbId, reason: gone })
      } catch (error) {
        this.#aborter.signal.throwIfAborted()
        const attempt = failed()
        if (index < ways.length - 1 && isOfTransport(attempt?.verdict)) continue
        throw attemptError(session.gbId, attempt, errorText(error))
      }
    }
    throw attemptError(session.gbId, null, 'no way of transport is left')
  }

  #heard({ data, track }: Frame): void {
    if (track.codec !== 'pcma') return
    this.#levelBack.push(data)
    this.#source?.send(data)
  }
}
