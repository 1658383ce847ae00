import { afterEach, beforeEach, expect, test } from 'vitest'
import { ADMINISTRATOR, type PlatformUnderTest, platformUnderTest } from '../../../test/support/platform-under-test.ts'

let platform: PlatformUnderTest

beforeEach(async () => {
  platform = await platformUnderTest()
})

afterEach(() => platform.close())

test('changes at the same time are all written down, each with a number of its own', async () => {
  const { db, services } = platform
  const names = Array.from({ length: 60 }, (_, i) => `cam${i}`)
  const made = await Promise.all(
    names.map(name => services.streams.create(ADMINISTRATOR, { space: 'default', app: 'live', name })),
  )
  await Promise.all([
    ...made.slice(0, 30).map(({ id }) => services.streams.update(ADMINISTRATOR, id, { title: 'renamed' })),
    ...made.slice(30).map(({ id }) => services.streams.delete(ADMINISTRATOR, id)),
    services.site.update(ADMINISTRATOR, { name: 'Harbour' }),
  ])
  const rows = await db.selectFrom('audit').select(['number', 'action']).orderBy('number').execute()
  expect(rows.map(({ number }) => number)).toEqual(rows.map((_, i) => i + 1))
  const count = (action: string) => rows.filter(row => row.action === action).length
  expect([count('stream.create'), count('stream.update'), count('stream.delete'), count('site.update')]).toEqual([
    60, 30, 30, 1,
  ])
})

test('of two who make the same stream at once one is refused', async () => {
  const { streams } = platform.services
  const make = () => streams.create(ADMINISTRATOR, { space: 'default', app: 'live', name: 'same' })
  const results = await Promise.allSettled(Array.from({ length: 8 }, make))
  expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
})
