import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify'
import { hasZodFastifySchemaValidationErrors } from 'fastify-type-provider-zod'
import { AppError, errorText } from '../base/errors.ts'
import type { Log } from '../base/log.ts'
import type { App } from './app.ts'
import { ErrorBody } from './contract/error.ts'

/** Bytes of a request body; the largest ones are lists of names. */
export const MAX_BODY_BYTES = 256 * 1024

/** Every route answers its errors in this form. */
export const errorResponses = { '4xx': ErrorBody, '5xx': ErrorBody } as const

/** Turns whatever was thrown into the one error form. Only errors of ours are logged, with their stack. */
export function answerErrors(app: App, log: Log): void {
  app.setErrorHandler((error, request, reply) => {
    const known = toAppError(error)
    if (known.fault === 'ours') {
      const stack = error instanceof Error ? error.stack : undefined
      const reason = errorText(known.cause ?? known)
      log.error('request failed', { traceId: request.id, route: request.routeOptions.url, reason, stack })
    }
    return answer(known, request, reply)
  })
}

export function answer(error: AppError, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const { code, details, hint, message, toldDetails } = error
  const seconds = details['seconds']
  if (code === 'TOO_MANY_REQUESTS' && seconds !== undefined) void reply.header('retry-after', seconds)
  if (code === 'UNAUTHENTICATED') void reply.header('www-authenticate', 'Bearer')
  const field = code === 'INVALID' ? String(details['field']) : undefined
  const body: ErrorBody = {
    error: {
      code,
      message,
      ...(hint ? { hint } : {}),
      ...(field ? { field } : {}),
      ...(toldDetails ? { details: toldDetails } : {}),
      traceId: request.id,
    },
  }
  return reply.code(error.http).header('cache-control', 'no-store').send(body)
}

function toAppError(error: unknown): AppError {
  if (error instanceof AppError) return error
  if (hasZodFastifySchemaValidationErrors(error)) return invalidInput(error)
  const status = isFastifyError(error) ? error.statusCode : undefined
  if (status === 413) return new AppError('PAYLOAD_TOO_LARGE', { limit: MAX_BODY_BYTES })
  if (status === 415) return new AppError('INVALID', { field: 'content-type', reason: 'expected application/json' })
  if (status !== undefined && status >= 400 && status < 500) {
    return new AppError('INVALID', { field: 'request', reason: errorText(error) })
  }
  return new AppError('INTERNAL', { what: 'request' }, { cause: error })
}

function invalidInput(error: Parameters<typeof hasZodFastifySchemaValidationErrors>[0] & object): AppError {
  const part = 'validationContext' in error ? String(error.validationContext) : 'request'
  const issues = 'validation' in error && Array.isArray(error.validation) ? error.validation : []
  const first: { instancePath?: string; message?: string } = issues[0] ?? {}
  const field = [part, ...(first.instancePath ?? '').split('/').filter(level => level !== '')].join('.')
  return new AppError('INVALID', { field, reason: first.message ?? 'not valid' })
}

function isFastifyError(error: unknown): error is FastifyError {
  return error instanceof Error && 'statusCode' in error && typeof error.statusCode === 'number'
}
