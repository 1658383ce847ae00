import { expect, test } from 'vitest'
import { EventStreamParser } from '../clients/typescript/src/event-stream.ts'

const TEXT =
  'retry: 2000\n\nevent: ready\nid: e.1\ndata: {}\n\n: alive\n\nevent: stream.on\nid: e.2\ndata: {"a":1}\n\ndata: one\ndata: two\n\nevent: empty\n\n'
const EVENTS = [
  { type: 'ready', data: '{}', id: 'e.1' },
  { type: 'stream.on', data: '{"a":1}', id: 'e.2' },
  { type: 'message', data: 'one\ntwo', id: 'e.2' },
]

test.each([
  ['whole', [TEXT]],
  ['letter by letter', [...TEXT]],
  ['with carriage returns', [...TEXT.replaceAll('\n', '\r\n')]],
])('events are the same however they come: %s', (_, pieces) => {
  const parser = new EventStreamParser()
  expect(pieces.flatMap(piece => parser.push(piece))).toEqual(EVENTS)
})

test('what never ends is not kept', () => {
  const parser = new EventStreamParser()
  expect(() => {
    for (let i = 0; i < 100; i++) parser.push('x'.repeat(100_000))
  }).toThrow(RangeError)
})
