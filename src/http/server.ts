import { randomBytes } from 'node:crypto'
import { createServer, type Server as HttpServer } from 'node:http'
import { createServer as createSecureServer, type Server as HttpsServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import fastify from 'fastify'
import { serializerCompiler, validatorCompiler, type ZodTypeProvider } from 'fastify-type-provider-zod'
import { z } from 'zod'
import type { Clock } from '../base/clock.ts'
import type { Closable } from '../base/lifecycle.ts'
import type { Log } from '../base/log.ts'
import type { App } from './app.ts'
import { requireAuthentication } from './authentication.ts'
import { announceChanges } from './change-events.ts'
import { serveConsole } from './console-files.ts'
import { serveDocs } from './docs-page.ts'
import { answerErrors, MAX_BODY_BYTES } from './error-answers.ts'
import { keepAnswers } from './idempotency.ts'
import { linkUpgrade } from './link-endpoint.ts'
import { serveMetrics } from './metrics.ts'
import { describeApi } from './openapi.ts'
import { alarmRoutes } from './routes/alarms.ts'
import { apiKeyRoutes } from './routes/api-keys.ts'
import { attemptRoutes } from './routes/attempts.ts'
import { auditRoutes } from './routes/audit.ts'
import { callbackRoutes } from './routes/callbacks.ts'
import { channelControlRoutes } from './routes/channel-control.ts'
import { channelRoutes } from './routes/channels.ts'
import { deviceImportRoutes } from './routes/device-import.ts'
import { deviceSnapshotRoutes } from './routes/device-snapshots.ts'
import { deviceRoutes, pendingDeviceRoutes } from './routes/devices.ts'
import { directoryRoutes } from './routes/directories.ts'
import { exportRoutes } from './routes/exports.ts'
import { feedRoutes } from './routes/feed.ts'
import { forbiddenRoutes } from './routes/forbidden.ts'
import { gb28181Routes } from './routes/gb28181.ts'
import { healthRoutes } from './routes/health.ts'
import { historyRoutes } from './routes/history.ts'
import { nodeRoutes } from './routes/nodes.ts'
import { operationRoutes } from './routes/operations.ts'
import { parentPlatformRoutes } from './routes/parent-platforms.ts'
import { planRoutes } from './routes/plans.ts'
import { playbackRoutes } from './routes/playbacks.ts'
import { quirkRoutes } from './routes/quirks.ts'
import { recordingControlRoutes } from './routes/recording-control.ts'
import { recordingRoutes } from './routes/recordings.ts'
import { sessionRoutes } from './routes/sessions.ts'
import { siteRoutes } from './routes/site.ts'
import { snapshotRoutes } from './routes/snapshots.ts'
import { spaceRoutes } from './routes/spaces.ts'
import { storageRoutes } from './routes/storage.ts'
import { streamRoutes } from './routes/streams.ts'
import { systemRoutes } from './routes/system.ts'
import { templateRoutes } from './routes/templates.ts'
import { userRoutes } from './routes/users.ts'
import { viewerRoutes } from './routes/viewers.ts'
import { secureHeaders } from './security-headers.ts'
import type { Services } from './services.ts'
import { type AddressSettings, UrlContexts } from './url-contexts.ts'

/** A client that sends its request slower than this is cut off. */
const REQUEST_TIMEOUT_MS = 15_000
/** How often that is looked at; by the default of 30 s a slow client would live three times as long. */
const CHECK_EVERY_MS = 5000
/** Above the 60 s after which common proxies close an idle connection: the proxy is to be the one that closes. */
const KEEP_ALIVE_TIMEOUT_MS = 72_000
/** Longest `:id` or `:name` in a URL; fastify's own limit of 100 is below our names. */
const MAX_PARAMETER_LENGTH = 400
const TRACE_ID_BYTES = 8

export interface Listen {
  readonly port: number
  readonly host?: string
}

export interface ServerOptions {
  readonly services: Services
  readonly version: string
  readonly clock: Clock
  readonly log: Log
  readonly addresses: () => AddressSettings
  /** Only the nearest proxy is believed: what stands before its word in `X-Forwarded-For` the caller made up. */
  readonly trustProxy: boolean
  /** The built console. */
  readonly consoleDirectory: string
  readonly linkToken: string
  /** Milliseconds for a whole request, 15 s when left out. */
  readonly requestTimeoutMs?: number
}

export interface Certificate {
  /** PEM. */
  readonly cert: Buffer
  readonly key: Buffer
}

/** The routes without a listener; tests call it by `inject`. */
export async function createApp(options: ServerOptions): Promise<App> {
  const { addresses, clock, log, services, version } = options
  const { nodes, spaces } = services
  const urls = new UrlContexts({ nodes, spaces, clock, addresses })
  const app: App = fastify({
    logger: false,
    trustProxy: options.trustProxy && nearestHop,
    bodyLimit: MAX_BODY_BYTES,
    routerOptions: { maxParamLength: MAX_PARAMETER_LENGTH },
    genReqId: () => randomBytes(TRACE_ID_BYTES).toString('hex'),
    requestIdHeader: false,
    return503OnClosing: false,
    serverFactory: handler => httpServer(limits(options), handler),
  }).withTypeProvider<ZodTypeProvider>()
  app.setValidatorCompiler(validatorCompiler)
  app.setSerializerCompiler(serializerCompiler)
  answerErrors(app, log)
  secureHeaders(app)
  acceptEmptyBodies(app)
  await describeApi(app, version)
  serveDocs(app)
  serveMetrics(app, services)
  await app.register(
    async api => {
      refuseUnknownParameters(api)
      requireAuthentication(api, services.authenticator)
      keepAnswers(api, services.keptAnswers)
      announceChanges(api, services.feed)
      healthRoutes(api, services)
      sessionRoutes(api, services)
      userRoutes(api, services)
      apiKeyRoutes(api, services)
      auditRoutes(api, services)
      forbiddenRoutes(api, services)
      viewerRoutes(api, services)
      spaceRoutes(api, services)
      streamRoutes(api, services, urls)
      recordingControlRoutes(api, services)
      recordingRoutes(api, services, clock, urls)
      snapshotRoutes(api, services, urls)
      exportRoutes(api, services, urls)
      storageRoutes(api, services, clock)
      callbackRoutes(api, services)
      templateRoutes(api, services)
      planRoutes(api, services)
      historyRoutes(api, services, clock)
      feedRoutes(api, services)
      operationRoutes(api, services)
      nodeRoutes(api, services)
      deviceRoutes(api, services)
      pendingDeviceRoutes(api, services)
      channelRoutes(api, services, urls)
      channelControlRoutes(api, services)
      playbackRoutes(api, services, clock, urls)
      directoryRoutes(api, services)
      alarmRoutes(api, services, clock)
      attemptRoutes(api, services)
      parentPlatformRoutes(api, services)
      quirkRoutes(api, services)
      deviceImportRoutes(api, services)
      deviceSnapshotRoutes(api, services)
      gb28181Routes(api, services, addresses)
      systemRoutes(api, services)
      siteRoutes(api, services)
    },
    { prefix: '/api/v1' },
  )
  await serveConsole(app, options.consoleDirectory)
  app.addHook('onResponse', async (request, reply) => {
    const { id: traceId, ip, method, routeOptions } = request
    const ms = Math.round(reply.elapsedTime)
    log.debug('request', { traceId, method, route: routeOptions.url, status: reply.statusCode, ms, ip })
  })
  await app.ready()
  return app
}

/** HTTP and HTTPS over the same routes, and the nodes' links. */
export class Server implements Closable {
  readonly #app: App
  readonly #upgrade: ReturnType<typeof linkUpgrade>
  readonly #listening: (HttpServer | HttpsServer)[] = []
  readonly #limits: ReturnType<typeof limits>
  #secure: HttpsServer | null = null

  private constructor(app: App, options: ServerOptions) {
    this.#app = app
    this.#limits = limits(options)
    this.#upgrade = linkUpgrade(options.services.links, options.linkToken)
  }

  static async create(options: ServerOptions): Promise<Server> {
    return new Server(await createApp(options), options)
  }

  /** Answers where it listens. Rejects with the error of the system, which names port and reason. */
  listen(listen: Listen): Promise<AddressInfo> {
    const server = httpServer(this.#limits, (request, response) => this.#app.routing(request, response))
    return this.#listen(server, listen)
  }

  listenSecure(listen: Listen, certificate: Certificate): Promise<AddressInfo> {
    const options = { ...this.#limits, ...certificate }
    this.#secure = createSecureServer(options, (request, response) => this.#app.routing(request, response))
    return this.#listen(this.#secure, listen)
  }

  /** New connections get the new certificate. */
  setCertificate(certificate: Certificate): void {
    this.#secure?.setSecureContext(certificate)
  }

  async close(): Promise<void> {
    const servers = this.#listening.splice(0)
    await Promise.all(
      servers.map(server => {
        const closed = new Promise<void>(resolve => server.close(() => resolve()))
        server.closeAllConnections()
        return closed
      }),
    )
    await this.#app.close()
  }

  #listen(server: HttpServer | HttpsServer, { port, host }: Listen): Promise<AddressInfo> {
    server.on('upgrade', this.#upgrade)
    return new Promise((resolve, reject) => {
      server.once('error', reject)
      server.listen(port, host, () => {
        server.off('error', reject)
        this.#listening.push(server)
        resolve(server.address() as AddressInfo) // a TCP listener has no other kind
      })
    })
  }
}

function httpServer(settings: ReturnType<typeof limits>, handler: Parameters<typeof createServer>[1] & {}): HttpServer {
  return createServer(settings, handler)
}

/** Hop 0 is the peer itself. */
function nearestHop(_: string, hop: number): boolean {
  return hop === 0
}

function limits({ requestTimeoutMs = REQUEST_TIMEOUT_MS }: ServerOptions) {
  return {
    requestTimeout: requestTimeoutMs,
    headersTimeout: requestTimeoutMs,
    keepAliveTimeout: KEEP_ALIVE_TIMEOUT_MS,
    connectionsCheckingInterval: Math.min(CHECK_EVERY_MS, requestTimeoutMs),
  }
}

/** A route that names no query parameters takes none. Registered before the routes. */
function refuseUnknownParameters(app: App): void {
  const none = z.strictObject({})
  app.addHook('onRoute', route => {
    if (route.schema) route.schema.querystring ??= none
  })
}

/** Clients that always send a content type do so without a body too. */
function acceptEmptyBodies(app: App): void {
  const parse = app.getDefaultJsonParser('error', 'error')
  app.addContentTypeParser('application/json', { parseAs: 'string' }, (request, body, done) => {
    if (body === '') done(null, undefined)
    else parse(request, body.toString(), done)
  })
}
