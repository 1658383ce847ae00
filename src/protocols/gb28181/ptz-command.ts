import { AppError } from '../../base/errors.ts'

/**
 * What the eight bytes of PTZCmd say. GB/T 28181-2022 A.3.
 *
 *   byte 1   A5
 *   byte 2   version 0 | check: (A + 5 + 0) mod 16 = F
 *   byte 3   address, low 8 bits; devices go by the DeviceID instead
 *   byte 4   command
 *   byte 5,6 data 1 and 2
 *   byte 7   data 3 (high 4 bits) | address, high 4 bits
 *   byte 8   sum of bytes 1-7 mod 256
 */
export type PtzCommand =
  | {
      readonly kind: 'move'
      /** -1 left, 1 right; speed 0-255. */
      readonly pan: Direction
      readonly panSpeed: number
      /** 1 up, -1 down; speed 0-255. */
      readonly tilt: Direction
      readonly tiltSpeed: number
      /** 1 in, -1 out; speed 0-15. All zero: stop everything, cruises and scans too. */
      readonly zoom: Direction
      readonly zoomSpeed: number
    }
  | {
      readonly kind: 'lens'
      /** 1 far, -1 near; speed 0-255. */
      readonly focus: Direction
      readonly focusSpeed: number
      /** 1 open, -1 close; speed 0-255. */
      readonly iris: Direction
      readonly irisSpeed: number
    }
  | { readonly kind: 'presetSet' | 'presetCall' | 'presetDelete'; readonly preset: number }
  | { readonly kind: 'cruiseAddPoint' | 'cruiseDeletePoint'; readonly cruise: number; readonly preset: number }
  /** 0-4095, in units of the device. */
  | { readonly kind: 'cruiseSpeed'; readonly cruise: number; readonly speed: number }
  /** 0-4095 s at each point. */
  | { readonly kind: 'cruiseDwell'; readonly cruise: number; readonly seconds: number }
  | { readonly kind: 'cruiseDelete' | 'cruiseStart'; readonly cruise: number }
  | { readonly kind: 'scanStart' | 'scanLeftEdge' | 'scanRightEdge'; readonly scan: number }
  | { readonly kind: 'scanSpeed'; readonly scan: number; readonly speed: number }
  /** Switch 1 is the wiper. */
  | { readonly kind: 'auxOn' | 'auxOff'; readonly number: number }

export type Direction = -1 | 0 | 1

const MAX_BYTE = 255
const MAX_NIBBLE = 15
const MAX_12_BITS = 4095

/** Speeds from -1 to 1: right, up and in are positive. Zeros stop. What is not zero moves, however slow. */
export function move(pan: number, tilt: number, zoom: number): PtzCommand {
  return {
    kind: 'move',
    pan: sign('pan', pan),
    panSpeed: speed(pan, MAX_BYTE),
    tilt: sign('tilt', tilt),
    tiltSpeed: speed(tilt, MAX_BYTE),
    zoom: sign('zoom', zoom),
    zoomSpeed: speed(zoom, MAX_NIBBLE),
  }
}

/** Speeds from -1 to 1: far and open are positive. Zeros stop. */
export function lens(focus: number, iris: number): PtzCommand {
  return {
    kind: 'lens',
    focus: sign('focus', focus),
    focusSpeed: speed(focus, MAX_BYTE),
    iris: sign('iris', iris),
    irisSpeed: speed(iris, MAX_BYTE),
  }
}

function sign(field: string, value: number): Direction {
  if (!(Math.abs(value) <= 1)) throw new AppError('INVALID', { field, reason: 'must be from -1 to 1' })
  return value > 0 ? 1 : value < 0 ? -1 : 0
}

const speed = (value: number, most: number): number =>
  value === 0 ? 0 : Math.max(1, Math.round(Math.abs(value) * most))

function checked(field: string, value: number, min: number, max: number): number {
  if (!Number.isInteger(value) || value < min || value > max) {
    throw new AppError('INVALID', { field, reason: `must be an integer from ${min} to ${max}` })
  }
  return value
}

const bits = (direction: Direction, positive: number, negative: number): number =>
  direction === 1 ? positive : direction === -1 ? negative : 0

/** Preset 0 is reserved: 1-255. */
const preset = (value: number): number => checked('preset', value, 1, MAX_BYTE)
const group = (field: string, value: number): number => checked(field, value, 0, MAX_BYTE)

/** Command, data 1, data 2, data 3. */
function codes(command: PtzCommand): readonly [number, number, number, number] {
  switch (command.kind) {
    case 'move': {
      const { pan, tilt, zoom } = command
      const code = bits(zoom, 0x10, 0x20) | bits(tilt, 0x08, 0x04) | bits(pan, 0x01, 0x02)
      return [
        code,
        checked('panSpeed', command.panSpeed, 0, MAX_BYTE),
        checked('tiltSpeed', command.tiltSpeed, 0, MAX_BYTE),
        checked('zoomSpeed', command.zoomSpeed, 0, MAX_NIBBLE),
      ]
    }
    case 'lens': {
      const code = 0x40 | bits(command.iris, 0x04, 0x08) | bits(command.focus, 0x01, 0x02)
      return [
        code,
        checked('focusSpeed', command.focusSpeed, 0, MAX_BYTE),
        checked('irisSpeed', command.irisSpeed, 0, MAX_BYTE),
        0,
      ]
    }
    case 'presetSet':
      return [0x81, 0, preset(command.preset), 0]
    case 'presetCall':
      return [0x82, 0, preset(command.preset), 0]
    case 'presetDelete':
      return [0x83, 0, preset(command.preset), 0]
    case 'cruiseAddPoint':
      return [0x84, group('cruise', command.cruise), preset(command.preset), 0]
    case 'cruiseDeletePoint':
      return [0x85, group('cruise', command.cruise), preset(command.preset), 0]
    case 'cruiseDelete':
      return [0x85, group('cruise', command.cruise), 0, 0]
    case 'cruiseSpeed':
      return [0x86, group('cruise', command.cruise), ...twelveBits('speed', command.speed)]
    case 'cruiseDwell':
      return [0x87, group('cruise', command.cruise), ...twelveBits('seconds', command.seconds)]
    case 'cruiseStart':
      return [0x88, group('cruise', command.cruise), 0, 0]
    case 'scanStart':
      return [0x89, group('scan', command.scan), 0, 0]
    case 'scanLeftEdge':
      return [0x89, group('scan', command.scan), 1, 0]
    case 'scanRightEdge':
      return [0x89, group('scan', command.scan), 2, 0]
    case 'scanSpeed':
      return [0x8a, group('scan', command.scan), ...twelveBits('speed', command.speed)]
    case 'auxOn':
      return [0x8c, group('number', command.number), 0, 0]
    case 'auxOff':
      return [0x8d, group('number', command.number), 0, 0]
  }
}

/** Low eight bits in byte 6, high four in byte 7. */
function twelveBits(field: string, value: number): readonly [number, number] {
  checked(field, value, 0, MAX_12_BITS)
  return [value & 0xff, value >> 8]
}

/** 16 hex digits for `PTZCmd`. Throws AppError INVALID for a value out of range. */
export function formatPtzCommand(command: PtzCommand): string {
  const [code, data1, data2, data3] = codes(command)
  const bytes = Buffer.from([0xa5, 0x0f, 0, code, data1, data2, data3 << 4, 0])
  bytes[7] = checksum(bytes)
  return bytes.toString('hex').toUpperCase()
}

const checksum = (bytes: Uint8Array): number => bytes.subarray(0, 7).reduce((sum, byte) => sum + byte, 0) & 0xff

/** Throws AppError BYTES_INVALID for anything that is no command of the standard, e.g. both left and right. */
export function parsePtzCommand(hex: string): PtzCommand {
  const text = hex.trim()
  if (!/^[\da-f]{16}$/i.test(text)) return refuse('it is not 16 hex digits')
  const bytes = Buffer.from(text, 'hex')
  const [start, , , code = 0, data1 = 0, data2 = 0, last = 0, sum] = bytes
  if (start !== 0xa5) return refuse('it does not begin with A5')
  if (sum !== checksum(bytes)) return refuse('its check sum is wrong')
  return decode(code, data1, data2, last >> 4)
}

function refuse(reason: string): never {
  throw new AppError('BYTES_INVALID', { what: 'PTZCmd', reason })
}

function direction(code: number, positive: number, negative: number): Direction {
  if (code & positive && code & negative) return refuse('it goes both ways')
  return code & positive ? 1 : code & negative ? -1 : 0
}

function decode(code: number, data1: number, data2: number, data3: number): PtzCommand {
  const long = data2 | (data3 << 8)
  if (code < 0x40) {
    return {
      kind: 'move',
      pan: direction(code, 0x01, 0x02),
      panSpeed: data1,
      tilt: direction(code, 0x08, 0x04),
      tiltSpeed: data2,
      zoom: direction(code, 0x10, 0x20),
      zoomSpeed: data3,
    }
  }
  if (code < 0x50) {
    return {
      kind: 'lens',
      focus: direction(code, 0x01, 0x02),
      focusSpeed: data1,
      iris: direction(code, 0x04, 0x08),
      irisSpeed: data2,
    }
  }
  switch (code) {
    case 0x81:
      return { kind: 'presetSet', preset: decodedPreset(data2) }
    case 0x82:
      return { kind: 'presetCall', preset: decodedPreset(data2) }
    case 0x83:
      return { kind: 'presetDelete', preset: decodedPreset(data2) }
    case 0x84:
      return { kind: 'cruiseAddPoint', cruise: data1, preset: decodedPreset(data2) }
    case 0x85:
      if (data2 === 0) return { kind: 'cruiseDelete', cruise: data1 }
      return { kind: 'cruiseDeletePoint', cruise: data1, preset: data2 }
    case 0x86:
      return { kind: 'cruiseSpeed', cruise: data1, speed: long }
    case 0x87:
      return { kind: 'cruiseDwell', cruise: data1, seconds: long }
    case 0x88:
      return { kind: 'cruiseStart', cruise: data1 }
    case 0x89:
      if (data2 > 2) return refuse('its scan order is unknown')
      return { kind: (['scanStart', 'scanLeftEdge', 'scanRightEdge'] as const)[data2] ?? 'scanStart', scan: data1 }
    case 0x8a:
      return { kind: 'scanSpeed', scan: data1, speed: long }
    case 0x8c:
      return { kind: 'auxOn', number: data1 }
    case 0x8d:
      return { kind: 'auxOff', number: data1 }
    default:
      return refuse(`command ${code.toString(16)} is unknown`)
  }
}

const decodedPreset = (value: number): number => (value === 0 ? refuse('preset 0 is reserved') : value)
