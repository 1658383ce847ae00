import { expect, test } from 'vitest'
import type { Binding } from '../../lib/api/recording-queries.ts'
import { BindingTable } from './in-force.ts'

const binding = (
  scope: Binding['scope'],
  target: string,
  templateId: string | null,
  type: Binding['type'] = 'record',
) => ({ scope, target, type, templateId, planId: null }) satisfies Binding

const table = new BindingTable([
  binding('space', 'school', 'week'),
  binding('stream', 'school/live/gate', 'day'),
  binding('stream', 'school/live/toilet', null),
  binding('stream', 'school/live/hall', 'pictures', 'snapshot'),
])

test('what is bound to a stream goes over what its space says, also when it says nothing', () => {
  expect(table.ofStream('school/live/gate', 'record')).toMatchObject({ from: 'stream', templateId: 'day' })
  expect(table.ofStream('school/live/toilet', 'record')).toMatchObject({ from: 'stream', templateId: null })
  expect(table.ofStream('school/live/hall', 'record')).toMatchObject({ from: 'space', templateId: 'week' })
})

test('recording and pictures are apart, and a space without a word does nothing', () => {
  expect(table.ofStream('school/live/hall', 'snapshot')).toMatchObject({ from: 'stream', templateId: 'pictures' })
  expect(table.ofStream('school/live/gate', 'snapshot')).toMatchObject({ from: 'none', templateId: null })
  expect(table.ofStream('other/live/gate', 'record')).toMatchObject({ from: 'none', templateId: null })
})
