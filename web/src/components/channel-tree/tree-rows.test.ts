import { expect, test } from 'vitest'
import type { TreeNode } from '../../lib/api/types.ts'
import { type Level, parentRow, ROOT, treeRows, windowOf } from './tree-rows.ts'

const node = (id: string, expandable: boolean): TreeNode => ({
  kind: expandable ? 'directory' : 'channel',
  id,
  name: id,
  gbId: null,
  directoryKind: null,
  deviceState: null,
  online: null,
  path: null,
  counts: null,
  expandable,
  where: [],
})
const ready = (items: readonly TreeNode[], nextCursor: string | null = null): Level => ({
  items,
  nextCursor,
  state: 'ready',
})
const levels = new Map<string, Level>([
  [ROOT, ready([node('a', true), node('b', true), node('c', false)])],
  ['a', ready([node('a1', true), node('a2', false)], 'next')],
  ['a1', ready([node('a11', false)])],
])
const words = (opened: string[]) =>
  treeRows(levels, new Set(opened)).map(
    row => `${'.'.repeat(row.depth)}${row.kind === 'node' ? row.node.id : `more ${row.of} ${row.state}`}`,
  )

test('closed levels are not there, open ones are indented, and say where more comes', () => {
  expect(words([])).toEqual(['a', 'b', 'c'])
  expect(words(['a', 'a1'])).toEqual(['a', '.a1', '..a11', '.a2', '.more a ready', 'b', 'c'])
})

test('a level nobody asked for yet is awaited', () => {
  expect(words(['b'])).toEqual(['a', 'b', '.more b loading', 'c'])
  expect(treeRows(new Map(), new Set())).toEqual([{ kind: 'more', key: 'more ', depth: 0, of: ROOT, state: 'loading' }])
})

test('what is below what', () => {
  const rows = treeRows(levels, new Set(['a', 'a1']))
  expect(rows.map((_, at) => parentRow(rows, at))).toEqual([null, 0, 1, 0, 0, null, null])
})

test('a hundred thousand lines draw a screenful', () => {
  const many = new Map<string, Level>([[ROOT, ready(Array.from({ length: 100_000 }, (_, i) => node(`n${i}`, false)))]])
  const rows = treeRows(many, new Set())
  expect(rows).toHaveLength(100_000)
  const { first, last } = windowOf(36 * 50_000, 720, rows.length, 36)
  expect([first, last]).toEqual([49_990, 50_030])
  expect(windowOf(0, 720, 5, 36)).toEqual({ first: 0, last: 5 })
})
