import { alarmNotify, alarmQuery, alarmResponse } from './alarm.ts'
import { catalogNotify, catalogQuery, catalogResponse } from './catalog.ts'
import { configDownloadQuery, configDownloadResponse, deviceConfig, deviceConfigResponse } from './configuration.ts'
import { deviceControl, deviceControlResponse } from './device-control.ts'
import {
  deviceInfoQuery,
  deviceInfoResponse,
  deviceStatusQuery,
  deviceStatusResponse,
  keepaliveNotify,
  sdCardStatusQuery,
  sdCardStatusResponse,
} from './device-info.ts'
import {
  broadcastNotify,
  broadcastResponse,
  deviceUpgradeResultNotify,
  mediaStatusNotify,
  uploadSnapShotFinishedNotify,
  videoUploadNotify,
} from './media-notify.ts'
import type { Envelope } from './message.ts'
import { mobilePositionNotify, mobilePositionQuery } from './mobile-position.ts'
import {
  cruiseTrackListQuery,
  cruiseTrackListResponse,
  cruiseTrackQuery,
  cruiseTrackResponse,
  homePositionQuery,
  homePositionResponse,
  presetQuery,
  presetResponse,
  ptzPositionQuery,
  ptzPositionResponse,
} from './ptz-query.ts'
import { recordInfoQuery, recordInfoResponse } from './record-info.ts'

/** Every message of MANSCDP, by the name it has in this room. */
export const MESSAGES = {
  alarmNotify,
  alarmQuery,
  alarmResponse,
  broadcastNotify,
  broadcastResponse,
  catalogNotify,
  catalogQuery,
  catalogResponse,
  configDownloadQuery,
  configDownloadResponse,
  cruiseTrackListQuery,
  cruiseTrackListResponse,
  cruiseTrackQuery,
  cruiseTrackResponse,
  deviceConfig,
  deviceConfigResponse,
  deviceControl,
  deviceControlResponse,
  deviceInfoQuery,
  deviceInfoResponse,
  deviceStatusQuery,
  deviceStatusResponse,
  deviceUpgradeResultNotify,
  homePositionQuery,
  homePositionResponse,
  keepaliveNotify,
  mediaStatusNotify,
  mobilePositionNotify,
  mobilePositionQuery,
  presetQuery,
  presetResponse,
  ptzPositionQuery,
  ptzPositionResponse,
  recordInfoQuery,
  recordInfoResponse,
  sdCardStatusQuery,
  sdCardStatusResponse,
  uploadSnapShotFinishedNotify,
  videoUploadNotify,
} as const

export type MessageName = keyof typeof MESSAGES
export type AnyMessage = {
  [K in MessageName]: { readonly name: K; readonly value: ReturnType<(typeof MESSAGES)[K]['read']> }
}[MessageName]

const BY_KEY = new Map<string, MessageName>()
for (const name in MESSAGES) {
  const key = name as MessageName // the keys of a literal are these
  BY_KEY.set(`${MESSAGES[key].root}/${MESSAGES[key].cmdType.toLowerCase()}`, key)
}

/** Reads any message of the standard; null for a CmdType nobody has heard of. Throws AppError BYTES_INVALID. */
export function readMessage(envelope: Envelope): AnyMessage | null {
  const name = BY_KEY.get(`${envelope.root}/${envelope.cmdType.toLowerCase()}`)
  if (name === undefined) return null
  return { name, value: MESSAGES[name].read(envelope) } as AnyMessage // the pair comes from one row of the table
}
