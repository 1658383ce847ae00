import { systemClock, systemTimers } from '../base/clock.ts'
import { errorText } from '../base/errors.ts'
import type { Log } from '../base/log.ts'
import { loadSettings } from '../config/load.ts'
import { classifyId } from '../protocols/gb28181/device-id.ts'
import { MESSAGES } from '../protocols/gb28181/manscdp/messages.ts'
import type { MediaTransport } from '../protocols/gb28181/quirks.ts'
import { GbUpper } from '../simulator/gb-upper.ts'
import { openProcessLog } from './process-log.ts'
import { oneOf, SERVER_ID, serverOf } from './simulate-gb28181.ts'

export interface GbPlatformSimulation {
  /** Where it listens. */
  readonly server: string | undefined
  readonly serverId: string | undefined
  readonly password: string | undefined
  readonly transport: string | undefined
}

/** How long each channel is looked at. */
const LOOK_MS = 5000

/**
 * `sightline simulate gb28181-platform --server HOST:PORT`: a platform above that takes in whoever registers, asks what he
 * has, and plays his first channel: what it says shows whether a device or a lower platform works.
 */
export async function runGbPlatformSimulation(simulation: GbPlatformSimulation): Promise<void> {
  const { settings } = loadSettings({ environment: process.env, directory: process.cwd() })
  const log = openProcessLog(settings, 'simulate')
  const { host, port } = serverOf(simulation.server)
  const serverId = simulation.serverId ?? SERVER_ID
  const transport = oneOf('--transport', simulation.transport ?? 'tcp', ['udp', 'tcp'])
  const seen = new Set<string>()
  const upper: GbUpper = new GbUpper({
    ...{ serverId, log, clock: systemClock, timers: systemTimers, localHost: host },
    password: simulation.password ?? process.env['SIGHTLINE_GB_PASSWORD'] ?? null,
    onEvent: (session, event) => {
      if (event.type === 'state') log.info('state', { device: session.gbId, state: event.state, cause: event.cause })
      if (event.type === 'alarm') log.info('alarm', { device: session.gbId, ...event.alarm })
      if (event.type === 'catalogChanged') log.info('catalog changed', { device: session.gbId, items: event.items })
      if (event.type !== 'registered' || seen.has(session.gbId)) return
      seen.add(session.gbId)
      const way = transport === 'udp' ? 'udp' : 'tcp-passive'
      void inspect(upper, session.gbId, way, log).catch((error: unknown) => {
        log.warn('does not work', { device: session.gbId, reason: errorText(error) })
      })
    },
    onAttempt: ({ channelId, gbId, kind, verdict }) => {
      if (!verdict.ok)
        log.warn(kind, { device: gbId, channel: channelId, verdict: verdict.code, advice: verdict.advice })
    },
  })
  for (const signal of ['SIGINT', 'SIGTERM'] as const)
    process.once(signal, async () => {
      await upper.close()
      process.exit(0)
    })
  log.info('a platform listens', { host, port: await upper.open(port), serverId, domain: serverId.slice(0, 10) })
  // Timers alone do not keep a process alive.
  setInterval(() => {}, 2 ** 30)
}

async function inspect(upper: GbUpper, gbId: string, transport: MediaTransport, log: Log): Promise<void> {
  const session = upper.side.session(gbId)
  const info = await session.ask(MESSAGES.deviceInfoQuery, MESSAGES.deviceInfoResponse, { deviceId: gbId })
  log.info('says what it is', { ...info })
  upper.side.subscribe(gbId, { catalog: true, alarm: { startPriority: 0, endPriority: 0 } })
  const items = await upper.catalog(gbId)
  log.info('catalog', { device: gbId, items: items.map(({ deviceId, name = '' }) => `${deviceId} ${name}`) })
  const channel = items.find(({ deviceId, status }) => classifyId(deviceId) === 'channel' && status !== 'OFF')
  if (!channel) return
  const beganMs = systemClock.monotonicMs()
  let keyframeMs: number | null = null
  const call = await upper.call(gbId, {
    ...{ name: 'Play', channelId: channel.deviceId, transport },
    onFrame: ({ keyframe, track }) => {
      if (keyframe && track.kind === 'video') keyframeMs ??= Math.round(systemClock.monotonicMs() - beganMs)
    },
  })
  await new Promise<void>(resolve => systemTimers.after(LOOK_MS, resolve))
  const { frames, framesBroken, keyframes, lost, packets } = call.counters()
  const tracks = [...call.tracks.values()].map(track => track.codec)
  await call.close()
  const what = { device: gbId, channel: channel.deviceId, transport, tracks, keyframeMs }
  const figures = { ...what, packets, lost, frames, keyframes, framesBroken }
  if (keyframes > 0) log.info('live pictures come', figures)
  else log.warn('no pictures come', figures)
}
