import type { Clock } from '../../base/clock.ts'
import type { Alarm } from '../../platform/alarms/alarm.ts'
import type { Position } from '../../platform/positions/position-store.ts'
import type { App } from '../app.ts'
import { callerOf } from '../authentication.ts'
import * as contract from '../contract/alarm.ts'
import { listOf, pageOf } from '../contract/page.ts'
import { IdParameter } from '../contract/session.ts'
import { timeOrNull } from '../device-view.ts'
import { errorResponses } from '../error-answers.ts'
import { pageAnswer, pageRequest } from '../paging.ts'
import type { Services } from '../services.ts'
import { time } from '../stream-view.ts'

const tags = ['alarms']
const DAY_MS = 86_400_000

export function alarmRoutes(app: App, { gb28181: { alarms, positions } }: Services, clock: Clock): void {
  app.get(
    '/alarms',
    {
      config: { permission: 'devices.read' },
      schema: {
        operationId: 'listAlarms',
        tags,
        summary: 'What devices alarmed about, kept 90 days',
        querystring: contract.AlarmQuery,
        response: { 200: pageOf(contract.Alarm), ...errorResponses },
      },
    },
    async request => {
      const { space, device, channel, start, end, method, type, priority, acknowledged, sort } = request.query
      const filter = {
        ...{ space, deviceId: device, channelId: channel, fromMs: start, toMs: end, method, alarmType: type, priority },
        acknowledged: acknowledged === undefined ? undefined : acknowledged === 'true',
      }
      return pageAnswer(await alarms.list(callerOf(request), filter, pageRequest(request.query)), sort, view)
    },
  )

  app.get(
    '/alarms/:id',
    {
      config: { permission: 'devices.read' },
      schema: {
        operationId: 'getAlarm',
        tags,
        summary: 'One alarm',
        params: IdParameter,
        response: { 200: contract.Alarm, ...errorResponses },
      },
    },
    async request => view(await alarms.get(callerOf(request), request.params.id)),
  )

  for (const [action, summary] of [
    ['acknowledge', 'Take note of an alarm'],
    ['reset', 'Let the device alarm again, and take note'],
  ] as const) {
    app.post(
      `/alarms/:id/${action}`,
      {
        config: { permission: 'devices.control' },
        schema: {
          operationId: `${action}Alarm`,
          tags,
          summary,
          params: IdParameter,
          response: { 200: contract.Alarm, ...errorResponses },
        },
      },
      async request => view(await alarms[action](callerOf(request), request.params.id)),
    )
  }

  app.get(
    '/positions',
    {
      config: { permission: 'devices.read' },
      schema: {
        operationId: 'listPositions',
        tags,
        summary: 'Where everything that moves is now',
        querystring: contract.LatestQuery,
        response: { 200: listOf(contract.Position), ...errorResponses },
      },
    },
    async request => {
      const { space, device: deviceId } = request.query
      return { items: (await positions.latest(callerOf(request), { space, deviceId })).map(positionView) }
    },
  )

  app.get(
    '/devices/:id/track',
    {
      config: { permission: 'devices.read' },
      schema: {
        operationId: 'getTrack',
        tags,
        summary: 'Where a device was, by default within the last day; kept 30 days',
        params: IdParameter,
        querystring: contract.TrackQuery,
        response: { 200: contract.Track, ...errorResponses },
      },
    },
    async request => {
      const { end: toMs = clock.nowMs(), start: fromMs = toMs - DAY_MS, gbId } = request.query
      const filter = { deviceId: request.params.id, gbId, fromMs, toMs }
      const { positions: places, complete } = await positions.track(callerOf(request), filter)
      return { items: places.map(positionView), complete }
    },
  )
}

function view({ alarmAtMs, atMs, acknowledgedAtMs, ...alarm }: Alarm): contract.Alarm {
  return { ...alarm, alarmAt: time(alarmAtMs), at: time(atMs), acknowledgedAt: timeOrNull(acknowledgedAtMs) }
}

function positionView({ atMs, ...position }: Position) {
  return { ...position, at: time(atMs) }
}
