import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type ClipName, periodBytes, prepareClip } from './clip.ts'
import { type Figures, NO_FIGURES } from './figures.ts'
import { type Look, viewersCommand } from './load/viewers-command.ts'
import { Child, cpuSeconds, LOAD_CORE, memoryBytes } from './process.ts'
import { playRequest } from './rtmp-client.ts'
import type { FanOut, Ingest } from './scenarios.ts'
import { HOST, type Protocol, type RunningServer, type Server } from './servers/server.ts'

/** Between the last viewer's first picture and the measurement: caches are warm and adaptive windows settled. */
const SETTLE_MS = 2500
/** 127.0.0.1 to 127.0.0.8: enough source ports for 15 000 connections to one port. */
const SOURCE_ADDRESSES = 8
/** Streams of the ingest scenario whose every frame is checked. */
const INGEST_SAMPLES = 4
const MEGABYTE = 1e6

export interface RunContext {
  /** Where clips and compiled tools are kept. */
  readonly cache: string
  /** For this run alone. */
  readonly folder: string
  readonly look: Look
}

const wait = (ms: number) => new Promise<void>(resolve => setTimeout(resolve, ms))
const loadScript = (name: string) => [process.execPath, join(import.meta.dirname, 'load', name)]

/** Null for a server that makes its stream itself. */
async function publisher(
  running: RunningServer,
  names: readonly string[],
  clip: ClipName,
  context: RunContext,
): Promise<Child | null> {
  if (running.rtmpPort === null) return null
  const target = { host: HOST, port: running.rtmpPort, app: running.app }
  const job = { ...target, names: names.map(name => running.publishName(name)), clip, folder: context.cache }
  const source = new Child('publisher', [...loadScript('publisher.ts'), JSON.stringify(job)], { core: LOAD_CORE })
  await source.event('ready')
  return source
}

function portOf(running: RunningServer, protocol: Protocol): number {
  const port = protocol === 'flv' ? running.httpPort : running.rtmpPort
  if (port === null) throw new Error(`${running.child.name} does not speak ${protocol}`)
  return port
}

function samples(running: RunningServer, protocol: Protocol, names: readonly string[]): Child {
  const port = portOf(running, protocol)
  const job = { protocol, host: HOST, port, app: running.app, names }
  return new Child('checking viewers', [...loadScript('samples.ts'), JSON.stringify(job)], { core: LOAD_CORE })
}

async function checked(child: Child): Promise<Pick<Figures, 'gaps' | 'delayMedianMs' | 'delayP99Ms'>> {
  const result = child.event('result')
  child.process.kill('SIGTERM')
  const seen = await result
  const wrong = ['gaps', 'backward', 'closed', 'startedWithoutKeyframe']
  return {
    gaps: wrong.reduce((sum, key) => sum + Number(seen[key]), 0),
    delayMedianMs: seen['delayMedianMs'] as number | null,
    delayP99Ms: seen['delayP99Ms'] as number | null,
  }
}

/** One round: starts the server, the publisher and the viewers, and measures. The caller ends them all. */
export async function runFanOut(scenario: FanOut, server: Server, context: RunContext): Promise<Figures> {
  const { protocol, viewers } = scenario
  const clip = await prepareClip(scenario.clip, context.cache)
  const running = await server.start({ ...context, latency: scenario.latency, clip: scenario.clip })
  await publisher(running, ['bench'], scenario.clip, context)
  const name = running.playName(protocol, 'bench')
  const port = portOf(running, protocol)
  const checking = samples(
    running,
    protocol,
    Array.from({ length: scenario.samples }, () => name),
  )
  await checking.event('ready')

  const request = join(context.folder, 'request')
  const target = { host: HOST, port, app: running.app, name }
  const http = `GET ${name} HTTP/1.1\r\nHost: ${HOST}:${port}\r\nUser-Agent: bench\r\n\r\n`
  writeFileSync(request, protocol === 'flv' ? http : playRequest(target))
  const handshake = protocol === 'flv' ? 'none' : 'rtmp'
  const shape = [HOST, port, viewers, scenario.rampPerSecond, handshake, request, SOURCE_ADDRESSES].map(String)
  const load = new Child('viewers', [...viewersCommand(context.cache, context.look), ...shape, context.look], {
    core: LOAD_CORE,
  })
  await load.event('ready', 120_000)
  await wait(SETTLE_MS)

  const seconds = (Math.ceil(scenario.measureMs / clip.periodMs) * clip.periodMs) / 1000
  checking.say('forget')
  const cpuBefore = cpuSeconds(running.child.pid)
  load.say(`measure ${seconds}`)
  await load.event('end', seconds * 1000 + 30_000)
  const cpu = cpuSeconds(running.child.pid) - cpuBefore
  const memory = memoryBytes(running.child.pid)
  const eventLoopP99Ms = await running.eventLoopP99Ms()
  const result = await load.event('result')
  const seen = await checked(checking)

  // The checking viewers were served too, though only the others' bytes are counted.
  const gbit = ((Number(result['bytes']) * 8) / 1e9) * ((viewers + scenario.samples) / Math.max(1, viewers))
  const expected = viewers * (periodBytes(clip, protocol) / (clip.periodMs / 1000)) * seconds
  return {
    ...NO_FIGURES,
    ...seen,
    cpuPerGbit: viewers > 0 ? cpu / gbit : null,
    core: cpu / seconds,
    delivered: viewers > 0 ? Number(result['bytes']) / expected : null,
    rssMegabytes: memory.rss / MEGABYTE,
    pssMegabytes: memory.pss / MEGABYTE,
    eventLoopP99Ms,
    loadCore: Number(result['cpuSeconds']) / seconds,
  }
}

/** One round of many publishers, with a few viewers that check every frame. */
export async function runIngest(scenario: Ingest, server: Server, context: RunContext): Promise<Figures> {
  const clip = await prepareClip('1m', context.cache)
  const running = await server.start({ ...context, latency: 'normal', clip: '1m' })
  const names = Array.from({ length: scenario.publishers }, (_, i) => `bench${i}`)
  const source = await publisher(running, names, '1m', context)
  if (!source) throw new Error(`nobody can publish to ${server.name}`)
  const step = Math.floor(names.length / INGEST_SAMPLES)
  const watched = names.filter((_, i) => i % step === 0).slice(0, INGEST_SAMPLES)
  const checking = samples(
    running,
    'rtmp',
    watched.map(name => running.playName('rtmp', name)),
  )
  await checking.event('ready')
  await wait(SETTLE_MS)

  const sourceBefore = cpuSeconds(source.pid)
  const before = cpuSeconds(running.child.pid)
  const startMs = performance.now()
  await wait(clip.periodMs)
  const cpu = cpuSeconds(running.child.pid) - before
  const seconds = (performance.now() - startMs) / 1000
  const loadCore = (cpuSeconds(source.pid) - sourceBefore) / seconds
  const memory = memoryBytes(running.child.pid)
  const eventLoopP99Ms = await running.eventLoopP99Ms()
  const seen = await checked(checking)

  const result = source.event('result')
  source.process.kill('SIGTERM')
  const sent = await result
  const gbit = (scenario.publishers * (periodBytes(clip, 'rtmp') / (clip.periodMs / 1000)) * seconds * 8) / 1e9
  return {
    ...NO_FIGURES,
    cpuPerGbit: cpu / gbit,
    core: cpu / seconds,
    // A publisher that was put out or could not send in time lost frames too.
    gaps: (seen.gaps ?? 0) + Number(sent['closed']),
    rssMegabytes: memory.rss / MEGABYTE,
    pssMegabytes: memory.pss / MEGABYTE,
    eventLoopP99Ms,
    loadCore,
  }
}
