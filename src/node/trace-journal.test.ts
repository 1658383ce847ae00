import { expect, test } from 'vitest'
import { FakeTime } from '../base/fake-time.ts'
import { TraceJournal } from './trace-journal.ts'

const PATH = 'default/live/cam'

function setUp() {
  const time = new FakeTime()
  return { time, journal: new TraceJournal(time) }
}

test('entries come in the order they were made, with their time', () => {
  const { time, journal } = setUp()
  const start = time.nowMs()
  journal.note(PATH, { step: 'viewer asked', traceId: 'v' })
  journal.note(PATH, { step: 'publish asked', traceId: 'p' })
  time.advance(40)
  journal.note(PATH, { step: 'publish started', traceId: 'p', who: 'pub_1' })
  journal.note(PATH, { step: 'viewer joined', traceId: 'v' })
  expect(journal.entries(PATH)).toEqual([
    { atMs: start, step: 'viewer asked', traceId: 'v' },
    { atMs: start, step: 'publish asked', traceId: 'p' },
    { atMs: start + 40, step: 'publish started', traceId: 'p', who: 'pub_1' },
    { atMs: start + 40, step: 'viewer joined', traceId: 'v' },
  ])
  expect(journal.entries('default/live/other')).toEqual([])
})

test('a crowd of viewers does not push out the publisher', () => {
  const { journal } = setUp()
  journal.note(PATH, { step: 'publish started' })
  for (let i = 0; i < 5000; i++) journal.note(PATH, { step: 'viewer joined', who: `vw_${i}` })
  const entries = journal.entries(PATH)
  expect(entries).toHaveLength(121)
  expect(entries[0]).toMatchObject({ step: 'publish started' })
  expect(entries.slice(1).map(entry => entry.who)).toEqual(Array.from({ length: 120 }, (_, i) => `vw_${4880 + i}`))
})

test('made-up paths do not push out streams', () => {
  const { journal } = setUp()
  journal.note(PATH, { step: 'publish started' })
  for (let i = 0; i < 5000; i++) journal.note(`default/live/${i}`, { step: 'viewer refused' })
  expect(journal.entries(PATH)).toHaveLength(1)
  expect(journal.entries('default/live/4799')).toHaveLength(0)
  expect(journal.entries('default/live/4800')).toHaveLength(1)
})

test('the stream that was quiet longest goes first', () => {
  const { journal } = setUp()
  journal.note('default/live/0', { step: 'viewer asked' })
  for (let i = 0; i < 1000; i++) journal.note(`default/live/${i}`, { step: 'publish started' })
  journal.note('default/live/0', { step: 'publish stopped' })
  journal.note('default/live/new', { step: 'publish started' })
  expect(journal.entries('default/live/0')).toHaveLength(3)
  expect(journal.entries('default/live/1')).toHaveLength(0)
})

test('a long reason is cut', () => {
  const { journal } = setUp()
  journal.note(PATH, { step: 'publish stopped', reason: 'x'.repeat(10_000) })
  expect(journal.entries(PATH)[0]?.reason).toHaveLength(512)
})
