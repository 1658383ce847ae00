import { type ChildProcess, spawn } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { extname, join, normalize } from 'node:path'
import type { Stream } from '../src/lib/api/types.ts'
import * as data from './fake-data.ts'
import { devicesAnswer, GB_PERMISSIONS } from './fake-devices.ts'
import { fakePicture, RECORDING_PERMISSIONS, recordingsAnswer } from './fake-recordings.ts'

/** A platform made of invented data, with the built console and one real FLV stream: for looking at pages and testing them. */

const FFMPEG = 'ffmpeg'
const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.svg': 'image/svg+xml',
}
/** As the platform sends it. */
const CSP =
  "default-src 'self'; script-src 'self'; style-src 'self' 'unsafe-inline'; worker-src 'self' blob:; media-src 'self' blob: http: https:; connect-src 'self' ws: wss: http: https:; img-src 'self' data: blob: http: https:"

export type Scenario = 'full' | 'empty' | 'broken' | 'many'

export class FakePlatform {
  scenario: Scenario = 'full'
  /** Turns on when the console waits for a publisher, or for a device. */
  arrived = false
  /** What `tell` has told since this was emptied. */
  readonly told: [type: string, fields: object][] = []
  readonly #server = createServer((request, response) => void this.#serve(request, response))
  readonly #children = new Set<ChildProcess>()
  readonly #followers = new Set<(type: string, fields: object) => void>()
  readonly #dist: string
  #origin = ''
  #many: readonly Stream[] | null = null

  constructor(dist: string) {
    this.#dist = dist
  }

  async open(): Promise<string> {
    await new Promise<void>(resolve => this.#server.listen(0, '127.0.0.1', resolve))
    this.#origin = `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`
    return this.#origin
  }

  /** To every page that follows, also to those that begin later. */
  tell(type: string, fields: object): void {
    this.told.push([type, fields])
    for (const follower of this.#followers) follower(type, fields)
  }

  close(): void {
    for (const child of this.#children) child.kill('SIGKILL')
    this.#server.closeAllConnections()
    this.#server.close()
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', this.#origin)
    if (url.pathname.endsWith('.flv')) return this.#media(response)
    if (url.pathname.startsWith('/picture/')) {
      response.writeHead(200, { 'content-type': 'image/svg+xml' }).end(fakePicture(url.pathname + url.search))
      return
    }
    if (url.pathname === '/api/v1/events' && !url.searchParams.has('limit')) return this.#feed(response)
    if (url.pathname.startsWith('/api/v1/')) {
      const [status, body] = this.#api(request, url)
      response.writeHead(status, { 'content-type': 'application/json' })
      response.end(body === undefined ? '' : JSON.stringify(body))
      return
    }
    const asset = normalize(url.pathname)
    const file = extname(asset) === '' ? 'index.html' : asset
    try {
      const body = await readFile(join(this.#dist, file))
      response.writeHead(200, {
        'content-type': TYPES[extname(file)] ?? 'application/octet-stream',
        'content-security-policy': CSP,
      })
      response.end(body)
    } catch {
      response.writeHead(404).end()
    }
  }

  /** Tells that it is there, three things that happened, and numbers of all streams each second. */
  #feed(response: ServerResponse): void {
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    const say = (type: string, id: string, fields: object) =>
      response.write(
        `event: ${type}\n${id && `id: ${id}\n`}data: ${JSON.stringify({ at: new Date().toISOString(), ...fields })}\n\n`,
      )
    say('ready', 'e.0', {})
    const follower = (type: string, fields: object) => void say(type, '', fields)
    for (const [type, fields] of this.told) follower(type, fields)
    this.#followers.add(follower)
    if (this.scenario === 'full')
      for (const [i, [type, fields]] of data.EVENTS.entries()) say(type, `e.${i + 1}`, fields)
    const timer = setInterval(() => {
      const items = this.#streams().flatMap(({ path, live }) =>
        live === null
          ? []
          : [
              {
                path,
                bitrateKbps: live.bitrateKbps,
                fps: live.fps,
                viewers: live.viewers,
                gopMs: 2000,
                waiting: live.waiting,
              },
            ],
      )
      say('streams.live', '', { items: items.slice(0, 1000) })
    }, 1000)
    response.on('close', () => {
      clearInterval(timer)
      this.#followers.delete(follower)
    })
  }

  /** The test picture, made while it is watched. */
  #media(response: ServerResponse): void {
    const input = [
      '-re',
      '-f',
      'lavfi',
      '-i',
      'testsrc2=size=1280x720:rate=25',
      '-re',
      '-f',
      'lavfi',
      '-i',
      'sine=frequency=440',
    ]
    const output = [
      '-c:v',
      'libx264',
      '-preset',
      'ultrafast',
      '-tune',
      'zerolatency',
      '-pix_fmt',
      'yuv420p',
      '-g',
      '25',
      '-c:a',
      'aac',
      '-f',
      'flv',
      'pipe:1',
    ]
    const child = spawn(FFMPEG, ['-loglevel', 'error', ...input, ...output], { stdio: ['ignore', 'pipe', 'ignore'] })
    this.#children.add(child)
    response.writeHead(200, { 'content-type': 'video/x-flv', 'access-control-allow-origin': '*' })
    child.stdout.pipe(response)
    response.on('close', () => child.kill('SIGKILL'))
    child.on('exit', () => this.#children.delete(child))
  }

  /** Status and body. */
  #api(request: IncomingMessage, url: URL): readonly [status: number, body?: unknown] {
    const path = url.pathname.slice('/api/v1'.length)
    const parts = path.split('/').slice(1)
    const key = `${request.method} /${parts[0]}${parts[2] ? `/*/${parts[2]}` : parts[1] ? '/*' : ''}`
    if (key === 'GET /health') return [200, { status: 'ok', version: '0.1.0', uptimeSeconds: 93_784 }]
    if (key === 'GET /site') return [200, data.SITE]
    if (key === 'POST /sessions') return [201, data.SESSION]
    if (request.headers.authorization !== 'Bearer token')
      return [
        401,
        {
          error: {
            code: 'UNAUTHENTICATED',
            message: 'credentials are missing or wrong',
            hint: 'log in and send the token',
            traceId: 't1',
          },
        },
      ]
    if (this.scenario === 'broken' && key !== 'GET /me')
      return [
        503,
        {
          error: {
            code: 'NODE_UNAVAILABLE',
            message: 'node edge-1 is not connected',
            hint: 'the node process is starting, stopped or cannot reach the platform',
            traceId: '01J9Z3K8Q4',
          },
        },
      ]
    const streams = this.#streams()
    const stream = streams.find(({ id }) => id === parts[1])
    const list = <T>(items: readonly T[]) =>
      [200, { items: this.scenario === 'empty' ? [] : items, nextCursor: null }] as const
    const ofDevices = devicesAnswer(request.method ?? 'GET', url, this.#origin, this.scenario, this.arrived)
    if (ofDevices !== undefined) return ofDevices
    const ofRecordings = recordingsAnswer(request.method ?? 'GET', url, this.#origin, this.scenario === 'empty')
    if (ofRecordings !== undefined) return ofRecordings
    switch (key) {
      case 'GET /me':
        return [200, { ...data.ME, permissions: [...data.ME.permissions, ...GB_PERMISSIONS, ...RECORDING_PERMISSIONS] }]
      case 'GET /overview':
        return [200, data.OVERVIEW]
      case 'GET /overview/*':
        return [200, { ...data.metrics(), points: data.metrics().points.map(each => ({ ...each, ...PLATFORM_POINT })) }]
      case 'GET /streams': {
        const [q, state, space] = ['q', 'state', 'space'].map(name => url.searchParams.get(name))
        const [from, limit] = [
          Number(url.searchParams.get('cursor') ?? 0),
          Number(url.searchParams.get('limit') ?? 100),
        ]
        const found = streams.filter(
          s => (!q || s.path.includes(q)) && (!state || s.state === state) && (!space || s.space === space),
        )
        const next = from + limit < found.length ? String(from + limit) : null
        return [200, { items: found.slice(from, from + limit), nextCursor: next }]
      }
      case 'POST /streams':
        return [201, data.stream('camera-1', 99, false, this.#origin)]
      case 'GET /streams/*':
        if (parts[1] === 's99') return [200, data.stream('camera-1', 99, this.arrived, this.#origin)]
        return stream
          ? [200, stream]
          : [
              404,
              {
                error: { code: 'NOT_FOUND', message: `stream ${parts[1]} does not exist`, traceId: '01J9Z3K8Q4' },
              },
            ]
      case 'GET /streams/*/viewers':
        return [200, { items: data.viewers(stream?.live?.viewers ?? 0), nextCursor: null }]
      case 'GET /streams/*/metrics':
        return [200, data.metrics()]
      case 'GET /streams/*/events':
        return list(data.RUNS)
      case 'GET /streams/*/trace':
        return list(data.TRACE)
      case 'GET /operations':
        return list(data.OPERATIONS)
      case 'GET /operations/*':
      case 'POST /streams/*':
        return [key.startsWith('POST') ? 202 : 200, data.OPERATIONS[0]]
      case 'GET /nodes':
        return list(data.nodes())
      case 'GET /events':
        return [200, { items: [], lastEventId: '' }]
      case 'GET /viewers':
        return list(data.WATCHERS)
      case 'GET /viewers/*':
        return [200, data.VIEWER]
      case 'GET /publishers/*':
        return [200, data.PUBLISHER]
      case 'GET /spaces':
        return [200, { items: data.SPACES }]
      case 'GET /spaces/*':
        return [200, data.SPACES.find(({ name }) => name === parts[1])]
      case 'GET /spaces/*/keys':
      case 'POST /spaces/*/rotate-push-key':
      case 'POST /spaces/*/rotate-play-key':
        return [200, data.KEYS]
      case 'GET /users':
        return list(data.ACCOUNTS)
      case 'GET /sessions':
        return list(data.SESSIONS)
      case 'GET /api-keys':
        return list(data.API_KEYS)
      case 'POST /api-keys':
        return [201, { ...data.API_KEYS[0], secret: 'sl_4be1c9a0d2f84f0f5b3a6c77' }]
      case 'GET /audit':
        return list(data.AUDIT)
      case 'GET /system/*':
        return list(data.LOG)
      case 'GET /system':
        return [200, data.SYSTEM]
      case 'POST /system/*':
        if (parts[1] === 'support-bundle') return [202, data.OPERATIONS[0]]
        return [200, { changed: ['log.level'], needRestart: ['listen.rtmp'] }]
      default:
        return [204]
    }
  }

  #streams(): readonly Stream[] {
    if (this.scenario === 'empty') return []
    if (this.scenario !== 'many') return data.streams(this.#origin)
    this.#many ??= Array.from({ length: MANY }, (_, i) => ({
      ...data.stream(`camera-${i}`, i % 11, i % 3 !== 0, this.#origin),
      id: `m${i}`,
      path: `default/live/camera-${i}`,
    }))
    return this.#many
  }
}

/** As many as the console lists. */
const MANY = 5000
const PLATFORM_POINT = {
  nodes: 2,
  streams: 9,
  streamsMax: 9,
  bitrateInKbps: 26_400,
  cpu: 1.2,
  memoryBytes: 244e6,
}
