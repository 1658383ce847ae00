import { spawn } from 'node:child_process'
import { closeSync, openSync } from 'node:fs'
import { join } from 'node:path'
import { systemClock, systemTimers } from '../base/clock.ts'
import { errorText } from '../base/errors.ts'
import { loadSettings } from '../config/load.ts'
import { environmentName, type Settings } from '../config/schema.ts'
import { fixedPorts } from './free-port.ts'
import { localHost } from './local-address.ts'
import { openProcessLog, openTerminalLog, type ProcessLog } from './process-log.ts'
import {
  type AdmittedDevice,
  printPassword,
  type Role,
  type RoleMessage,
  type SupervisorMessage,
} from './role-process.ts'
import { secretFile, withSecrets } from './secret-file.ts'
import { type Child, EXIT_CONFIG, SupervisedProcess } from './supervised-process.ts'
import { version } from './version.ts'

/** Longest wait for one process to end in order, below the 10 s that `docker stop` gives the whole. */
const STOP_TIMEOUT_MS = 4_000

/** A second signal after this long is somebody who does not want to wait; before it, one signal that came twice (group and process). */
const INSIST_AFTER_MS = 500

export interface StartOptions {
  readonly configFile?: string | undefined
  /** The program whose first argument is the role; another one in tests. */
  readonly program?: string
  /** Called once both processes are up, with the settings in force. */
  readonly onReady?: (started: Started) => void
}

export interface Started {
  readonly settings: Settings
  /** Key that publishes into the default space. */
  readonly publishKey: string
  readonly log: ProcessLog
  /** Puts another process under the same supervision: it stops first. */
  supervise(name: string, spawn: () => Child): SupervisedProcess
  /** Tells the platform of devices that may register. */
  admit(devices: readonly AdmittedDevice[]): void
  /** Ends platform and node in order; they are started again at once. */
  restart(): void
}

/** `sightline start`: platform and node as two processes, each started again when it ends, until a signal stops both. */
export async function runStart({ configFile, program, onReady }: StartOptions): Promise<void> {
  process.title = 'sightline supervisor'
  const startedAt = systemClock.monotonicMs()
  const loaded = loadSettings({ file: configFile, environment: process.env, directory: process.cwd() })
  const ports = await fixedPorts(loaded.settings)
  const environment = { ...process.env, ...ports }
  const settings = withSecrets(loadSettings({ file: configFile, environment, directory: process.cwd() }).settings)
  const log = openProcessLog(settings, 'supervisor')
  for (const name of loaded.unknownVariables) log.warn('environment variable is not a known key', { name })

  const roleEnvironment = { ...environment, ...linkVariables(settings) }
  const processes: SupervisedProcess[] = []
  const supervise = (name: string, spawn: () => Child, onMessage?: (message: unknown) => void) => {
    const supervised = new SupervisedProcess({
      name,
      spawn,
      clock: systemClock,
      timers: systemTimers,
      log,
      ...(onMessage ? { onMessage } : {}),
      onRefused: () => void stop('a process refused to start', EXIT_CONFIG),
    })
    processes.push(supervised)
    return supervised
  }

  const waiting = new Set<Role>(['platform', 'node'])
  let initialPassword: string | undefined
  let publishKey = ''
  const roles = new Map<Role, SupervisedProcess>()
  for (const role of waiting) {
    const onMessage = (message: unknown) => {
      if (!isReady(message)) return
      roles.get(role)?.ready()
      initialPassword = message.initialPassword ?? initialPassword
      publishKey = message.publishKey ?? publishKey
      if (!waiting.delete(role) || waiting.size > 0) return
      announce(log, settings, systemClock.monotonicMs() - startedAt)
      printPassword(settings, 'supervisor', initialPassword)
      onReady?.({ settings, publishKey, log, supervise, admit, restart })
    }
    roles.set(
      role,
      supervise(role, () => spawnRole(role, configFile, roleEnvironment, program), onMessage),
    )
  }
  const admit = (devices: readonly AdmittedDevice[]) =>
    roles.get('platform')?.send({ type: 'admit', devices } satisfies SupervisorMessage)
  const restart = () => {
    for (const role of roles.values()) role.restart()
  }

  let stoppingSinceMs: number | null = null
  const stop = async (reason: string, exitCode: number) => {
    if (stoppingSinceMs !== null) {
      if (systemClock.monotonicMs() - stoppingSinceMs < INSIST_AFTER_MS) return
      for (const supervised of processes) supervised.signal('SIGKILL')
      return
    }
    stoppingSinceMs = systemClock.monotonicMs()
    log.info('stopping', { reason })
    for (const supervised of processes) supervised.retire()
    // Last started first: cameras, then the node, whose last events the platform still takes, then the platform.
    for (const supervised of processes.toReversed()) await supervised.stop(STOP_TIMEOUT_MS)
    process.exit(exitCode)
  }
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => void stop(signal, 0))
  // Started over an IPC channel (by a test or another supervisor): nothing of us outlives the one who started us.
  process.on('disconnect', () => void stop('whoever started this is gone', 0))
  const fromTerminal = process.stdout.isTTY
  process.on('SIGHUP', () => {
    if (fromTerminal && !hasTerminal()) {
      void stop('the terminal is gone', 0)
      return
    }
    try {
      log.configure(loadSettings({ file: configFile, environment, directory: process.cwd() }).settings.log)
    } catch (error) {
      log.error('configuration not reloaded, the running one stays', { error: errorText(error) })
      return
    }
    for (const role of roles.values()) role.signal('SIGHUP')
  })
  process.on('SIGUSR2', () => {
    for (const role of roles.values()) role.signal('SIGUSR2')
  })
  // logrotate and the like put the files of all of us aside, then send this once
  process.on('SIGUSR1', () => {
    log.reopen()
    for (const role of roles.values()) role.signal('SIGUSR1')
  })
  // While both processes wait for their restart nothing else would keep this one alive.
  setInterval(() => {}, 2 ** 30)

  for (const supervised of roles.values()) supervised.start()
}

function spawnRole(role: Role, configFile: string | undefined, env: NodeJS.ProcessEnv, program?: string): Child {
  const script = program ?? join(import.meta.dirname, 'sightline.ts')
  const config = configFile === undefined ? [] : ['-c', configFile]
  // An IPC channel beside the inherited outputs: the child sees at once when its supervisor is gone.
  return spawn(process.execPath, [...process.execArgv, script, role, ...config], {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    env,
  })
}

/** What makes the node find the platform beside it, unless the configuration says otherwise. */
function linkVariables({ listen, link, data }: Settings): Record<string, string> {
  const variables: Record<string, string> = {}
  variables[environmentName('link.token')] = link.token ?? secretFile(data, 'link-token')
  if (link.url === null && listen.http !== null)
    variables[environmentName('link.url')] = `ws://${localHost(listen.http.host)}:${listen.http.port}/link`
  return variables
}

/** A closed terminal sends SIGHUP too; whoever asks for a reload leaves it open. */
function hasTerminal(): boolean {
  try {
    closeSync(openSync('/dev/tty', 'r'))
    return true
  } catch {
    return false
  }
}

function isReady(message: unknown): message is RoleMessage {
  return typeof message === 'object' && message !== null && 'type' in message && message.type === 'ready'
}

/** One line with the URLs. */
function announce(log: ProcessLog, settings: Settings, tookMs: number): void {
  const { host } = settings.public
  const url = (scheme: string, key: 'http' | 'media' | 'rtmp') => {
    const port = settings.public[key] ?? settings.listen[key]?.port
    return port === undefined ? undefined : `${scheme}://${host}:${port}`
  }
  const urls = { console: url('http', 'http'), rtmp: url('rtmp', 'rtmp'), media: url('http', 'media') }
  const logs = log.inFile ? [log, openTerminalLog(settings, 'supervisor')] : [log]
  for (const each of logs) each.info('ready', { ...urls, version, tookMs: Math.round(tookMs) })
}
