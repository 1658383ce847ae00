import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join, resolve } from 'node:path'

/** Directory of the project. */
export const ROOT: string = resolve(import.meta.dirname, '../..')

/** A program of the dependencies, run by this very Node whatever is in PATH. */
export function moduleProgram(file: string): string {
  return join(ROOT, 'node_modules', file)
}

interface StepOptions {
  /** Shows the output as it comes; otherwise it is returned. */
  readonly inherit?: boolean
}

export interface StepResult {
  readonly code: number
  /** Both outputs in the order they came. */
  readonly output: string
}

/** Runs one program in the project's directory to its end. */
export async function runStep(
  program: string,
  args: readonly string[],
  options: StepOptions = {},
): Promise<StepResult> {
  const output = options.inherit ? 'inherit' : 'pipe'
  const child = spawn(program, args, {
    cwd: ROOT,
    stdio: ['ignore', output, output],
    env: { ...process.env, NO_COLOR: '1', CI: 'true' },
  })
  const parts: Buffer[] = []
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', (part: Buffer) => parts.push(part))
  const [code] = (await once(child, 'close')) as [number | null] // documented arguments of `close`
  return { code: code ?? 1, output: Buffer.concat(parts).toString() }
}
