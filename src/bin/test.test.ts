import { expect, test } from 'vitest'
import { summaryLine, totalsOf } from './test.ts'

const report = (counts: [number, number, number, number], files: [string, string[]][]) => ({
  numPassedTests: counts[0],
  numFailedTests: counts[1],
  numPendingTests: counts[2],
  numTodoTests: counts[3],
  testResults: files.map(([status, tests]) => ({ status, assertionResults: tests.map(status => ({ status })) })),
})

test.each([
  ['all passed', report([3, 0, 0, 0], [['passed', ['passed', 'passed', 'passed']]]), '3 passed, 0 failed'],
  ['one failed', report([1, 1, 0, 0], [['failed', ['passed', 'failed']]]), '1 passed, 1 failed'],
  [
    'skipped and todo',
    report([1, 0, 1, 1], [['passed', ['passed', 'skipped', 'todo']]]),
    '1 passed, 0 failed, 2 skipped',
  ],
  ['a file that cannot be loaded', report([0, 0, 0, 0], [['failed', []]]), '0 passed, 1 failed'],
])('summary: %s', (_, input, line) => {
  expect(summaryLine(totalsOf(input))).toBe(line)
})
