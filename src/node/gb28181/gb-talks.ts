import { AppError } from '../../base/errors.ts'
import { sameSecret } from '../../base/signed-url.ts'
import type { GbDevice, GbSession, Quirks } from '../../link/gb28181.ts'
import { isDeviceId, parseDeviceId } from '../../protocols/gb28181/device-id.ts'
import type { DeviceSession } from '../../protocols/gb28181/device-side/device-session.ts'
import type { GbChannels } from './gb-channels.ts'
import type { GbDevices } from './gb-devices.ts'
import type { GbMediaContext } from './gb-media.ts'
import type { GbStore } from './gb-store.ts'
import { GbTalk, type TalkSource, type TalkWish } from './gb-talk.ts'
import { transportsOf } from './gb-transports.ts'

export interface GbTalksOptions {
  readonly context: GbMediaContext
  readonly devices: GbDevices
  readonly channels: GbChannels
  readonly store: GbStore | null
  readonly onLearnt: (device: string, quirks: Quirks) => void
}

/** A browser asks its user for the microphone first. */
const TOKEN_MS = 30_000
const MAX_TALKS = 500
const MAX_ENDED = 100
/** Type of an audio output, Annex E. */
const AUDIO_OUTPUT = 137

/** Voices to devices: one for each device at a time. */
export class GbTalks {
  readonly #options: GbTalksOptions
  /** By the id of the device. */
  readonly #talks = new Map<string, GbTalk>()
  readonly #ended: GbSession[] = []

  constructor(options: GbTalksOptions) {
    this.#options = options
  }

  /** Resolves when the device listens. Throws AppError IN_USE, LIMIT_REACHED, and what `GbTalk.open` throws. */
  async open(device: GbDevice, session: DeviceSession, channelId: string, mode: TalkWish['mode']) {
    const { context, devices, onLearnt, store } = this.#options
    const before = this.#talks.get(device.id)
    if (before?.taken)
      throw new AppError('IN_USE', { what: 'loudspeaker of', id: device.gbId, by: 'somebody who speaks' })
    before?.end('asked for again')
    if (this.#talks.size >= MAX_TALKS) throw new AppError('LIMIT_REACHED', { what: 'talks', limit: MAX_TALKS })
    const talk: GbTalk = new GbTalk(
      {
        context,
        transports: transportsOf(devices, device.id),
        onLearnt: quirks => onLearnt(device.id, quirks),
        onJournal: (callId, entry) => store?.noteCall(callId, entry),
        onEnd: () => this.#end(talk),
      },
      {
        ...{ deviceId: device.id, session, channelId, mode },
        targetId: this.#outputOf(device.id, channelId),
        path: `${device.space}/talk/${channelId}`,
      },
    )
    this.#talks.set(device.id, talk)
    await talk.open()
    context.timers.after(TOKEN_MS, () => {
      if (!talk.taken) talk.end('nobody spoke')
    })
    return { session: talk.id, path: `/talk/${talk.id}`, token: talk.token }
  }

  /** Lets a microphone in, once. Throws AppError NOT_FOUND, FORBIDDEN or IN_USE. */
  attach(id: string, token: string, source: TalkSource): GbTalk {
    const talk = this.#find(id)
    if (!sameSecret(token, talk.token)) {
      throw new AppError('FORBIDDEN', { action: 'talk', reason: 'the token is wrong', kind: 'token' })
    }
    if (talk.taken) throw new AppError('IN_USE', { what: 'talk', id, by: 'somebody who speaks' })
    talk.attach(source)
    return talk
  }

  /** Throws AppError NOT_FOUND. */
  check(id: string): void {
    this.#find(id)
  }

  /** Null: it is none of these. */
  stop(id: string): GbSession | null {
    const talk = [...this.#talks.values()].find(one => one.id === id)
    talk?.end('stopped')
    return talk?.view() ?? null
  }

  sessions(): GbSession[] {
    return [...[...this.#talks.values()].map(talk => talk.view()), ...this.#ended]
  }

  stopOf(device: string): void {
    this.#talks.get(device)?.end('the device is switched off')
  }

  close(): void {
    for (const talk of [...this.#talks.values()]) talk.end('the node is stopping')
  }

  #find(id: string): GbTalk {
    const talk = [...this.#talks.values()].find(one => one.id === id)
    if (!talk) throw new AppError('NOT_FOUND', { what: 'talk', id })
    return talk
  }

  #end(talk: GbTalk): void {
    const { deviceId } = talk.wish
    if (this.#talks.get(deviceId) === talk) this.#talks.delete(deviceId)
    this.#ended.unshift(talk.view())
    this.#ended.length = Math.min(this.#ended.length, MAX_ENDED)
  }

  /** The audio output of a channel: the one with its serial number, or the only one; else the channel itself. */
  #outputOf(device: string, channelId: string): string {
    const outputs = this.#options.channels.ofDevice(device).filter(code => isAudioOutput(code))
    const serial = channelId.slice(-6)
    return outputs.find(code => code.endsWith(serial)) ?? (outputs.length === 1 ? outputs[0] : undefined) ?? channelId
  }
}

const isAudioOutput = (code: string): boolean => isDeviceId(code) && parseDeviceId(code).type === AUDIO_OUTPUT
