import { expect, test } from 'vitest'
import type { NodeEvent } from '../../link/events.ts'
import { fromNodeEvent } from './feed-event.ts'

const catalog: Omit<Extract<NodeEvent, { type: 'device.catalog' }>, 'end'> = {
  type: 'device.catalog',
  device: 'dv_1',
  sync: 'sy_1',
  items: [],
  atMs: 5,
}
const common = { atMs: 5, permission: 'devices.read', path: null }

test('a catalog tells how far it is, and its end', () => {
  const sofar = { promised: 1000, received: 200 }
  expect(fromNodeEvent('n', { ...catalog, end: null, sofar })).toEqual({
    ...{ ...common, type: 'device.catalog-part' },
    data: { device: 'dv_1', sync: 'sy_1', promised: 1000, received: 200 },
  })
  const end = { promised: 1000, received: 1000, complete: true }
  expect(fromNodeEvent('n', { ...catalog, end })).toEqual({
    ...{ ...common, type: 'device.catalog' },
    data: { device: 'dv_1', sync: 'sy_1', ...end },
  })
})

test('of a node that does not say how far it is, only the end is told', () => {
  expect(fromNodeEvent('n', { ...catalog, end: null })).toBeNull()
})

test('changes of channels are counted by what they mean', () => {
  const change = (event: 'ON' | 'VLOST' | 'OFF' | 'ADD' | 'DEL') => ({
    event,
    gbId: '34020000001320000001',
    item: null,
  })
  const changes = [change('ON'), change('VLOST'), change('OFF'), change('ADD'), change('DEL')]
  expect(fromNodeEvent('n', { type: 'device.catalog-changed', device: 'dv_1', changes, atMs: 5 })).toEqual({
    ...{ ...common, type: 'device.channels' },
    data: { device: 'dv_1', on: 1, off: 2, changed: 1, gone: 1 },
  })
})
