import { setFlagsFromString } from 'node:v8'
import { type Clock, systemClock, systemTimers, type Timers } from '../base/clock.ts'
import { AppError, errorText } from '../base/errors.ts'
import type { Log } from '../base/log.ts'
import { type LoadedSettings, loadSettings } from '../config/load.ts'
import { mergeReload, type Reload } from '../config/reload.ts'
import type { Settings } from '../config/schema.ts'
import { openProcessLog, openTerminalLog } from './process-log.ts'
import { writeRunning } from './running-configuration.ts'
import { withSecrets } from './secret-file.ts'
import { EXIT_CONFIG } from './supervised-process.ts'

export type Role = 'platform' | 'node'

/** What a role gives back once it is up. */
export interface Running {
  close(): Promise<void> | void
  /** Takes the reloadable keys of new settings; drops nobody. */
  reload?(settings: Settings): Promise<void> | void
  /** Generated password of the administrator; at the very first start only. */
  readonly initialPassword?: string | undefined
  /** Key that publishes into the default space; for the demo's cameras. */
  readonly publishKey?: string | undefined
  /** Adds devices that may register in the default space; those that are known stay as they are. */
  admit?(devices: readonly AdmittedDevice[]): Promise<void>
}

/** A device of the demo. */
export interface AdmittedDevice {
  readonly gbId: string
  readonly name: string
  readonly type: 'ipc' | 'nvr'
  readonly password: string
}

export interface RoleEnvironment {
  readonly log: Log
  readonly clock: Clock
  readonly timers: Timers
  /** Where each key's value came from, for display. */
  readonly origins: LoadedSettings['origins']
  /** Reads the configuration again, as SIGHUP does; names the keys that changed and those that wait for a restart. */
  readonly reload: () => Promise<Pick<Reload, 'changed' | 'needRestart'>>
}

/** Loaded when the role is chosen: a node does not load the platform's code, nor the other way round. */
const RUN: Record<
  Role,
  () => Promise<(settings: Settings, environment: RoleEnvironment) => Promise<Running> | Running>
> = {
  platform: async () => (await import('./platform.ts')).runPlatform,
  node: async () => (await import('./node.ts')).runNode,
}

/**
 * Flags of V8. A node's frames lie in ArrayBuffers, which V8 adds to what was allocated since the last collection: by
 * itself it marks the whole heap for every 20 MB of video, and more than half of what a stream of 100 Mbit/s costs is that.
 * Frames are forgotten in the order they came, and the cheap collection of the young generation finds nearly all of them.
 */
const HEAP: Readonly<Record<Role, string | null>> = { platform: null, node: '--heap-growing-percent=300' }

/** From a process to its supervisor. */
export type RoleMessage = { readonly type: 'ready' } & Pick<Running, 'initialPassword' | 'publishKey'>

/** From the supervisor to a process. */
export interface SupervisorMessage {
  readonly type: 'admit'
  readonly devices: readonly AdmittedDevice[]
}

/** Errors of a start that a restart would only repeat. */
const FINAL: ReadonlySet<string> = new Set([
  'CONFIG_INVALID',
  'CONFIG_UNREADABLE',
  'PORT_IN_USE',
  'DATABASE_LOCKED',
  'DATABASE_REFUSED',
  'DATABASE_UNSUITABLE',
  'DATABASE_DAMAGED',
])

/**
 * One platform or node process from start to end: settings, log, the role, signals.
 * Under a supervisor it reports over the IPC channel, and ends in order when that channel closes.
 */
export async function runRole(role: Role, configFile: string | undefined): Promise<void> {
  process.title = `sightline ${role}`
  const heap = HEAP[role]
  if (heap !== null) setFlagsFromString(heap)
  const sources = { file: configFile, environment: process.env, directory: process.cwd() }
  const loaded = loadSettings(sources)
  const log = openProcessLog(loaded.settings, role)
  let settings = withSecrets(loaded.settings)
  let { origins } = loaded
  const supervised = process.send !== undefined

  // State after an unexpected error is unknown: end, and let the supervisor start a fresh process.
  for (const event of ['uncaughtException', 'unhandledRejection'] as const)
    process.on(event, (error: unknown) => {
      log.error('unexpected error, the process ends', { event, error: errorText(error), stack: stackOf(error) })
      process.exit(1)
    })

  let running: Running | undefined // not yet when SIGHUP comes during the start, which reads the new settings anyway
  const reload = async () => {
    const next = loadSettings(sources)
    const { changed, needRestart, settings: merged } = mergeReload(settings, withSecrets(next.settings))
    settings = merged
    origins = next.origins
    log.configure(settings.log)
    await running?.reload?.(settings)
    log.info('configuration reloaded', { changed, needRestart })
    return { changed, needRestart }
  }

  try {
    const run = await RUN[role]()
    running = await run(settings, { log, clock: systemClock, timers: systemTimers, origins: loaded.origins, reload })
  } catch (cause) {
    const error = portError(cause, settings)
    log.error('cannot start', {
      error: errorText(error),
      hint: error instanceof AppError ? error.hint : stackOf(error),
    })
    process.exit(error instanceof AppError && FINAL.has(error.code) ? EXIT_CONFIG : 1)
  }

  let closing = false
  const close = async (reason: string) => {
    if (closing) return
    closing = true
    log.info('stopping', { reason })
    try {
      await running?.close()
    } catch (error) {
      log.error('closing failed', { error: errorText(error) })
    }
    process.exit(0)
  }
  process.on('SIGHUP', () => {
    reload().catch(error => log.error('configuration not reloaded, the running one stays', { error: errorText(error) }))
  })
  process.on('SIGUSR1', () => log.reopen())
  process.on('SIGUSR2', () => {
    try {
      log.info('configuration written', { file: writeRunning(role, settings, origins) })
    } catch (error) {
      log.error('configuration not written', { error: errorText(error) })
    }
  })
  process.on('SIGTERM', () => void close('SIGTERM'))
  // Ctrl-C reaches the whole group; under a supervisor the order to stop comes from there.
  process.on('SIGINT', () => {
    if (!supervised) void close('SIGINT')
  })
  if (supervised) {
    process.on('disconnect', () => void close('the supervisor is gone'))
    process.on('message', (message: SupervisorMessage) => {
      running?.admit?.(message.devices).catch(error => log.error('devices are not added', { error: errorText(error) }))
    })
    const { initialPassword, publishKey } = running
    process.send?.({ type: 'ready', initialPassword, publishKey } satisfies RoleMessage)
  } else {
    printPassword(settings, role, running.initialPassword)
    log.info('ready', { role })
  }
}

/** The one place a password is shown: once, at the first start, to whoever started it, in no file. */
export function printPassword(settings: Settings, name: string, password: string | undefined): void {
  if (password !== undefined)
    openTerminalLog(settings, name).info('first start: sign in to the console with this, it is not shown again', {
      username: 'admin',
      password,
    })
}

/** EADDRINUSE of a listener, named by the key that chose the port. */
function portError(cause: unknown, settings: Settings): unknown {
  if (!(cause instanceof Error && 'code' in cause && 'port' in cause) || cause.code !== 'EADDRINUSE') return cause
  const port = Number(cause.port)
  const name = Object.entries(settings.listen).find(([, listen]) => listen?.port === port)?.[0]
  return new AppError('PORT_IN_USE', { key: `listen.${name ?? '?'}`, port }, { cause })
}

function stackOf(error: unknown): string | undefined {
  return error instanceof Error ? error.stack : undefined
}
