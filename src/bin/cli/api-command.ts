import { parseArgs } from 'node:util'
import { type Item, type SightlineClient, SightlineError } from '../../../clients/typescript/src/client.ts'
import { AppError } from '../../base/errors.ts'
import { type CliEnvironment, connectionOf, saveLogin } from './connection.ts'
import { table } from './table.ts'

type Stream = Item<'listStreams'>

/** Options of all of them; each command takes what it needs. */
const OPTIONS = {
  server: { type: 'string' },
  token: { type: 'string' },
  json: { type: 'boolean' },
  username: { type: 'string' },
  space: { type: 'string' },
  app: { type: 'string' },
  state: { type: 'string' },
  search: { type: 'string' },
} as const

interface Call {
  readonly client: SightlineClient
  readonly server: string
  readonly environment: CliEnvironment
  readonly values: { readonly [K in keyof typeof OPTIONS]?: string | boolean | undefined }
  readonly args: readonly string[]
}

/** What a command answers: for programs, and for people. */
interface Outcome {
  readonly json: unknown
  readonly text: string
}

/** noun, verb. The names are those of the API. */
const COMMANDS: Record<string, Record<string, (call: Call) => Promise<Outcome>>> = {
  login: { '': login },
  logout: { '': logout },
  streams: { list: listStreams, create: createStream, get: getStream, kick: kickStream, delete: deleteStream },
  nodes: { list: listNodes },
}

/** Runs one command that speaks to a platform. Throws INVALID for what is not understood, and what the platform answers. */
export async function runApiCommand(noun: string, args: readonly string[], environment: CliEnvironment): Promise<void> {
  const verbs = COMMANDS[noun] ?? {}
  const plain = verbs[''] !== undefined
  const verb = plain ? '' : (args[0] ?? '')
  const command = verbs[verb]
  if (!command) {
    const known = Object.keys(verbs).join(', ')
    throw new AppError('INVALID', { field: noun, reason: `${verb === '' ? 'nothing' : verb} is not one of ${known}` })
  }
  const { values, positionals } = parseArgs({
    args: plain ? [...args] : args.slice(1),
    allowPositionals: true,
    options: OPTIONS,
  })
  const connection = connectionOf(environment, values)
  try {
    const outcome = await command({ ...connection, environment, values, args: positionals })
    environment.write(values.json ? `${JSON.stringify(outcome.json, null, 2)}\n` : outcome.text)
  } catch (error) {
    throw inWords(error, connection.server)
  }
}

async function login({ client, server, environment, values }: Call): Promise<Outcome> {
  const username = String(values.username ?? 'admin')
  const password =
    environment.variables['SIGHTLINE_PASSWORD'] ?? (await environment.askSecret(`password of ${username}: `))
  const { token, expiresAt, user } = await client.call('login', { body: { username, password } })
  saveLogin(environment.loginFile, { server, token })
  return { json: { user, expiresAt }, text: `${user.name} (${user.role}) at ${server} until ${expiresAt}\n` }
}

async function logout({ client, environment }: Call): Promise<Outcome> {
  await client.call('logout')
  saveLogin(environment.loginFile, null)
  return { json: {}, text: 'logged out\n' }
}

async function listStreams({ client, values }: Call): Promise<Outcome> {
  const { state } = values
  if (state !== undefined && state !== 'on' && state !== 'off') {
    throw new AppError('INVALID', { field: '--state', reason: `${state} is not on or off` })
  }
  const [space, q] = [optional(values.space), optional(values.search)]
  const query = { space, q, state, limit: 500 } as const
  const streams: Stream[] = []
  for await (const stream of client.all('listStreams', { query })) streams.push(stream)
  const rows = streams.map(({ id, path, state, live }) => [
    path,
    state,
    live ? `${Math.round(live.bitrateKbps)} kbit/s` : null,
    live?.viewers ?? null,
    id,
  ])
  return { json: streams, text: table(['PATH', 'STATE', 'RATE', 'VIEWERS', 'ID'], rows) }
}

async function createStream({ client, values, args }: Call): Promise<Outcome> {
  const name = only(args, 'NAME')
  const [space, app] = [optional(values.space), optional(values.app)]
  return described(await client.call('createStream', { body: { name, space, app } }))
}

async function getStream({ client, args }: Call): Promise<Outcome> {
  return described(await find(client, only(args, 'ID or PATH')))
}

async function kickStream({ client, args }: Call): Promise<Outcome> {
  const { id, path } = await find(client, only(args, 'ID or PATH'))
  await client.call('kickStream', { path: { id } })
  return { json: { id, path }, text: `${path} is put out\n` }
}

async function deleteStream({ client, args }: Call): Promise<Outcome> {
  const { id, path } = await find(client, only(args, 'ID or PATH'))
  await client.call('deleteStream', { path: { id } })
  return { json: { id, path }, text: `${path} is deleted\n` }
}

async function listNodes({ client }: Call): Promise<Outcome> {
  const items: Item<'listNodes'>[] = []
  for await (const node of client.all('listNodes', { query: { limit: 500 } })) items.push(node)
  const rows = items.map(({ id, name, state, version, streams, viewers, load }) => [
    name,
    state,
    version,
    streams,
    viewers,
    load ? load.cpu.toFixed(2) : null,
    id,
  ])
  return { json: items, text: table(['NAME', 'STATE', 'VERSION', 'STREAMS', 'VIEWERS', 'CORES', 'ID'], rows) }
}

/** By id, or by space/app/name. */
async function find(client: SightlineClient, given: string): Promise<Stream> {
  if (!given.includes('/')) return client.call('getStream', { path: { id: given } })
  const path = given.split('/').length === 2 ? `default/${given}` : given
  for await (const stream of client.all('listStreams', { query: { q: path, limit: 500 } })) {
    if (stream.path === path) return stream
  }
  throw new AppError('NOT_FOUND', { what: 'stream', id: path })
}

function described(stream: Stream): Outcome {
  const { id, path, state, live, publish, play } = stream
  const lines = [
    ['path', path],
    ['id', id],
    [
      'state',
      live ? `${state}, ${Math.round(live.bitrateKbps)} kbit/s, ${live.fps} fps, ${live.viewers} viewers` : state,
    ],
    ['publish', publish.rtmp],
    ['OBS server', publish.obs.server],
    ['OBS key', publish.obs.streamKey],
    ['HTTP-FLV', play.flv],
    ['HLS', play.hls],
    ['RTMP', play.rtmp],
  ]
  return { json: stream, text: `${lines.map(([name = '', value]) => `${name.padEnd(11)} ${value}`).join('\n')}\n` }
}

function only(args: readonly string[], what: string): string {
  const [one, ...others] = args
  if (one === undefined || others.length > 0)
    throw new AppError('INVALID', { field: what, reason: 'exactly one is needed' })
  return one
}

function optional(value: string | boolean | undefined): string | undefined {
  return value === undefined ? undefined : String(value)
}

/** One line for people; programs have the status of the process. */
function inWords(error: unknown, server: string): unknown {
  if (error instanceof SightlineError && error.status === 0) {
    const cause = error.cause instanceof Error && error.cause.cause instanceof Error ? error.cause.cause : error
    return new AppError('PEER_REFUSED', { peer: server, reason: `not reachable: ${cause.message}` }, { cause: error })
  }
  if (error instanceof SightlineError) {
    const hint = error.code === 'UNAUTHENTICATED' ? 'sightline login, --token or SIGHTLINE_API_KEY' : error.hint
    return new AppError(
      'PEER_REFUSED',
      { peer: server, reason: hint ? `${error.message} (${hint})` : error.message },
      { cause: error },
    )
  }
  return error
}
