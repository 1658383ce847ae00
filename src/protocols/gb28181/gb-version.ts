import type { ConfigType } from './manscdp/configuration.ts'
import type { DeviceControl } from './manscdp/device-control.ts'

/** Header of REGISTER and of every answer to it. GB/T 28181-2022 Annex I. */
export const X_GB_VER = 'X-GB-Ver'

/** Editions: 1.0 2011, 1.1 its amendment, 2.0 2016, 3.0 2022. */
export type GbVersion = '1.0' | '1.1' | '2.0' | '3.0'
const VERSIONS: readonly GbVersion[] = ['1.0', '1.1', '2.0', '3.0']

/** What we are. */
export const OUR_VERSION: GbVersion = '3.0'

/** The edition of a header; null when it is missing or unknown. A higher one than ours is read as ours. */
export function parseGbVersion(header: string | undefined): GbVersion | null {
  const digits = /^\s*(\d)(?:\.(\d))?/.exec(header ?? '')
  if (!digits) return null
  if (Number(digits[1]) > 3) return OUR_VERSION
  const text = `${digits[1]}.${digits[2] ?? '0'}`
  return VERSIONS.find(version => version === text) ?? VERSIONS.findLast(version => version[0] === digits[1]) ?? null
}

/** Without the header a device is of 2016: those of 2011 understand the same core. */
export const ASSUMED_VERSION: GbVersion = '2.0'

const atLeast = (version: GbVersion, least: GbVersion): boolean => VERSIONS.indexOf(version) >= VERSIONS.indexOf(least)

/** Orders a device must not be sent before 2022. §6 of the change list. */
const CONTROLS_2022: readonly (keyof DeviceControl)[] = [
  'ptzPreciseCtrl',
  'deviceUpgrade',
  'formatSdCard',
  'targetTrack',
  'iFrameCmd',
  'ptzCmdParams',
  'streamNumber',
]

const QUERIES_2022 = ['HomePositionQuery', 'CruiseTrackListQuery', 'CruiseTrackQuery', 'PTZPosition', 'SDCardStatus']

const CONFIG_2016: readonly ConfigType[] = ['BasicParam', 'VideoParamOpt', 'SVACEncodeConfig', 'SVACDecodeConfig']

export const knowsControl = (version: GbVersion, control: keyof DeviceControl): boolean =>
  atLeast(version, '3.0') || !CONTROLS_2022.includes(control)

export const knowsQuery = (version: GbVersion, cmdType: string): boolean =>
  atLeast(version, '3.0') || !QUERIES_2022.includes(cmdType)

export const knowsConfig = (version: GbVersion, type: ConfigType): boolean =>
  atLeast(version, '3.0') || CONFIG_2016.includes(type)

/** Which spelling of the keyframe order the edition has. */
export const iFrameSpelling = (version: GbVersion): 'iFrameCmd' | 'iFameCmd' =>
  atLeast(version, '3.0') ? 'iFrameCmd' : 'iFameCmd'

/** Whether `a=streamnumber` may be in an offer; before, vendors had attributes of their own. */
export const knowsStreamNumber = (version: GbVersion): boolean => atLeast(version, '3.0')
