import { z } from 'zod'
import { AppError } from '../../base/errors.ts'
import type { App } from '../app.ts'
import { callerOf } from '../authentication.ts'
import * as contract from '../contract/device.ts'
import { Operation } from '../contract/operation.ts'
import { pageOf } from '../contract/page.ts'
import { IdParameter } from '../contract/session.ts'
import { defined } from '../defined.ts'
import { deviceView, pendingView } from '../device-view.ts'
import { errorResponses } from '../error-answers.ts'
import { pageAnswer, pageRequest } from '../paging.ts'
import type { Services } from '../services.ts'
import { operationView } from './operations.ts'

const tags = ['devices']

export function deviceRoutes(app: App, { gb28181 }: Services): void {
  const { devices, commands, bulk } = gb28181

  app.post(
    '/devices',
    {
      config: { permission: 'devices.write' },
      schema: {
        operationId: 'createDevice',
        tags,
        summary: 'Add a camera, recorder or lower platform that may register',
        body: contract.CreateDevice,
        response: { 201: contract.Device, ...errorResponses },
      },
    },
    async (request, reply) => {
      const { protocol, ...wish } = request.body
      if (protocol !== 'gb28181') throw new AppError('PROTOCOL_UNSUPPORTED', { protocol })
      const { space, gbId, ...facts } = wish
      const device = await devices.create(callerOf(request), { ...defined(facts), space, gbId })
      return reply.code(201).send(deviceView(device))
    },
  )

  app.get(
    '/devices',
    {
      config: { permission: 'devices.read' },
      schema: {
        operationId: 'listDevices',
        tags,
        summary: 'Devices with their state and the number of their channels',
        querystring: contract.DeviceQuery,
        response: { 200: pageOf(contract.Device), ...errorResponses },
      },
    },
    async request => {
      const { q: text, space, type, state, directory: directoryId, sort } = request.query
      const filter = { text, space, type, state, directoryId }
      const page = await devices.list(callerOf(request), { ...filter, ...pageRequest(request.query) })
      return pageAnswer(page, sort, deviceView)
    },
  )

  app.get(
    '/devices/:id',
    {
      config: { permission: 'devices.read' },
      schema: {
        operationId: 'getDevice',
        tags,
        summary: 'One device',
        params: IdParameter,
        response: { 200: contract.Device, ...errorResponses },
      },
    },
    async request => deviceView(await devices.get(callerOf(request), request.params.id)),
  )

  app.patch(
    '/devices/:id',
    {
      config: { permission: 'devices.write' },
      schema: {
        operationId: 'updateDevice',
        tags,
        summary: 'Change a device; the nodes hear of it at once',
        params: IdParameter,
        body: contract.DeviceChange,
        response: { 200: contract.Device, ...errorResponses },
      },
    },
    async request => deviceView(await devices.update(callerOf(request), request.params.id, defined(request.body))),
  )

  app.delete(
    '/devices/:id',
    {
      config: { permission: 'devices.write' },
      schema: {
        operationId: 'deleteDevice',
        tags,
        summary: 'Delete a device with its channels, alarms and positions; it may not register any more',
        params: IdParameter,
        response: { 204: z.null(), ...errorResponses },
      },
    },
    async (request, reply) => {
      await devices.delete(callerOf(request), request.params.id)
      return reply.code(204).send(null)
    },
  )

  app.post(
    '/devices/:id/sync-catalog',
    {
      config: { permission: 'devices.write' },
      schema: {
        operationId: 'syncCatalog',
        tags,
        summary: 'Ask for the catalog; the event `device.catalog` tells when it is here',
        params: IdParameter,
        response: { 202: contract.Sync, ...errorResponses },
      },
    },
    async (request, reply) =>
      reply.code(202).send({ sync: await commands.syncCatalog(callerOf(request), request.params.id) }),
  )

  app.post(
    '/devices/:id/unlock',
    {
      config: { permission: 'devices.write' },
      schema: {
        operationId: 'unlockDevice',
        tags,
        summary: 'Take its registrations again after wrong credentials',
        params: IdParameter,
        response: { 200: contract.Device, ...errorResponses },
      },
    },
    async request => {
      await commands.unlock(callerOf(request), request.params.id)
      return deviceView(await devices.get(callerOf(request), request.params.id))
    },
  )

  app.post(
    '/devices/:id/start',
    {
      config: { permission: 'devices.control' },
      schema: {
        operationId: 'startDevice',
        tags,
        summary: 'Let its streams run again: from now on, or only while somebody watches',
        params: IdParameter,
        body: contract.StartDevice.nullish(),
        response: { 200: contract.Device, ...errorResponses },
      },
    },
    async request => {
      await commands.start(callerOf(request), request.params.id, request.body?.always ?? true)
      return deviceView(await devices.get(callerOf(request), request.params.id))
    },
  )

  app.post(
    '/devices/:id/stop',
    {
      config: { permission: 'devices.control' },
      schema: {
        operationId: 'stopDevice',
        tags,
        summary: 'End its streams and keep them off, until a time or until it is started; it goes on being registered',
        params: IdParameter,
        body: contract.StopDevice.nullish(),
        response: { 200: contract.Device, ...errorResponses },
      },
    },
    async request => {
      await commands.stop(callerOf(request), request.params.id, msOf(request.body?.until))
      return deviceView(await devices.get(callerOf(request), request.params.id))
    },
  )

  app.post(
    '/devices/:id/reboot',
    {
      config: { permission: 'devices.admin' },
      schema: {
        operationId: 'rebootDevice',
        tags,
        summary: 'Restart the device itself',
        params: IdParameter,
        response: { 204: z.null(), ...errorResponses },
      },
    },
    async (request, reply) => {
      await commands.reboot(callerOf(request), request.params.id)
      return reply.code(204).send(null)
    },
  )

  for (const [name, type, words] of [
    ['info', 'DeviceInfo', 'maker, model, firmware'],
    ['status', 'DeviceStatus', 'its clock, what it encodes and records, its alarm contacts'],
  ] as const) {
    app.get(
      `/devices/:id/${name}`,
      {
        config: { permission: 'devices.read' },
        schema: {
          operationId: `getDevice${name === 'info' ? 'Info' : 'Status'}`,
          tags,
          summary: `Ask the device now: ${words}`,
          params: IdParameter,
          response: { 200: contract.DeviceAnswer, ...errorResponses },
        },
      },
      async request => answerView(await commands.query(callerOf(request), request.params.id, { type })),
    )
  }

  app.post(
    '/devices/bulk',
    {
      config: { permission: 'devices.write' },
      schema: {
        operationId: 'bulkDevices',
        tags,
        summary: 'Delete, start, stop, unlock or sync many devices, as an operation that tells what became of each',
        body: contract.DeviceBulk,
        response: { 202: Operation, ...errorResponses },
      },
    },
    async (request, reply) => {
      const { action, ids, until } = request.body
      const operation = await bulk.start(callerOf(request), action, ids, { untilMs: msOf(until) })
      return reply.code(202).header('location', `/api/v1/operations/${operation.id}`).send(operationView(operation))
    },
  )
}

export function pendingDeviceRoutes(app: App, { gb28181: { pending } }: Services): void {
  app.get(
    '/pending-devices',
    {
      config: { permission: 'devices.read' },
      schema: {
        operationId: 'listPendingDevices',
        tags,
        summary: 'Devices that asked to be let in and that nobody listed',
        querystring: contract.PendingQuery,
        response: { 200: pageOf(contract.PendingDevice), ...errorResponses },
      },
    },
    async request => {
      const { space, rejected, sort } = request.query
      const filter = { space, rejected: rejected === 'true' }
      return pageAnswer(await pending.list(callerOf(request), filter, pageRequest(request.query)), sort, pendingView)
    },
  )

  app.post(
    '/pending-devices/:id/approve',
    {
      config: { permission: 'devices.write' },
      schema: {
        operationId: 'approveDevice',
        tags,
        summary: 'Let it in: it becomes a device, and registers when it tries next',
        params: IdParameter,
        body: contract.ApproveDevice.nullish(),
        response: { 201: contract.Device, ...errorResponses },
      },
    },
    async (request, reply) => {
      const device = await pending.approve(callerOf(request), request.params.id, defined(request.body ?? {}))
      return reply.code(201).send(deviceView(device))
    },
  )

  app.post(
    '/pending-devices/:id/reject',
    {
      config: { permission: 'devices.write' },
      schema: {
        operationId: 'rejectDevice',
        tags,
        summary: 'Turn it away: it is not shown any more, however often it asks',
        params: IdParameter,
        response: { 204: z.null(), ...errorResponses },
      },
    },
    async (request, reply) => {
      await pending.reject(callerOf(request), request.params.id)
      return reply.code(204).send(null)
    },
  )
}

function msOf(text: string | null | undefined): number | null {
  return text === null || text === undefined ? null : Date.parse(text)
}

/** Devices answer anything; what is not an object is put into one. */
export function answerView(answer: unknown): { answer: Record<string, unknown> } {
  const isObject = typeof answer === 'object' && answer !== null && !Array.isArray(answer)
  return { answer: isObject ? (answer as Record<string, unknown>) : { value: answer } }
}
