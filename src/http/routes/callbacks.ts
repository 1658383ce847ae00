import { z } from 'zod'
import type { Delivery } from '../../platform/callbacks/callback.ts'
import type { CountedCallback } from '../../platform/callbacks/callback-service.ts'
import type { App } from '../app.ts'
import { callerOf } from '../authentication.ts'
import * as contract from '../contract/callback.ts'
import { listOf, pageOf } from '../contract/page.ts'
import { IdParameter } from '../contract/session.ts'
import { defined } from '../defined.ts'
import { errorResponses } from '../error-answers.ts'
import { pageAnswer, pageRequest } from '../paging.ts'
import type { Services } from '../services.ts'
import { time } from '../stream-view.ts'

export function callbackRoutes(app: App, { callbacks }: Services): void {
  app.get(
    '/callbacks',
    {
      config: { permission: 'callbacks.read' },
      schema: {
        operationId: 'listCallbacks',
        tags: ['callbacks'],
        summary: 'Who is told what happens',
        response: { 200: listOf(contract.Callback), ...errorResponses },
      },
    },
    async request => ({ items: (await callbacks.list(callerOf(request))).map(view) }),
  )

  app.post(
    '/callbacks',
    {
      config: { permission: 'callbacks.write', secretAnswer: true },
      schema: {
        operationId: 'createCallback',
        tags: ['callbacks'],
        summary: 'Have somebody told what happens; the secret that signs it is in this answer only',
        description:
          'Each event is sent by POST until it is answered with 200 to 299, in order for each stream or device, at least once: ' +
          '`X-Sightline-Delivery` is the same in every try. `X-Sightline-Signature` is `v1=` and the hex HMAC-SHA256, by the ' +
          'secret, over `X-Sightline-Timestamp`, a dot and the body.',
        body: contract.CreateCallback,
        response: { 201: contract.NewCallback, ...errorResponses },
      },
    },
    async (request, reply) => {
      const callback = await callbacks.create(callerOf(request), request.body)
      const counts = { waiting: 0, delivered: 0, dead: 0 }
      return reply.code(201).send({ ...view({ callback, counts }), secret: callback.secret })
    },
  )

  app.get(
    '/callbacks/:id',
    {
      config: { permission: 'callbacks.read' },
      schema: {
        operationId: 'getCallback',
        tags: ['callbacks'],
        summary: 'One callback',
        params: IdParameter,
        response: { 200: contract.Callback, ...errorResponses },
      },
    },
    async request => view(await callbacks.get(callerOf(request), request.params.id)),
  )

  app.patch(
    '/callbacks/:id',
    {
      config: { permission: 'callbacks.write' },
      schema: {
        operationId: 'updateCallback',
        tags: ['callbacks'],
        summary: 'Change a callback; what waits goes to the new URL',
        params: IdParameter,
        body: contract.CallbackChange,
        response: { 200: contract.Callback, ...errorResponses },
      },
    },
    async request => view(await callbacks.update(callerOf(request), request.params.id, defined(request.body))),
  )

  app.delete(
    '/callbacks/:id',
    {
      config: { permission: 'callbacks.write' },
      schema: {
        operationId: 'deleteCallback',
        tags: ['callbacks'],
        summary: 'Delete a callback; what waits is never sent',
        params: IdParameter,
        response: { 204: z.null(), ...errorResponses },
      },
    },
    async (request, reply) => {
      await callbacks.delete(callerOf(request), request.params.id)
      return reply.code(204).send(null)
    },
  )

  app.post(
    '/callbacks/:id/test',
    {
      config: { permission: 'callbacks.write' },
      schema: {
        operationId: 'testCallback',
        tags: ['callbacks'],
        summary: 'Send something now, and tell what the receiver answers',
        params: IdParameter,
        body: z.strictObject({}).nullish(),
        response: { 200: contract.CallbackTest, ...errorResponses },
      },
    },
    async request => callbacks.test(callerOf(request), request.params.id),
  )

  app.get(
    '/callbacks/:id/deliveries',
    {
      config: { permission: 'callbacks.read' },
      schema: {
        operationId: 'listDeliveries',
        tags: ['callbacks'],
        summary: 'What was sent, what waits and what was given up',
        params: IdParameter,
        querystring: contract.DeliveryQuery,
        response: { 200: pageOf(contract.Delivery), ...errorResponses },
      },
    },
    async request => {
      const { sort, limit, cursor, ...filter } = request.query
      const asked = { ...filter, callbackId: request.params.id }
      const page = await callbacks.deliveries(callerOf(request), asked, pageRequest({ sort, limit, cursor }))
      return pageAnswer(page, sort, deliveryView)
    },
  )

  app.post(
    '/deliveries/:id/replay',
    {
      config: { permission: 'callbacks.write' },
      schema: {
        operationId: 'replayDelivery',
        tags: ['callbacks'],
        summary: 'Send something once more, before what waits about the same stream or device',
        params: IdParameter,
        body: z.strictObject({}).nullish(),
        response: { 200: contract.Delivery, ...errorResponses },
      },
    },
    async request => deliveryView(await callbacks.replay(callerOf(request), request.params.id)),
  )
}

function view({ callback, counts }: CountedCallback): contract.Callback {
  const { secret: _, createdAtMs, events, ...facts } = callback
  return { ...facts, events: [...events], createdAt: time(createdAtMs), ...counts }
}

function deliveryView({ number: _, nextAtMs, createdAtMs, finishedAtMs, ...delivery }: Delivery): contract.Delivery {
  return {
    ...delivery,
    nextAt: delivery.state === 'waiting' ? time(nextAtMs) : null,
    createdAt: time(createdAtMs),
    finishedAt: finishedAtMs === null ? null : time(finishedAtMs),
  }
}
