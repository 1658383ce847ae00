import { readdir, readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { Clock, Timer, Timers } from '../base/clock.ts'
import { MAX_DEVICES } from '../link/status.ts'

/** How often the counters are read; rates are over this time. */
const PERIOD_MS = 2000
/** Of /proc/diskstats, whatever the disk's own sectors are (Linux, Documentation/block/stat.rst). */
const SECTOR_BYTES = 512

/** Bytes of a device since the machine started, and its rates over the last period. */
export interface DeviceIo {
  readonly name: string
  /** Received, or read. */
  readonly bytesIn: number
  /** Sent, or written. */
  readonly bytesOut: number
  readonly inBytesPerSecond: number
  readonly outBytesPerSecond: number
}

export interface MachineIoNumbers {
  readonly networks: readonly DeviceIo[]
  readonly disks: readonly DeviceIo[]
}

export interface MachineIoOptions {
  /** Names separated by commas; `auto`: interfaces with a default route; `all`: all but loopback. */
  readonly networks: () => string
  /** Names separated by commas; `auto`: physical disks. */
  readonly disks: () => string
  readonly clock: Clock
  readonly timers: Timers
  /** `/`; another folder with `proc` and `sys` in tests. */
  readonly root?: string
}

/** As the platform is told. */
export function deviceLoads({ numbers }: Pick<MachineIo, 'numbers'>) {
  const told = ({ bytesIn: _, bytesOut: __, ...rest }: DeviceIo) => rest
  return { networks: numbers.networks.map(told), disks: numbers.disks.map(told) }
}

type Counters = ReadonlyMap<string, readonly [bytesIn: number, bytesOut: number]>

interface Reading {
  readonly atMs: number
  readonly networks: Counters
  readonly disks: Counters
}

const NOTHING: MachineIoNumbers = { networks: [], disks: [] }

/** What network interfaces and disks of this machine move, by all processes. Nothing where there is no /proc. */
export class MachineIo {
  readonly #options: MachineIoOptions
  readonly #root: string
  readonly #timer: Timer
  #last: Reading | null = null
  #numbers = NOTHING
  #reading: Promise<void> | null = null

  constructor(options: MachineIoOptions) {
    this.#options = options
    this.#root = options.root ?? '/'
    this.#timer = options.timers.every(PERIOD_MS, () => void this.read())
    void this.read()
  }

  get numbers(): MachineIoNumbers {
    return this.#numbers
  }

  /** A reading that takes longer than the period is not overtaken by the next: that one is the same. */
  read(): Promise<void> {
    this.#reading ??= this.#read().finally(() => {
      this.#reading = null
    })
    return this.#reading
  }

  async #read(): Promise<void> {
    try {
      const [networks, disks] = await Promise.all([this.#networks(), this.#disks()])
      const reading = { atMs: this.#options.clock.monotonicMs(), networks, disks }
      this.#numbers = { networks: rates(reading, this.#last, 'networks'), disks: rates(reading, this.#last, 'disks') }
      this.#last = reading
    } catch {
      this.#numbers = NOTHING // no Linux
    }
  }

  close(): void {
    this.#timer.cancel()
  }

  async #networks(): Promise<Counters> {
    const all = parseNetDev(await this.#text('proc/net/dev'))
    const wanted = this.#options.networks()
    if (wanted !== 'auto' && wanted !== 'all') return chosen(all, wanted.split(','))
    const others = [...all.keys()].filter(name => name !== 'lo')
    if (wanted === 'all') return chosen(all, others)
    const routed = defaultInterfaces(await this.#text('proc/net/route').catch(() => ''))
    // without a default route: whatever has moved something
    return chosen(all, routed.length > 0 ? routed : others.filter(name => all.get(name)?.some(bytes => bytes > 0)))
  }

  async #disks(): Promise<Counters> {
    const all = parseDiskStats(await this.#text('proc/diskstats').catch(() => ''))
    const wanted = this.#options.disks()
    if (wanted !== 'auto') return chosen(all, wanted.split(','))
    const blocks = await readdir(join(this.#root, 'sys/block')).catch(() => [])
    const physical = await Promise.all(
      blocks.map(name =>
        stat(join(this.#root, 'sys/block', name, 'device')).then(
          () => [name],
          () => [],
        ),
      ),
    )
    return chosen(all, physical.flat())
  }

  #text(file: string): Promise<string> {
    return readFile(join(this.#root, file), 'utf8')
  }
}

function chosen(all: Counters, names: readonly string[]): Counters {
  const known = [...new Set(names.map(name => name.trim()))].slice(0, MAX_DEVICES)
  return new Map(known.flatMap(name => (all.has(name) ? [[name, all.get(name) ?? [0, 0]] as const] : [])))
}

/** 0 at the first reading of a device, and when its counter began anew. */
function rates(now: Reading, before: Reading | null, kind: 'networks' | 'disks'): DeviceIo[] {
  const seconds = before ? (now.atMs - before.atMs) / 1000 : 0
  return [...now[kind]].map(([name, [bytesIn, bytesOut]]) => {
    const was = before?.[kind].get(name)
    const rate = (is: number, then: number | undefined) =>
      then === undefined || is < then || seconds <= 0 ? 0 : Math.round((is - then) / seconds)
    return {
      name,
      bytesIn,
      bytesOut,
      inBytesPerSecond: rate(bytesIn, was?.[0]),
      outBytesPerSecond: rate(bytesOut, was?.[1]),
    }
  })
}

/** Bytes received and sent by interface: two lines of heads, then `name: ` and 16 numbers (proc(5)). */
function parseNetDev(text: string): Counters {
  const rows = text.matchAll(/^\s*(\S+?):\s*(\d+)(?:\s+\d+){7}\s+(\d+)/gm)
  return new Map([...rows].map(([, name = '', bytesIn, bytesOut]) => [name, [Number(bytesIn), Number(bytesOut)]]))
}

/** Bytes read and written by disk and partition: major, minor, name, then counters, sectors the third and the seventh. */
function parseDiskStats(text: string): Counters {
  const rows = text.matchAll(/^\s*\d+\s+\d+\s+(\S+)\s+\d+\s+\d+\s+(\d+)\s+\d+\s+\d+\s+\d+\s+(\d+)/gm)
  return new Map(
    [...rows].map(([, name = '', read, written]) => [
      name,
      [Number(read) * SECTOR_BYTES, Number(written) * SECTOR_BYTES],
    ]),
  )
}

/** Interfaces whose destination is everything: `Iface Destination ...` in hexadecimal. */
function defaultInterfaces(text: string): string[] {
  return [...new Set([...text.matchAll(/^(\S+)\s+00000000\s/gm)].map(([, name = '']) => name))]
}
