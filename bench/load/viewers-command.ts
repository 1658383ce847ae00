import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, statSync } from 'node:fs'
import { join } from 'node:path'

const SOURCE = join(import.meta.dirname, 'viewers.c')

/** woken: a viewer reads as soon as something arrives. paused: all of them look every 8 ms. */
export type Look = 'woken' | 'paused'

/**
 * The compiled viewers where there is a C compiler, which cost the load core least; else the same in Node.js.
 * Throws for `paused` viewers without a compiler: Node.js is always woken.
 */
export function viewersCommand(cache: string, look: Look): string[] {
  const binary = join(cache, 'viewers')
  try {
    if (!existsSync(binary) || statSync(binary).mtimeMs < statSync(SOURCE).mtimeMs) {
      mkdirSync(cache, { recursive: true })
      execFileSync('cc', ['-O2', '-Wall', '-o', binary, SOURCE], { stdio: 'inherit' })
    }
    return [binary]
  } catch (cause) {
    if (look === 'paused') throw new Error('viewers with pauses need a C compiler', { cause })
    return [process.execPath, join(import.meta.dirname, 'viewers.ts')]
  }
}
