import type {
  FastifyBaseLogger,
  FastifyInstance,
  RawReplyDefaultExpression,
  RawRequestDefaultExpression,
  RawServerDefault,
} from 'fastify'
import type { ZodTypeProvider } from 'fastify-type-provider-zod'
import type { Actor } from '../platform/access/actor.ts'
import type { Permission } from '../platform/access/permission.ts'

/** The server with routes typed by their schemas. */
export type App = FastifyInstance<
  RawServerDefault,
  RawRequestDefaultExpression,
  RawReplyDefaultExpression,
  FastifyBaseLogger,
  ZodTypeProvider
>

declare module 'fastify' {
  interface FastifyRequest {
    /** Who asks; set by the authentication hook on every route that is not open. */
    caller: Actor | null
  }
  interface FastifyContextConfig {
    /** Answered without a token. */
    readonly open?: boolean
    /** What the caller needs, checked before the input is; `any`: whoever is logged in. Every route that is not open names it. */
    readonly permission?: Permission | 'any'
    /** The answer of a POST has a secret that is shown once: it is not kept for an Idempotency-Key. */
    readonly secretAnswer?: boolean
  }
}
