import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { ROOT } from './servers/sightline.ts'

const FILE = join(ROOT, 'docs/benchmarks.md')
const begin = (name: string) => `<!-- begin ${name} -->`
const end = (name: string) => `<!-- end ${name} -->`
const SECTION = /<!-- begin (\S+) -->[\s\S]*?<!-- end \1 -->\n?/g

/** Writes what the main run measured; sections of other runs stay behind it. */
export function writeMain(markdown: string): void {
  const sections = [...read().matchAll(SECTION)].map(([section]) => section.trimEnd())
  writeFileSync(FILE, `${[markdown.trimEnd(), ...sections].join('\n\n')}\n`)
}

/** Puts a section in the place of the one of this name, or at the end. */
export function writeSection(name: string, markdown: string): void {
  const section = `${begin(name)}\n${markdown.trimEnd()}\n${end(name)}\n`
  const text = read()
  const at = text.indexOf(begin(name))
  if (at < 0) {
    writeFileSync(FILE, `${text.trimEnd()}\n\n${section}`)
    return
  }
  const after = text.indexOf(end(name), at) + end(name).length + 1
  writeFileSync(FILE, text.slice(0, at) + section + text.slice(after))
}

function read(): string {
  return existsSync(FILE) ? readFileSync(FILE, 'utf8') : ''
}
