import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { accessSync, constants, existsSync, mkdirSync, readFileSync, statfsSync } from 'node:fs'
import { createServer } from 'node:net'
import { freemem, totalmem } from 'node:os'
import { dirname, resolve } from 'node:path'
import { promisify } from 'node:util'
import type { Clock } from '../base/clock.ts'
import { errorText } from '../base/errors.ts'
import type { LoadedSettings } from '../config/load.ts'
import { portOwner } from './port-owner.ts'

export interface Finding {
  readonly check: string
  readonly status: 'ok' | 'warn' | 'fail'
  readonly message: string
  /** What to do about it. */
  readonly advice?: string
}

type Check = (loaded: LoadedSettings, clock: Clock) => Promise<Finding[]> | Finding[]

const MEBIBYTE = 1 << 20
const GIBIBYTE = 1 << 30
/** Databases and logs of a small installation; recordings need what they need. */
const LEAST_DISK_BYTES = 1 * GIBIBYTE
/** The smallest machine the whole product is made for has 2 GB; the kernel keeps a part. */
const LEAST_MEMORY_BYTES = 1_700 * MEBIBYTE
/** Each connection is a file: viewers, publishers, and some for the process itself. */
const WANTED_FILES = 65_536
/** No build is older: a clock before it makes every signed URL wrong. */
const OLDEST_YEAR = 2025
const FFMPEG_LEAST_MAJOR = 5
/** Of each socket for media: 16 of them hold what 200 cameras of 2 Mbit/s send in half a second. */
const WANTED_RECEIVE_BUFFER_BYTES = 2 * MEBIBYTE

const run = promisify(execFile)
/** Asking another program must not hold the doctor. */
const PROGRAM_TIMEOUT_MS = 5_000

/** The checks in the order they are shown. */
export const CHECKS: Readonly<Record<string, Check>> = {
  configuration: ({ file, unknownVariables }) => [
    { check: 'configuration', status: 'ok', message: file === null ? 'no file, defaults and environment' : file },
    ...unknownVariables.map(
      (name): Finding => ({
        check: 'configuration',
        status: 'warn',
        message: `the environment variable ${name} is not a known key`,
        advice: 'see docs/reference/configuration.md for the names',
      }),
    ),
  ],

  ports: async ({ settings }) => {
    const findings: Finding[] = []
    for (const [name, listen] of Object.entries(settings.listen)) {
      if (listen === null) continue
      const check = `listen.${name}`
      const error = await listenError(listen.port, listen.host)
      if (error === null) findings.push({ check, status: 'ok', message: `port ${listen.port} is free` })
      else findings.push(portFinding(check, listen.port, error))
    }
    return findings
  },

  data: ({ settings }) => {
    const directory = resolve(settings.data)
    let existing = directory
    while (!existsSync(existing)) existing = dirname(existing)
    try {
      accessSync(existing, constants.W_OK)
      mkdirSync(directory, { recursive: true, mode: 0o700 })
    } catch (error) {
      const message = `${directory} cannot be written: ${errorText(error)}`
      return [
        { check: 'data', status: 'fail', message, advice: 'change its owner, or set `data` to another directory' },
      ]
    }
    const { bavail, bsize } = statfsSync(directory)
    const freeBytes = bavail * bsize
    const message = `${directory} is writable, ${gibibytes(freeBytes)} free`
    if (freeBytes >= LEAST_DISK_BYTES) return [{ check: 'data', status: 'ok', message }]
    return [{ check: 'data', status: 'warn', message, advice: 'free some space, or set `data` to a larger disk' }]
  },

  clock: async (_, clock) => {
    const now = new Date(clock.nowMs())
    const message = now.toISOString()
    if (now.getUTCFullYear() < OLDEST_YEAR)
      return [{ check: 'clock', status: 'fail', message, advice: 'set the clock: signed URLs and logs depend on it' }]
    const synchronized = await clockSynchronized()
    if (synchronized === false) {
      const advice = 'turn on NTP: timedatectl set-ntp true'
      return [{ check: 'clock', status: 'warn', message: `${message}, not synchronized`, advice }]
    }
    return [{ check: 'clock', status: 'ok', message: synchronized ? `${message}, synchronized by NTP` : message }]
  },

  ffmpeg: async () => {
    const advice = 'install it: apt-get install ffmpeg (only the demo and simulated cameras need it)'
    try {
      const { stdout } = await run('ffmpeg', ['-version'], { timeout: PROGRAM_TIMEOUT_MS })
      const version = /^ffmpeg version (\S+)/.exec(stdout)?.[1] ?? 'unknown'
      const major = Number.parseInt(version.replace(/^\D+/, ''), 10)
      const old = major < FFMPEG_LEAST_MAJOR
      if (old)
        return [
          {
            check: 'ffmpeg',
            status: 'warn',
            message: `version ${version} is older than ${FFMPEG_LEAST_MAJOR}`,
            advice,
          },
        ]
      return [{ check: 'ffmpeg', status: 'ok', message: `version ${version}` }]
    } catch {
      return [{ check: 'ffmpeg', status: 'warn', message: 'not found', advice }]
    }
  },

  address: ({ settings, origins }) => {
    const { host } = settings.public
    const detected = origins['public.host'] === 'default'
    const message = detected
      ? `${host} (detected) stands in the URLs handed out`
      : `${host} stands in the URLs handed out`
    const advice = 'set `public.host` to the name or address under which others reach this machine'
    if (host === '127.0.0.1') return [{ check: 'public.host', status: 'warn', message, advice }]
    if (detected && isPrivate(host)) {
      const private_ = `${message}; it is a private address`
      return [
        { check: 'public.host', status: 'ok', message: private_, advice: `for viewers outside this network ${advice}` },
      ]
    }
    return [{ check: 'public.host', status: 'ok', message }]
  },

  files: () => {
    const limit = openFilesLimit()
    if (limit === null) return []
    const message = `${limit} open files per process`
    if (limit >= WANTED_FILES) return [{ check: 'open files', status: 'ok', message }]
    const advice = `each viewer is one: raise it with ulimit -n ${WANTED_FILES}, or LimitNOFILE= of the systemd unit`
    return [{ check: 'open files', status: 'warn', message, advice }]
  },

  datagrams: ({ settings }) => {
    const limit = settings.listen.gbMedia === null ? null : receiveBufferLimit()
    if (limit === null) return []
    const check = 'receive buffers'
    const message = `${Math.round(limit / 1024)} KiB for the datagrams of a socket (net.core.rmem_max)`
    if (limit >= WANTED_RECEIVE_BUFFER_BYTES) return [{ check, status: 'ok', message }]
    const advice = `cameras that send by UDP need more: sysctl -w net.core.rmem_max=${8 * MEBIBYTE}, and the same in /etc/sysctl.d`
    return [{ check, status: 'warn', message, advice }]
  },

  memory: () => {
    const message = `${gibibytes(totalmem())} in the machine, ${gibibytes(freemem())} free`
    if (totalmem() >= LEAST_MEMORY_BYTES) return [{ check: 'memory', status: 'ok', message }]
    return [{ check: 'memory', status: 'warn', message, advice: 'the whole product is made for 2 GB and more' }]
  },
}

const gibibytes = (bytes: number): string => `${(bytes / GIBIBYTE).toFixed(1)} GiB`

/** Null when the port can be listened on, else the error's code. */
async function listenError(port: number, host: string | undefined): Promise<string | null> {
  const server = createServer()
  try {
    server.listen({ port, ...(host === undefined ? {} : { host }) })
    await once(server, 'listening')
    server.close()
    await once(server, 'close')
    return null
  } catch (error) {
    return error instanceof Error && 'code' in error ? String(error.code) : errorText(error)
  }
}

function portFinding(check: string, port: number, error: string): Finding {
  if (error === 'EADDRINUSE') {
    const owner = portOwner(port)
    const by = owner === null ? 'another program' : `${owner.name} (process ${owner.pid})`
    if (owner?.name.startsWith('sightline'))
      return { check, status: 'ok', message: `port ${port} is used by Sightline itself (process ${owner.pid})` }
    const advice = `stop it, or set \`${check}\` to another port`
    return { check, status: 'fail', message: `port ${port} is used by ${by}`, advice }
  }
  if (error === 'EACCES') {
    const advice = `choose a port from 1024, or allow it: setcap cap_net_bind_service=+ep on node`
    return { check, status: 'fail', message: `port ${port} may not be opened by this user`, advice }
  }
  const advice = `set \`${check}\` to an address of this machine`
  return { check, status: 'fail', message: `port ${port} cannot be opened: ${error}`, advice }
}

/** RFC 1918 and RFC 6598. */
function isPrivate(host: string): boolean {
  return /^(10\.|192\.168\.|172\.(1[6-9]|2\d|3[01])\.|100\.(6[4-9]|[7-9]\d|1[01]\d|12[0-7])\.)/.test(host)
}

/** What systemd knows; null without systemd. */
async function clockSynchronized(): Promise<boolean | null> {
  try {
    const { stdout } = await run('timedatectl', ['show', '-p', 'NTPSynchronized', '--value'], {
      timeout: PROGRAM_TIMEOUT_MS,
    })
    return stdout.trim() === 'yes'
  } catch {
    return null
  }
}

/** What a program may have; null where the system does not tell. */
function receiveBufferLimit(): number | null {
  try {
    return Number(readFileSync('/proc/sys/net/core/rmem_max', 'utf8'))
  } catch {
    return null
  }
}

/** Soft limit of open files; null where /proc does not tell. Node itself raises it to the hard limit. */
function openFilesLimit(): number | null {
  try {
    const [, soft] = /^Max open files\s+(\S+)/m.exec(readFileSync('/proc/self/limits', 'utf8')) ?? []
    return soft === undefined ? null : soft === 'unlimited' ? Number.MAX_SAFE_INTEGER : Number(soft)
  } catch {
    return null
  }
}
