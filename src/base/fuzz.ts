import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { AppError } from './errors.ts'

/** mulberry32: the same seed gives the same run, so a failure can be repeated. */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let t = state
    t = Math.imul(t ^ (t >>> 15), t | 1)
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61)
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296
  }
}

/** One mutation of `seed`: bit flips, overwritten, removed, repeated or inserted ranges. */
function mutate(seed: Uint8Array, random: () => number): Uint8Array {
  let bytes = Uint8Array.from(seed)
  const pick = (limit: number) => Math.floor(random() * limit)
  for (let n = 1 + pick(4); n > 0; n--) {
    const at = pick(bytes.length + 1)
    const length = pick(Math.min(64, bytes.length - at + 1))
    switch (pick(6)) {
      case 0:
        if (at < bytes.length) bytes[at]! ^= 1 << pick(8)
        break
      case 1:
        for (let i = at; i < at + length; i++) bytes[i] = pick(256)
        break
      case 2:
        bytes = Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + length)])
        break
      case 3:
        bytes = Buffer.concat([bytes.subarray(0, at + length), bytes.subarray(at)])
        break
      case 4:
        bytes = Buffer.concat([
          bytes.subarray(0, at),
          Uint8Array.from({ length: pick(16) }, () => pick(256)),
          bytes.subarray(at),
        ])
        break
      case 5:
        bytes.fill([0, 0xff, 0x7f, 0x80][pick(4)]!, at, at + length)
        break
    }
  }
  return bytes
}

export interface FuzzTarget {
  /** Valid inputs to start from. */
  readonly seeds: readonly Uint8Array[]
  /** Folder with inputs that once failed, and others worth keeping; each is run as it is and mutated. */
  readonly corpus?: string
  /** Runs without FUZZ_RUNS. */
  readonly runs?: number
  /** May throw AppError (a clear refusal); anything else is a finding. */
  readonly run: (input: Uint8Array) => void
}

/** Runs a parser over mutated inputs. Throws with the seed number and the input in hex at the first finding. */
export function fuzz(target: FuzzTarget): void {
  const seeds = [...target.seeds]
  if (target.corpus)
    for (const name of readdirSync(target.corpus).sort()) seeds.push(readFileSync(join(target.corpus, name)))
  const runs = Number(process.env['FUZZ_RUNS'] ?? target.runs ?? 2000)
  const random = seededRandom(Number(process.env['FUZZ_SEED'] ?? 1))
  for (let i = 0; i < seeds.length + runs; i++) {
    const input = i < seeds.length ? seeds[i]! : mutate(seeds[Math.floor(random() * seeds.length)]!, random)
    const before = Buffer.from(input)
    try {
      target.run(input)
    } catch (error) {
      if (!(error instanceof AppError)) {
        throw new Error(`run ${i}, input ${before.toString('hex').slice(0, 4000)}`, { cause: error })
      }
    }
    if (!before.equals(input)) throw new Error(`run ${i} wrote into its input ${before.toString('hex').slice(0, 4000)}`)
  }
}
