import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, statSync } from 'node:fs'
import { join } from 'node:path'

const SOURCE = join(import.meta.dirname, 'viewers.c')

/** The compiled viewers where there is a C compiler, which cost the load core least; else the same in Node.js. */
export function viewersCommand(cache: string): string[] {
  const binary = join(cache, 'viewers')
  try {
    if (!existsSync(binary) || statSync(binary).mtimeMs < statSync(SOURCE).mtimeMs) {
      mkdirSync(cache, { recursive: true })
      execFileSync('cc', ['-O2', '-Wall', '-o', binary, SOURCE], { stdio: 'inherit' })
    }
    return [binary]
  } catch {
    return [process.execPath, join(import.meta.dirname, 'viewers.ts')]
  }
}
