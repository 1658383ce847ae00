import { join } from 'node:path'
import type { DevicesJob } from '../load/gb-devices.ts'
import { Child, LOAD_CORE } from '../process.ts'
import { HOST } from '../servers/server.ts'
import { awaited, DEVICE_PASSWORD, type GbProduct, type Json, SERVER_ID } from './product.ts'

const LONGEST_MS = 300_000

export interface Wanted {
  readonly devices: number
  readonly channels: number
  readonly firstId: string
  readonly type: 'ipc' | 'nvr' | 'platform'
  readonly transport?: 'udp' | 'tcp'
  readonly keepaliveS?: number
  readonly mediaSeconds?: number
  /** How media are to come. */
  readonly media?: 'udp' | 'tcp-passive'
}

export interface LoadCounts {
  readonly on: number
  readonly failures: number
  readonly messages: number
  readonly registrations: number
  readonly cpuSeconds: number
  readonly calls: number
  readonly frames: number
  readonly bytes: number
  readonly dropped: number
  readonly heldUpMs: number
}

/** Simulated devices on the load core, and their rows at the platform. */
export class Devices {
  readonly #child: Child
  readonly wanted: Wanted
  /** Of one channel. */
  readonly bitrateKbps: number

  private constructor(child: Child, wanted: Wanted, bitrateKbps: number) {
    this.#child = child
    this.wanted = wanted
    this.bitrateKbps = bitrateKbps
  }

  /** Adds them to the platform. They share the password of their space. */
  static async add(product: GbProduct, { devices, firstId, media = 'tcp-passive', type }: Wanted): Promise<void> {
    const rows = Array.from({ length: devices }, (_, index) => {
      return `${BigInt(firstId) + BigInt(index)},device ${index + 1},${type},${media}`
    })
    const csv = ['gbId,name,type,media', ...rows].join('\n')
    const { created, failed } = await product.api('POST', '/devices/import', { space: 'default', csv })
    if (created !== devices) throw new Error(`${created} of ${devices} devices were added, ${failed} refused`)
  }

  /** Starts them. Media are made before anything is sent; `registered` says how long registering took. */
  static async start(product: GbProduct, wanted: Wanted) {
    const { channels, devices, firstId, keepaliveS = 60, mediaSeconds = 0, transport = 'udp' } = wanted
    const job: DevicesJob = {
      ...{ serverId: SERVER_ID, host: HOST, port: product.sip, password: DEVICE_PASSWORD },
      ...{ channels, devices, firstId, keepaliveS, mediaSeconds, transport },
    }
    const script = join(import.meta.dirname, '../load/gb-devices.ts')
    const child = new Child('devices', [process.execPath, script, JSON.stringify(job)], { core: LOAD_CORE })
    const { bitrateKbps } = await child.event('prepared')
    const registered = child.event('on', LONGEST_MS).then(({ seconds }) => Number(seconds))
    return { devices: new Devices(child, wanted, Number(bitrateKbps)), registered }
  }

  async counts(): Promise<LoadCounts> {
    const said = this.#child.event('counts')
    this.#tell({ do: 'counts' })
    return (await said) as unknown as LoadCounts // what gb-devices.ts prints
  }

  /** All register anew, spread over the seconds. */
  async again(seconds: number): Promise<void> {
    this.#tell({ do: 'again', seconds })
    await this.#child.event('again', LONGEST_MS)
  }

  pause(): void {
    this.#tell({ do: 'pause' })
  }

  resume(): void {
    this.#tell({ do: 'resume' })
  }

  /** One channel after the other is opened and closed: milliseconds until its picture. */
  async watch(urls: readonly (readonly [string, string])[]) {
    this.#tell({ do: 'watch', urls })
    const { pictures, missing } = await this.#child.event('watched', LONGEST_MS)
    if (missing) throw new Error('a channel had no picture')
    return pictures as { readonly fromRequestMs: number; readonly fromPacketMs: number }[] // what gb-devices.ts prints
  }

  /** Viewers who stay; resolves when all have a picture. */
  async view(urls: readonly string[]): Promise<void> {
    this.#tell({ do: 'view', urls })
    await this.#child.event('viewing')
  }

  stop(): Promise<void> {
    return this.#child.stop()
  }

  #tell(command: object): void {
    this.#child.say(JSON.stringify(command))
  }
}

/** The only device, once its catalog is here and whole. */
export function withCatalog(product: GbProduct, channels: number, ms?: number): Promise<Json> {
  const look = async () => {
    const { items } = await product.api('GET', '/devices')
    const [device] = items as Json[]
    const { received } = (device?.['catalog'] ?? {}) as { received?: number }
    return received === channels ? device : undefined
  }
  return awaited(`${channels} channels are known`, look, ms)
}

/** Ids and codes of the first channels, with their URLs. */
export async function channelsOf(product: GbProduct, count: number) {
  const found: { readonly id: string; readonly gbId: string; readonly flv: string }[] = []
  for (let cursor = ''; found.length < count; ) {
    const page = await product.api('GET', `/channels?sort=gbId&limit=100${cursor}`)
    for (const { gbId, id, play } of page['items'] as { gbId: string; id: string; play: { flv: string } }[])
      if (found.length < count) found.push({ id, gbId, flv: play.flv })
    if (typeof page['nextCursor'] !== 'string') break
    cursor = `&cursor=${encodeURIComponent(page['nextCursor'])}`
  }
  if (found.length < count) throw new Error(`${count} channels are wanted, ${found.length} are there`)
  return found
}
