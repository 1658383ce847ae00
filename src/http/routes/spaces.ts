import { z } from 'zod'
import type { Space } from '../../platform/spaces/space.ts'
import type { SpaceKeys } from '../../platform/spaces/space-service.ts'
import type { App } from '../app.ts'
import { callerOf } from '../authentication.ts'
import { listOf } from '../contract/page.ts'
import * as contract from '../contract/space.ts'
import { PathSegment } from '../contract/stream.ts'
import { defined } from '../defined.ts'
import { errorResponses } from '../error-answers.ts'
import type { Services } from '../services.ts'
import { time } from '../stream-view.ts'

const Name = z.strictObject({ name: PathSegment })

export function spaceRoutes(app: App, { spaces }: Services): void {
  app.get(
    '/spaces',
    {
      config: { permission: 'spaces.read' },
      schema: {
        operationId: 'listSpaces',
        tags: ['spaces'],
        summary: 'All spaces',
        response: { 200: listOf(contract.Space), ...errorResponses },
      },
    },
    async request => ({ items: (await spaces.list(callerOf(request))).map(view) }),
  )

  app.post(
    '/spaces',
    {
      config: { permission: 'spaces.write' },
      schema: {
        operationId: 'createSpace',
        tags: ['spaces'],
        summary: 'Make a space with keys of its own',
        body: contract.CreateSpace,
        response: { 201: contract.Space, ...errorResponses },
      },
    },
    async (request, reply) => {
      const { name, gb28181, ...facts } = request.body
      const whole = { ...defined(facts), ...(gb28181 && { gb28181: defined(gb28181) }) }
      return reply.code(201).send(view(await spaces.create(callerOf(request), name, whole)))
    },
  )

  app.get(
    '/spaces/:name',
    {
      config: { permission: 'spaces.read' },
      schema: {
        operationId: 'getSpace',
        tags: ['spaces'],
        summary: 'One space',
        params: Name,
        response: { 200: contract.Space, ...errorResponses },
      },
    },
    async request => view(await spaces.get(callerOf(request), request.params.name)),
  )

  app.patch(
    '/spaces/:name',
    {
      config: { permission: 'spaces.write' },
      schema: {
        operationId: 'updateSpace',
        tags: ['spaces'],
        summary: 'Change the rules of a space; the nodes apply them at once, to whoever comes from then on',
        params: Name,
        body: contract.SpaceChange,
        response: { 200: contract.Space, ...errorResponses },
      },
    },
    async request => {
      const { gb28181, ...facts } = request.body
      const change = { ...defined(facts), ...(gb28181 && { gb28181: defined(gb28181) }) }
      return view(await spaces.update(callerOf(request), request.params.name, change))
    },
  )

  app.delete(
    '/spaces/:name',
    {
      config: { permission: 'spaces.write' },
      schema: {
        operationId: 'deleteSpace',
        tags: ['spaces'],
        summary: 'Delete a space without streams, or with `force` naming it also with them',
        params: Name,
        querystring: contract.DeleteSpaceQuery,
        response: { 204: z.null(), ...errorResponses },
      },
    },
    async (request, reply) => {
      await spaces.delete(callerOf(request), request.params.name, request.query.force ?? null)
      return reply.code(204).send(null)
    },
  )

  app.get(
    '/spaces/:name/keys',
    {
      config: { permission: 'spaces.keys' },
      schema: {
        operationId: 'getSpaceKeys',
        tags: ['spaces'],
        summary: 'Keys to publish with and to sign play URLs with',
        params: Name,
        response: { 200: contract.SpaceKeys, ...errorResponses },
      },
    },
    async request => keysView(await spaces.keys(callerOf(request), request.params.name)),
  )

  app.post(
    '/spaces/:name/rotate-push-key',
    {
      config: { permission: 'spaces.write', secretAnswer: true },
      schema: {
        operationId: 'rotatePushKey',
        tags: ['spaces'],
        summary: 'Make a new push key; the one before is taken for a grace time',
        params: Name,
        body: contract.RotatePushKey.nullish(),
        response: { 200: contract.SpaceKeys, ...errorResponses },
      },
    },
    async request => {
      const graceMs = (request.body?.graceSeconds ?? contract.DEFAULT_GRACE_SECONDS) * 1000
      return keysView(await spaces.rotatePushKey(callerOf(request), request.params.name, graceMs))
    },
  )

  app.post(
    '/spaces/:name/rotate-play-key',
    {
      config: { permission: 'spaces.write', secretAnswer: true },
      schema: {
        operationId: 'rotatePlayKey',
        tags: ['spaces'],
        summary: 'Make a new main key for play URLs; main becomes backup, and URLs of the backup before end',
        params: Name,
        response: { 200: contract.SpaceKeys, ...errorResponses },
      },
    },
    async request => keysView(await spaces.rotatePlayKey(callerOf(request), request.params.name)),
  )
}

function view({ createdAtMs, gb28181: { password, ...devices }, ...space }: Space): contract.Space {
  return { ...space, gb28181: { ...devices, passwordSet: password !== null }, createdAt: time(createdAtMs) }
}

function keysView({ push, play }: SpaceKeys): contract.SpaceKeys {
  const views = (keys: SpaceKeys['push']) =>
    keys.map(({ key, createdAtMs, validUntilMs }) => ({
      key,
      createdAt: time(createdAtMs),
      validUntil: validUntilMs === null ? null : time(validUntilMs),
    }))
  return { push: views(push), play: views(play) }
}
