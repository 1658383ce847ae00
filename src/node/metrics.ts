import { Gauge, Registry } from 'prom-client'
import type { StreamStatus } from '../link/status.ts'
import type { Hub } from './hub.ts'
import type { LoadMonitor } from './load.ts'
import { streamStatus } from './status.ts'

type Value = (status: StreamStatus) => number | null

/** Metrics by stream: name, meaning, value. Totals are gauges to the library because the hub counts them itself. */
const STREAM_METRICS: readonly (readonly [name: string, help: string, value: Value])[] = [
  ['sightline_stream_up', 'Whether somebody publishes the stream', s => (s.state === 'on' ? 1 : 0)],
  ['sightline_stream_received_bytes_total', 'Bytes received from the publisher', s => s.bytesIn],
  ['sightline_stream_sent_bytes_total', 'Bytes handed to the sockets of viewers', s => s.bytesOut],
  ['sightline_stream_received_frames_total', 'Audio and video frames received', s => s.framesIn],
  ['sightline_stream_repaired_frames_total', 'Frames whose timestamps were repaired', s => s.framesRepaired],
  ['sightline_stream_bitrate_bits_per_second', 'Bits per second received lately', s => s.bitrateKbps * 1000],
  ['sightline_stream_video_frames_per_second', 'Video frames per second received lately', s => s.fps],
  ['sightline_stream_gop_seconds', 'Length of the last complete GOP', s => seconds(s.gopMs)],
  ['sightline_stream_keyframe_age_seconds', 'Time since the last keyframe', s => seconds(s.lastKeyframeAgeMs)],
  ['sightline_stream_viewers', 'Viewers', s => s.viewers],
]

function seconds(ms: number | null): number | null {
  return ms === null ? null : ms / 1000
}

/** The node's Prometheus page. */
export class NodeMetrics {
  readonly #registry = new Registry()

  constructor(hub: Hub, load: LoadMonitor) {
    for (const [name, help, value] of STREAM_METRICS) {
      this.#registry.registerMetric(
        new Gauge({
          name,
          help,
          labelNames: ['path'],
          registers: [],
          collect() {
            this.reset()
            for (const stream of hub.streams) {
              const current = value(streamStatus(stream, hub))
              if (current !== null) this.set({ path: stream.path }, current)
            }
          },
        }),
      )
    }
    this.#gauge('sightline_node_resident_memory_bytes', 'Resident set size', () => process.memoryUsage.rss())
    this.#gauge('sightline_node_cpu_seconds_total', 'Processor time used', () => {
      const { user, system } = process.cpuUsage()
      return (user + system) / 1e6
    })
    this.#gauge('sightline_event_loop_delay_p99_seconds', '99th percentile of the event-loop delay', () => {
      return load.delayP99Ms() / 1000
    })
  }

  get contentType(): string {
    return this.#registry.contentType
  }

  text(): Promise<string> {
    return this.#registry.metrics()
  }

  #gauge(name: string, help: string, value: () => number): void {
    this.#registry.registerMetric(
      new Gauge({
        name,
        help,
        registers: [],
        collect() {
          this.set(value())
        },
      }),
    )
  }
}
