import { createHash } from 'node:crypto'
import type { FastifyRequest } from 'fastify'
import { AppError } from '../base/errors.ts'
import type { KeptAnswerService } from '../platform/kept-answers/kept-answer-service.ts'
import type { App } from './app.ts'

const KEY = /^[\x21-\x7e]{1,128}$/

/**
 * `Idempotency-Key` on POST (draft-ietf-httpapi-idempotency-key-header): a request that is repeated, because its answer
 * was lost on the way, is done once and answered the same. Registered after the authentication.
 */
export function keepAnswers(app: App, answers: KeptAnswerService): void {
  /** Requests whose answer is to be kept. */
  const keys = new WeakMap<FastifyRequest, string>()

  app.addHook('preHandler', async (request, reply) => {
    const key = request.headers['idempotency-key']
    const { caller, method, url } = request
    if (key === undefined || method !== 'POST' || !caller) return
    if (typeof key !== 'string' || !KEY.test(key)) {
      throw new AppError('INVALID', { field: 'idempotency-key', reason: '1 to 128 visible ASCII letters' })
    }
    const text = JSON.stringify([method, url, request.body ?? null])
    const before = await answers.begin(caller, key, createHash('sha256').update(text).digest('hex'))
    if (before === null) {
      keys.set(request, key)
      return
    }
    void reply.header('idempotency-replayed', 'true').code(before.status)
    if (before.body !== '') void reply.type('application/json; charset=utf-8')
    // the text as it was: it went through its schema then
    return reply.serializer(() => before.body).send(before.body as never)
  })

  app.addHook('onSend', async (request, reply, payload) => {
    const key = keys.get(request)
    if (key === undefined || !request.caller) return payload
    keys.delete(request)
    const { statusCode } = reply
    const secret = request.routeOptions.config.secretAnswer === true
    // too busy, or our fault: the next try may go better
    if (statusCode === 429 || statusCode >= 500) await answers.forget(request.caller, key)
    else await answers.keep(request.caller, key, statusCode, secret ? null : typeof payload === 'string' ? payload : '')
    return payload
  })
}
