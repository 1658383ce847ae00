import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { systemClock } from '../base/clock.ts'
import { moduleProgram, ROOT, runStep } from './step.ts'

interface Check {
  readonly name: string
  readonly program: string
  readonly args: readonly string[]
}

function checks(): Check[] {
  const node = process.execPath
  const tsc = moduleProgram('typescript/bin/tsc')
  const projects = ['tsconfig.json', 'web/tsconfig.json'].filter(project => existsSync(join(ROOT, project)))
  return [
    {
      name: 'format and lint',
      program: node,
      args: [moduleProgram('@biomejs/biome/bin/biome'), 'ci', '--colors=off'],
    },
    ...projects.map(project => ({
      name: `types of ${project}`,
      program: node,
      args: [tsc, '--noEmit', '-p', project],
    })),
    { name: 'console builds', program: join(ROOT, 'sightline'), args: ['console'] },
    { name: 'unused code', program: node, args: [moduleProgram('knip/bin/knip.js'), '--no-progress'] },
  ]
}

/** Runs every check to its end, prints one line each and the output of those that failed. */
export async function runChecks(): Promise<{ passed: number; failed: number }> {
  let passed = 0
  let failed = 0
  for (const { name, program, args } of checks()) {
    const startedAt = systemClock.monotonicMs()
    const { code, output } = await runStep(program, args)
    const seconds = ((systemClock.monotonicMs() - startedAt) / 1000).toFixed(1)
    process.stdout.write(`check: ${name}: ${code === 0 ? 'ok' : 'FAILED'} (${seconds} s)\n`)
    if (code === 0) passed++
    else {
      failed++
      process.stdout.write(`${output.trimEnd()}\n`)
    }
  }
  return { passed, failed }
}

/** `sightline check`. Room borders are a test: test/layers.test.ts. */
export async function runCheck(): Promise<void> {
  const { failed } = await runChecks()
  process.exitCode = failed === 0 ? 0 : 1
}
