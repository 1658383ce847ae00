import { AppError } from '../../base/errors.ts'
import type { SharedChannel } from '../../link/gb28181.ts'
import type { DeviceSession } from '../../protocols/gb28181/device-side/device-session.ts'
import { CONFIG_TYPES } from '../../protocols/gb28181/manscdp/configuration.ts'
import type { Message } from '../../protocols/gb28181/manscdp/message.ts'
import { type AnyMessage, MESSAGES, type MessageName } from '../../protocols/gb28181/manscdp/messages.ts'
import type { RecordItem } from '../../protocols/gb28181/manscdp/record-info.ts'

/** Queries that are passed on to the device as they are, and what it answers. */
const PASSED_ON = {
  cruiseTrackListQuery: 'cruiseTrackListResponse',
  cruiseTrackQuery: 'cruiseTrackResponse',
  deviceInfoQuery: 'deviceInfoResponse',
  deviceStatusQuery: 'deviceStatusResponse',
  homePositionQuery: 'homePositionResponse',
  presetQuery: 'presetResponse',
  ptzPositionQuery: 'ptzPositionResponse',
  sdCardStatusQuery: 'sdCardStatusResponse',
} as const satisfies Partial<Record<MessageName, MessageName>>

/** Lists a refusal has to have, all the same. */
const NOTHING = { alarmStatus: [], cards: [], points: [], presets: [], tracks: [] }

type PassedOn = keyof typeof PASSED_ON

const isPassedOn = (name: MessageName): name is PassedOn => name in PASSED_ON

/** What the device says to a query of the upper platform about one of its channels, under the code it has there. */
export async function askForParent(
  session: DeviceSession,
  shared: SharedChannel,
  query: AnyMessage,
): Promise<AnyMessage | null> {
  const { channelGbId: deviceId, sharedId } = shared
  const head = { sn: query.value.sn, deviceId: sharedId }
  if (query.name === 'recordInfoQuery') {
    const { sn: _, ...asked } = query.value
    const items: RecordItem[] = []
    await session.records({ ...asked, deviceId }, found => items.push(...found))
    const mapped = items.map(item => ({ ...item, deviceId: sharedId }))
    return { name: 'recordInfoResponse', value: { ...head, name: shared.name, sumNum: items.length, items: mapped } }
  }
  if (query.name === 'configDownloadQuery') {
    const types = CONFIG_TYPES.filter(type => query.value.configTypes?.includes(type))
    const configuration = await session.configuration(deviceId, types)
    return { name: 'configDownloadResponse', value: { ...configuration, ...head, result: 'OK' } }
  }
  if (!isPassedOn(query.name)) return null
  const name = PASSED_ON[query.name]
  const question = MESSAGES[query.name] as Message<{ readonly sn: number }> // the pair comes from one row of the table
  const { sn: _, ...asked } = query.value
  const answer = await session.ask(question, MESSAGES[name] as Message<object>, { ...asked, deviceId })
  return { name, value: { ...answer, ...head } } as AnyMessage // as above
}

/** The same where there is nothing, or nobody, to ask; null: such a query has no answer. */
export function refusalForParent(query: AnyMessage, deviceId: string): AnyMessage | null {
  const head = { sn: query.value.sn, deviceId }
  if (query.name === 'recordInfoQuery')
    return { name: 'recordInfoResponse', value: { ...head, name: '', sumNum: 0, items: [] } }
  if (query.name === 'configDownloadQuery')
    return { name: 'configDownloadResponse', value: { ...head, result: 'ERROR' } }
  if (query.name === 'deviceStatusQuery') {
    const state = { result: 'OK', online: 'OFFLINE', status: 'ERROR', alarmStatus: [] } as const
    return { name: 'deviceStatusResponse', value: { ...head, ...state } }
  }
  if (!isPassedOn(query.name)) return null
  return { name: PASSED_ON[query.name], value: { ...NOTHING, ...head, result: 'ERROR' } } as AnyMessage // as above
}

/** Passes an order on. What the device says; ERROR where it cannot be given. */
export async function orderForParent(
  session: DeviceSession,
  shared: SharedChannel,
  order: AnyMessage,
  sourceOf: (code: string) => string,
): Promise<'OK' | 'ERROR' | null> {
  const { channelGbId } = shared
  if (order.name === 'deviceConfig') {
    const { sn: _, deviceId: __, ...configuration } = order.value
    return session.configure(channelGbId, configuration)
  }
  if (order.name !== 'deviceControl') throw new AppError('INVALID', { field: 'CmdType', reason: order.name })
  const { sn: _, deviceId: __, deviceId2, iFameCmd, iFrameCmd, ...rest } = order.value
  if (iFameCmd || iFrameCmd) {
    await session.keyframe(channelGbId)
    return 'OK'
  }
  return session.control(channelGbId, { ...rest, ...(deviceId2 !== undefined && { deviceId2: sourceOf(deviceId2) }) })
}

/** Code of an upload of pictures or of an upgrade that an order begins, by which its end is told. */
export function sessionOf(order: AnyMessage): string | null {
  if (order.name === 'deviceControl') return order.value.deviceUpgrade?.sessionId ?? null
  return order.name === 'deviceConfig' ? (order.value.snapShotConfig?.sessionId ?? null) : null
}
