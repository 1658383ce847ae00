import { useEffect, useRef, useState } from 'react'
import type { Stream } from '../../lib/api/types.ts'
import { appended, TrafficMeter } from '../../lib/rate.ts'

export interface Traffic {
  /** kbit/s, newest last. */
  readonly in: readonly number[]
  readonly out: readonly number[]
  readonly viewers: readonly number[]
}

const NONE: Traffic = { in: [], out: [], viewers: [] }

/** The last minutes as this page saw them: one sample per answer of the platform. */
export function useTraffic(streams: readonly Stream[] | undefined, answeredAtMs: number): Traffic {
  const meter = useRef(new TrafficMeter())
  const [traffic, setTraffic] = useState(NONE)
  useEffect(() => {
    if (streams === undefined) return
    const totals = new Map<string, number>()
    let kbps = 0
    let viewers = 0
    for (const { id, live } of streams) {
      if (live === null) continue
      totals.set(id, live.bytesOut)
      kbps += live.bitrateKbps
      viewers += live.viewers
    }
    meter.current.read(answeredAtMs, totals)
    const out = meter.current.samples
    setTraffic(old => ({ in: appended(old.in, kbps), out, viewers: appended(old.viewers, viewers) }))
  }, [streams, answeredAtMs])
  return traffic
}
