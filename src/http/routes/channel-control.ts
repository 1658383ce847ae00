import { z } from 'zod'
import { GbControl } from '../../link/gb28181.ts'
import type { Permission } from '../../platform/access/permission.ts'
import type { App } from '../app.ts'
import { callerOf } from '../authentication.ts'
import * as contract from '../contract/channel.ts'
import { DeviceAnswer } from '../contract/device.ts'
import { listOf } from '../contract/page.ts'
import { IdParameter } from '../contract/session.ts'
import { defined } from '../defined.ts'
import { errorResponses } from '../error-answers.ts'
import type { Services } from '../services.ts'
import { answerView } from './devices.ts'

const tags = ['channels']
const controlled = { 200: contract.ControlResult, ...errorResponses }

export function channelControlRoutes(app: App, { gb28181: { control } }: Services): void {
  app.post(
    '/channels/:id/ptz',
    {
      config: { permission: 'devices.control' },
      schema: {
        operationId: 'moveChannel',
        tags,
        summary: 'Turn, tilt and zoom the camera until told otherwise; zeros stop',
        params: IdParameter,
        body: contract.Ptz,
        response: controlled,
      },
    },
    async request => ({
      result: await control.control(callerOf(request), request.params.id, { type: 'ptz', ...request.body }),
    }),
  )

  app.post(
    '/channels/:id/lens',
    {
      config: { permission: 'devices.control' },
      schema: {
        operationId: 'adjustLens',
        tags,
        summary: 'Move focus and iris until told otherwise; zeros stop',
        params: IdParameter,
        body: contract.Lens,
        response: controlled,
      },
    },
    async request => ({
      result: await control.control(callerOf(request), request.params.id, { type: 'lens', ...request.body }),
    }),
  )

  app.get(
    '/channels/:id/presets',
    {
      config: { permission: 'devices.read' },
      schema: {
        operationId: 'listPresets',
        tags,
        summary: 'Ask the device for its presets; the names people gave go over its own',
        params: IdParameter,
        response: { 200: listOf(contract.Preset), ...errorResponses },
      },
    },
    async request => ({ items: await control.presets(callerOf(request), request.params.id) }),
  )

  app.put(
    '/channels/:id/presets/:number',
    {
      config: { permission: 'devices.control' },
      schema: {
        operationId: 'setPreset',
        tags,
        summary: 'Make where the camera looks now a preset',
        params: contract.PresetNumber,
        body: contract.PresetWish.nullish(),
        response: controlled,
      },
    },
    async request => {
      const { id, number } = request.params
      return { result: await control.setPreset(callerOf(request), id, number, request.body?.name ?? '') }
    },
  )

  app.delete(
    '/channels/:id/presets/:number',
    {
      config: { permission: 'devices.control' },
      schema: {
        operationId: 'deletePreset',
        tags,
        summary: 'Forget a preset',
        params: contract.PresetNumber,
        response: controlled,
      },
    },
    async request => {
      const { id, number } = request.params
      return { result: await control.deletePreset(callerOf(request), id, number) }
    },
  )

  app.post(
    '/channels/:id/presets/:number/call',
    {
      config: { permission: 'devices.control' },
      schema: {
        operationId: 'callPreset',
        tags,
        summary: 'Let the camera look where a preset says',
        params: contract.PresetNumber,
        response: controlled,
      },
    },
    async request => {
      const { id, number: preset } = request.params
      return { result: await control.control(callerOf(request), id, { type: 'preset', action: 'call', preset }) }
    },
  )

  app.get(
    '/channels/:id/cruises',
    {
      config: { permission: 'devices.read' },
      schema: {
        operationId: 'listCruises',
        tags,
        summary: 'Ask the device for its cruises (edition of 2022)',
        params: IdParameter,
        response: { 200: listOf(contract.Cruise), ...errorResponses },
      },
    },
    async request => ({ items: await control.cruises(callerOf(request), request.params.id) }),
  )

  app.get(
    '/channels/:id/cruises/:number',
    {
      config: { permission: 'devices.read' },
      schema: {
        operationId: 'getCruise',
        tags,
        summary: 'Ask the device for the points of a cruise (edition of 2022)',
        params: contract.GroupNumber,
        response: { 200: listOf(contract.CruisePoint), ...errorResponses },
      },
    },
    async request => {
      const { id, number } = request.params
      return { items: await control.cruise(callerOf(request), id, number) }
    },
  )

  app.post(
    '/channels/:id/cruises/:number',
    {
      config: { permission: 'devices.control' },
      schema: {
        operationId: 'orderCruise',
        tags,
        summary: 'Change a cruise, start or stop it',
        params: contract.GroupNumber,
        body: contract.CruiseOrder,
        response: controlled,
      },
    },
    async request => {
      const { id, number: cruise } = request.params
      const order = { type: 'cruise', cruise, ...request.body } as const
      return { result: await control.control(callerOf(request), id, defined(order) as GbControl) } // without undefined keys
    },
  )

  app.post(
    '/channels/:id/scans/:number',
    {
      config: { permission: 'devices.control' },
      schema: {
        operationId: 'orderScan',
        tags,
        summary: 'Set the edges or the speed of a scan, start or stop it',
        params: contract.GroupNumber,
        body: contract.ScanOrder,
        response: controlled,
      },
    },
    async request => {
      const { id, number: scan } = request.params
      const order = { type: 'scan', scan, ...request.body } as const
      return { result: await control.control(callerOf(request), id, defined(order) as GbControl) } // without undefined keys
    },
  )

  app.get(
    '/channels/:id/configs',
    {
      config: { permission: 'devices.read' },
      schema: {
        operationId: 'getConfigs',
        tags,
        summary: 'Ask the device for its configuration',
        params: IdParameter,
        querystring: contract.ConfigQuery,
        response: { 200: DeviceAnswer, ...errorResponses },
      },
    },
    async request => {
      const configs = request.query.names.split(',')
      return answerView(await control.query(callerOf(request), request.params.id, { type: 'ConfigDownload', configs }))
    },
  )

  app.put(
    '/channels/:id/configs',
    {
      config: { permission: 'devices.admin' },
      schema: {
        operationId: 'setConfig',
        tags,
        summary: 'Change one part of the configuration of the device',
        params: IdParameter,
        body: contract.ConfigChange,
        response: controlled,
      },
    },
    async request => ({
      result: await control.control(callerOf(request), request.params.id, { type: 'config', ...request.body }),
    }),
  )

  for (const { name, type, operationId, words } of QUERIES) {
    app.get(
      `/channels/:id/${name}`,
      {
        config: { permission: 'devices.read' },
        schema: {
          operationId,
          tags,
          summary: `Ask the device now: ${words}`,
          params: IdParameter,
          response: { 200: DeviceAnswer, ...errorResponses },
        },
      },
      async request => answerView(await control.query(callerOf(request), request.params.id, { type })),
    )
  }

  for (const option of GbControl.options) {
    const type = option.shape.type.value
    const words = CONTROLS[type]
    if (words === null) continue
    const { type: _, ...shape } = option.shape
    const body = z.strictObject(shape)
    const bare = Object.keys(shape).length === 0
    app.post(
      `/channels/:id/controls/${type.replace(/[A-Z]/g, letter => `-${letter.toLowerCase()}`)}`,
      {
        config: { permission: words.permission ?? 'devices.control' },
        schema: {
          operationId: `control${type[0]?.toUpperCase()}${type.slice(1)}`,
          tags,
          summary: words.summary,
          params: IdParameter,
          ...(bare ? {} : { body }),
          response: controlled,
        },
      },
      async request => {
        const order = GbControl.parse({ ...(request.body as object | undefined), type }) // its own schema
        return { result: await control.control(callerOf(request), request.params.id, order) }
      },
    )
  }
}

const QUERIES = [
  { name: 'status', type: 'DeviceStatus', operationId: 'getChannelStatus', words: 'whether it works, what it records' },
  { name: 'home', type: 'HomePositionQuery', operationId: 'getHomePosition', words: 'where the camera goes back to' },
  {
    name: 'ptz-position',
    type: 'PTZPosition',
    operationId: 'getPtzPosition',
    words: 'where the camera looks, in degrees',
  },
  { name: 'sd-cards', type: 'SDCardStatus', operationId: 'getSdCards', words: 'its memory cards' },
] as const

interface Words {
  readonly summary: string
  readonly permission?: Permission
}

/** Null: has a route of its own. */
const CONTROLS: Readonly<Record<GbControl['type'], Words | null>> = {
  ptz: null,
  lens: null,
  preset: null,
  cruise: null,
  scan: null,
  config: null,
  snapshot: null,
  aux: { summary: 'Switch an auxiliary on or off' },
  wiper: { summary: 'Switch the wiper on or off' },
  precise: { summary: 'Look exactly there: degrees of pan and tilt, times of zoom (edition of 2022)' },
  dragZoom: { summary: 'Zoom into or out of a rectangle drawn on the picture' },
  home: { summary: 'Set where the camera goes back to when nobody moves it' },
  guard: { summary: 'Arm or disarm' },
  record: { summary: 'Start or stop recording in the device' },
  alarmReset: { summary: 'Reset the alarm, so that the device alarms again' },
  iframe: { summary: 'Ask for a keyframe at once' },
  reboot: { summary: 'Restart the device', permission: 'devices.admin' },
  upgrade: { summary: 'Let the device fetch new firmware (edition of 2022)', permission: 'devices.admin' },
  formatSdCard: { summary: 'Format a memory card, 0 for all (edition of 2022)', permission: 'devices.admin' },
  track: { summary: 'Follow a target by itself, by hand, or not (edition of 2022)' },
}
