import { Readable } from 'node:stream'
import { AppError } from '../../base/errors.ts'
import type { Actor } from '../../platform/access/actor.ts'
import type { FeedFilter, Follower } from '../../platform/events-feed/event-feed.ts'
import type { FeedEvent, FeedType } from '../../platform/events-feed/feed-event.ts'
import type { App } from '../app.ts'
import { bearerToken, callerOf, originOf } from '../authentication.ts'
import { FeedList, FeedQuery, FeedText } from '../contract/feed.ts'
import { errorResponses } from '../error-answers.ts'
import type { Services } from '../services.ts'
import { time } from '../stream-view.ts'

/** What waits for a slow client; more is dropped, and the client told to begin anew. */
const MAX_PENDING_BYTES = 256 * 1024
/** How long a client waits before it dials again. */
const RETRY_MS = 2000
const LAST_ID = /^[\w.-]{1,64}$/

export function feedRoutes(app: App, { authenticator, feed, streams }: Services): void {
  app.get(
    '/events',
    {
      config: { permission: 'streams.read' },
      schema: {
        operationId: 'followEvents',
        tags: ['events'],
        summary: 'Follow what happens, as server-sent events; or, with `limit`, the newest events',
        description:
          'Resumes behind the event named by the header Last-Event-ID. Numbers that move (`streams.live`) come at most once a second and only for streams where they changed. A comment every 15 s keeps the connection alive; it ends when the token does. The newest events are those since the platform started, and before them the last 500 of streams and nodes that went on and off and of who was refused.',
        querystring: FeedQuery,
        response: {
          200: {
            content: {
              'application/json': { schema: FeedList },
              'text/event-stream': { schema: FeedText },
            },
          },
          ...errorResponses,
        },
      },
    },
    async (request, reply) => {
      const actor = callerOf(request)
      const { limit, space, stream, types } = request.query
      const path = stream === undefined ? undefined : (await streams.get(actor, stream)).path
      const filter = { space, path, types: types === undefined ? undefined : new Set(types.split(',') as FeedType[]) }
      if (limit !== undefined) {
        const items = feed.newest({ actor, filter }, limit).map(([event, id]) => entryView(event, id))
        return { items, lastEventId: feed.id }
      }
      const header = request.headers['last-event-id']
      const lastId = typeof header === 'string' ? header : null
      if (lastId !== null && !LAST_ID.test(lastId))
        throw new AppError('INVALID', { field: 'last-event-id', reason: 'not an id' })
      const token = bearerToken(request.headers.authorization) ?? ''
      const valid = () => authenticator.authenticate(token, originOf(request))
      const follower = new FeedAnswer(actor, filter, valid, () => feed.id)
      follower.say('ready', lastId ?? feed.id, {})
      const unfollow = feed.follow(follower, lastId)
      follower.body.once('close', unfollow)
      void reply.type('text/event-stream').header('x-accel-buffering', 'no')
      return reply.send(follower.body as never) // a body is described by its text
    },
  )
}

function entryView({ type, atMs, data }: FeedEvent, id: string) {
  return { id, type, at: time(atMs), data: { ...data } }
}

/** The answer of one follower. */
class FeedAnswer implements Follower {
  readonly actor: Actor
  readonly filter: FeedFilter
  readonly body: Readable
  readonly #valid: () => Promise<unknown>
  readonly #newestId: () => string
  /** Something was dropped; the client is told once it has caught up. */
  #behind = false

  constructor(actor: Actor, filter: FeedFilter, valid: () => Promise<unknown>, newestId: () => string) {
    this.actor = actor
    this.filter = filter
    this.#valid = valid
    this.#newestId = newestId
    this.body = new Readable({ read: () => this.#drained() })
    this.body.push(`retry: ${RETRY_MS}\n\n`)
  }

  say(type: string, id: string | null, data: object): void {
    this.body.push(`event: ${type}\n${id === null ? '' : `id: ${id}\n`}data: ${JSON.stringify(data)}\n\n`)
  }

  event({ type, atMs, data }: FeedEvent, id: string | null): void {
    if (this.#behind || this.body.readableLength > MAX_PENDING_BYTES) this.#behind = true
    else this.say(type, id, { at: time(atMs), ...data })
  }

  reset(id: string): void {
    this.say('reset', id, {})
  }

  /** A token that is not valid any more ends what it opened. */
  heartbeat(): void {
    if (this.body.readableLength === 0) this.body.push(': alive\n\n')
    this.#valid().catch(() => this.end())
  }

  end(): void {
    if (!this.body.destroyed) this.body.push(null)
  }

  /** The client takes more. */
  #drained(): void {
    if (!this.#behind || this.body.readableLength > MAX_PENDING_BYTES / 2) return
    this.#behind = false
    this.reset(this.#newestId())
  }
}
