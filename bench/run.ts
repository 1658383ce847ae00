import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { runFanOut, runIngest } from './fan-out.ts'
import { type Figures, median } from './figures.ts'
import type { Look } from './load/viewers-command.ts'
import { canPin, fileLimit, stopAll } from './process.ts'
import { runProduct } from './product.ts'
import { benchmarks, floorLine, machine, type Outcome, type Row, table, targetLines } from './report.ts'
import { SCENARIOS, type Scenario } from './scenarios.ts'
import { writeMain } from './section.ts'
import { bareNode } from './servers/bare-node.ts'
import { nginxRtmp } from './servers/nginx-rtmp.ts'
import { nodeMediaServer } from './servers/node-media-server.ts'
import type { Server } from './servers/server.ts'
import { ROOT, sightline } from './servers/sightline.ts'

const HELP = `usage: sightline bench [options] [scenario...]

Measures Sightline and its peers side by side on this machine.
  --all          every scenario, and write docs/benchmarks.md (about 20 minutes)
  --quick        one round each
  --rounds N     rounds per server and scenario (default 1 to 3)
  --server NAME  only this server; may be given again
  --pause        viewers look at their sockets every 8 ms, instead of being woken by each write
  --micro        single functions instead: CPU nanoseconds per call and MB/s
  --api          the REST API instead: requests per second with 10 000 streams on both databases; writes its section
  --recordings   lists of recordings instead: milliseconds with a million files in the index
  --recording    200 streams of 2 Mbit/s recorded instead, beside ffmpeg: CPU and writes, replay and pictures
  --recording-soak  50 streams recorded while the node is killed 50 times (--rounds N) at any moment instead: everything
                 acknowledged must be there, once, and play
  --gb28181      devices of GB/T 28181 instead: registration, catalog, media, first-picture, sound, or those named;
                 all of them also write their section of docs/benchmarks.md (about 12 minutes)
  --short        with --gb28181 and --recording: small numbers for a minute, to see that it runs
  --list         names of the scenarios

BENCH_NODE_OPTIONS are NODE_OPTIONS for our node alone, such as --cpu-prof; BENCH_PLATFORM_OPTIONS of the platform, with
--gb28181.
`
/** Descriptors of the server beside its viewers. */
const SPARE_FILES = 500

const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    all: { type: 'boolean', default: false },
    quick: { type: 'boolean', default: false },
    rounds: { type: 'string' },
    server: { type: 'string', multiple: true },
    pause: { type: 'boolean', default: false },
    micro: { type: 'boolean', default: false },
    api: { type: 'boolean', default: false },
    recordings: { type: 'boolean', default: false },
    recording: { type: 'boolean', default: false },
    'recording-soak': { type: 'boolean', default: false },
    gb28181: { type: 'boolean', default: false },
    short: { type: 'boolean', default: false },
    list: { type: 'boolean', default: false },
    help: { type: 'boolean', short: 'h', default: false },
  },
})

const SERVERS: readonly Server[] = [sightline, bareNode, nginxRtmp, nodeMediaServer]
const look: Look = options.pause ? 'paused' : 'woken'
const cache = join(ROOT, '.cache/bench')

function chosen(): Scenario[] {
  if (options.all) return [...SCENARIOS]
  if (positionals.length === 0) return SCENARIOS.filter(scenario => scenario.usual)
  return positionals.map(id => {
    const found = SCENARIOS.find(scenario => scenario.id === id)
    if (!found) throw new Error(`no scenario ${id}; there are ${SCENARIOS.map(each => each.id).join(', ')}`)
    return found
  })
}

function needsFiles(scenario: Scenario): number {
  const sockets = scenario.kind === 'fan-out' ? scenario.viewers : scenario.kind === 'ingest' ? scenario.publishers : 0
  return sockets + SPARE_FILES
}

async function runOnce(scenario: Scenario, server: Server): Promise<Figures> {
  const folder = mkdtempSync(join(tmpdir(), 'sightline-bench-'))
  try {
    if (scenario.kind === 'fan-out') return await runFanOut(scenario, server, { cache, folder, look })
    if (scenario.kind === 'ingest') return await runIngest(scenario, server, { cache, folder, look })
    return await runProduct({ cache, folder, look })
  } finally {
    await stopAll()
    rmSync(folder, { recursive: true, force: true })
  }
}

/** All rounds of a scenario, servers taking turns. */
async function runScenario(scenario: Scenario, rounds: number): Promise<Outcome> {
  const wanted = scenario.kind === 'product' ? ['Sightline'] : scenario.servers
  const asked = SERVERS.filter(
    server => wanted.includes(server.name) && (options.server?.includes(server.name) ?? true),
  )
  const left: string[] = []
  const running = asked.filter(server => {
    const reason =
      fileLimit() < needsFiles(scenario)
        ? `${needsFiles(scenario)} open files needed, ${fileLimit()} allowed`
        : server.missing()
    if (reason !== null) left.push(`${server.name}: ${reason}`)
    return reason === null
  })
  const measured = new Map<Server, Figures[]>(running.map(server => [server, []]))
  for (let round = 0; round < rounds; round++) {
    for (const [server, figures] of measured) {
      try {
        figures.push(await runOnce(scenario, server))
      } catch (error) {
        const reason = error instanceof Error ? error.message : String(error)
        console.error(`${scenario.id}, ${server.name}, round ${round + 1}: ${reason}`)
        left.push(`${server.name}, round ${round + 1}: ${reason.split('\n')[0]}`)
      }
    }
  }
  const rows: Row[] = []
  for (const [server, figures] of measured) {
    if (figures.length === 0) continue
    rows.push({ server: server.name, version: server.version(), figures: median(figures), rounds: figures.length })
  }
  return { scenario, rows, left }
}

/** Fills in what RTMP costs beside HTTP-FLV with as many viewers. */
function compared(outcomes: readonly Outcome[]): Outcome[] {
  return outcomes.map(outcome => {
    const twin = outcomes.find(other => other.scenario.id === outcome.scenario.id.replace('rtmp-', 'flv-'))
    if (!twin || twin === outcome) return outcome
    const rows = outcome.rows.map(row => {
      const flv = twin.rows.find(other => other.server === row.server)?.figures.cpuPerGbit
      const own = row.figures.cpuPerGbit
      return flv && own ? { ...row, figures: { ...row.figures, ratioToFlv: own / flv } } : row
    })
    return { ...outcome, rows }
  })
}

async function main(): Promise<void> {
  if (options.help) return console.log(HELP)
  if (options.list) return console.log(SCENARIOS.map(({ id, title }) => `${id.padEnd(14)} ${title}`).join('\n'))
  if (options.micro) return (await import('./micro/functions.ts')).runMicro(cache)
  if (options.api) return (await import('./api/requests.ts')).runRequests()
  if (options.recordings) return (await import('./api/recordings-list.ts')).runRecordingsList()
  if (options.recording) return (await import('./recording.ts')).runRecording(cache, options.short)
  if (options['recording-soak']) {
    const rounds = options.rounds === undefined ? undefined : Number(options.rounds)
    return (await import('./recording-soak.ts')).runRecordingSoak(cache, rounds)
  }
  if (options.gb28181) return (await import('./gb28181/run.ts')).runGb28181(positionals, options.short)
  const scenarios = chosen()
  mkdirSync(cache, { recursive: true })
  console.log(
    `${machine()}; open files ${fileLimit()}; ${canPin() ? 'server on core 0, load on core 1' : 'not pinned'}; viewers ${look}`,
  )
  const outcomes: Outcome[] = []
  for (const scenario of scenarios) {
    const rounds = options.quick ? 1 : Number(options.rounds ?? scenario.rounds)
    console.log(`\n${scenario.title} (${scenario.id}), ${rounds} round${rounds === 1 ? '' : 's'}`)
    outcomes.push(await runScenario(scenario, rounds))
    const newest = compared(outcomes).at(-1)
    if (!newest) continue
    const lines =
      options.server?.includes(sightline.name) === false ? [] : [...targetLines(newest), ...floorLine(newest)]
    console.log([table(newest), ...lines, ...newest.left.map(reason => `left out: ${reason}`)].join('\n'))
  }
  if (!options.all) return
  const versions = new Map(
    SERVERS.filter(server => server.missing() === null).map(server => [server.name, server.version()]),
  )
  writeMain(benchmarks(compared(outcomes), versions, look))
  console.log('\nwritten: docs/benchmarks.md')
}

for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => void stopAll().finally(() => process.exit(1)))
}
await main()
