import { expect, test } from 'vitest'
import type { Template } from '../../lib/api/recording-queries.ts'
import { changeOf, draftOf, numberOf, wrongFields } from './template-draft.ts'

const RECORD: Template = {
  id: 't1',
  type: 'record',
  name: 'Week',
  notes: '',
  createdAt: '2026-01-05T00:00:00.000Z',
  bindings: 0,
  record: {
    trigger: 'auto',
    format: 'fmp4',
    segmentS: 601,
    segmentBytes: 1_234_567,
    overlapKeyframes: 0,
    preRecordS: 10,
    postRecordS: 30,
    objectName: '{Space}/{AppName}/{StreamName}/{EscapedStartTime}',
    retentionDays: 7,
    retentionBytes: null,
    thinAfterDays: null,
    tierAfterDays: null,
    encrypt: false,
    snapshots: true,
  },
  snapshot: null,
}

const edited = (change: object) => {
  const draft = draftOf(RECORD)
  return { ...draft, record: draft.record && { ...draft.record, ...change } }
}

test('looking at a template changes nothing, though the form shows rounded numbers', () => {
  expect(changeOf(RECORD, draftOf(RECORD))).toEqual({})
})

test('only what was changed is sent, in the units of the platform', () => {
  expect(changeOf(RECORD, edited({ minutes: '5' }))).toEqual({ record: { segmentS: 300 } })
  expect(changeOf(RECORD, edited({ gigabytes: '1,5', retentionDays: '' }))).toEqual({
    record: { retentionBytes: 1_500_000_000, retentionDays: null },
  })
  expect(changeOf(RECORD, { ...draftOf(RECORD), name: ' Month ' })).toEqual({ name: 'Month' })
})

test('what cannot be taken is named', () => {
  expect([...wrongFields(edited({ minutes: 'ten', preRecordS: '1.5', retentionDays: '0' }))]).toEqual([
    'minutes',
    'preRecordS',
    'retentionDays',
  ])
  expect(numberOf('minutes', '')).toBeUndefined()
  expect(numberOf('tierAfterDays', '0')).toBe(0)
  expect(numberOf('width', '')).toBeNull()
  expect(numberOf('quality', '101')).toBeUndefined()
})
