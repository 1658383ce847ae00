import { parseArgs } from 'node:util'
import { AppError, errorText } from '../base/errors.ts'
import { EXIT_CONFIG } from './supervised-process.ts'
import { version } from './version.ts'

const HELP = `Sightline ${version} - self-hosted video edge cloud

usage: sightline <command> [options]

  start                 platform and node, each restarted when it ends (npm start)
  demo [--cameras N]    the same with simulated cameras and devices (npm run demo)
  platform              the platform alone
  node                  a node alone: a complete media server, or one more node of a platform (link.url)
  simulate rtmp --url URL [--count N]
                        cameras that push to any RTMP server; {n} in the URL is the camera's number
  simulate gb28181 --server HOST:PORT [--devices N] [--channels M] [--first-id ID] [--password P] [--server-id ID]
           [--transport udp|tcp|tls] [--fault NAME,...] [--video h264|h265] [--audio pcma|pcmu|aac|none] [--file F]
           [--gb-version 2.0|3.0] [--keepalive SECONDS]
                        cameras and recorders that register at any GB/T 28181 platform; --fault help names the faults
  simulate gb28181-platform --server HOST:PORT [--server-id ID] [--password P] [--transport udp|tcp]
                        a platform above, at that address: takes in devices and lower platforms, reads their catalogs,
                        plays a channel of each and says what came
  probe URL [--seconds N] [--frames] [--json]
                        what a stream contains and when its frames come (rtmp, http-flv, http-ts, hls)
  backup FILE           a checked copy of the database, while the platform runs or not
  restore FILE          puts a backup in the place of the database of a platform that is stopped
  config                the configuration of file and environment, cleaned and formatted, without secrets; SIGUSR2 has
                        each process write the one in force to running-<process>.yaml in the data directory
  doctor [--json]       looks at ports, disk, clock, ffmpeg, address and limits, and says what to do
  login [--username NAME]
                        logs in to a platform; other commands then use it (password asked for, or SIGHTLINE_PASSWORD)
  logout                forgets it
  streams list [--space S] [--state on|off] [--search TEXT]
  streams create NAME [--space S] [--app A]
  streams get|kick|delete ID|PATH
  nodes list            these speak to a platform: [--server URL] [--token TOKEN] [--json]; or SIGHTLINE_SERVER,
                        SIGHTLINE_API_KEY
  dev                   demo, with the console's development server and a restart on every change
  console               builds the console if its sources changed
  check                 format, lint, types, console, unused code
  test [filter...]      check and the whole test suite, or the tests whose file name has the filter
  bench [options...]    benchmarks; --help lists them

options
  -c, --config FILE     configuration file (default: $SIGHTLINE_CONFIG, or sightline.yaml if there is one)
  -h, --help            this text
      --version         the version

Every configuration key is in docs/reference/configuration.md.
`

const EXIT_USAGE = 64

type Values = {
  config?: string
  cameras?: string
  url?: string
  count?: string
  seconds?: string
  frames?: boolean
  json?: boolean
} & { [O in (typeof SIMULATION_OPTIONS)[number]]?: string }

/** Options of `simulate gb28181`, all with a value. */
const SIMULATION_OPTIONS = [
  ...(['server', 'server-id', 'devices', 'channels', 'first-id', 'password', 'transport', 'fault'] as const),
  ...(['video', 'audio', 'file', 'gb-version', 'keepalive'] as const),
] as const

/** Each command loads its code when it is chosen: `--help` loads nothing, a node loads no platform. */
const COMMANDS: Record<string, (values: Values, rest: string[]) => Promise<void>> = {
  start: async ({ config }) => (await import('./start.ts')).runStart({ configFile: config }),
  platform: async ({ config }) => (await import('./role-process.ts')).runRole('platform', config),
  node: async ({ config }) => (await import('./role-process.ts')).runRole('node', config),
  demo: async ({ config, cameras }) =>
    (await import('./demo.ts')).runDemo({ configFile: config, cameras: number('--cameras', cameras, 2, MAX_CAMERAS) }),
  dev: async ({ config, cameras }) =>
    (await import('./dev.ts')).runDev({ configFile: config, cameras: number('--cameras', cameras, 1, MAX_CAMERAS) }),
  simulate: async (values, [protocol]) => {
    if (protocol === 'gb28181') return simulateGb28181(values)
    if (protocol === 'gb28181-platform') {
      const { password, server, transport, 'server-id': serverId } = values
      const { runGbPlatformSimulation } = await import('./simulate-gb-platform.ts')
      return runGbPlatformSimulation({ server, serverId, password, transport })
    }
    const { url, count: cameras } = values
    return (await import('./simulate.ts')).runSimulate(protocol, url, number('--count', cameras, 1, MAX_CAMERAS))
  },
  backup: async ({ config }, [file]) => (await import('./backup.ts')).runBackup({ configFile: config, file }),
  restore: async ({ config }, [file]) => (await import('./backup.ts')).runRestore({ configFile: config, file }),
  doctor: async ({ config, json }) =>
    (await import('./doctor.ts')).runDoctor({ configFile: config, json: json === true }),
  probe: async ({ seconds, frames, json }, [url]) =>
    (await import('./probe.ts')).runProbe({
      url,
      seconds: number('--seconds', seconds, 10, MAX_PROBE_SECONDS),
      frames: frames === true,
      json: json === true,
    }),
  config: async ({ config }) => (await import('./running-configuration.ts')).runConfig(config),
  check: async () => (await import('./check.ts')).runCheck(),
}

/** Commands whose options belong to the program behind them. */
const PASS_THROUGH: Record<string, (args: string[]) => Promise<void>> = {
  test: async args => (await import('./test.ts')).runTest(args),
  bench: async args => {
    process.argv.splice(2, process.argv.length, ...args)
    await import('../../bench/run.ts')
  },
}

async function simulateGb28181(values: Values): Promise<void> {
  if (values.fault === 'help') {
    const { FAULTS } = await import('../simulator/faults.ts')
    for (const [name, words] of Object.entries(FAULTS)) process.stdout.write(`${name.padEnd(18)} ${words}\n`)
    return
  }
  const { runGbSimulation } = await import('./simulate-gb28181.ts')
  await runGbSimulation({
    server: values.server,
    serverId: values['server-id'],
    devices: number('--devices', values.devices, 1, MAX_DEVICES),
    channels: number('--channels', values.channels, 1, MAX_CHANNELS),
    firstId: values['first-id'],
    password: values.password,
    transport: values.transport,
    fault: values.fault,
    video: values.video,
    audio: values.audio,
    file: values.file,
    version: values['gb-version'],
    keepaliveS: number('--keepalive', values.keepalive, 60, 3600),
  })
}

/** Simulated devices share one process and one SIP port. */
const MAX_DEVICES = 50_000
const MAX_CHANNELS = 100_000

/** Most simulated cameras of one process: each is an ffmpeg of its own. */
const MAX_CAMERAS = 1000

const MAX_PROBE_SECONDS = 3600

function number(option: string, text: string | undefined, fallback: number, max: number): number {
  if (text === undefined) return fallback
  if (!/^\d{1,9}$/.test(text) || Number(text) < 1 || Number(text) > max)
    throw new AppError('INVALID', { field: option, reason: `${text} is not a number from 1 to ${max}` })
  return Number(text)
}

/** Commands that speak to a platform over its API. */
const API_COMMAND_NAMES: ReadonlySet<string> = new Set(['login', 'logout', 'streams', 'nodes'])

async function speak(name: string, args: string[]): Promise<void> {
  const [{ runApiCommand }, { loginFileOf }, { askSecret }] = await Promise.all([
    import('./cli/api-command.ts'),
    import('./cli/connection.ts'),
    import('./cli/ask-secret.ts'),
  ])
  const write = (text: string) => void process.stdout.write(text)
  await runApiCommand(name, args, { variables: process.env, loginFile: loginFileOf(process.env), write, askSecret })
}

async function main([name, ...args]: string[]): Promise<void> {
  if (name === undefined || name === 'help' || name === '--help' || name === '-h') {
    process.stdout.write(HELP)
    return
  }
  if (name === '--version') {
    process.stdout.write(`${version}\n`)
    return
  }
  if (API_COMMAND_NAMES.has(name)) return speak(name, args)
  const passThrough = PASS_THROUGH[name]
  if (passThrough) return passThrough(args)
  const command = COMMANDS[name]
  if (!command) throw new AppError('INVALID', { field: 'command', reason: `there is no ${name}, see sightline --help` })
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: {
      config: { type: 'string', short: 'c' },
      cameras: { type: 'string' },
      url: { type: 'string' },
      count: { type: 'string' },
      seconds: { type: 'string' },
      frames: { type: 'boolean' },
      json: { type: 'boolean' },
      help: { type: 'boolean', short: 'h' },
      ...Object.fromEntries(SIMULATION_OPTIONS.map(option => [option, { type: 'string' as const }])),
    },
  })
  if (values.help) process.stdout.write(HELP)
  else await command(values, positionals)
}

try {
  await main(process.argv.slice(2))
} catch (error) {
  // One line: a wrong option or configuration needs no stack.
  const expected = error instanceof AppError || (error instanceof TypeError && 'code' in error)
  process.stderr.write(`sightline: ${expected || !(error instanceof Error) ? errorText(error) : error.stack}\n`)
  process.exitCode = error instanceof AppError && error.code.startsWith('CONFIG') ? EXIT_CONFIG : EXIT_USAGE
}
