import { beforeEach, expect, test } from 'vitest'
import { FakeTime } from '../../base/fake-time.ts'
import { CatalogChanges, type Change } from './gb-catalog-changes.ts'

const A = '34020000001310000001'
const B = '34020000001310000002'

let time: FakeTime
let said: string[][]
let wanted: boolean
let changes: CatalogChanges

beforeEach(() => {
  time = new FakeTime()
  said = []
  wanted = true
  changes = new CatalogChanges({
    ...{ timers: time, wanted: () => wanted, perPart: () => 2 },
    say: async items => void said.push(items.map(({ deviceId, event, name }) => `${deviceId} ${event} ${name ?? ''}`)),
  })
})

const add = (deviceId: string, event: Change['event'], name?: string) =>
  changes.add({ deviceId, event, ...(name !== undefined && { name }) })

/** What is said in the batch that is due now. */
async function told(): Promise<string[][]> {
  said = []
  time.advance(500)
  await new Promise(resolve => setImmediate(resolve))
  return said
}

test('of each channel the last word, its state beside it, in messages of the wanted size', async () => {
  add(A, 'OFF')
  add(A, 'ON')
  add(A, 'UPDATE', 'gate')
  add(B, 'OFF')
  expect(await told()).toEqual([[`${A} ON `, `${A} UPDATE gate`], [`${B} OFF `]])
  expect(await told()).toEqual([])
})

test('one that is new stays new when it changes; of one that is gone the state is no news', async () => {
  add(A, 'ADD', 'one')
  add(A, 'UPDATE', 'two')
  add(B, 'OFF')
  add(B, 'DEL')
  expect(await told()).toEqual([[`${A} ADD two`, `${B} DEL `]])
})

test('nothing is kept for nobody, nor said after the end', async () => {
  wanted = false
  add(A, 'OFF')
  wanted = true
  expect(await told()).toEqual([])
  add(A, 'ON')
  changes.close()
  expect(await told()).toEqual([])
})
