import { expect, test } from 'vitest'
import { CONFIGS, isWhole, parsed, rowsOf, spansOf, toDevice, toldOf } from './config-fields.ts'

const spec = (name: string) => CONFIGS.find(each => each.name === name) ?? CONFIGS[0]

test('what the device told becomes a form, and a number alone a field', () => {
  const answer = {
    basicParam: { name: 'gate' },
    frameMirror: 2,
    osdConfig: { lines: [{ text: 'a', x: 1, y: 2 }, null] },
  }
  expect(toldOf(spec('BasicParam'), answer)).toEqual({ name: 'gate' })
  expect(toldOf(spec('FrameMirror'), answer)).toEqual({ value: 2 })
  expect(toldOf(spec('AlarmReport'), answer)).toBeNull()
  expect(rowsOf(toldOf(spec('OSDConfig'), answer) ?? {}, 'lines')).toEqual([{ text: 'a', x: 1, y: 2 }])
  expect(rowsOf({}, 'lines')).toEqual([])
})

test('numbers are numbers, and nothing is left out', () => {
  expect(parsed({ key: 'x', kind: 'number' }, ' 12 ')).toBe(12)
  expect(parsed({ key: 'x', kind: 'number' }, 'wide')).toBeUndefined()
  expect(parsed({ key: 'x', kind: 'text' }, '12')).toBe('12')
  expect(parsed({ key: 'x', kind: 'text' }, '')).toBeUndefined()
})

test('masks are rows of corners, and are numbered and counted for the device', () => {
  const point = { left: 10, top: 20, right: 110, bottom: 80 }
  const told = { on: true, sumNum: 1, regions: [{ seq: 1, point }] }
  const form = toldOf(spec('PictureMask'), { pictureMask: told })
  expect(form).toMatchObject({ on: true, regions: [point] })
  expect(toDevice(spec('PictureMask'), form ?? {})).toEqual(told)
  const two = { ...form, regions: [point, { ...point, left: 0 }] }
  expect(toDevice(spec('PictureMask'), two)).toMatchObject({ sumNum: 2, regions: [{ seq: 1 }, { seq: 2 }] })
})

test('a plan is a line for each day, there and back', () => {
  const morning = { startHour: 8, startMin: 0, startSec: 0, stopHour: 12, stopMin: 30, stopSec: 5 }
  const night = { startHour: 20, startMin: 0, startSec: 0, stopHour: 24, stopMin: 0, stopSec: 0 }
  const schedules = [{ weekDay: 1, sumNum: 2, segments: [morning, night] }]
  const told = { recordEnable: true, streamNumber: 0, sumNum: 1, schedules }
  const form = toldOf(spec('VideoRecordPlan'), { videoRecordPlan: told })
  expect(form).toMatchObject({ day1: '08:00-12:30:05, 20:00-24:00', day2: '' })
  expect(toDevice(spec('VideoRecordPlan'), form ?? {})).toEqual(told)
  expect(toDevice(spec('VideoRecordPlan'), { ...form, day1: '', day7: '0:00–24:00' })).toMatchObject({
    sumNum: 1,
    schedules: [{ weekDay: 7, segments: [{ startHour: 0, stopHour: 24 }] }],
  })
})

test.each(['8-12', '12:00-08:00', '08:00-25:00', '08:70-09:00', '0:00-1:00,'.repeat(9)])(
  '%s are no times of a day',
  line => {
    expect(spansOf(line)).toBeNull()
    expect(isWhole(spec('VideoRecordPlan'), { day3: line })).toBe(false)
  },
)
