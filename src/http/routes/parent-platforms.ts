import { z } from 'zod'
import { told } from '../../platform/operations/operation-service.ts'
import type { ParentPlatform } from '../../platform/parent-platforms/parent-platform.ts'
import type { App } from '../app.ts'
import { callerOf } from '../authentication.ts'
import { listOf, pageOf } from '../contract/page.ts'
import * as contract from '../contract/parent-platform.ts'
import { IdParameter } from '../contract/session.ts'
import { defined } from '../defined.ts'
import { timeOrNull } from '../device-view.ts'
import { errorResponses } from '../error-answers.ts'
import { pageAnswer, pageRequest } from '../paging.ts'
import type { Services } from '../services.ts'
import { time } from '../stream-view.ts'

const tags = ['parent-platforms']

export function parentPlatformRoutes(app: App, { gb28181: { parents, streamShares } }: Services): void {
  app.get(
    '/parent-platforms',
    {
      config: { permission: 'devices.read' },
      schema: {
        operationId: 'listParentPlatforms',
        tags,
        summary: 'Upper platforms we register with',
        querystring: contract.ParentQuery,
        response: { 200: listOf(contract.ParentPlatform), ...errorResponses },
      },
    },
    async request => ({ items: (await parents.list(callerOf(request), request.query.space)).map(view) }),
  )

  app.post(
    '/parent-platforms',
    {
      config: { permission: 'parents.write' },
      schema: {
        operationId: 'createParentPlatform',
        tags,
        summary: 'Register with an upper platform from now on',
        body: contract.CreateParent,
        response: { 201: contract.ParentPlatform, ...errorResponses },
      },
    },
    async (request, reply) => {
      const { domain = request.body.serverId.slice(0, 10), localId, ...wish } = request.body
      return reply.code(201).send(view(await parents.create(callerOf(request), { ...wish, domain, localId })))
    },
  )

  app.get(
    '/parent-platforms/:id',
    {
      config: { permission: 'devices.read' },
      schema: {
        operationId: 'getParentPlatform',
        tags,
        summary: 'One upper platform',
        params: IdParameter,
        response: { 200: contract.ParentPlatform, ...errorResponses },
      },
    },
    async request => view(await parents.get(callerOf(request), request.params.id)),
  )

  app.patch(
    '/parent-platforms/:id',
    {
      config: { permission: 'parents.write' },
      schema: {
        operationId: 'updateParentPlatform',
        tags,
        summary: 'Change an upper platform; we register anew',
        params: IdParameter,
        body: contract.ParentChange,
        response: { 200: contract.ParentPlatform, ...errorResponses },
      },
    },
    async request => view(await parents.update(callerOf(request), request.params.id, defined(request.body))),
  )

  app.delete(
    '/parent-platforms/:id',
    {
      config: { permission: 'parents.write' },
      schema: {
        operationId: 'deleteParentPlatform',
        tags,
        summary: 'Leave an upper platform and forget what it was shown',
        params: IdParameter,
        response: { 204: z.null(), ...errorResponses },
      },
    },
    async (request, reply) => {
      await parents.delete(callerOf(request), request.params.id)
      return reply.code(204).send(null)
    },
  )

  for (const [action, enabled, summary] of [
    ['start', true, 'Register with it'],
    ['stop', false, 'Leave it; what it was shown stays for later'],
  ] as const) {
    app.post(
      `/parent-platforms/:id/${action}`,
      {
        config: { permission: 'parents.write' },
        schema: {
          operationId: `${action}ParentPlatform`,
          tags,
          summary,
          params: IdParameter,
          response: { 200: contract.ParentPlatform, ...errorResponses },
        },
      },
      async request => view(await parents.update(callerOf(request), request.params.id, { enabled })),
    )
  }

  app.get(
    '/parent-platforms/:id/channels',
    {
      config: { permission: 'devices.read' },
      schema: {
        operationId: 'listShares',
        tags,
        summary: 'What it gets to see, with the codes there',
        params: IdParameter,
        querystring: contract.ShareQuery,
        response: { 200: pageOf(contract.Share), ...errorResponses },
      },
    },
    async request => {
      const { limit, after } = pageRequest(request.query)
      const page = await parents.shares(callerOf(request), request.params.id, after?.name ?? '', limit)
      return pageAnswer(page, request.query.sort, share => share)
    },
  )

  app.post(
    '/parent-platforms/:id/share',
    {
      config: { permission: 'parents.write' },
      schema: {
        operationId: 'shareChannels',
        tags,
        summary: 'Show it channels, under their own or other codes; tells what became of each',
        params: IdParameter,
        body: contract.ShareChannels,
        response: { 200: contract.Shared, ...errorResponses },
      },
    },
    async request => {
      const results = await parents.share(callerOf(request), request.params.id, request.body.channels)
      return {
        results: results.map(({ channelId, sharedId, error }) => ({
          ...{ channelId, sharedId, ok: error === null, error: error && told(error) },
        })),
      }
    },
  )

  app.post(
    '/parent-platforms/:id/unshare',
    {
      config: { permission: 'parents.write' },
      schema: {
        operationId: 'unshareChannels',
        tags,
        summary: 'Show it channels no more',
        params: IdParameter,
        body: contract.UnshareChannels,
        response: { 200: contract.Unshared, ...errorResponses },
      },
    },
    async request => ({
      unshared: await parents.unshare(callerOf(request), request.params.id, request.body.channelIds),
    }),
  )

  app.get(
    '/parent-platforms/:id/streams',
    {
      config: { permission: 'devices.read' },
      schema: {
        operationId: 'listStreamShares',
        tags,
        summary: 'Streams that are no channels of devices, as it sees them',
        params: IdParameter,
        querystring: contract.ShareQuery,
        response: { 200: pageOf(contract.StreamShare), ...errorResponses },
      },
    },
    async request => {
      const { limit, after } = pageRequest(request.query)
      const page = await streamShares.list(callerOf(request), request.params.id, after?.name ?? '', limit)
      return pageAnswer(page, request.query.sort, share => share)
    },
  )

  app.post(
    '/parent-platforms/:id/share-streams',
    {
      config: { permission: 'parents.write' },
      schema: {
        operationId: 'shareStreams',
        tags,
        summary: 'Show it streams that are no channels of devices, as channels with codes of their own',
        params: IdParameter,
        body: contract.ShareStreams,
        response: { 200: contract.SharedStreams, ...errorResponses },
      },
    },
    async request => {
      const results = await streamShares.share(callerOf(request), request.params.id, request.body.streams)
      return {
        results: results.map(({ streamId, sharedId, error }) => ({
          ...{ streamId, sharedId, ok: error === null, error: error && told(error) },
        })),
      }
    },
  )

  app.post(
    '/parent-platforms/:id/unshare-streams',
    {
      config: { permission: 'parents.write' },
      schema: {
        operationId: 'unshareStreams',
        tags,
        summary: 'Show it streams no more',
        params: IdParameter,
        body: contract.UnshareStreams,
        response: { 200: contract.Unshared, ...errorResponses },
      },
    },
    async request => ({
      unshared: await streamShares.unshare(callerOf(request), request.params.id, request.body.streamIds),
    }),
  )

  app.post(
    '/parent-platforms/:id/share-directory',
    {
      config: { permission: 'parents.write' },
      schema: {
        operationId: 'shareDirectory',
        tags,
        summary: 'Show it a directory with all below it; channels follow as they come into it and go',
        params: IdParameter,
        body: contract.ShareDirectory,
        response: { 200: listOf(contract.Group), ...errorResponses },
      },
    },
    async request => {
      const { directoryId, parentGbId } = request.body
      return { items: await parents.shareDirectory(callerOf(request), request.params.id, directoryId, parentGbId) }
    },
  )

  app.get(
    '/parent-platforms/:id/groups',
    {
      config: { permission: 'devices.read' },
      schema: {
        operationId: 'listGroups',
        tags,
        summary: 'Virtual directories as it sees them',
        params: IdParameter,
        response: { 200: listOf(contract.Group), ...errorResponses },
      },
    },
    async request => ({ items: await parents.groups(callerOf(request), request.params.id) }),
  )

  app.put(
    '/parent-platforms/:id/groups/:gbId',
    {
      config: { permission: 'parents.write' },
      schema: {
        operationId: 'putGroup',
        tags,
        summary: 'Make or change a virtual directory: an area, a business group (215) or an organisation (216)',
        params: contract.GroupId,
        body: contract.GroupWish,
        response: { 200: contract.Group, ...errorResponses },
      },
    },
    async request => {
      const { id, gbId } = request.params
      return parents.putGroup(callerOf(request), id, { gbId, ...request.body })
    },
  )

  app.delete(
    '/parent-platforms/:id/groups/:gbId',
    {
      config: { permission: 'parents.write' },
      schema: {
        operationId: 'deleteGroup',
        tags,
        summary: 'Remove a virtual directory; what hung below it hangs below our system',
        params: contract.GroupId,
        response: { 204: z.null(), ...errorResponses },
      },
    },
    async (request, reply) => {
      const { id, gbId } = request.params
      await parents.deleteGroup(callerOf(request), id, gbId)
      return reply.code(204).send(null)
    },
  )
}

function view({ createdAtMs, stateAtMs, ...parent }: ParentPlatform): contract.ParentPlatform {
  return { ...parent, createdAt: time(createdAtMs), stateAt: timeOrNull(stateAtMs) }
}
