import { AppError } from '../../base/errors.ts'
import type { GbControl, GbQuery } from '../../link/gb28181.ts'
import type { DeviceSession, Order } from '../../protocols/gb28181/device-side/device-session.ts'
import { CONFIG_TYPES, type Configuration } from '../../protocols/gb28181/manscdp/configuration.ts'
import { MESSAGES } from '../../protocols/gb28181/manscdp/messages.ts'
import { formatPtzCommand, lens, move, type PtzCommand } from '../../protocols/gb28181/ptz-command.ts'

/** Asks a device what the platform wants to know. Errors as `DeviceSession.ask`. */
export async function askDevice(session: DeviceSession, deviceId: string, query: GbQuery): Promise<unknown> {
  const value = { deviceId }
  switch (query.type) {
    case 'DeviceInfo':
      return session.ask(MESSAGES.deviceInfoQuery, MESSAGES.deviceInfoResponse, value)
    case 'DeviceStatus':
      return session.ask(MESSAGES.deviceStatusQuery, MESSAGES.deviceStatusResponse, value)
    case 'PresetQuery':
      return session.ask(MESSAGES.presetQuery, MESSAGES.presetResponse, value)
    case 'HomePositionQuery':
      return session.ask(MESSAGES.homePositionQuery, MESSAGES.homePositionResponse, value)
    case 'CruiseTrackListQuery':
      return session.ask(MESSAGES.cruiseTrackListQuery, MESSAGES.cruiseTrackListResponse, value)
    case 'CruiseTrackQuery':
      return session.ask(MESSAGES.cruiseTrackQuery, MESSAGES.cruiseTrackResponse, { ...value, number: query.number })
    case 'PTZPosition':
      return session.ask(MESSAGES.ptzPositionQuery, MESSAGES.ptzPositionResponse, value)
    case 'SDCardStatus':
      return session.ask(MESSAGES.sdCardStatusQuery, MESSAGES.sdCardStatusResponse, value)
    case 'ConfigDownload': {
      const known = CONFIG_TYPES.filter(type => query.configs.includes(type))
      const unknown = query.configs.find(type => !CONFIG_TYPES.some(known => known === type))
      if (unknown !== undefined) throw new AppError('INVALID', { field: 'configs', reason: `${unknown} is not known` })
      return session.configuration(deviceId, known)
    }
  }
}

/** Gives an order. `sent`: the standard has no answer to it. Throws PEER_REFUSED when the device says ERROR. */
export async function orderDevice(
  session: DeviceSession,
  deviceId: string,
  control: GbControl,
): Promise<'answered' | 'sent'> {
  const result = await give(session, deviceId, control)
  if (result === 'ERROR')
    throw new AppError('PEER_REFUSED', { peer: session.gbId, reason: `it answered ERROR to ${control.type}` })
  return result === null ? 'sent' : 'answered'
}

async function give(session: DeviceSession, deviceId: string, control: GbControl): Promise<'OK' | 'ERROR' | null> {
  switch (control.type) {
    case 'iframe':
      await session.keyframe(deviceId)
      return null
    case 'config':
      return session.configure(deviceId, configurationOf(control.name, control.value))
    case 'snapshot': {
      const { count, intervalS, session: sessionId, url } = control
      return session.configure(deviceId, {
        snapShotConfig: { snapNum: count, interval: intervalS, uploadUrl: url, sessionId },
      })
    }
    default:
      return session.control(deviceId, orderOf(control))
  }
}

/** A configuration by its name in the standard: `OSDConfig`, `FrameMirror` ... */
function configurationOf(name: string, value: Readonly<Record<string, unknown>>): Configuration {
  const known = CONFIG_TYPES.find(type => type === name)
  if (known === undefined)
    throw new AppError('INVALID', { field: 'name', reason: `${name} is no configuration of the standard` })
  const lead = /^[A-Z]+(?=[A-Z][a-z])|^[A-Z]/.exec(known)?.[0] ?? ''
  const key = lead.toLowerCase() + known.slice(lead.length)
  // a number alone, FrameMirror, comes as {value}
  const body = key === 'frameMirror' ? value['value'] : value
  return { [key]: body } as Configuration // the writer checks every field
}

type Plain = Exclude<GbControl, { readonly type: 'iframe' | 'config' | 'snapshot' }>

function orderOf(control: Plain): Order {
  switch (control.type) {
    case 'ptz':
      return ptz(move(control.pan, control.tilt, control.zoom))
    case 'lens':
      return ptz(lens(control.focus, control.iris))
    case 'preset': {
      const kind = ({ set: 'presetSet', call: 'presetCall', delete: 'presetDelete' } as const)[control.action]
      const named = control.name === undefined ? {} : { ptzCmdParams: { presetName: control.name } }
      return { ...ptz({ kind, preset: control.preset }), ...named }
    }
    case 'cruise':
      return ptz(cruiseCommand(control))
    case 'scan':
      return ptz(scanCommand(control))
    case 'aux':
      return ptz({ kind: control.on ? 'auxOn' : 'auxOff', number: control.number })
    case 'wiper':
      return ptz({ kind: control.on ? 'auxOn' : 'auxOff', number: 1 })
    case 'precise':
      return { ptzPreciseCtrl: { pan: control.pan, tilt: control.tilt, zoom: control.zoom } }
    case 'dragZoom': {
      const area = areaOf(control.area)
      return control.direction === 'in' ? { dragZoomIn: area } : { dragZoomOut: area }
    }
    case 'home':
      return { homePosition: { enabled: control.enabled, resetTime: control.resetS, presetIndex: control.preset } }
    case 'guard':
      return { guardCmd: control.on ? 'SetGuard' : 'ResetGuard' }
    case 'record': {
      const recordCmd = control.on ? 'Record' : 'StopRecord'
      return { recordCmd, ...(control.stream !== undefined && { streamNumber: control.stream }) }
    }
    case 'alarmReset': {
      const method = control.method === undefined ? {} : { alarmMethod: control.method.split('/') }
      const type = control.alarmType === undefined ? {} : { alarmType: [String(control.alarmType)] }
      return { alarmCmd: 'ResetAlarm', info: { ...method, ...type } }
    }
    case 'reboot':
      return { teleBoot: 'Boot' }
    case 'upgrade': {
      const { firmware, manufacturer, session: sessionId, url: fileUrl } = control
      return { deviceUpgrade: { firmware, fileUrl, manufacturer, sessionId } }
    }
    case 'formatSdCard':
      return { formatSdCard: control.card }
    case 'track':
      return {
        targetTrack: control.mode,
        ...(control.panorama !== undefined && { deviceId2: control.panorama }),
        ...(control.area && { targetArea: areaOf(control.area) }),
      }
  }
}

const ptz = (command: PtzCommand): Order => ({ ptzCmd: formatPtzCommand(command) })

function areaOf(area: Extract<GbControl, { type: 'dragZoom' }>['area']) {
  const { length, lengthX, lengthY, midX, midY, width } = area
  return { length, width, midPointX: midX, midPointY: midY, lengthX, lengthY }
}

function cruiseCommand({ action, cruise, preset = 0, value = 0 }: Extract<GbControl, { type: 'cruise' }>): PtzCommand {
  switch (action) {
    case 'add':
      return { kind: 'cruiseAddPoint', cruise, preset }
    case 'remove':
      return { kind: 'cruiseDeletePoint', cruise, preset }
    case 'clear':
      return { kind: 'cruiseDelete', cruise }
    case 'speed':
      return { kind: 'cruiseSpeed', cruise, speed: value }
    case 'dwell':
      return { kind: 'cruiseDwell', cruise, seconds: value }
    case 'start':
      return { kind: 'cruiseStart', cruise }
    case 'stop':
      return move(0, 0, 0)
  }
}

function scanCommand({ action, scan, value = 0 }: Extract<GbControl, { type: 'scan' }>): PtzCommand {
  switch (action) {
    case 'start':
      return { kind: 'scanStart', scan }
    case 'left':
      return { kind: 'scanLeftEdge', scan }
    case 'right':
      return { kind: 'scanRightEdge', scan }
    case 'speed':
      return { kind: 'scanSpeed', scan, speed: value }
    case 'stop':
      return move(0, 0, 0)
  }
}
