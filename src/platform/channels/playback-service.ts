import type { Clock, Timer, Timers } from '../../base/clock.ts'
import { AppError } from '../../base/errors.ts'
import { newSecret } from '../../base/id.ts'
import type { DeviceRecording, GbSession } from '../../link/gb28181.ts'
import type { Database } from '../../storage/database.ts'
import type { Actor } from '../access/actor.ts'
import { permit } from '../access/permission.ts'
import type { AuditLog } from '../audit/audit-log.ts'
import type { DeviceLink } from '../devices/device-link.ts'
import type { Operation } from '../operations/operation.ts'
import type { OperationService, Progress } from '../operations/operation-service.ts'
import { findChannel } from './channel-service.ts'
import { ChannelStore } from './channel-store.ts'

/** Longest span asked of a device at once: a month's day bar. */
const MAX_SPAN_MS = 31 * 86_400_000
/** INVITE and first packet of a recording; recorders look for it first. */
const PLAYBACK_TIMEOUT_MS = 45_000
/** Progress of a download is looked at so often. */
const LOOK_EVERY_MS = 1000
/** A download is told in so many steps. */
const STEPS = 10
/** Devices take 1, 2 and 4; the node falls back to 1. */
const DOWNLOAD_SPEED = 4

export interface Span {
  readonly startMs: number
  readonly endMs: number
}

/** A session at a device, and where it runs. */
export interface PlaybackSession {
  readonly nodeId: string
  readonly session: GbSession
  /** Null: its channel has gone meanwhile. */
  readonly channelId: string | null
}

export type PlaybackAction = 'pause' | 'resume' | 'seek' | 'speed' | 'stop'

export interface PlaybackServiceOptions {
  readonly db: Database
  readonly link: DeviceLink
  readonly operations: OperationService
  readonly audit: AuditLog
  readonly clock: Clock
  readonly timers: Timers
}

/** What devices have recorded: found, played, downloaded; and the way for a voice to them. */
export class PlaybackService {
  readonly #options: PlaybackServiceOptions
  /** Sessions of downloads, by their operation. */
  readonly #downloads = new Map<string, { readonly nodeId: string; readonly session: string }>()

  constructor(options: PlaybackServiceOptions) {
    this.#options = options
  }

  /** What the device has; incomplete when it stopped before it was done. Throws NOT_FOUND, INVALID. */
  async recordings(actor: Actor, id: string, span: Span, kind: 'all' | 'time' | 'alarm' | 'manual') {
    permit(actor, 'devices.play')
    check(span)
    const { node_id, device_id, gb_id } = await findChannel(this.#options.db, id)
    const answer = await this.#options.link.request(
      node_id,
      'gb.recordings',
      { device: device_id, channel: gb_id, ...span, kind },
      PLAYBACK_TIMEOUT_MS,
    )
    const byStart = (a: DeviceRecording, b: DeviceRecording) => a.startMs - b.startMs
    return { recordings: answer.recordings.toSorted(byStart), complete: answer.complete }
  }

  /** Throws NOT_FOUND, INVALID, and what the node found out: DEVICE_OFFLINE, DEVICE_FAILED. */
  async play(actor: Actor, id: string, span: Span, speed: number): Promise<PlaybackSession & { attempt: string }> {
    permit(actor, 'devices.play')
    return this.#begin(id, span, 'playback', speed)
  }

  /** Throws NOT_FOUND once it has ended and is forgotten. */
  async get(actor: Actor, session: string): Promise<PlaybackSession> {
    permit(actor, 'devices.play')
    return this.#find(session)
  }

  /** `value`: of seek ms since 1970 UTC, of speed -16 to 16. Throws NOT_FOUND. */
  async control(actor: Actor, id: string, action: PlaybackAction, value?: number): Promise<PlaybackSession> {
    permit(actor, 'devices.play')
    const found = await this.#find(id)
    const { session } = await this.#options.link.request(found.nodeId, 'gb.playback.control', {
      ...{ session: id, action },
      ...(value === undefined ? {} : { value }),
    })
    return { ...found, session }
  }

  /** Fetches a span as a file, as fast as the device sends. */
  async download(actor: Actor, id: string, span: Span): Promise<Operation> {
    permit(actor, 'devices.play')
    check(span)
    await findChannel(this.#options.db, id)
    return this.#options.operations.start(actor, {
      kind: 'channels.download',
      total: STEPS,
      run: progress => this.#download(id, span, progress),
    })
  }

  /** The session of a download that is running or done. Throws NOT_FOUND. */
  async downloaded(
    actor: Actor,
    operation: string,
  ): Promise<{ operation: Operation; session: PlaybackSession | null }> {
    permit(actor, 'devices.play')
    const found = await this.#options.operations.get(actor, operation)
    if (found.kind !== 'channels.download') throw new AppError('NOT_FOUND', { what: 'download', id: operation })
    const session = found.file ?? this.#downloads.get(operation)?.session
    return { operation: found, session: session === undefined ? null : await this.#find(session).catch(() => null) }
  }

  /** Opens the way for a voice: its samples go to the media port of the node. */
  async talk(actor: Actor, id: string, mode: 'auto' | 'broadcast' | 'talk') {
    permit(actor, 'devices.control')
    const { db, link, audit } = this.#options
    const { node_id, device_id, gb_id } = await findChannel(db, id)
    const nodeId = link.nodeOf(node_id)
    const answer = await link.request(
      nodeId,
      'gb.talk',
      { device: device_id, channel: gb_id, mode },
      PLAYBACK_TIMEOUT_MS,
    )
    await audit.recordAlone(db, actor, { action: 'channel.talk', object: id })
    return { nodeId, ...answer }
  }

  async #begin(id: string, span: Span, mode: 'playback' | 'download', speed: number) {
    check(span)
    const { db, link } = this.#options
    const { node_id, device_id, gb_id, space, stream_name } = await findChannel(db, id)
    const nodeId = link.nodeOf(node_id)
    const path = `${space}/${mode}/${stream_name}-${Math.floor(span.startMs / 1000)}-${newSecret(6)}`
    const { session, attempt } = await link.request(
      nodeId,
      'gb.playback',
      { device: device_id, channel: gb_id, path, ...span, mode, speed },
      PLAYBACK_TIMEOUT_MS,
    )
    return { nodeId, session, channelId: id, attempt }
  }

  async #download(id: string, span: Span, { id: operation, signal, step }: Progress): Promise<string | null> {
    const { nodeId, session: begun } = await this.#begin(id, span, 'download', DOWNLOAD_SPEED)
    this.#downloads.set(operation, { nodeId, session: begun.id })
    try {
      for (let told = 0; ; ) {
        const { session } = await this.#find(begun.id)
        const done = session.file ? STEPS : Math.min(STEPS - 1, Math.floor((session.progress ?? 0) * STEPS))
        for (; told < done; told++) step({ name: `${((told + 1) * 100) / STEPS} %`, ok: true, error: null })
        if (session.file) return session.id
        if (session.state === 'ended') {
          throw new AppError('PEER_REFUSED', { peer: 'the device', reason: session.reason ?? 'it ended the download' })
        }
        if (signal.aborted) {
          await this.#options.link.request(nodeId, 'gb.playback.control', { session: begun.id, action: 'stop' })
          return null
        }
        await this.#pause(signal)
      }
    } finally {
      this.#downloads.delete(operation)
    }
  }

  #pause(signal: AbortSignal): Promise<void> {
    return new Promise(resolve => {
      const wake = () => {
        timer.cancel()
        signal.removeEventListener('abort', wake)
        resolve()
      }
      const timer: Timer = this.#options.timers.after(LOOK_EVERY_MS, wake)
      signal.addEventListener('abort', wake)
    })
  }

  async #find(id: string): Promise<PlaybackSession> {
    const { db, link } = this.#options
    for (const nodeId of link.nodes) {
      const { sessions } = await link.request(nodeId, 'gb.sessions', { session: id })
      const session = sessions.find(session => session.id === id)
      if (!session) continue
      const channel = await new ChannelStore(db).byCode(session.device, session.channel)
      return { nodeId, session, channelId: channel?.id ?? null }
    }
    throw new AppError('NOT_FOUND', { what: 'playback', id })
  }
}

function check({ startMs, endMs }: Span): void {
  if (endMs <= startMs) throw new AppError('INVALID', { field: 'end', reason: 'is not after start' })
  if (endMs - startMs > MAX_SPAN_MS)
    throw new AppError('INVALID', { field: 'end', reason: 'is more than 31 days after start' })
}
