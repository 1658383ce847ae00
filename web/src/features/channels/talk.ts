import { deviceApi } from '../../lib/api/client.ts'
import workletUrl from './talk-worklet.ts?worker&url'

export type TalkPhase = 'off' | 'asking' | 'opening' | 'talking' | 'failed'

export interface TalkSnapshot {
  readonly phase: TalkPhase
  /** Loudest of the last frame, 0 to 1. */
  readonly level: number
  readonly sinceMs: number
  readonly error: unknown
}

const OFF: TalkSnapshot = { phase: 'off', level: 0, sinceMs: 0, error: null }
/** More than that not yet sent is half a second of voice: what comes then is late, and left out. */
const MAX_WAITING_BYTES = 4000

/** Browsers give no microphone to pages that came by http, unless from this machine. */
export const canTalk = (): boolean => window.isSecureContext && navigator.mediaDevices !== undefined

/** One microphone to one loudspeaker: an external store for React. */
export class Talk {
  readonly #channel: string
  readonly #listeners = new Set<() => void>()
  #snapshot = OFF
  /** Counts starts: what an earlier one still reports is not ours any more. */
  #generation = 0
  #closers: (() => void)[] = []

  constructor(channel: string) {
    this.#channel = channel
  }

  subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  getSnapshot = (): TalkSnapshot => this.#snapshot

  start = async (mode: 'auto' | 'broadcast' | 'talk'): Promise<void> => {
    this.stop()
    const generation = ++this.#generation
    const current = () => generation === this.#generation
    try {
      this.#set({ ...OFF, phase: 'asking' })
      const media = await navigator.mediaDevices.getUserMedia({
        audio: { echoCancellation: true, noiseSuppression: true, autoGainControl: true, channelCount: 1 },
      })
      this.#closers.push(() => {
        for (const track of media.getTracks()) track.stop()
      })
      if (!current()) return this.#close()
      this.#set({ ...OFF, phase: 'opening' })
      const { session, url, token } = await deviceApi('talkToChannel', {
        path: { id: this.#channel },
        body: { mode },
      }).send()
      let socket: WebSocket | null = null
      // a socket that closes ends the call too
      this.#closers.push(() => (socket === null ? void hangUp(session) : socket.close()))
      if (!current()) return this.#close()
      socket = await opened(url, token)
      if (!current()) return this.#close()
      socket.onclose = () => {
        if (current()) this.#end(new Error('the device ended it'))
      }
      await this.#listen(media, socket, current)
      if (current()) this.#set({ phase: 'talking', level: 0, sinceMs: Date.now(), error: null })
    } catch (error) {
      if (current()) this.#end(error)
    }
  }

  stop = (): void => {
    this.#generation++
    this.#close()
    this.#set(OFF)
  }

  async #listen(media: MediaStream, socket: WebSocket, current: () => boolean): Promise<void> {
    const context = new AudioContext()
    this.#closers.push(() => void context.close())
    await context.audioWorklet.addModule(workletUrl)
    const node = new AudioWorkletNode(context, 'talk', { numberOfOutputs: 0, channelCount: 1 })
    node.port.onmessage = ({ data }: MessageEvent<{ frame: Uint8Array<ArrayBuffer>; peak: number }>) => {
      if (!current()) return
      if (socket.bufferedAmount < MAX_WAITING_BYTES) socket.send(data.frame)
      this.#set({ ...this.#snapshot, level: data.peak })
    }
    context.createMediaStreamSource(media).connect(node)
  }

  #end(error: unknown): void {
    this.#generation++
    this.#close()
    this.#set({ ...OFF, phase: 'failed', error })
  }

  #close(): void {
    for (const close of this.#closers.splice(0).reverse()) close()
  }

  #set(snapshot: TalkSnapshot): void {
    this.#snapshot = snapshot
    for (const listener of this.#listeners) listener()
  }
}

async function hangUp(session: string): Promise<void> {
  await deviceApi('stopPlayback', { path: { id: session } })
    .send()
    .catch(() => {}) // it may be over
}

/** The token is the first message: an address with it would stand in logs. */
function opened(url: string, token: string): Promise<WebSocket> {
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(url)
    socket.binaryType = 'arraybuffer'
    socket.onopen = () => {
      socket.send(token)
      resolve(socket)
    }
    socket.onerror = () => reject(new Error(`no connection to ${new URL(url).host}`))
  })
}
