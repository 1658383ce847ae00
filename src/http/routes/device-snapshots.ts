import { z } from 'zod'
import { MAX_PICTURE_BYTES } from '../../platform/device-snapshots/device-snapshot-service.ts'
import type { DeviceSnapshot } from '../../platform/device-snapshots/device-snapshot-store.ts'
import type { App } from '../app.ts'
import { callerOf } from '../authentication.ts'
import * as contract from '../contract/device-import.ts'
import { pageOf } from '../contract/page.ts'
import { IdParameter } from '../contract/session.ts'
import { timeOrNull } from '../device-view.ts'
import { errorResponses } from '../error-answers.ts'
import { pageAnswer, pageRequest } from '../paging.ts'
import type { Services } from '../services.ts'
import { time } from '../stream-view.ts'

const tags = ['channels']
/** A form around the picture has its names and boundaries. */
const MAX_UPLOAD_BYTES = MAX_PICTURE_BYTES + 16 * 1024

export function deviceSnapshotRoutes(app: App, services: Services): void {
  const { deviceSnapshots } = services.gb28181

  app.post(
    '/channels/:id/device-snapshots',
    {
      config: { permission: 'devices.control' },
      schema: {
        operationId: 'takeDeviceSnapshots',
        tags,
        summary: 'Let the device make pictures and send them (edition of 2022)',
        params: IdParameter,
        body: contract.TakeSnapshots.nullish(),
        response: { 202: contract.DeviceSnapshot, ...errorResponses },
      },
    },
    async (request, reply) => {
      const { count = 1, intervalS = 1 } = request.body ?? {}
      const snapshot = await deviceSnapshots.take(callerOf(request), request.params.id, count, intervalS)
      return reply.code(202).header('location', `/api/v1/device-snapshots/${snapshot.id}`).send(view(snapshot))
    },
  )

  app.get(
    '/device-snapshots',
    {
      config: { permission: 'devices.read' },
      schema: {
        operationId: 'listDeviceSnapshots',
        tags,
        summary: 'Pictures that devices made, kept 30 days',
        querystring: contract.DeviceSnapshotQuery,
        response: { 200: pageOf(contract.DeviceSnapshot), ...errorResponses },
      },
    },
    async request => {
      const { channel, sort } = request.query
      return pageAnswer(await deviceSnapshots.list(callerOf(request), channel, pageRequest(request.query)), sort, view)
    },
  )

  app.get(
    '/device-snapshots/:id',
    {
      config: { permission: 'devices.read' },
      schema: {
        operationId: 'getDeviceSnapshot',
        tags,
        summary: 'What of the pictures is here',
        params: IdParameter,
        response: { 200: contract.DeviceSnapshot, ...errorResponses },
      },
    },
    async request => view(await deviceSnapshots.get(callerOf(request), request.params.id)),
  )

  app.get(
    '/device-snapshots/:id/files/:name',
    {
      config: { permission: 'devices.read' },
      schema: {
        operationId: 'getDeviceSnapshotFile',
        tags,
        summary: 'One picture',
        params: contract.SnapshotFileId,
        response: {
          200: { content: { 'image/*': { schema: z.string().describe('the picture') } } },
          ...errorResponses,
        },
      },
    },
    async (request, reply) => {
      const { id, name } = request.params
      const { type, content } = await deviceSnapshots.file(callerOf(request), id, name)
      return reply.type(type).send(content as unknown as string) // a body is described by its text
    },
  )

  void app.register(async uploads => deviceUploads(uploads, services))
}

/** Where devices send pictures: open, because the address is the secret, and not in the description, which is for people. */
function deviceUploads(app: App, { gb28181: { deviceSnapshots } }: Services): void {
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('*', { parseAs: 'buffer', bodyLimit: MAX_UPLOAD_BYTES }, (_, body, done) => done(null, body))
  for (const url of ['/device-uploads/:session', '/device-uploads/:session/:file']) {
    app.route({
      method: ['POST', 'PUT'],
      url,
      config: { open: true },
      bodyLimit: MAX_UPLOAD_BYTES,
      schema: { hide: true },
      handler: async (request, reply) => {
        const { session, file } = request.params as { session: string; file?: string } // as the two URLs say
        const body = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0)
        const type = request.headers['content-type'] ?? ''
        await deviceSnapshots.upload(session, file ?? null, body, type)
        return reply.code(200).send()
      },
    })
  }
}

function view({ session: _, createdAtMs, finishedAtMs, files, ...snapshot }: DeviceSnapshot): contract.DeviceSnapshot {
  return {
    ...snapshot,
    createdAt: time(createdAtMs),
    finishedAt: timeOrNull(finishedAtMs),
    files: files.map(({ atMs, ...file }) => ({ ...file, at: time(atMs) })),
  }
}
