import { expect, test } from 'vitest'
import { ProcessLog, prettyLine } from './process-log.ts'

test('JSON lines name time, level, process and message; the level holds for children too', () => {
  const lines: string[] = []
  const log = ProcessLog.open({ level: 'info', format: 'json', write: line => void lines.push(line) })
  const child = log.child({ process: 'node' }).child({ path: 'default/live/a' })
  child.debug('not written')
  child.info('publishing', { viewers: 2 })
  log.setLevel('error')
  child.warn('not written')
  child.error('broken')
  log.setLevel('debug')
  child.debug('details')
  const [first, second, third] = lines.map(line => JSON.parse(line) as Record<string, unknown>)
  expect(first).toEqual({
    level: 'info',
    time: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
    process: 'node',
    path: 'default/live/a',
    viewers: 2,
    message: 'publishing',
  })
  expect(second).toMatchObject({ level: 'error', message: 'broken' })
  expect(third).toMatchObject({ level: 'debug', message: 'details' })
  expect(lines).toHaveLength(3)
})

test('the same for people', () => {
  const json =
    '{"level":"warn","time":"2026-11-20T18:20:31.004Z","process":"node","reason":"too slow","frames":12,"message":"dropped"}'
  expect(prettyLine(json)).toBe('18:20:31.004 WARN  node       dropped reason="too slow" frames=12\n')
})
