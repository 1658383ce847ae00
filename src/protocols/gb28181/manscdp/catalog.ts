import { type MessageValue, message } from './message.ts'
import {
  decimal,
  flag,
  group,
  id,
  integer,
  list,
  needed,
  onOff,
  slashIntegers,
  slashTexts,
  spelt,
  text,
  time,
  type ValueOf,
  word,
} from './schema.ts'

/** More about a channel, 2016 and 2022. GB/T 28181-2022 A.2.1, itemType. */
const INFO = {
  /** 1 dome, 2 half-dome, 3 fixed bullet, 4 remote bullet, 5 remote half-dome, 6 panorama, 7 split channel. */
  ptzType: integer('PTZType'),
  /** 1 visible, 2 thermal, 3 radar, 4 X-ray, 5 depth, 9 other. */
  photoelectricImagingType: integer('PhotoelectricImagingType'),
  /** Annex O. */
  capturePositionType: text('CapturePositionType'),
  /** 1 outside, 2 inside. */
  roomType: integer('RoomType'),
  /** 1 none, 2 infrared, 3 white, 4 laser, 9 other. */
  supplyLightType: integer('SupplyLightType'),
  /** 1 east, 2 west, 3 south, 4 north, 5 south-east, 6 north-east, 7 south-west, 8 north-west. */
  directionType: integer('DirectionType'),
  resolution: text('Resolution'),
  streamNumberList: slashIntegers('StreamNumberList'),
  downloadSpeed: slashTexts('DownloadSpeed'),
  svcSpaceSupportMode: integer('SVCSpaceSupportMode'),
  svcTimeSupportMode: integer('SVCTimeSupportMode'),
  ssvcRatioSupportList: text('SSVCRatioSupportList'),
  /** 1 robot, 2 body camera, 3 individual, 4 vehicle, 5 drone, 9 other. */
  mobileDeviceType: integer('MobileDeviceType'),
  horizontalFieldAngle: decimal('HorizontalFieldAngle'),
  verticalFieldAngle: decimal('VerticalFieldAngle'),
  /** Metres. */
  maxViewDistance: decimal('MaxViewDistance'),
  grassrootsCode: text('GrassrootsCode'),
  pointType: integer('PointType'),
  pointCommonName: text('PointCommonName'),
  mac: text('MAC'),
  functionType: text('FunctionType'),
  encodeType: text('EncodeType'),
  installTime: text('InstallTime'),
  managementUnit: text('ManagementUnit'),
  contactInfo: text('ContactInfo'),
  recordSaveDays: integer('RecordSaveDays'),
  industrialClassification: text('IndustrialClassification'),
  // 2016 only
  positionType: integer('PositionType'),
  useType: integer('UseType'),
} as const

const ITEM = {
  deviceId: needed(id('DeviceID')),
  name: text('Name'),
  manufacturer: text('Manufacturer'),
  model: text('Model'),
  owner: text('Owner'), // 2016
  civilCode: text('CivilCode'),
  block: text('Block'),
  address: text('Address'),
  /** It has children. */
  parental: flag('Parental'),
  parentIds: slashTexts('ParentID'),
  safetyWay: integer('SafetyWay'), // 2016
  /** 1 digest, 2 mutual by password, 3 mutual by certificate, 4 one-way by certificate. */
  registerWay: integer('RegisterWay'),
  certNum: text('CertNum'), // 2016
  certifiable: flag('Certifiable'), // 2016
  errCode: integer('ErrCode'), // 2016
  endTime: text('EndTime'), // 2016
  securityLevelCode: text('SecurityLevelCode'),
  secrecy: flag('Secrecy'),
  ipAddress: text('IPAddress'),
  port: integer('Port', { min: 0, max: 65535 }),
  password: text('Password'),
  status: onOff('Status'),
  /** WGS-84, degrees. 'Longtitude' is a typing error seen in the field. */
  longitude: spelt(decimal('Longitude', { min: -180, max: 180 }), decimal('Longtitude')),
  latitude: decimal('Latitude', { min: -90, max: 90 }),
  businessGroupId: text('BusinessGroupID'),
  info: group('Info', INFO),
} as const

export type CatalogItem = ValueOf<typeof ITEM>

/** What happened to an item. An item with none of these words is a plain entry of the list. */
const NOTIFY_ITEM = {
  ...ITEM,
  event: word('Event', ['ON', 'OFF', 'VLOST', 'DEFECT', 'DEL', 'ADD', 'UPDATE'], { UPATE: 'UPDATE', DELETE: 'DEL' }),
} as const

/** Also the body of SUBSCRIBE. */
export const catalogQuery = message('Query', 'Catalog', { startTime: time('StartTime'), endTime: time('EndTime') })

const SUM = integer('SumNum', { min: 0 })

/** One part of the answer: `sumNum` counts the items of all parts. */
export const catalogResponse = message('Response', 'Catalog', {
  sumNum: SUM,
  items: list('DeviceList', 'Item', ITEM),
})

export const catalogNotify = message('Notify', 'Catalog', {
  sumNum: SUM,
  items: list('DeviceList', 'Item', NOTIFY_ITEM),
})

export type CatalogNotify = MessageValue<typeof catalogNotify>
