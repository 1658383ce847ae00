import type { Clock, Timer, Timers } from '../../base/clock.ts'
import { errorText } from '../../base/errors.ts'
import type { Closable } from '../../base/lifecycle.ts'
import type { Log } from '../../base/log.ts'
import type { StreamStatus } from '../../link/status.ts'
import type { NodeLinks } from '../nodes/node-links.ts'
import {
  fold,
  HOUR_MS,
  MINUTE_MS,
  PLATFORM_FOLDS,
  type PlatformMetric,
  STREAM_FOLDS,
  type StreamMetric,
} from './metric.ts'
import type { MetricStore } from './metric-store.ts'

/** Twelve looks make a minute: enough to catch what comes and goes, little enough for 10 000 streams. */
export const SAMPLE_EVERY_MS = 5000
/** Streams written down per minute; more live at once are only counted in the totals. */
const MAX_STREAMS = 20_000

/** Counters of a stream when it was last looked at. */
interface Seen {
  readonly startedAtMs: number
  readonly bytesIn: number
  readonly bytesOut: number
}

export interface MetricSamplerOptions {
  readonly store: MetricStore
  readonly links: NodeLinks
  readonly clock: Clock
  readonly timers: Timers
  readonly log: Log
}

/** Traffic of all streams over the last sample, bytes per second. */
export interface Traffic {
  readonly bytesInPerSecond: number
  readonly bytesOutPerSecond: number
}

/** Looks at what the nodes report and writes down one row per stream and minute, in one transaction. */
export class MetricSampler implements Closable {
  readonly #options: MetricSamplerOptions
  readonly #timer: Timer
  #streams = new Map<string, StreamMetric>()
  #platform: PlatformMetric | null = null
  #seen: ReadonlyMap<string, Seen> = new Map()
  #seenAtMs: number
  #minuteMs: number
  #writing: Promise<unknown> = Promise.resolve()
  #traffic: Traffic = { bytesInPerSecond: 0, bytesOutPerSecond: 0 }

  constructor(options: MetricSamplerOptions) {
    this.#options = options
    this.#seenAtMs = options.clock.nowMs()
    this.#minuteMs = startOfMinute(this.#seenAtMs)
    this.#timer = options.timers.every(SAMPLE_EVERY_MS, () => this.#look())
    this.#write(() => options.store.rollUp(options.clock.nowMs())) // hours that ended while nobody was there
  }

  get traffic(): Traffic {
    return this.#traffic
  }

  /** Waits until the minute that was begun is written down too. */
  async close(): Promise<void> {
    this.#timer.cancel()
    this.#flush()
    await this.#writing
  }

  /** Resolves when all that was handed to the database is there. */
  settled(): Promise<unknown> {
    return this.#writing
  }

  #look(): void {
    const { clock, links, store } = this.#options
    const nowMs = clock.nowMs()
    const minuteMs = startOfMinute(nowMs)
    if (minuteMs !== this.#minuteMs) {
      this.#flush()
      if (Math.floor(minuteMs / HOUR_MS) !== Math.floor(this.#minuteMs / HOUR_MS))
        this.#write(() => store.rollUp(nowMs))
      this.#minuteMs = minuteMs
    }
    const seen = new Map<string, Seen>()
    const total = { streams: 0, viewers: 0, bitrate: 0, bytesIn: 0, bytesOut: 0, cpu: 0, memory: 0 }
    for (const node of links.nodes.values()) {
      total.cpu += node.load?.cpu ?? 0
      total.memory += node.load?.memoryBytes ?? 0
      for (const [path, status] of node.streams) {
        const bytes = this.#since(path, status)
        seen.set(path, status)
        this.#addStream(path, status, bytes)
        total.streams++
        total.viewers += status.viewers
        total.bitrate += status.bitrateKbps
        total.bytesIn += bytes.in
        total.bytesOut += bytes.out
      }
    }
    const seconds = Math.max(1, nowMs - this.#seenAtMs) / 1000
    this.#traffic = { bytesInPerSecond: total.bytesIn / seconds, bytesOutPerSecond: total.bytesOut / seconds }
    this.#seen = seen
    this.#seenAtMs = nowMs
    const sample: PlatformMetric = {
      resolution: 'minute',
      at: this.#minuteMs,
      samples: 1,
      nodes: links.nodes.size,
      streams: total.streams,
      streams_max: total.streams,
      viewers: total.viewers,
      viewers_max: total.viewers,
      bitrate_kbps: total.bitrate,
      bytes_in: total.bytesIn,
      bytes_out: total.bytesOut,
      cpu: total.cpu,
      memory_bytes: total.memory,
    }
    this.#platform = this.#platform === null ? sample : fold(PLATFORM_FOLDS, this.#platform, sample)
  }

  #addStream(path: string, status: StreamStatus, bytes: { in: number; out: number }): void {
    const before = this.#streams.get(path)
    if (!before && this.#streams.size >= MAX_STREAMS) return
    const sample: StreamMetric = {
      path,
      resolution: 'minute',
      at: this.#minuteMs,
      samples: 1,
      bitrate_kbps: status.bitrateKbps,
      bitrate_max_kbps: status.bitrateKbps,
      fps: status.fps,
      gop_ms: status.gopMs,
      viewers: status.viewers,
      viewers_max: status.viewers,
      bytes_in: bytes.in,
      bytes_out: bytes.out,
    }
    this.#streams.set(path, before === undefined ? sample : fold(STREAM_FOLDS, before, sample))
  }

  /** Bytes since the last look. Counters begin at 0 with each start; of a stream that ran before us nothing is known. */
  #since(path: string, { startedAtMs, bytesIn, bytesOut }: StreamStatus): { in: number; out: number } {
    const seen = this.#seen.get(path)
    if (seen?.startedAtMs === startedAtMs) {
      return { in: Math.max(0, bytesIn - seen.bytesIn), out: Math.max(0, bytesOut - seen.bytesOut) }
    }
    return startedAtMs >= this.#seenAtMs ? { in: bytesIn, out: bytesOut } : { in: 0, out: 0 }
  }

  #flush(): void {
    const [platform, streams] = [this.#platform, [...this.#streams.values()]]
    this.#platform = null
    this.#streams = new Map()
    if (platform) this.#write(() => this.#options.store.insert(platform, streams))
  }

  /** One after the other; a minute that cannot be written is lost, not kept: memory stays bounded. */
  #write(run: () => Promise<void>): void {
    this.#writing = this.#writing.then(run).catch((error: unknown) => {
      this.#options.log.error('measurements not written down', { reason: errorText(error) })
    })
  }
}

function startOfMinute(ms: number): number {
  return Math.floor(ms / MINUTE_MS) * MINUTE_MS
}
