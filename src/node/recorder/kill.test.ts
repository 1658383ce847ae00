import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { z } from 'zod'
import { ffmpeg, probe } from '../../../test/ffmpeg.ts'
import { seededRandom } from '../../base/fuzz.ts'
import { parseIndex } from './fragment-entry.ts'

const STREAMS = 10
/** Some here; KILL_ROUNDS makes it a soak. */
const ROUNDS = Number(process.env['KILL_ROUNDS'] ?? 4)

const Line = z.object({
  up: z.boolean().optional(),
  written: z.string().optional(),
  offset: z.number().optional(),
  bytes: z.number().optional(),
  closed: z.object({ id: z.string(), object: z.string(), state: z.string(), fragments: z.number() }).optional(),
})
type Line = z.infer<typeof Line>

let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'sightline-kill-'))
  const input = [
    '-f',
    'lavfi',
    '-i',
    'testsrc=size=320x240:rate=25:duration=60',
    '-f',
    'lavfi',
    '-i',
    'sine=duration=60',
  ]
  const codecs = ['-c:v', 'libx264', '-preset', 'ultrafast', '-g', '25', '-pix_fmt', 'yuv420p', '-c:a', 'aac']
  writeFileSync(join(folder, 'in.flv'), ffmpeg(...input, ...codecs, '-f', 'flv', 'pipe:1'))
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

class Recording {
  readonly lines: Line[] = []
  readonly #child: ChildProcess
  readonly #over: Promise<void>

  constructor() {
    const script = join(import.meta.dirname, 'testing/recording-process.ts')
    this.#child = spawn(process.execPath, [script, folder, join(folder, 'in.flv'), String(STREAMS)], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    const reader = createInterface({ input: this.#child.stdout! })
    reader.on('line', line => this.lines.push(Line.parse(JSON.parse(line))))
    this.#over = new Promise(resolve => reader.once('close', resolve))
  }

  async until(what: string, look: () => boolean): Promise<void> {
    const end = performance.now() + 20_000
    while (!look()) {
      if (performance.now() > end || this.#child.exitCode !== null) throw new Error(`${what} did not come`)
      await new Promise(resolve => setTimeout(resolve, 5))
    }
  }

  /** All lines that were written before it died. */
  async kill(): Promise<Line[]> {
    this.#child.kill('SIGKILL')
    await this.#over
    return this.lines
  }
}

test(`killed ${ROUNDS} times while ${STREAMS} streams are recorded: every fragment that was written is there, once`, async () => {
  const random = seededRandom(5)
  const written = new Map<string, { offset: number; bytes: number }[]>()
  const closed = new Map<string, NonNullable<Line['closed']>[]>()
  for (let round = 0; round <= ROUNDS; round++) {
    const recording = new Recording()
    await recording.until('start', () => recording.lines.some(({ up }) => up))
    if (round < ROUNDS) {
      const wanted = STREAMS * 2 + Math.floor(random() * STREAMS)
      await recording.until('fragments', () => recording.lines.filter(line => line.written).length >= wanted)
    }
    for (const line of await recording.kill()) {
      if (line.written !== undefined) {
        const { offset = 0, bytes = 0 } = line
        written.set(line.written, [...(written.get(line.written) ?? []), { offset, bytes }])
      }
      if (line.closed) closed.set(line.closed.id, [...(closed.get(line.closed.id) ?? []), line.closed])
    }
  }
  // The last process was killed right after its start: all before it is recovered and told.
  expect(written.size).toBeGreaterThanOrEqual(ROUNDS * STREAMS)
  let recovered = 0
  for (const [id, fragments] of written) {
    const told = closed.get(id)
    expect(told, `${id} was told`).toBeDefined()
    const segment = told![0]!
    const index = parseIndex(readFileSync(join(folder, 'disk', `${segment.object}.idx`), 'utf8'))
    const indexed = index?.fragments.map(({ offset, bytes }) => `${offset} ${bytes}`) ?? []
    expect(new Set(indexed).size).toBe(indexed.length)
    for (const { offset, bytes } of fragments) expect(indexed).toContain(`${offset} ${bytes}`)
    expect(segment.fragments).toBe(indexed.length)
    const file = readFileSync(join(folder, 'disk', segment.object))
    const last = index?.fragments.at(-1)
    expect(file.length).toBe((last?.offset ?? 0) + (last?.bytes ?? 0))
    if (segment.state === 'recovered') recovered++
  }
  expect(recovered).toBeGreaterThanOrEqual(ROUNDS)
  const some = [...closed.values()].flat().filter((_, i) => i % 7 === 0)
  for (const { object } of some) expect(probe(join(folder, 'disk', object), 'video').decodedFrames).toBeGreaterThan(20)
}, 120_000)
