import { expect, test } from 'vitest'
import { formatPtzCommand, lens, move, type PtzCommand, parsePtzCommand } from './ptz-command.ts'

const half = { kind: 'move', pan: 0, panSpeed: 0, tilt: 0, tiltSpeed: 0, zoom: 0, zoomSpeed: 0 } as const
const glass = { kind: 'lens', focus: 0, focusSpeed: 0, iris: 0, irisSpeed: 0 } as const

const VECTORS: readonly [string, string, PtzCommand][] = [
  ['right', 'A50F000180000035', { ...half, pan: 1, panSpeed: 128 }],
  ['left', 'A50F000280000036', { ...half, pan: -1, panSpeed: 128 }],
  ['up', 'A50F00080080003C', { ...half, tilt: 1, tiltSpeed: 128 }],
  ['down', 'A50F000400800038', { ...half, tilt: -1, tiltSpeed: 128 }],
  ['zoom in', 'A50F001000008044', { ...half, zoom: 1, zoomSpeed: 8 }],
  ['zoom out', 'A50F002000008054', { ...half, zoom: -1, zoomSpeed: 8 }],
  ['stop', 'A50F0000000000B4', half],
  ['up and right', 'A50F00094040003D', { ...half, pan: 1, panSpeed: 64, tilt: 1, tiltSpeed: 64 }],
  ['set preset', 'A50F008100010036', { kind: 'presetSet', preset: 1 }],
  ['call preset', 'A50F008200010037', { kind: 'presetCall', preset: 1 }],
  ['delete preset', 'A50F008300010038', { kind: 'presetDelete', preset: 1 }],
  ['focus far', 'A50F004180000075', { ...glass, focus: 1, focusSpeed: 128 }],
  ['focus near', 'A50F004280000076', { ...glass, focus: -1, focusSpeed: 128 }],
  ['iris open', 'A50F004400800078', { ...glass, iris: 1, irisSpeed: 128 }],
  ['iris close', 'A50F00480080007C', { ...glass, iris: -1, irisSpeed: 128 }],
  ['lens stop', 'A50F0040000000F4', glass],
  ['add a cruise point', 'A50F00840105003E', { kind: 'cruiseAddPoint', cruise: 1, preset: 5 }],
  ['delete a cruise point', 'A50F00850105003F', { kind: 'cruiseDeletePoint', cruise: 1, preset: 5 }],
  ['delete a cruise', 'A50F00850100003A', { kind: 'cruiseDelete', cruise: 1 }],
  ['cruise speed', 'A50F00860134107F', { kind: 'cruiseSpeed', cruise: 1, speed: 0x134 }],
  ['cruise dwell', 'A50F0087013C0078', { kind: 'cruiseDwell', cruise: 1, seconds: 60 }],
  ['start a cruise', 'A50F00880100003D', { kind: 'cruiseStart', cruise: 1 }],
  ['start a scan', 'A50F00890100003E', { kind: 'scanStart', scan: 1 }],
  ['left edge', 'A50F00890101003F', { kind: 'scanLeftEdge', scan: 1 }],
  ['right edge', 'A50F008901020040', { kind: 'scanRightEdge', scan: 1 }],
  ['scan speed', 'A50F008A01FFF02E', { kind: 'scanSpeed', scan: 1, speed: 4095 }],
  ['wiper on', 'A50F008C01000041', { kind: 'auxOn', number: 1 }],
  ['wiper off', 'A50F008D01000042', { kind: 'auxOff', number: 1 }],
]

test.each(VECTORS)('%s', (_, hex, command) => {
  expect(formatPtzCommand(command)).toBe(hex)
  expect(parsePtzCommand(hex)).toEqual(command)
  expect(parsePtzCommand(` ${hex.toLowerCase()}\r\n`)).toEqual(command)
})

test('speeds of the API', () => {
  expect(move(-0.5, 1, 0.001)).toEqual({
    kind: 'move',
    pan: -1,
    panSpeed: 128,
    tilt: 1,
    tiltSpeed: 255,
    zoom: 1,
    zoomSpeed: 1,
  })
  expect(lens(0.5, -1)).toEqual({ kind: 'lens', focus: 1, focusSpeed: 128, iris: -1, irisSpeed: 255 })
  expect(formatPtzCommand(move(0, 0, 0))).toBe('A50F0000000000B4')
})

test.each([
  ['speed', () => move(1.5, 0, 0)],
  ['no number', () => move(Number.NaN, 0, 0)],
  ['preset 0', () => formatPtzCommand({ kind: 'presetCall', preset: 0 })],
  ['preset 256', () => formatPtzCommand({ kind: 'presetCall', preset: 256 })],
  ['dwell', () => formatPtzCommand({ kind: 'cruiseDwell', cruise: 1, seconds: 4096 })],
  ['zoom speed', () => formatPtzCommand({ ...half, zoom: 1, zoomSpeed: 16 })],
])('not written: %s', (_, write) => {
  expect(write).toThrow(expect.objectContaining({ code: 'INVALID' }))
})

test.each([
  ['short', 'A50F'],
  ['letters', 'A50F0001800000ZZ'],
  ['start', 'A40F000180000034'],
  ['check sum', 'A50F000180000036'],
  ['both ways', 'A50F000380000037'],
  ['preset 0', 'A50F008200000036'],
  ['command', 'A50F00FF000000B3'],
])('not read: %s', (_, hex) => {
  expect(() => parsePtzCommand(hex)).toThrow(expect.objectContaining({ code: 'BYTES_INVALID' }))
})
