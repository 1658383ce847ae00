import { mkdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { runChecks } from './check.ts'
import { moduleProgram, ROOT, runStep } from './step.ts'

/** What is used of the report of vitest's `json` reporter. */
export interface VitestReport {
  readonly numPassedTests: number
  readonly numFailedTests: number
  readonly numPendingTests: number
  readonly numTodoTests: number
  readonly testResults: readonly { readonly status: string; readonly assertionResults: readonly { status: string }[] }[]
}

export interface Totals {
  readonly passed: number
  readonly failed: number
  readonly skipped: number
}

/** A file that failed without a failed test (it could not be loaded, or a hook threw) counts as one. */
export function totalsOf(report: VitestReport): Totals {
  const brokenFiles = report.testResults.filter(
    file => file.status === 'failed' && !file.assertionResults.some(test => test.status === 'failed'),
  ).length
  return {
    passed: report.numPassedTests,
    failed: report.numFailedTests + brokenFiles,
    skipped: report.numPendingTests + report.numTodoTests,
  }
}

/** The line tools read: `N passed, N failed`, and `, N skipped` when there are any. */
export function summaryLine({ passed, failed, skipped }: Totals): string {
  return `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`
}

/** `sightline test`: checks and all tests; with filters only the tests whose file name contains one. */
export async function runTest(filters: string[]): Promise<void> {
  const checks = filters.length === 0 ? await runChecks() : { passed: 0, failed: 0 }
  const cache = join(ROOT, '.cache')
  mkdirSync(cache, { recursive: true })
  const reportFile = join(cache, `vitest-${process.pid}.json`)
  const { code } = await runStep(
    process.execPath,
    [
      moduleProgram('vitest/vitest.mjs'),
      'run',
      '--reporter=default',
      '--reporter=json',
      `--outputFile.json=${reportFile}`,
      ...filters,
    ],
    { inherit: true },
  )
  const tests = readReport(reportFile)
  const totals = {
    passed: tests.passed + checks.passed,
    // A run that broke off or found an unhandled error fails even if no single test did.
    failed: tests.failed + checks.failed + (code !== 0 && tests.failed === 0 ? 1 : 0),
    skipped: tests.skipped,
  }
  process.stdout.write(`${summaryLine(totals)}\n`)
  process.exitCode = totals.failed === 0 ? 0 : 1
}

function readReport(file: string): Totals {
  try {
    return totalsOf(JSON.parse(readFileSync(file, 'utf8')) as VitestReport) // written by vitest
  } catch {
    return { passed: 0, failed: 0, skipped: 0 } // no report: vitest's exit code says that it broke off
  } finally {
    rmSync(file, { force: true })
  }
}
