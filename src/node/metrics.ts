import { performance } from 'node:perf_hooks'
import { setImmediate } from 'node:timers/promises'
import type { SpacesState } from '../link/messages.ts'
import type { StreamStatus } from '../link/status.ts'
import { familyText, type Labels, type Sample } from './exposition.ts'
import type { Hub } from './hub.ts'
import type { LoadMonitor } from './load.ts'
import type { DeviceIo, MachineIo } from './machine-io.ts'
import { one, processMetrics } from './process-metrics.ts'
import type { RequestCounter } from './request-counter.ts'
import { streamStatus } from './status.ts'
import { MAX_STREAM_SERIES, STREAM_FAMILIES, streamSamples } from './stream-metrics.ts'

/** The link to the platform, in numbers. */
export interface LinkNumbers {
  readonly up: boolean
  /** Events waiting for the platform. */
  readonly outboxEvents: number
  /** Events given up because the outbox was full. */
  readonly outboxDropped: number
}

/** Recording at the node, in numbers. */
export interface RecordingNumbers {
  /** Recordings by state: recording, waiting, paused. */
  readonly recordings: Readonly<Record<string, number>>
  readonly bytes: number
  readonly fragments: number
  readonly droppedFragments: number
  readonly stores: readonly {
    readonly store: string
    readonly state: string
    readonly usedBytes: number
    /** Null where the store does not say. */
    readonly freeBytes: number | null
    readonly spoolBytes: number
  }[]
}

export interface NodeMetricsOptions {
  readonly hub: Hub
  readonly load: LoadMonitor
  readonly io: Pick<MachineIo, 'numbers'>
  /** Undefined for a node that stands alone. */
  readonly site: () => SpacesState['site']
  readonly requests: RequestCounter
  readonly rtmpConnections: () => number
  /** Datagrams of devices that were not read in time; 0 where nobody tells. */
  readonly droppedPackets: () => number
  /** Null for a node that stands alone. */
  readonly link: () => LinkNumbers | null
  /** Null where nothing is recorded. */
  readonly recording: () => RecordingNumbers | null
  readonly dataDirectory: string
  readonly nodeId: string
  readonly version: string
}

/** Streams looked at in one go, about a millisecond. */
const STREAMS_AT_ONCE = 50

/** The node's Prometheus page: sums without labels or with few values, then the streams by path. */
export class NodeMetrics {
  readonly #options: NodeMetricsOptions
  #making: Promise<string> | null = null

  constructor(options: NodeMetricsOptions) {
    this.#options = options
  }

  /** Who asks while a page is being made gets that one: the port is open to everybody. */
  text(): Promise<string> {
    this.#making ??= this.#make().finally(() => {
      this.#making = null
    })
    return this.#making
  }

  /** In slices of a millisecond or two: in between, frames go their way. */
  async #make(): Promise<string> {
    const { hub, dataDirectory } = this.#options
    const statuses: StreamStatus[] = []
    for (const stream of [...hub.streams]) {
      statuses.push(streamStatus(stream, hub))
      if (statuses.length % STREAMS_AT_ONCE === 0) await setImmediate()
    }
    const withSeries = statuses.slice(0, MAX_STREAM_SERIES)
    const text = [this.#node(statuses), this.#media(statuses), this.#link(), this.#recording(), this.#machine()]
    for (const family of STREAM_FAMILIES) {
      await setImmediate()
      text.push(familyText(family, streamSamples(family, withSeries)))
    }
    text.push(await processMetrics(dataDirectory))
    return text.join('')
  }

  #node(statuses: readonly StreamStatus[]): string {
    const { load, nodeId, site, version } = this.#options
    const { mark, name } = site() ?? {}
    const delay = load.delayP99Ms() / 1000
    const { active } = performance.eventLoopUtilization()
    return [
      gauge('sightline_node_info', 'The node; always 1', [[{ node: nodeId, version }, 1]]),
      mark === undefined || name === undefined
        ? ''
        : gauge('sightline_site_info', 'The installation the node belongs to; always 1', [[{ site: mark, name }, 1]]),
      one('sightline_event_loop_delay_p99_seconds', '99th percentile of the event-loop delay', delay),
      one('sightline_node_event_loop_active_seconds_total', 'Time the event loop was busy', active / 1000, 'counter'),
      one('sightline_node_streams', 'Streams, with those that wait for their publisher', statuses.length),
      one(
        'sightline_node_streams_without_series',
        'Streams that are in the sums only',
        Math.max(0, statuses.length - MAX_STREAM_SERIES),
      ),
    ].join('')
  }

  #media(statuses: readonly StreamStatus[]): string {
    const { droppedPackets, hub, requests, rtmpConnections } = this.#options
    const totals = hub.totals()
    const publishers = new Tally()
    const viewers = new Tally()
    for (const { publisher } of statuses) if (publisher) publishers.add(publisher.protocol, 1)
    for (const [protocol, count] of hub.viewers.protocols) viewers.add(protocol, count)
    const refusals: Sample[] = []
    for (const { action, reason, count } of hub.refusals) refusals.push([{ action, reason }, count])
    const answers = Object.entries(requests.counts).map(([status, count]): Sample => [{ status }, count])
    return [
      gauge('sightline_node_publishers', 'Publishers by protocol', publishers.samples('protocol')),
      gauge('sightline_node_viewers', 'Viewers by protocol', viewers.samples('protocol')),
      one('sightline_node_received_bytes_total', 'Bytes received from publishers', totals.bytesIn, 'counter'),
      one('sightline_node_sent_bytes_total', 'Bytes handed to the sockets of viewers', totals.bytesOut, 'counter'),
      one('sightline_node_received_frames_total', 'Audio and video frames received', totals.framesIn, 'counter'),
      one(
        'sightline_node_dropped_frames_total',
        'Frames left out for viewers who were too slow',
        totals.framesDropped,
        'counter',
      ),
      counter('sightline_node_refused_total', 'Refused publishers and viewers by reason', refusals),
      counter('sightline_node_http_requests_total', 'Requests of the media ports by class of the answer', answers),
      one('sightline_node_rtmp_connections', 'Open RTMP and RTMPS connections', rtmpConnections()),
      one(
        'sightline_node_gb28181_dropped_packets_total',
        'Datagrams of GB/T 28181 devices that the kernel threw away because they were not read in time',
        droppedPackets(),
        'counter',
      ),
    ].join('')
  }

  #link(): string {
    const link = this.#options.link()
    if (!link) return ''
    return [
      one('sightline_node_link_up', 'Whether the link to the platform is up', link.up ? 1 : 0),
      one('sightline_node_outbox_events', 'Events waiting for the platform', link.outboxEvents),
      one(
        'sightline_node_outbox_dropped_events_total',
        'Events given up because the outbox was full',
        link.outboxDropped,
        'counter',
      ),
    ].join('')
  }

  #machine(): string {
    const { disks, networks } = this.#options.io.numbers
    const of = (devices: readonly DeviceIo[], key: 'bytesIn' | 'bytesOut') =>
      devices.map((device): Sample => [{ device: device.name }, device[key]])
    return [
      counter('sightline_node_network_received_bytes_total', 'Bytes the machine received', of(networks, 'bytesIn')),
      counter('sightline_node_network_sent_bytes_total', 'Bytes the machine sent', of(networks, 'bytesOut')),
      counter('sightline_node_disk_read_bytes_total', 'Bytes the machine read from disks', of(disks, 'bytesIn')),
      counter('sightline_node_disk_written_bytes_total', 'Bytes the machine wrote to disks', of(disks, 'bytesOut')),
    ].join('')
  }

  #recording(): string {
    const numbers = this.#options.recording()
    if (!numbers) return ''
    const { stores } = numbers
    const states = stores.flatMap(({ store, state }) =>
      STORE_STATES.map((known): Sample => [{ store, state: known }, state === known ? 1 : 0]),
    )
    const free = stores.flatMap(({ store, freeBytes }): Sample[] =>
      freeBytes === null ? [] : [[{ store }, freeBytes]],
    )
    return [
      gauge(
        'sightline_node_recordings',
        'Recordings by state; those that wait have no stream',
        Object.entries(numbers.recordings).map(([state, count]): Sample => [{ state }, count]),
      ),
      one('sightline_node_recorded_bytes_total', 'Bytes written to recorded files', numbers.bytes, 'counter'),
      one('sightline_node_recorded_fragments_total', 'Fragments in recorded files', numbers.fragments, 'counter'),
      one(
        'sightline_node_dropped_fragments_total',
        'Fragments lost because a store was too slow, full or broken',
        numbers.droppedFragments,
        'counter',
      ),
      gauge('sightline_node_store_state', 'Whether a store is in this state', states),
      gauge('sightline_node_store_free_bytes', 'Free space where a store lies', free),
      gauge(
        'sightline_node_store_used_bytes',
        'Recordings and pictures in a store',
        stores.map(({ store, usedBytes }): Sample => [{ store }, usedBytes]),
      ),
      gauge(
        'sightline_node_store_spool_bytes',
        'Waiting to be uploaded to a store',
        stores.map(({ store, spoolBytes }): Sample => [{ store }, spoolBytes]),
      ),
    ].join('')
  }
}

/** States a store can be in; one of them is 1. */
const STORE_STATES = ['ok', 'full', 'unreachable'] as const

/** Sums by the value of one label. */
class Tally {
  readonly #sums = new Map<string, number>()

  add(key: string, count: number): void {
    this.#sums.set(key, (this.#sums.get(key) ?? 0) + count)
  }

  samples(label: string): Sample[] {
    return [...this.#sums].map(([key, sum]): [Labels, number] => [{ [label]: key }, sum])
  }
}

function gauge(name: string, help: string, samples: readonly Sample[]): string {
  return familyText({ name, help, type: 'gauge' }, samples)
}

function counter(name: string, help: string, samples: readonly Sample[]): string {
  return familyText({ name, help, type: 'counter' }, samples)
}
