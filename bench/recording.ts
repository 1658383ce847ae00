import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { periodBytes, prepareClip } from './clip.ts'
import { at, type Figure, figureTable } from './gb28181/figure.ts'
import { awaited, GbProduct, type Json, wait } from './gb28181/product.ts'
import { Child, canPin, cpuSeconds, LOAD_CORE, SERVER_CORE, stopAll } from './process.ts'
import { machine } from './report.ts'
import { writeSection } from './section.ts'
import { freePort, HOST } from './servers/server.ts'

const FULL = { streams: 200, measureMs: 40_000, asks: 20 }
const SHORT = { streams: 10, measureMs: 8000, asks: 5 }
/** Between a change and its measurement. */
const SETTLE_MS = 5000
/** Between pictures: they are asked for one by one, as by people. */
const ASK_MS = 1000
/** As many streams by one ffmpeg, as one would do it by hand. */
const STREAMS_PER_FFMPEG = 20
/** What recording may add to receiving. */
const MOST_CORE = 0.15
const MOST_REPLAY_MS = 200
const MOST_PICTURE_MS = 150

/** Receives streams, then records them too, then lets ffmpeg do it; asks for replay and pictures meanwhile. */
export async function runRecording(cache: string, short: boolean): Promise<void> {
  mkdirSync(cache, { recursive: true })
  const { streams, measureMs, asks } = short ? SHORT : FULL
  const clip = await prepareClip('2m', cache)
  const rtmp = await freePort()
  const product = await GbProduct.start(rtmp)
  try {
    const made: Json[] = []
    for (let i = 0; i < streams; i++) {
      made.push(await product.api('POST', '/streams', { space: 'default', name: `bench${i}` }))
    }
    const [publish] = made.map(stream => stream['publish'] as Json)
    const key = new URL(String(publish?.['rtmp'])).search
    const names = made.map(({ name }) => `${name}${key}`)
    const job = { host: HOST, port: rtmp, app: 'live', names, clip: '2m', folder: cache }
    const script = [process.execPath, join(import.meta.dirname, 'load/publisher.ts'), JSON.stringify(job)]
    const source = new Child('publisher', script, { core: LOAD_CORE })
    await source.event('ready')
    const received = await cores(product.node, measureMs)

    const record = { segmentS: 600, snapshots: false, preRecordS: 0 }
    const template = await product.api('POST', '/templates', { type: 'record', name: 'bench', record })
    const targets = [{ scope: 'space', target: 'default' }]
    await product.api('POST', `/templates/${template['id']}/bindings`, { targets })
    const count = () => product.metric('sightline_node_recordings')
    await awaited('all are recorded', async () => (await count()) === streams)
    const written = async () => ({
      bytes: await product.metric('sightline_node_recorded_bytes_total'),
      fragments: await product.metric('sightline_node_recorded_fragments_total'),
    })
    const before = await written()
    const recorded = await cores(product.node, measureMs)
    const after = await written()
    const seconds = (measureMs + SETTLE_MS) / 1000
    const dropped = await product.metric('sightline_node_dropped_fragments_total')
    const pictureMs: number[] = []
    const replayMs: number[] = []
    const take = (i: number) => timed(() => product.api('POST', `/streams/${made[i % streams]?.['id']}/snapshots`, {}))
    const firstPictureMs = await take(0)
    for (let i = 1; i <= asks; i++) {
      await wait(ASK_MS)
      const id = made[i % streams]?.['id']
      pictureMs.push(await take(i))
      replayMs.push(await timed(() => firstBytes(product, String(id))))
    }
    await product.api('POST', '/bindings/remove', { type: 'record', targets })
    await awaited('nothing is recorded any more', async () => (await count()) === 0)
    const beside = await ffmpegs(product, made, measureMs)
    source.process.kill('SIGTERM')

    const gbitPerSecond = (streams * periodBytes(clip, 'flv') * 8) / (clip.periodMs / 1000) / 1e9
    const added = recorded - received
    const figures: Figure[] = [
      { name: 'receiving alone', value: received * 100, unit: '% of a core', digits: 1 },
      { name: 'recording adds', value: added * 100, unit: '% of a core', digits: 1, atMost: MOST_CORE * 100 },
      { name: 'recording, CPU-s per Gbit', value: added / gbitPerSecond, unit: '', digits: 3 },
      { name: 'the same by ffmpeg -c copy', value: beside * 100, unit: '% of a core', digits: 1 },
      { name: 'ffmpeg, CPU-s per Gbit', value: beside / gbitPerSecond, unit: '', digits: 3 },
      {
        name: 'fragments written a second',
        value: (after.fragments - before.fragments) / seconds,
        unit: '',
        digits: 1,
      },
      { name: 'written', value: ((after.bytes - before.bytes) * 8) / seconds / 1e6, unit: 'Mbit/s', digits: 1 },
      { name: 'fragments lost', value: dropped, unit: '', atMost: 0 },
      { name: 'first bytes of a replay, median', value: at(0.5, replayMs), unit: 'ms', atMost: MOST_REPLAY_MS },
      { name: 'picture of a live stream, the first', value: firstPictureMs, unit: 'ms' },
      {
        name: 'picture of a live stream, then, median',
        value: at(0.5, pictureMs),
        unit: 'ms',
        atMost: MOST_PICTURE_MS,
      },
    ]
    const outcome = {
      id: 'recording',
      title: `${streams} streams of 2 Mbit/s recorded`,
      how: `Publishers send 1080p25 by RTMP. The node receives them, then records them into files of ten minutes. Then ffmpeg processes of ${STREAMS_PER_FFMPEG} streams each play them by RTMP and write them with \`-c copy\`; what the node spends on sending is not counted.`,
      figures,
    }
    console.log([machine(), outcome.title, outcome.how, figureTable(outcome)].join('\n'))
    if (short) return
    const where = canPin() ? 'product and ffmpeg on core 0, publishers on core 1' : 'not pinned'
    writeSection(
      'recording',
      `## Recording\n\nGenerated by \`npm run bench -- --recording\`; do not edit. ${machine()}; ${where}.\n\n### ${outcome.title}\n\n${outcome.how}\n\n${figureTable(outcome)}`,
    )
    console.log('\nwritten: docs/benchmarks.md')
  } finally {
    await stopAll()
    await product.stop()
  }
}

/** Cores a process uses. */
async function cores(child: Child, ms: number): Promise<number> {
  await wait(SETTLE_MS)
  const before = { cpu: cpuSeconds(child.pid), ms: performance.now() }
  await wait(ms)
  return (cpuSeconds(child.pid) - before.cpu) / ((performance.now() - before.ms) / 1000)
}

async function timed(run: () => Promise<unknown>): Promise<number> {
  const startMs = performance.now()
  await run()
  return performance.now() - startMs
}

/** Of what was recorded a few seconds ago: the URLs, then the picture begins. */
async function firstBytes(product: GbProduct, id: string): Promise<void> {
  const start = new Date(Date.now() - 8000).toISOString()
  const { play } = await product.api('GET', `/streams/${id}/replay?start=${start}`)
  const leave = new AbortController()
  const answer = await fetch(String((play as Json)['flv']), { signal: leave.signal })
  await answer.body?.getReader().read()
  leave.abort()
}

/** Cores that ffmpeg uses for the same. */
async function ffmpegs(product: GbProduct, streams: readonly Json[], ms: number): Promise<number> {
  const children: Child[] = []
  for (let first = 0; first < streams.length; first += STREAMS_PER_FFMPEG) {
    const some = streams.slice(first, first + STREAMS_PER_FFMPEG)
    const inputs = some.flatMap(({ play }) => ['-i', String((play as Json)['rtmp'])])
    const outputs = some.flatMap(({ name }, i) => [
      ...['-map', String(i), '-c', 'copy', '-f', 'segment', '-segment_time', '600', '-segment_format', 'mp4'],
      ...['-segment_format_options', 'movflags=frag_keyframe+empty_moov', join(product.folder, `${name}-%d.mp4`)],
    ])
    const command = ['ffmpeg', '-v', 'error', '-nostdin', ...inputs, ...outputs]
    children.push(new Child('ffmpeg', command, { core: SERVER_CORE }))
  }
  await wait(SETTLE_MS)
  const cpu = () => children.reduce((sum, { pid }) => sum + cpuSeconds(pid), 0)
  const before = { cpu: cpu(), ms: performance.now() }
  await wait(ms)
  const used = (cpu() - before.cpu) / ((performance.now() - before.ms) / 1000)
  await Promise.all(children.map(child => child.stop()))
  return used
}
