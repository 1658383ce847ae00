import type { Clock } from '../../base/clock.ts'
import { AppError } from '../../base/errors.ts'
import type { Actor } from '../access/actor.ts'
import { permit } from '../access/permission.ts'
import type { NodeLinks } from '../nodes/node-links.ts'
import type { NodeService } from '../nodes/node-service.ts'
import {
  HOUR_MS,
  inSteps,
  MINUTE_MS,
  PLATFORM_FOLDS,
  type PlatformMetric,
  STREAM_FOLDS,
  type StreamMetric,
} from './metric.ts'
import type { MetricSampler } from './metric-sampler.ts'
import type { MetricStore, Span } from './metric-store.ts'

/** Points of one answer: more than a screen has columns. */
const MAX_POINTS = 1500
/** Points when the caller leaves the step to us. */
const GOOD_POINTS = 240
const DEFAULT_SPAN_MS = HOUR_MS
/** Minutes are kept that long; asking for older ones is answered in hours. */
const MINUTES_REACH_MS = 47 * HOUR_MS
const NICE_STEPS_MS = [1, 2, 5, 10, 15, 30, 60, 120, 180, 360, 720, 1440, 2880, 10_080].map(m => m * MINUTE_MS)

export interface MetricQuery {
  /** Default: an hour before `toMs`. */
  readonly fromMs?: number | undefined
  /** Default: now. */
  readonly toMs?: number | undefined
  /** Length of each point; default: so that a chart is well filled. */
  readonly stepMs?: number | undefined
}

export interface Series<T> extends Span {
  readonly stepMs: number
  /** In the order of time; a step in which nothing was measured is left out. */
  readonly points: readonly T[]
}

/** The platform at this moment. */
export interface Overview {
  readonly streams: number
  readonly viewers: number
  readonly nodesOn: number
  readonly nodesLost: number
  readonly bitrateInKbps: number
  readonly bitrateOutKbps: number
  readonly cpu: number
  readonly memoryBytes: number
}

export interface MetricServiceOptions {
  readonly store: MetricStore
  readonly sampler: MetricSampler
  readonly links: NodeLinks
  readonly nodes: NodeService
  readonly clock: Clock
}

/** What was measured, as charts need it. */
export class MetricService {
  readonly #options: MetricServiceOptions

  constructor(options: MetricServiceOptions) {
    this.#options = options
  }

  /** Throws INVALID for a span or step that cannot be answered. */
  async stream(actor: Actor, path: string, query: MetricQuery): Promise<Series<StreamMetric>> {
    permit(actor, 'streams.read')
    const { hours, minutes, stepMs, ...span } = this.#plan(query)
    const { store } = this.#options
    const rows = [...(await store.stream(path, 'hour', hours)), ...(await store.stream(path, 'minute', minutes))]
    return { ...span, stepMs, points: inSteps(STREAM_FOLDS, rows, stepMs) }
  }

  /** Throws INVALID for a span or step that cannot be answered. */
  async platform(actor: Actor, query: MetricQuery): Promise<Series<PlatformMetric>> {
    permit(actor, 'streams.read')
    const { hours, minutes, stepMs, ...span } = this.#plan(query)
    const { store } = this.#options
    const rows = [...(await store.platform('hour', hours)), ...(await store.platform('minute', minutes))]
    return { ...span, stepMs, points: inSteps(PLATFORM_FOLDS, rows, stepMs) }
  }

  async overview(actor: Actor): Promise<Overview> {
    permit(actor, 'streams.read')
    const { links, nodes, sampler } = this.#options
    const overview = { streams: 0, viewers: 0, bitrateInKbps: 0, cpu: 0, memoryBytes: 0 }
    for (const node of links.nodes.values()) {
      overview.cpu += node.load?.cpu ?? 0
      overview.memoryBytes += node.load?.memoryBytes ?? 0
      for (const stream of node.streams.values()) {
        overview.streams++
        overview.viewers += stream.viewers
        overview.bitrateInKbps += stream.bitrateKbps
      }
    }
    const all = (await nodes.list(actor)).length
    const bitrateOutKbps = (sampler.traffic.bytesOutPerSecond * 8) / 1000
    return { ...overview, bitrateOutKbps, nodesOn: links.nodes.size, nodesLost: all - links.nodes.size }
  }

  /** What is older than the minutes reach is answered in hours; the hour that has not ended is only there in minutes. */
  #plan({ toMs = this.#options.clock.nowMs(), fromMs = toMs - DEFAULT_SPAN_MS, stepMs }: MetricQuery) {
    const nowMs = this.#options.clock.nowMs()
    const refuse = (field: string, reason: string) => new AppError('INVALID', { field: `querystring.${field}`, reason })
    if (fromMs >= toMs) throw refuse('from', 'not before `to`')
    const recent = fromMs >= nowMs - MINUTES_REACH_MS
    const least = recent ? MINUTE_MS : HOUR_MS
    const nice = NICE_STEPS_MS.find(step => step >= least && (toMs - fromMs) / step <= GOOD_POINTS)
    const chosen = stepMs ?? nice ?? NICE_STEPS_MS.at(-1) ?? least
    if (chosen % least !== 0) {
      throw refuse('step', recent ? 'not a multiple of 60' : 'not a multiple of 3600, as all that is over two days old')
    }
    if ((toMs - fromMs) / chosen > MAX_POINTS) throw refuse('step', `makes more than ${MAX_POINTS} points`)
    const begin = Math.floor(fromMs / chosen) * chosen
    const border = recent ? begin : Math.min(toMs, Math.floor(nowMs / HOUR_MS) * HOUR_MS)
    return {
      fromMs: begin,
      toMs,
      stepMs: chosen,
      hours: { fromMs: begin, toMs: border },
      minutes: { fromMs: border, toMs },
    }
  }
}
