import { execFile } from 'node:child_process'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { seededRandom } from '../src/base/fuzz.ts'
import { prepareClip } from './clip.ts'
import { awaited, GbProduct, type Json, wait } from './gb28181/product.ts'
import { Child, LOAD_CORE, stopAll } from './process.ts'
import { machine } from './report.ts'
import { freePort, HOST } from './servers/server.ts'

const STREAMS = 50
const ROUNDS = 50
/** A round is killed somewhere in here after all are recorded. */
const LEAST_MS = 2000
const MOST_MS = 7000
/** In each so manieth round the platform is killed, too. */
const PLATFORM_EVERY = 5
/** Of each round are played. */
const PLAYED = 4
/** Of the clip. */
const FPS = 25
/** Lengths are rounded, and the end of a file is the end of its last frame. */
const FRAMES_OFF = 3
const LARGEST_PAGE = 200

interface Acknowledged {
  readonly recordingId: string
  readonly bytes: number
}

interface File {
  readonly id: string
  readonly path: string
  readonly state: string
  readonly recordingId: string
  readonly sizeBytes: number
  readonly durationS: number
  readonly startedAt: string
  readonly endedAt: string
}

/**
 * Records streams and kills the node at random moments. What was acknowledged before must be there after each start,
 * once, and play. Throws at the first round in which something is missing.
 */
export async function runRecordingSoak(cache: string, rounds = ROUNDS): Promise<void> {
  mkdirSync(cache, { recursive: true })
  await prepareClip('1m', cache)
  const rtmp = await freePort()
  const product = await GbProduct.start(rtmp)
  const random = seededRandom(28)
  const startMs = performance.now()
  let files = 0
  let seconds = 0
  let played = 0
  try {
    const ids: string[] = []
    const names: string[] = []
    for (let i = 0; i < STREAMS; i++) {
      const { id, name, publish } = await product.api('POST', '/streams', { space: 'default', name: `soak${i}` })
      ids.push(String(id))
      names.push(`${name}${new URL(String((publish as Json)['rtmp'])).search}`)
    }
    const record = { segmentS: 600, snapshots: false, preRecordS: 0 }
    const template = await product.api('POST', '/templates', { type: 'record', name: 'soak', record })
    const targets = [{ scope: 'space', target: 'default' }]
    await product.api('POST', `/templates/${template['id']}/bindings`, { targets })
    const job = { host: HOST, port: rtmp, app: 'live', names, clip: '1m', folder: cache }
    const script = [process.execPath, join(import.meta.dirname, 'load/publisher.ts'), JSON.stringify(job)]
    console.log(`${machine()}; ${STREAMS} streams, ${rounds} rounds`)
    for (let round = 1; round <= rounds; round++) {
      const source = new Child('publisher', script, { core: LOAD_CORE })
      await source.event('ready')
      await awaited('all are recorded', async () => (await product.metric('sightline_node_recordings')) === STREAMS)
      await wait(LEAST_MS + random() * (MOST_MS - LEAST_MS))
      const acknowledged = await Promise.all(ids.map(id => recordedNow(product, id)))
      await product.killed(round % PLATFORM_EVERY === 0)
      await source.stop()
      const found = await Promise.all(ids.map((id, i) => recovered(product, id, acknowledged[i])))
      for (const [i, list] of found.entries()) {
        const { recordingId, bytes } = acknowledged[i] ?? { recordingId: '', bytes: 0 }
        const there = list.reduce((sum, file) => sum + file.sizeBytes, 0)
        if (there < bytes) throw new Error(`${names[i]}, ${recordingId}: ${there} of ${bytes} bytes are there`)
        files += list.length
        seconds += list.reduce((sum, file) => sum + file.durationS, 0)
      }
      for (let i = 0; i < PLAYED; i++) {
        const at = Math.floor(random() * STREAMS)
        for (const file of found[at] ?? []) await plays(product, ids[at] ?? '', file)
        played++
      }
      for (const id of ids) await once(product, id)
      console.log(
        `round ${round}: ${files} files, ${Math.round(seconds)} s recorded, ${played} played, nothing lost or twice`,
      )
    }
    const minutes = (performance.now() - startMs) / 60_000
    console.log(`killed ${rounds} times in ${minutes.toFixed(1)} minutes: every byte acknowledged was there and played`)
  } finally {
    await stopAll()
    await product.stop()
  }
}

/** What the product says is in the file of a stream. */
async function recordedNow(product: GbProduct, id: string): Promise<Acknowledged> {
  const { recordingId, bytes } = await product.api('GET', `/streams/${id}/recording`)
  return { recordingId: String(recordingId ?? ''), bytes: Number(bytes ?? 0) }
}

/** The files of a recording that a kill ended, when none of them is open any more. */
async function recovered(product: GbProduct, id: string, before: Acknowledged | undefined): Promise<readonly File[]> {
  const { recordingId, bytes } = before ?? { recordingId: '', bytes: 0 }
  if (bytes === 0) return []
  return awaited(`the recording ${recordingId} is complete`, async () => {
    const { items } = await product.api('GET', `/recordings?stream=${id}&recording=${recordingId}`)
    const files = items as File[]
    return files.length > 0 && files.every(({ state }) => state !== 'open') && files
  })
}

/** No file of a stream is there twice, and no two are of the same time. */
async function once(product: GbProduct, id: string): Promise<void> {
  const { items } = await product.api('GET', `/recordings?stream=${id}&sort=startedAt&limit=${LARGEST_PAGE}`)
  let before: File | null = null
  for (const file of items as File[]) {
    if (before && Date.parse(file.startedAt) < Date.parse(before.endedAt) - 1) {
      throw new Error(`${before.id} and ${file.id} of ${file.path} have seconds in common`)
    }
    before = file
  }
}

/** Downloads it and counts the frames that decode. */
async function plays(product: GbProduct, id: string, { startedAt, endedAt, durationS }: File): Promise<void> {
  const { play } = await product.api('GET', `/streams/${id}/replay?start=${startedAt}&end=${endedAt}`)
  const url = String((play as Json)['mp4'])
  const entries = ['-v', 'error', '-select_streams', 'v', '-count_frames', '-show_entries', 'stream=nb_read_frames']
  const { stdout, stderr } = await promisify(execFile)('ffprobe', [...entries, '-of', 'csv=p=0', url])
  const frames = Number(stdout.trim().split('\n')[0])
  const wanted = Math.round(durationS * FPS)
  if (Math.abs(frames - wanted) <= FRAMES_OFF && stderr === '') return
  throw new Error(`${url}: ${frames} frames of ${wanted}; ffprobe says: ${stderr.slice(0, 300)}`)
}
