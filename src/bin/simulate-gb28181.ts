import { systemClock, systemTimers } from '../base/clock.ts'
import { AppError } from '../base/errors.ts'
import { loadSettings } from '../config/load.ts'
import type { SipTransport } from '../protocols/sip/transport/flow.ts'
import { CAMERA, makeClip } from '../simulator/clip.ts'
import { parseFaults } from '../simulator/faults.ts'
import { GbFleet } from '../simulator/gb-fleet.ts'
import { openProcessLog } from './process-log.ts'

/** Options as they stand on the command line. */
export interface GbSimulation {
  readonly server: string | undefined
  readonly serverId: string | undefined
  readonly devices: number
  readonly channels: number
  readonly firstId: string | undefined
  readonly password: string | undefined
  readonly transport: string | undefined
  readonly fault: string | undefined
  readonly video: string | undefined
  readonly audio: string | undefined
  readonly file: string | undefined
  readonly version: string | undefined
  readonly keepaliveS: number
}

const FIRST_ID = '34020000001180000001'
/** Code of a platform where none is given. */
export const SERVER_ID = '34020000002000000001'
/** Devices that do not come in are tried again soon: somebody watches. */
const RETRY_MS = [5000, 30_000] as const

/** `sightline simulate gb28181 --server HOST:PORT ...`: devices that register and answer until a signal. */
export async function runGbSimulation(simulation: GbSimulation): Promise<void> {
  const { channels, devices, file, keepaliveS } = simulation
  const { settings } = loadSettings({ environment: process.env, directory: process.cwd() })
  const log = openProcessLog(settings, 'simulate')
  const { host, port } = serverOf(simulation.server)
  const serverId = simulation.serverId ?? SERVER_ID
  const password = simulation.password ?? process.env['SIGHTLINE_GB_PASSWORD'] ?? ''
  const clip = await makeClip({
    ...CAMERA,
    video: oneOf('--video', simulation.video ?? 'h264', ['h264', 'h265']),
    audio: oneOf('--audio', simulation.audio ?? 'pcma', ['pcma', 'pcmu', 'aac', 'none']),
    ...(file !== undefined && { file }),
  })
  const transport: SipTransport = oneOf('--transport', simulation.transport ?? 'udp', ['udp', 'tcp', 'tls'])
  const fleet = new GbFleet({
    upper: { serverId, domain: serverId.slice(0, 10), host, port, transport },
    ...{ channels, clip, devices, keepaliveS, log, password },
    firstId: simulation.firstId ?? FIRST_ID,
    faults: parseFaults(simulation.fault ?? ''),
    version: oneOf('--gb-version', simulation.version ?? '3.0', ['1.0', '1.1', '2.0', '3.0']),
    localHost: host === '127.0.0.1' || host === 'localhost' ? '127.0.0.1' : settings.public.host,
    clock: systemClock,
    timers: systemTimers,
    retryMs: RETRY_MS,
    onState: (device, state, reason) => log.info('device', { device, state, ...(reason && { reason }) }),
  })
  for (const signal of ['SIGINT', 'SIGTERM'] as const)
    process.once(signal, async () => {
      await fleet.close()
      process.exit(0)
    })
  await fleet.start()
  log.info('devices started', { devices, channels, server: `${host}:${port}`, transport })
  // Timers alone do not keep a process alive.
  setInterval(() => {}, 2 ** 30)
}

/** Throws AppError INVALID. */
export function serverOf(text: string | undefined): { readonly host: string; readonly port: number } {
  const [, host, port] = /^\[?([^\]\s]+?)\]?:(\d{1,5})$/.exec(text ?? '') ?? []
  if (host === undefined || port === undefined) {
    throw new AppError('INVALID', {
      field: '--server',
      reason: 'HOST:PORT of the SIP server is needed, such as 192.0.2.1:5060',
    })
  }
  return { host, port: Number(port) }
}

/** Throws AppError INVALID. */
export function oneOf<const W extends string>(option: string, word: string, words: readonly W[]): W {
  const found = words.find(known => known === word)
  if (found === undefined)
    throw new AppError('INVALID', { field: option, reason: `${word} is none of ${words.join(', ')}` })
  return found
}
