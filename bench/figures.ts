/** What was measured of one server in one scenario; null where it does not apply or the server does not say. */
export interface Figures {
  /** CPU-seconds of the server, user and system, per Gbit delivered (or ingested). */
  readonly cpuPerGbit: number | null
  /** `cpuPerGbit` of RTMP divided by that of HTTP-FLV with as many viewers. */
  readonly ratioToFlv: number | null
  /** Share of one core the server used, 0 to 1. */
  readonly core: number | null
  /** Bytes received by all viewers, divided by what the publisher sent times the viewers. */
  readonly delivered: number | null
  readonly rssMegabytes: number | null
  /** Memory with shared pages divided among their sharers. */
  readonly pssMegabytes: number | null
  readonly eventLoopP99Ms: number | null
  /** Frames that were missing, out of order, or a start without a keyframe, seen by the checking viewers. */
  readonly gaps: number | null
  readonly delayMedianMs: number | null
  readonly delayP99Ms: number | null
  readonly firstStartSeconds: number | null
  readonly secondStartSeconds: number | null
  /** Share of the load's core its viewers used; near 1 the load is the bottleneck. */
  readonly loadCore: number | null
}

export const NO_FIGURES: Figures = {
  cpuPerGbit: null,
  ratioToFlv: null,
  core: null,
  delivered: null,
  rssMegabytes: null,
  pssMegabytes: null,
  eventLoopP99Ms: null,
  gaps: null,
  delayMedianMs: null,
  delayP99Ms: null,
  firstStartSeconds: null,
  secondStartSeconds: null,
  loadCore: null,
}

/** Field by field; gaps are the worst round's, because one is one too many. */
export function median(rounds: readonly Figures[]): Figures {
  const merged: Record<string, number | null> = {}
  for (const key of Object.keys(NO_FIGURES) as (keyof Figures)[]) {
    const values = rounds.flatMap(round => round[key] ?? []).sort((a, b) => a - b)
    const low = values[Math.floor((values.length - 1) / 2)]
    const high = values[Math.floor(values.length / 2)]
    merged[key] = low === undefined || high === undefined ? null : key === 'gaps' ? values.at(-1)! : (low + high) / 2
  }
  return merged as unknown as Figures // every key of NO_FIGURES was set
}
