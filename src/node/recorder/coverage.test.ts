import { expect, test } from 'vitest'
import { CoverageLedger } from './coverage.ts'

const S = 1000

test('all is well: planned is recorded', () => {
  const ledger = new CoverageLedger('a/b/c', 0)
  for (let at = 0; at < 60 * S; at += 2 * S) {
    ledger.recorded(at, at + 2 * S)
    expect(ledger.due(at + 3 * S, null)).toBe(at + 3 * S >= 60 * S)
  }
  expect(ledger.take(61 * S, null)).toEqual({
    path: 'a/b/c',
    fromMs: 0,
    toMs: 60 * S,
    plannedS: 60,
    recordedS: 60,
    gaps: [],
  })
  expect(ledger.due(62 * S, null)).toBe(false)
})

test('nothing comes: the gap is told within seconds, and again each minute', () => {
  const ledger = new CoverageLedger('a/b/c', 0)
  expect(ledger.due(5 * S, null)).toBe(false)
  expect(ledger.due(8 * S, null)).toBe(true)
  expect(ledger.take(8 * S, null)).toMatchObject({
    toMs: 2 * S,
    plannedS: 2,
    recordedS: 0,
    gaps: [{ startMs: 0, endMs: 2 * S, reason: 'noStream' }],
  })
  ledger.because('diskFull')
  expect(ledger.due(20 * S, null)).toBe(false)
  expect(ledger.due(62 * S, null)).toBe(true)
  expect(ledger.take(66 * S, null)?.gaps).toEqual([{ startMs: 2 * S, endMs: 60 * S, reason: 'diskFull' }])
})

test('a gap that closes is told', () => {
  const ledger = new CoverageLedger('a/b/c', 0)
  ledger.recorded(0, 10 * S)
  ledger.because('overload')
  expect(ledger.due(18 * S, null)).toBe(true)
  expect(ledger.take(18 * S, null)?.gaps).toEqual([{ startMs: 10 * S, endMs: 12 * S, reason: 'overload' }])
  ledger.recorded(20 * S, 22 * S)
  expect(ledger.due(23 * S, null)).toBe(true)
  expect(ledger.take(23 * S, null)).toEqual({
    path: 'a/b/c',
    fromMs: 12 * S,
    toMs: 22 * S,
    plannedS: 10,
    recordedS: 2,
    gaps: [{ startMs: 12 * S, endMs: 20 * S, reason: 'overload' }],
  })
})

test('overlaps count once, jitter is no gap', () => {
  const ledger = new CoverageLedger('a/b/c', 0)
  ledger.recorded(0, 10 * S)
  ledger.recorded(8 * S, 10 * S)
  ledger.recorded(10 * S + 500, 12 * S)
  expect(ledger.end(12 * S)).toMatchObject({ plannedS: 12, recordedS: 12, gaps: [] })
})

test('at the end what is missing is a gap', () => {
  const ledger = new CoverageLedger('a/b/c', 0)
  ledger.recorded(-500, 10 * S)
  ledger.because('noKeyframe')
  expect(ledger.end(15 * S)).toMatchObject({
    plannedS: 15,
    recordedS: 10,
    gaps: [{ startMs: 10 * S, endMs: 15 * S, reason: 'noKeyframe' }],
  })
  expect(new CoverageLedger('a/b/c', 5).end(5)).toBeNull()
})

test('what waits for the disk is no gap yet', () => {
  const ledger = new CoverageLedger('a/b/c', 0)
  ledger.recorded(0, 10 * S)
  expect(ledger.due(30 * S, 10 * S)).toBe(false)
  expect(ledger.due(30 * S, 20 * S)).toBe(true)
  expect(ledger.take(30 * S, 20 * S)?.gaps).toMatchObject([{ startMs: 10 * S, endMs: 20 * S }])
})
