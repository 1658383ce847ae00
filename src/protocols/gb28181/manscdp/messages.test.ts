import { describe, expect, test } from 'vitest'
import { AppError } from '../../../base/errors.ts'
import { type Message, parseEnvelope, writeBody } from './message.ts'
import { type AnyMessage, MESSAGES, type MessageName, readMessage } from './messages.ts'
import { positionsOf } from './mobile-position.ts'
import { writeXml } from './xml.ts'

const ID = '34020000001320000001'
const NVR = '34020000001180000001'
const SESSION = '0123456789abcdef-0123456789ABCDEF'
const HEAD = { sn: 7, deviceId: ID }

type Row = { [K in MessageName]: readonly [K, string, Extract<AnyMessage, { name: K }>['value']] }[MessageName]

/** Name, children behind CmdType, SN and DeviceID, value. The table serves reading and writing. */
const ROWS: readonly Row[] = [
  ['catalogQuery', '', HEAD],
  ['catalogQuery', '<StartTime>2026-01-02T03:04:05</StartTime>', { ...HEAD, startTime: '2026-01-02T03:04:05' }],
  ['catalogResponse', '<SumNum>0</SumNum>', { ...HEAD, sumNum: 0, items: [] }],
  [
    'catalogResponse',
    '<SumNum>3</SumNum><DeviceList Num="3"><Item><DeviceID>34020000</DeviceID><Name>区 &amp; 县</Name></Item><Item>' +
      `<DeviceID>${ID}</DeviceID><Name>门口</Name><Manufacturer>Acme</Manufacturer><Model>X1</Model><CivilCode>340200</CivilCode>` +
      '<Block>b</Block><Address>a</Address><Parental>0</Parental>' +
      `<ParentID>${NVR}/34020000002160000001</ParentID><RegisterWay>1</RegisterWay><SecurityLevelCode>A</SecurityLevelCode>` +
      '<Secrecy>0</Secrecy><IPAddress>10.0.0.9</IPAddress><Port>5060</Port><Password>p</Password><Status>ON</Status>' +
      '<Longitude>118.3</Longitude><Latitude>-31.25</Latitude><BusinessGroupID>34020000002150000001</BusinessGroupID><Info>' +
      '<PTZType>1</PTZType><PhotoelectricImagingType>2</PhotoelectricImagingType><CapturePositionType>0101001</CapturePositionType>' +
      '<RoomType>1</RoomType><SupplyLightType>2</SupplyLightType><DirectionType>8</DirectionType><Resolution>6/5</Resolution>' +
      '<StreamNumberList>0/1/2</StreamNumberList><DownloadSpeed>1/2/4</DownloadSpeed><SVCSpaceSupportMode>0</SVCSpaceSupportMode>' +
      '<SVCTimeSupportMode>1</SVCTimeSupportMode><SSVCRatioSupportList>4/3</SSVCRatioSupportList><MobileDeviceType>5</MobileDeviceType>' +
      '<HorizontalFieldAngle>60.5</HorizontalFieldAngle><VerticalFieldAngle>40</VerticalFieldAngle><MaxViewDistance>800</MaxViewDistance>' +
      '<GrassrootsCode>x</GrassrootsCode><PointType>1</PointType><PointCommonName>n</PointCommonName><MAC>00-11-22-33-44-55</MAC>' +
      '<FunctionType>01/02</FunctionType><EncodeType>2</EncodeType><InstallTime>2026-01-01T00:00:00</InstallTime>' +
      '<ManagementUnit>u</ManagementUnit><ContactInfo>c</ContactInfo><RecordSaveDays>30</RecordSaveDays>' +
      '<IndustrialClassification>I</IndustrialClassification></Info></Item><Item>' +
      `<DeviceID>${NVR}</DeviceID><Owner>o</Owner><SafetyWay>0</SafetyWay><CertNum>1</CertNum><Certifiable>1</Certifiable>` +
      '<ErrCode>0</ErrCode><EndTime>2030-01-01T00:00:00</EndTime><Status>OFF</Status>' +
      '<Info><PositionType>9</PositionType><UseType>3</UseType></Info></Item></DeviceList>',
    {
      ...HEAD,
      sumNum: 3,
      items: [
        { deviceId: '34020000', name: '区 & 县' },
        {
          deviceId: ID,
          name: '门口',
          manufacturer: 'Acme',
          model: 'X1',
          civilCode: '340200',
          block: 'b',
          address: 'a',
          parental: false,
          parentIds: [NVR, '34020000002160000001'],
          registerWay: 1,
          securityLevelCode: 'A',
          secrecy: false,
          ipAddress: '10.0.0.9',
          port: 5060,
          password: 'p',
          status: 'ON',
          longitude: 118.3,
          latitude: -31.25,
          businessGroupId: '34020000002150000001',
          info: {
            ptzType: 1,
            photoelectricImagingType: 2,
            capturePositionType: '0101001',
            roomType: 1,
            supplyLightType: 2,
            directionType: 8,
            resolution: '6/5',
            streamNumberList: [0, 1, 2],
            downloadSpeed: ['1', '2', '4'],
            svcSpaceSupportMode: 0,
            svcTimeSupportMode: 1,
            ssvcRatioSupportList: '4/3',
            mobileDeviceType: 5,
            horizontalFieldAngle: 60.5,
            verticalFieldAngle: 40,
            maxViewDistance: 800,
            grassrootsCode: 'x',
            pointType: 1,
            pointCommonName: 'n',
            mac: '00-11-22-33-44-55',
            functionType: '01/02',
            encodeType: '2',
            installTime: '2026-01-01T00:00:00',
            managementUnit: 'u',
            contactInfo: 'c',
            recordSaveDays: 30,
            industrialClassification: 'I',
          },
        },
        {
          deviceId: NVR,
          owner: 'o',
          safetyWay: 0,
          certNum: '1',
          certifiable: true,
          errCode: 0,
          endTime: '2030-01-01T00:00:00',
          status: 'OFF',
          info: { positionType: 9, useType: 3 },
        },
      ],
    },
  ],
  [
    'catalogNotify',
    `<SumNum>2</SumNum><DeviceList Num="2"><Item><DeviceID>${ID}</DeviceID><Event>OFF</Event></Item><Item><DeviceID>${NVR}</DeviceID><Name>n</Name><Event>UPDATE</Event></Item></DeviceList>`,
    {
      ...HEAD,
      sumNum: 2,
      items: [
        { deviceId: ID, event: 'OFF' },
        { deviceId: NVR, name: 'n', event: 'UPDATE' },
      ],
    },
  ],
  ['deviceInfoQuery', '', HEAD],
  [
    'deviceInfoResponse',
    '<DeviceName>n</DeviceName><Result>OK</Result><Manufacturer>m</Manufacturer><Model>o</Model><Firmware>1.0</Firmware><Channel>16</Channel>',
    { ...HEAD, deviceName: 'n', result: 'OK', manufacturer: 'm', model: 'o', firmware: '1.0', channel: 16 },
  ],
  ['deviceStatusQuery', '', HEAD],
  [
    'deviceStatusResponse',
    '<Result>OK</Result><Online>ONLINE</Online><Status>ERROR</Status><Reason>r</Reason><Encode>ON</Encode><Record>OFF</Record>' +
      `<DeviceTime>2026-11-20T01:02:03</DeviceTime><Alarmstatus Num="1"><Item><DeviceID>${ID}</DeviceID><DutyStatus>ALARM</DutyStatus></Item></Alarmstatus>`,
    {
      ...HEAD,
      result: 'OK',
      online: 'ONLINE',
      status: 'ERROR',
      reason: 'r',
      encode: 'ON',
      record: 'OFF',
      deviceTime: '2026-11-20T01:02:03',
      alarmStatus: [{ deviceId: ID, dutyStatus: 'ALARM' }],
    },
  ],
  ['sdCardStatusQuery', '', HEAD],
  [
    'sdCardStatusResponse',
    '<SumNum>1</SumNum><SDCardStatusInfo Num="1"><Item><ID>1</ID><HddName>sd</HddName><Status>formatting</Status><FormatProgress>50</FormatProgress><Capacity>32000</Capacity><FreeSpace>1</FreeSpace></Item></SDCardStatusInfo>',
    {
      ...HEAD,
      sumNum: 1,
      cards: [{ id: 1, name: 'sd', status: 'formatting', formatProgress: 50, capacity: 32000, freeSpace: 1 }],
    },
  ],
  ['keepaliveNotify', '<Status>OK</Status>', { ...HEAD, status: 'OK', faulty: [] }],
  [
    'keepaliveNotify',
    `<Status>ERROR</Status><Info><DeviceID>${ID}</DeviceID><DeviceID>${NVR}</DeviceID></Info>`,
    { ...HEAD, status: 'ERROR', faulty: [ID, NVR] },
  ],
  [
    'recordInfoQuery',
    '<StartTime>2026-01-01T00:00:00</StartTime><EndTime>2026-01-02T00:00:00</EndTime><FilePath>f</FilePath><Address>a</Address><Secrecy>0</Secrecy><Type>all</Type><RecorderID>r</RecorderID><IndistinctQuery>0</IndistinctQuery><StreamNumber>1</StreamNumber><AlarmMethod>1/2</AlarmMethod><AlarmType>1</AlarmType>',
    {
      ...HEAD,
      startTime: '2026-01-01T00:00:00',
      endTime: '2026-01-02T00:00:00',
      filePath: 'f',
      address: 'a',
      secrecy: false,
      type: 'all',
      recorderId: 'r',
      indistinctQuery: false,
      streamNumber: 1,
      alarmMethod: ['1', '2'],
      alarmType: ['1'],
    },
  ],
  [
    'recordInfoResponse',
    `<Name>n</Name><SumNum>1</SumNum><RecordList Num="1"><Item><DeviceID>${ID}</DeviceID><Name>n</Name><FilePath>f</FilePath><Address>a</Address><StartTime>2026-01-01T00:00:00</StartTime><EndTime>2026-01-01T01:00:00</EndTime><Secrecy>0</Secrecy><Type>alarm</Type><RecorderID>r</RecorderID><FileSize>123456789</FileSize><RecordLocation>l</RecordLocation><StreamNumber>0</StreamNumber></Item></RecordList>`,
    {
      ...HEAD,
      name: 'n',
      sumNum: 1,
      items: [
        {
          deviceId: ID,
          name: 'n',
          filePath: 'f',
          address: 'a',
          startTime: '2026-01-01T00:00:00',
          endTime: '2026-01-01T01:00:00',
          secrecy: false,
          type: 'alarm',
          recorderId: 'r',
          fileSize: 123456789,
          recordLocation: 'l',
          streamNumber: 0,
        },
      ],
    },
  ],
  [
    'configDownloadQuery',
    '<ConfigType>BasicParam/VideoParamOpt</ConfigType>',
    { ...HEAD, configTypes: ['BasicParam', 'VideoParamOpt'] },
  ],
  [
    'configDownloadResponse',
    '<Result>OK</Result><BasicParam><Name>n</Name><Expiration>86400</Expiration><HeartBeatInterval>60</HeartBeatInterval><HeartBeatCount>3</HeartBeatCount></BasicParam><VideoParamOpt><DownloadSpeed>1/2/4</DownloadSpeed><Resolution>5/6</Resolution></VideoParamOpt>',
    {
      ...HEAD,
      result: 'OK',
      basicParam: { name: 'n', expiration: 86400, heartBeatInterval: 60, heartBeatCount: 3 },
      videoParamOpt: { downloadSpeed: ['1', '2', '4'], resolution: '5/6' },
    },
  ],
  [
    'deviceConfig',
    '<VideoParamAttribute><Item><StreamNumber>0</StreamNumber><VideoFormat>5</VideoFormat><Resolution>6</Resolution><FrameRate>25</FrameRate><BitRateType>2</BitRateType><VideoBitRate>2048</VideoBitRate></Item></VideoParamAttribute>' +
      '<VideoRecordPlan><RecordEnable>1</RecordEnable><RecordScheduleSumNum>1</RecordScheduleSumNum><RecordSchedule><WeekDayNum>7</WeekDayNum><TimeSegmentSumNum>1</TimeSegmentSumNum><TimeSegment><StartHour>0</StartHour><StartMin>0</StartMin><StartSec>0</StartSec><StopHour>23</StopHour><StopMin>59</StopMin><StopSec>59</StopSec></TimeSegment></RecordSchedule><StreamNumber>0</StreamNumber></VideoRecordPlan>' +
      '<VideoAlarmRecord><RecordEnable>0</RecordEnable><RecordTime>30</RecordTime><PreRecordTime>5</PreRecordTime><StreamNumber>1</StreamNumber></VideoAlarmRecord>' +
      '<PictureMask><On>1</On><SumNum>1</SumNum><RegionList Num="1"><Item><Seq>1</Seq><Point>10,20,30,40</Point></Item></RegionList></PictureMask>' +
      '<FrameMirror>3</FrameMirror><AlarmReport><MotionDetection>1</MotionDetection><FieldDetection>0</FieldDetection></AlarmReport>' +
      '<OSDConfig><Length>1920</Length><Width>1080</Width><TimeX>1</TimeX><TimeY>2</TimeY><TimeEnable>1</TimeEnable><TimeType>0</TimeType><TextEnable>1</TextEnable><SumNum>1</SumNum><Item><Text>门</Text><X>3</X><Y>4</Y></Item></OSDConfig>' +
      `<SnapShotConfig><SnapNum>10</SnapNum><Interval>1</Interval><UploadURL>http://h/?a=1&amp;b=2</UploadURL><SessionID>${SESSION}</SessionID></SnapShotConfig>`,
    {
      ...HEAD,
      videoParamAttribute: {
        streams: [
          {
            streamNumber: 0,
            videoFormat: '5',
            resolution: '6',
            frameRate: '25',
            bitRateType: '2',
            videoBitRate: '2048',
          },
        ],
      },
      videoRecordPlan: {
        recordEnable: true,
        sumNum: 1,
        schedules: [
          {
            weekDay: 7,
            sumNum: 1,
            segments: [{ startHour: 0, startMin: 0, startSec: 0, stopHour: 23, stopMin: 59, stopSec: 59 }],
          },
        ],
        streamNumber: 0,
      },
      videoAlarmRecord: { recordEnable: false, recordTime: 30, preRecordTime: 5, streamNumber: 1 },
      pictureMask: { on: true, sumNum: 1, regions: [{ seq: 1, point: { left: 10, top: 20, right: 30, bottom: 40 } }] },
      frameMirror: 3,
      alarmReport: { motionDetection: true, fieldDetection: false },
      osdConfig: {
        length: 1920,
        width: 1080,
        timeX: 1,
        timeY: 2,
        timeEnable: true,
        timeType: 0,
        textEnable: true,
        sumNum: 1,
        lines: [{ text: '门', x: 3, y: 4 }],
      },
      snapShotConfig: { snapNum: 10, interval: 1, uploadUrl: 'http://h/?a=1&b=2', sessionId: SESSION },
    },
  ],
  [
    'deviceConfig',
    '<SVACEncodeConfig><ROIParam><ROIFlag>1</ROIFlag></ROIParam></SVACEncodeConfig>',
    {
      ...HEAD,
      svacEncodeConfig: {
        name: 'SVACEncodeConfig',
        text: '',
        children: [{ name: 'ROIParam', text: '', children: [{ name: 'ROIFlag', text: '1', children: [] }] }],
      },
    },
  ],
  ['deviceConfigResponse', '<Result>ERROR</Result>', { ...HEAD, result: 'ERROR' }],
  ['presetQuery', '', HEAD],
  [
    'presetResponse',
    '<SumNum>2</SumNum><PresetList Num="2"><Item><PresetID>1</PresetID><PresetName>门</PresetName></Item><Item><PresetID>255</PresetID></Item></PresetList>',
    { ...HEAD, sumNum: 2, presets: [{ presetId: 1, presetName: '门' }, { presetId: 255 }] },
  ],
  ['homePositionQuery', '', HEAD],
  [
    'homePositionResponse',
    '<HomePosition><Enabled>1</Enabled><ResetTime>60</ResetTime><PresetIndex>1</PresetIndex></HomePosition>',
    { ...HEAD, homePosition: { enabled: true, resetTime: 60, presetIndex: 1 } },
  ],
  ['cruiseTrackListQuery', '', HEAD],
  [
    'cruiseTrackListResponse',
    '<SumNum>1</SumNum><CruiseTrackList Num="1"><CruiseTrack><Number>0</Number><Name>n</Name></CruiseTrack></CruiseTrackList>',
    { ...HEAD, sumNum: 1, tracks: [{ number: 0, name: 'n' }] },
  ],
  ['cruiseTrackQuery', '<Number>0</Number>', { ...HEAD, number: 0 }],
  [
    'cruiseTrackResponse',
    '<Number>0</Number><Name>n</Name><SumNum>1</SumNum><CruisePointList Num="1"><CruisePoint><PresetIndex>1</PresetIndex><StayTime>10</StayTime><Speed>15</Speed></CruisePoint></CruisePointList>',
    { ...HEAD, number: 0, name: 'n', sumNum: 1, points: [{ presetIndex: 1, stayTime: 10, speed: 15 }] },
  ],
  ['ptzPositionQuery', '', HEAD],
  [
    'ptzPositionResponse',
    '<Pan>359.99</Pan><Tilt>-30</Tilt><Zoom>1.5</Zoom><HorizontalFieldAngle>60</HorizontalFieldAngle><VerticalFieldAngle>40</VerticalFieldAngle><MaxViewDistance>100</MaxViewDistance>',
    {
      ...HEAD,
      pan: 359.99,
      tilt: -30,
      zoom: 1.5,
      horizontalFieldAngle: 60,
      verticalFieldAngle: 40,
      maxViewDistance: 100,
    },
  ],
  [
    'alarmQuery',
    '<StartAlarmPriority>0</StartAlarmPriority><EndAlarmPriority>4</EndAlarmPriority><AlarmMethod>0</AlarmMethod><AlarmType>1/2</AlarmType><StartAlarmTime>2026-01-01T00:00:00</StartAlarmTime><EndAlarmTime>2026-01-02T00:00:00</EndAlarmTime>',
    {
      ...HEAD,
      startAlarmPriority: 0,
      endAlarmPriority: 4,
      alarmMethod: ['0'],
      alarmType: ['1', '2'],
      startAlarmTime: '2026-01-01T00:00:00',
      endAlarmTime: '2026-01-02T00:00:00',
    },
  ],
  [
    'alarmNotify',
    '<AlarmPriority>1</AlarmPriority><AlarmMethod>5</AlarmMethod><AlarmTime>2026-11-20T00:00:00</AlarmTime><AlarmDescription>d</AlarmDescription><Longitude>118.1</Longitude><Latitude>31.2</Latitude><Info><AlarmType>6</AlarmType><AlarmTypeParam><EventType>1</EventType></AlarmTypeParam></Info>',
    {
      ...HEAD,
      alarmPriority: 1,
      alarmMethod: 5,
      alarmTime: '2026-11-20T00:00:00',
      alarmDescription: 'd',
      longitude: 118.1,
      latitude: 31.2,
      info: { alarmType: 6, alarmTypeParam: { eventType: 1 } },
    },
  ],
  ['alarmResponse', '<Result>OK</Result>', { ...HEAD, result: 'OK' }],
  ['mediaStatusNotify', '<NotifyType>121</NotifyType>', { ...HEAD, notifyType: '121' }],
  ['broadcastNotify', `<SourceID>${NVR}</SourceID><TargetID>${ID}</TargetID>`, { sn: 7, sourceId: NVR, targetId: ID }],
  ['broadcastResponse', '<Result>OK</Result>', { ...HEAD, result: 'OK' }],
  ['mobilePositionQuery', '<Interval>5</Interval>', { ...HEAD, interval: 5 }],
  [
    'mobilePositionNotify',
    '<Time>2026-11-20T00:00:00</Time><Longitude>118.1</Longitude><Latitude>31.2</Latitude><Speed>36.5</Speed><Direction>90</Direction><Altitude>12</Altitude>',
    {
      ...HEAD,
      time: '2026-11-20T00:00:00',
      longitude: 118.1,
      latitude: 31.2,
      speed: 36.5,
      direction: 90,
      altitude: 12,
      items: [],
    },
  ],
  [
    'mobilePositionNotify',
    `<Time>2026-11-20T00:00:00</Time><SumNum>1</SumNum><DeviceList Num="1"><Item><DeviceID>${ID}</DeviceID><CaptureTime>2026-11-19T23:59:59</CaptureTime><Longitude>1</Longitude><Latitude>2</Latitude><Speed>3</Speed><Direction>4</Direction><Altitude>5</Altitude><Height>6</Height></Item></DeviceList>`,
    {
      ...HEAD,
      time: '2026-11-20T00:00:00',
      sumNum: 1,
      items: [
        {
          deviceId: ID,
          captureTime: '2026-11-19T23:59:59',
          longitude: 1,
          latitude: 2,
          speed: 3,
          direction: 4,
          altitude: 5,
          height: 6,
        },
      ],
    },
  ],
  [
    'uploadSnapShotFinishedNotify',
    `<SessionID>${SESSION}</SessionID><SnapShotList><SnapShotFileID>a</SnapShotFileID><SnapShotFileID>b</SnapShotFileID></SnapShotList>`,
    { ...HEAD, sessionId: SESSION, files: ['a', 'b'] },
  ],
  [
    'videoUploadNotify',
    '<Time>2026-11-20T00:00:00</Time><Longitude>1</Longitude><Latitude>2</Latitude>',
    { ...HEAD, time: '2026-11-20T00:00:00', longitude: 1, latitude: 2 },
  ],
  [
    'deviceUpgradeResultNotify',
    `<SessionID>${SESSION}</SessionID><UpgradeResult>ERROR</UpgradeResult><Firmware>2</Firmware><UpgradeFailedReason>02</UpgradeFailedReason>`,
    { ...HEAD, sessionId: SESSION, upgradeResult: 'ERROR', firmware: '2', upgradeFailedReason: '02' },
  ],
  [
    'deviceControl',
    '<PTZCmd>A50F008100010036</PTZCmd><PTZCmdParams><PresetName>门</PresetName></PTZCmdParams><Info><ControlPriority>5</ControlPriority></Info>',
    { ...HEAD, ptzCmd: 'A50F008100010036', info: { controlPriority: 5 }, ptzCmdParams: { presetName: '门' } },
  ],
  ['deviceControl', '<TeleBoot>Boot</TeleBoot>', { ...HEAD, teleBoot: 'Boot' }],
  [
    'deviceControl',
    '<RecordCmd>StopRecord</RecordCmd><StreamNumber>0</StreamNumber>',
    { ...HEAD, recordCmd: 'StopRecord', streamNumber: 0 },
  ],
  ['deviceControl', '<GuardCmd>SetGuard</GuardCmd>', { ...HEAD, guardCmd: 'SetGuard' }],
  [
    'deviceControl',
    '<AlarmCmd>ResetAlarm</AlarmCmd><Info><AlarmMethod>2</AlarmMethod><AlarmType>1</AlarmType></Info>',
    { ...HEAD, alarmCmd: 'ResetAlarm', info: { alarmMethod: ['2'], alarmType: ['1'] } },
  ],
  ['deviceControl', '<IFrameCmd>Send</IFrameCmd>', { ...HEAD, iFrameCmd: 'Send' }],
  ['deviceControl', '<IFameCmd>Send</IFameCmd>', { ...HEAD, iFameCmd: 'Send' }],
  [
    'deviceControl',
    '<DragZoomIn><Length>1</Length><Width>2</Width><MidPointX>3</MidPointX><MidPointY>4</MidPointY><LengthX>5</LengthX><LengthY>6</LengthY></DragZoomIn>',
    { ...HEAD, dragZoomIn: { length: 1, width: 2, midPointX: 3, midPointY: 4, lengthX: 5, lengthY: 6 } },
  ],
  [
    'deviceControl',
    '<DragZoomOut><Length>1</Length><Width>2</Width><MidPointX>3</MidPointX><MidPointY>4</MidPointY><LengthX>5</LengthX><LengthY>6</LengthY></DragZoomOut>',
    { ...HEAD, dragZoomOut: { length: 1, width: 2, midPointX: 3, midPointY: 4, lengthX: 5, lengthY: 6 } },
  ],
  [
    'deviceControl',
    '<HomePosition><Enabled>0</Enabled><ResetTime>60</ResetTime><PresetIndex>255</PresetIndex></HomePosition>',
    { ...HEAD, homePosition: { enabled: false, resetTime: 60, presetIndex: 255 } },
  ],
  [
    'deviceControl',
    '<PTZPreciseCtrl><Pan>359.99</Pan><Tilt>-30</Tilt><Zoom>1</Zoom></PTZPreciseCtrl>',
    { ...HEAD, ptzPreciseCtrl: { pan: 359.99, tilt: -30, zoom: 1 } },
  ],
  [
    'deviceControl',
    `<DeviceUpgrade><Firmware>2</Firmware><FileURL>http://h/f</FileURL><Manufacturer>m</Manufacturer><SessionID>${SESSION}</SessionID></DeviceUpgrade>`,
    { ...HEAD, deviceUpgrade: { firmware: '2', fileUrl: 'http://h/f', manufacturer: 'm', sessionId: SESSION } },
  ],
  ['deviceControl', '<FormatSDCard>0</FormatSDCard>', { ...HEAD, formatSdCard: 0 }],
  [
    'deviceControl',
    `<TargetTrack>Manual</TargetTrack><DeviceID2>${NVR}</DeviceID2><TargetArea><Length>1</Length><Width>2</Width><MidPointX>3</MidPointX><MidPointY>4</MidPointY><LengthX>5</LengthX><LengthY>6</LengthY></TargetArea>`,
    {
      ...HEAD,
      targetTrack: 'Manual',
      deviceId2: NVR,
      targetArea: { length: 1, width: 2, midPointX: 3, midPointY: 4, lengthX: 5, lengthY: 6 },
    },
  ],
  ['deviceControlResponse', '<Result>OK</Result>', { ...HEAD, result: 'OK' }],
]

const kindOf = (name: MessageName): Message<never> => MESSAGES[name] as unknown as Message<never> // of any row

function document(name: MessageName, children: string): string {
  const { root, cmdType } = MESSAGES[name]
  const device = name === 'broadcastNotify' ? '' : `<DeviceID>${ID}</DeviceID>`
  return `<?xml version="1.0" encoding="GB2312"?><${root}><CmdType>${cmdType}</CmdType><SN>7</SN>${device}${children}</${root}>`
}

describe.each(ROWS.map((row, i) => [`${row[0]} ${i}`, row] as const))('%s', (_, [name, children, value]) => {
  test('is read', () => {
    expect(readMessage(parseEnvelope(Buffer.from(document(name, children))))).toEqual({ name, value })
  })

  test('is written', () => {
    const kind = kindOf(name)
    const written = writeXml(kind.write(value as never), 'GB2312') // value of the same row
    expect(written.replaceAll('\r\n', '')).toBe(document(name, children))
  })

  test.each(['GB2312', 'GB18030', 'UTF-8'] as const)('round trip in %s', charset => {
    const envelope = parseEnvelope(writeBody(kindOf(name), value as never, charset))
    expect(envelope).toMatchObject({ charset, mislabelled: false, sn: 7 })
    expect(readMessage(envelope)).toEqual({ name, value })
  })
})

test('every message has a row', () => {
  expect(new Set(ROWS.map(row => row[0]))).toEqual(new Set(Object.keys(MESSAGES)))
})

function read(xml: string): AnyMessage | null {
  return readMessage(parseEnvelope(Buffer.from(xml)))
}

test.each([
  ['lower case words', '<Status>on</Status>', { status: 'ON' }],
  ['other words', '<Status>OK</Status>', { status: 'ON' }],
  [
    'junk in numbers',
    '<Port>5060 </Port><Longitude>N/A</Longitude><Latitude>31.2N</Latitude>',
    { port: 5060, latitude: 31.2 },
  ],
  ['an empty element', '<Name></Name><Port/>', {}],
  ['a typing error', '<Longtitude>1.5</Longtitude>', { longitude: 1.5 }],
  ['names in other capitals', '<name>n</name><STATUS>OFF</STATUS>', { name: 'n', status: 'OFF' }],
  [
    'a bare ampersand and other entities',
    '<Name>a & b &#65;&#x42;&unknown;&#0;</Name>',
    { name: 'a & b AB&unknown;&#0;' },
  ],
  ['CDATA', '<Name><![CDATA[<x>]]></Name>', { name: '<x>' }],
  ['an unknown word', '<Status>MAYBE</Status>', {}],
])('a device that writes %s', (_, fields, value) => {
  const xml = `<Response><CmdType>Catalog</CmdType><SN>1</SN><DeviceID>${NVR}</DeviceID><SumNum>9</SumNum><DeviceList Num="4"><Item><DeviceID>${ID}</DeviceID>${fields}</Item><Item><Name>no id</Name></Item></DeviceList></Response>`
  expect(read(xml)).toEqual({
    name: 'catalogResponse',
    value: { sn: 1, deviceId: NVR, sumNum: 9, items: [{ deviceId: ID, ...value }] },
  })
})

test('a body without SN, DeviceID, declaration and with bytes behind its end', () => {
  expect(read('\uFEFF\r\n<notify><CmdType>keepalive</CmdType></notify>\0\0')).toEqual({
    name: 'keepaliveNotify',
    value: { sn: 0, deviceId: '', faulty: [] },
  })
})

test('an unknown CmdType is told from a broken body', () => {
  expect(read('<Notify><CmdType>Vendor</CmdType><SN>1</SN></Notify>')).toBeNull()
})

test.each([
  ['no element', 'hello'],
  ['nothing', ''],
  ['another root', '<html><CmdType>x</CmdType></html>'],
  ['no CmdType', '<Notify><SN>1</SN></Notify>'],
  ['a DTD', '<!DOCTYPE a [<!ENTITY b "c">]><Notify><CmdType>Keepalive</CmdType></Notify>'],
  ['nesting', `<Notify>${'<a>'.repeat(40)}`],
  ['too many elements', `<Notify>${'<a/>'.repeat(50_000)}</Notify>`],
  ['too long', `<Notify>${' '.repeat(600_000)}</Notify>`],
])('refused: %s', (_, xml) => {
  expect(() => read(xml)).toThrow(AppError)
})

test.each([
  ['no SN', () => MESSAGES.deviceInfoQuery.write({ sn: 0, deviceId: ID })],
  ['a wrong id', () => MESSAGES.deviceInfoQuery.write({ sn: 1, deviceId: '123' })],
  ['a time with a zone', () => MESSAGES.catalogQuery.write({ ...HEAD, startTime: '2026-01-01T00:00:00Z' })],
  ['preset 0', () => MESSAGES.presetResponse.write({ ...HEAD, presets: [{ presetId: 0 }] })],
  ['a tilt below', () => MESSAGES.deviceControl.write({ ...HEAD, ptzPreciseCtrl: { tilt: -31 } })],
  ['no number', () => MESSAGES.deviceControl.write({ ...HEAD, ptzPreciseCtrl: { pan: Number.NaN } })],
  [
    'nine lines',
    () => MESSAGES.deviceConfig.write({ ...HEAD, osdConfig: { lines: Array(9).fill({ text: 'a', x: 0, y: 0 }) } }),
  ],
  ['a short session', () => MESSAGES.deviceConfig.write({ ...HEAD, snapShotConfig: { sessionId: 'short' } })],
])('not written: %s', (_, write) => {
  expect(write).toThrow(expect.objectContaining({ code: 'INVALID' }))
})

test('positions of both forms', () => {
  expect(positionsOf({ ...HEAD, time: 't', longitude: 1, latitude: 2, speed: 3, items: [] })).toEqual([
    { deviceId: ID, captureTime: 't', longitude: 1, latitude: 2, speed: 3 },
  ])
  expect(
    positionsOf({
      ...HEAD,
      time: 't',
      items: [{ deviceId: NVR, captureTime: 'u', longitude: 1, latitude: 2 }, { deviceId: ID }],
    }),
  ).toEqual([{ deviceId: NVR, captureTime: 'u', longitude: 1, latitude: 2 }])
})
