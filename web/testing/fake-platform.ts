import { type ChildProcess, spawn } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { extname, join, normalize } from 'node:path'
import type { Node, Session, Stream, System, User, Viewer } from '../src/lib/api/types.ts'

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
  "default-src 'self'; script-src 'self'; style-src 'self' 'unsafe-inline'; worker-src 'self' blob:; media-src 'self' blob: http: https:; connect-src 'self' ws: wss: http: https:; img-src 'self' data: blob:"

const USER: User = { id: 'u1', name: 'admin', role: 'administrator' }
const SESSION: Session = { token: 'token', expiresAt: '2026-12-01T00:00:00.000Z', user: USER }

const NAMES = [
  'gate-north',
  'gate-south',
  'parking-1',
  'parking-2',
  'lobby',
  'warehouse-east-long-name-of-a-camera',
  'radio',
  'crane',
  'dock-4',
  'roof',
  'test',
]
const CODECS = [
  ['h264', 'avc1.64001f', 'High'],
  ['h265', 'hvc1.1.6.L93.B0', 'Main'],
  ['av1', 'av01.0.05M.08', 'Main'],
] as const

export type Scenario = 'full' | 'empty' | 'broken'

export class FakePlatform {
  scenario: Scenario = 'full'
  /** Turns on when the console waits for a publisher. */
  arrived = false
  readonly #server = createServer((request, response) => void this.#serve(request, response))
  readonly #children = new Set<ChildProcess>()
  readonly #startedMs = Date.now()
  readonly #dist: string
  #origin = ''

  constructor(dist: string) {
    this.#dist = dist
  }

  async open(): Promise<string> {
    await new Promise<void>(resolve => this.#server.listen(0, '127.0.0.1', resolve))
    this.#origin = `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`
    return this.#origin
  }

  close(): void {
    for (const child of this.#children) child.kill('SIGKILL')
    this.#server.closeAllConnections()
    this.#server.close()
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', this.#origin)
    if (url.pathname.endsWith('.flv')) return this.#media(response)
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
    if (key === 'POST /sessions') return [201, SESSION]
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
    switch (key) {
      case 'GET /me':
        return [200, USER]
      case 'GET /spaces':
        return [
          200,
          {
            items: ['default', 'harbour'].map(name => ({
              name,
              publish: 'key',
              play: 'signed',
              latency: 'normal',
              gopCache: true,
              createdAt: '2026-11-20T08:00:00.000Z',
            })),
          },
        ]
      case 'GET /streams': {
        const [q, state, space] = ['q', 'state', 'space'].map(name => url.searchParams.get(name))
        const items = streams.filter(
          s => (!q || s.path.includes(q)) && (!state || s.state === state) && (!space || s.space === space),
        )
        return [200, { items, nextCursor: null }]
      }
      case 'POST /streams':
        return [201, this.#stream('camera-1', 99, false)]
      case 'GET /streams/*':
        if (parts[1] === 's99') return [200, this.#stream('camera-1', 99, this.arrived)]
        return stream
          ? [200, stream]
          : [
              404,
              {
                error: { code: 'NOT_FOUND', message: `stream ${parts[1]} does not exist`, traceId: '01J9Z3K8Q4' },
              },
            ]
      case 'GET /streams/*/viewers':
        return [200, { items: this.#viewers(stream?.live?.viewers ?? 0) }]
      case 'GET /nodes':
        return [200, { items: this.#nodes() }]
      case 'GET /system':
        return [200, SYSTEM]
      case 'POST /system/*':
        return [200, { changed: ['log.level'], needRestart: ['listen.rtmp'] }]
      default:
        return [204]
    }
  }

  #streams(): readonly Stream[] {
    if (this.scenario === 'empty') return []
    return NAMES.map((name, i) => this.#stream(name, i, i !== 9 && i !== 4))
  }

  #stream(name: string, i: number, on: boolean): Stream {
    const [codec, codecString, profile] = CODECS[i === 1 ? 1 : i === 8 ? 2 : 0]
    const seconds = (Date.now() - this.#startedMs) / 1000
    const [width, height] = i % 3 === 0 ? [1920, 1080] : [1280, 720]
    const space = i % 4 === 3 ? 'harbour' : 'default'
    const g711 = i === 2
    const wave = 1 + 0.15 * Math.sin(seconds + i)
    const viewers = Math.round([12, 3, 0, 1284, 0, 7, 2, 40, 0, 0, 1][i] ?? 0)
    const url = (protocol: string, ending: string) =>
      `${this.#origin.replace('http', protocol)}/${space}/live/${name}.${ending}?expires=1795219200&sign=4be1c9a0d2f84f0f5b3a6c7788990011223344556677889900aabbccddeeff00`
    const rtmp = `rtmp://127.0.0.1:1935/live/${name}?key=pk_7f3k2m9q4t`
    return {
      id: `s${i}`,
      space,
      app: 'live',
      name,
      path: `${space}/live/${name}`,
      title: '',
      notes: '',
      labels: [],
      createdAt: '2026-11-20T08:00:00.000Z',
      state: on ? 'on' : 'off',
      live: !on
        ? null
        : {
            nodeId: 'n1',
            waiting: i === 10,
            startedAt: new Date(this.#startedMs - (i + 1) ** 3 * 47_000).toISOString(),
            bitrateKbps: i === 6 ? 128 : (900 + i * 420) * wave,
            fps: 25 - 0.1 * wave,
            viewers,
            viewersByProtocol: {},
            video: i === 6 ? null : { codec, codecString, profile, width, height, fps: 25 },
            audio:
              i === 7
                ? null
                : g711
                  ? { codec: 'pcma', codecString: 'pcma', profile: '', sampleRate: 8000, channels: 1 }
                  : { codec: 'aac', codecString: 'mp4a.40.2', profile: 'LC', sampleRate: 44_100, channels: 2 },
            gopFrames: 50,
            gopMs: 2000,
            lastKeyframeAgeMs: 700,
            bytesIn: 4e8 + seconds * 1.2e5 * (i + 1),
            bytesOut: 2e9 + seconds * 1.3e5 * viewers,
            framesIn: 1e5,
            framesRepaired: 0,
            publisher: {
              id: 'p1',
              protocol: 'rtmp',
              remote: `192.168.1.${20 + i}:51820`,
              agent: 'obs-output module (libobs version 31.0.1)',
            },
          },
      publish: { rtmp, obs: { server: 'rtmp://127.0.0.1:1935/live', streamKey: `${name}?key=pk_7f3k2m9q4t` } },
      play: {
        flv: url('http', 'flv'),
        wsFlv: url('ws', 'flv'),
        hls: url('http', 'm3u8'),
        ts: url('http', 'ts'),
        rtmp: `rtmp://127.0.0.1:1935/live/${name}?expires=1795219200&sign=4be1c9a0d2f84f0f`,
        expiresAt: '2026-11-21T08:00:00.000Z',
      },
    }
  }

  #viewers(count: number): readonly Viewer[] {
    const seconds = (Date.now() - this.#startedMs) / 1000
    return Array.from({ length: count }, (_, i) => ({
      id: `v${i}`,
      protocol: ['ws-flv', 'http-flv', 'hls', 'rtmp'][i % 4] ?? 'hls',
      remote: `10.0.${i % 7}.${i % 250}:${40_000 + i}`,
      agent: 'Mozilla/5.0 (X11; Linux x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/143.0 Safari/537.36',
      startedAt: new Date(this.#startedMs - i * 61_000).toISOString(),
      bytesSent: 1e6 * (i + 1) + seconds * 1.2e5,
      bufferedBytes: i === 2 ? 180_000 : 0,
      framesDropped: i === 2 ? 84 : 0,
    }))
  }

  #nodes(): readonly Node[] {
    if (this.scenario === 'empty') return []
    const now = new Date().toISOString()
    return [
      {
        id: 'n1',
        name: 'origin-1',
        version: '0.1.0',
        state: 'on',
        lastSeenAt: now,
        load: { cpu: 0.31, memoryBytes: 148e6, eventLoopP99Ms: 4.2 },
        streams: 9,
        viewers: 1348,
      },
      {
        id: 'n2',
        name: 'edge-harbour',
        version: '0.1.0',
        state: 'on',
        lastSeenAt: now,
        load: { cpu: 0.91, memoryBytes: 96e6, eventLoopP99Ms: 11.8 },
        streams: 0,
        viewers: 0,
      },
      {
        id: 'n3',
        name: 'edge-roof',
        version: '0.1.0',
        state: 'lost',
        lastSeenAt: new Date(this.#startedMs - 240_000).toISOString(),
        load: null,
        streams: 0,
        viewers: 0,
      },
    ]
  }
}

const SYSTEM: System = {
  version: '0.1.0',
  uptimeSeconds: 93_784,
  runtime: 'v24.21.0',
  configuration: [
    { key: 'listen.http', value: 8000, source: 'default' },
    { key: 'listen.media', value: 8080, source: 'default' },
    { key: 'listen.rtmp', value: 1936, source: 'SIGHTLINE_LISTEN_RTMP' },
    { key: 'listen.rtmps', value: 'off', source: 'default' },
    { key: 'data', value: './data', source: 'default' },
    { key: 'public.host', value: 'video.example.org', source: 'sightline.yaml' },
    { key: 'link.token', value: '***', source: 'sightline.yaml' },
    { key: 'media.windowMs.low', value: 50, source: 'default' },
    { key: 'media.gopCache', value: true, source: 'default' },
    { key: 'tls.certificate', value: null, source: 'default' },
  ],
}
