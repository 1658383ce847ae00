import { beforeEach, expect, test } from 'vitest'
import { FakeTime } from '../base/fake-time.ts'
import { Leases } from './leases.ts'

const path = 'default/live/cam'

let time: FakeTime
let leases: Leases
let told: string[]

beforeEach(() => {
  time = new FakeTime()
  leases = new Leases(time)
  told = []
  leases.addSource({
    knows: asked => asked === path,
    start: started => told.push(`start ${started}`),
    again: () => {},
    stop: stopped => told.push(`stop ${stopped}`),
    graceMs: () => 1000,
  })
})

test('the first lease starts the source, the end of the last stops it after the grace time', () => {
  const viewer = leases.hold(path, 'viewer')
  const recorder = leases.hold(path, 'recorder')
  expect(told).toEqual([`start ${path}`])
  expect([...leases.wanted()]).toEqual([path])
  viewer()
  time.advance(5000)
  expect(told).toEqual([`start ${path}`])
  recorder()
  time.advance(999)
  expect(told).toEqual([`start ${path}`])
  time.advance(1)
  expect(told).toEqual([`start ${path}`, `stop ${path}`])
  expect([...leases.wanted()]).toEqual([])
})

test('a lease within the grace time keeps the source', () => {
  leases.hold(path, 'viewer')()
  time.advance(500)
  const again = leases.hold(path, 'viewer')
  time.advance(5000)
  expect(told).toEqual([`start ${path}`])
  again()
  time.advance(1000)
  leases.hold(path, 'viewer')
  expect(told).toEqual([`start ${path}`, `stop ${path}`, `start ${path}`])
})

test('a lease given back twice counts once', () => {
  const first = leases.hold(path, 'viewer')
  leases.hold(path, 'viewer')
  first()
  first()
  time.advance(5000)
  expect(told).toEqual([`start ${path}`])
  expect(leases.holders(path)).toEqual(new Map([['viewer', 1]]))
})

test('a path that no source knows is held and nothing is started', () => {
  const release = leases.hold('default/live/other', 'viewer')
  expect(leases.isOnDemand('default/live/other')).toBe(false)
  expect([...leases.wanted()]).toEqual([])
  release()
  expect(told).toEqual([])
})
