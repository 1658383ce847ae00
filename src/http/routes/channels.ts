import { z } from 'zod'
import type { Channel } from '../../platform/channels/channel.ts'
import { addressOf } from '../../platform/streams/stream.ts'
import type { App } from '../app.ts'
import { callerOf } from '../authentication.ts'
import * as contract from '../contract/channel.ts'
import { pageOf } from '../contract/page.ts'
import { IdParameter } from '../contract/session.ts'
import { defined } from '../defined.ts'
import { errorResponses } from '../error-answers.ts'
import { pageRequest, toCursor } from '../paging.ts'
import type { Services } from '../services.ts'
import { playView, time, type ViewContext } from '../stream-view.ts'
import type { UrlContexts } from '../url-contexts.ts'

const tags = ['channels']

export function channelRoutes(app: App, { gb28181: { channels, devices } }: Services, urls: UrlContexts): void {
  app.get(
    '/channels',
    {
      config: { permission: 'devices.read' },
      schema: {
        operationId: 'listChannels',
        tags,
        summary: 'Channels of all devices with their state and play URLs',
        querystring: contract.ChannelQuery,
        response: { 200: pageOf(contract.Channel), ...errorResponses },
      },
    },
    async request => {
      const { q: text, space, device: deviceId, state, kind, directory: directoryId, sort } = request.query
      const filter = { text, space, deviceId, state, kind, directoryId }
      const page = await channels.list(callerOf(request), { ...filter, ...pageRequest(request.query) })
      const items = await views(page.items, urls.ofMany(request))
      return { items, nextCursor: page.next === null ? null : toCursor(page.next, sort) }
    },
  )

  app.get(
    '/devices/:id/channels',
    {
      config: { permission: 'devices.read' },
      schema: {
        operationId: 'listDeviceChannels',
        tags,
        summary: 'Channels of one device',
        params: IdParameter,
        querystring: contract.DeviceChannelQuery,
        response: { 200: pageOf(contract.Channel), ...errorResponses },
      },
    },
    async request => {
      const { q: text, state, kind, directory: directoryId, sort } = request.query
      const { id: deviceId } = await devices.get(callerOf(request), request.params.id)
      const filter = { text, deviceId, state, kind, directoryId }
      const page = await channels.list(callerOf(request), { ...filter, ...pageRequest(request.query) })
      const items = await views(page.items, urls.ofMany(request))
      return { items, nextCursor: page.next === null ? null : toCursor(page.next, sort) }
    },
  )

  app.get(
    '/channels/:id',
    {
      config: { permission: 'devices.read' },
      schema: {
        operationId: 'getChannel',
        tags,
        summary: 'One channel',
        params: IdParameter,
        response: { 200: contract.Channel, ...errorResponses },
      },
    },
    async request => {
      const channel = await channels.get(callerOf(request), request.params.id)
      return view(channel, await urls.of(request, channel.live?.nodeId ?? null))
    },
  )

  app.patch(
    '/channels/:id',
    {
      config: { permission: 'devices.write' },
      schema: {
        operationId: 'updateChannel',
        tags,
        summary: 'Name a channel, put it into a directory, or disable it',
        params: IdParameter,
        body: contract.ChannelChange,
        response: { 200: contract.Channel, ...errorResponses },
      },
    },
    async request => {
      const channel = await channels.update(callerOf(request), request.params.id, defined(request.body))
      return view(channel, await urls.of(request, channel.live?.nodeId ?? null))
    },
  )

  app.post(
    '/channels/:id/play',
    {
      config: { permission: 'devices.play' },
      schema: {
        operationId: 'playChannel',
        tags,
        summary: 'Start a channel and wait for its first picture; the error says what is wrong and what to do',
        description:
          'Opening one of its play URLs starts it too. It stops by itself some time after the last viewer has left.',
        params: IdParameter,
        response: { 200: contract.ChannelPlay, ...errorResponses },
      },
    },
    async request => {
      const { nodeId, ...playing } = await channels.play(callerOf(request), request.params.id)
      return { ...playing, play: playView(addressOf(playing.path), await urls.of(request, nodeId)) }
    },
  )

  app.post(
    '/channels/:id/stop',
    {
      config: { permission: 'devices.control' },
      schema: {
        operationId: 'stopChannel',
        tags,
        summary: 'End the stream of a channel, whoever watches; the next viewer starts it again',
        params: IdParameter,
        response: { 204: z.null(), ...errorResponses },
      },
    },
    async (request, reply) => {
      await channels.stop(callerOf(request), request.params.id)
      return reply.code(204).send(null)
    },
  )
}

async function views(channels: readonly Channel[], contextOf: (nodeId: string | null) => Promise<ViewContext>) {
  const items: contract.Channel[] = []
  for (const channel of channels) items.push(view(channel, await contextOf(channel.live?.nodeId ?? null)))
  return items
}

function view({ createdAtMs, updatedAtMs, live, parentIds, more, ...channel }: Channel, context: ViewContext) {
  return {
    ...channel,
    parentIds: [...parentIds],
    more: { ...more },
    createdAt: time(createdAtMs),
    updatedAt: time(updatedAtMs),
    live: live && { nodeId: live.nodeId, viewers: live.status.viewers, bitrateKbps: live.status.bitrateKbps },
    play: playView(addressOf(channel.path), context),
  }
}
