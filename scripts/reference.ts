/**
 * The reference pages that the code knows by itself. `node scripts/reference.ts` writes them;
 * test/reference.test.ts fails while one is not what the code says.
 */
import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { z } from 'zod'
import { ERROR_CODES } from '../src/base/errors.ts'
import { environmentName, KEYS, schema } from '../src/config/schema.ts'

const GENERATED = '<!-- Written by `node scripts/reference.ts`. -->'

const FAULTS = {
  peer: 'the other side of a connection sent something wrong or nothing',
  caller: 'the request or the configuration is wrong; repeating it changes nothing',
  ours: 'a defect of Sightline: please report it with the log',
  environment: 'the machine, the network or another process; trying again may help',
} as const

/** Cells may hold `|` only escaped. */
const cell = (text: string): string => text.replaceAll('|', '\\|')

function errorsPage(): string {
  const rows = Object.entries(ERROR_CODES).map(([code, entry]) => {
    const hint = 'hint' in entry ? entry.hint : ''
    return `| \`${code}\` | ${entry.fault} | ${entry.http} | ${cell(entry.text)} | ${cell(hint)} |`
  })
  return [
    '# Errors',
    GENERATED,
    '',
    'Every error has a code from this closed list. It stands in the log, and over HTTP in the body',
    '`{ "error": { "code", "message", "hint", "field", "traceId" } }` with the status of the table.',
    '',
    'Whose fault it is decides what to do:',
    '',
    ...Object.entries(FAULTS).map(([fault, meaning]) => `- **${fault}**: ${meaning}.`),
    '',
    '| code | fault | HTTP | message | what to do |',
    '|---|---|---|---|---|',
    ...rows,
    '',
  ].join('\n')
}

function configurationPage(): string {
  const rows = [...KEYS].map(([key, meta]) => {
    const fallback = meta.fallback === null ? '' : `\`${meta.fallback}\``
    const reload = meta.reloadable ? 'yes' : ''
    return `| \`${key}\` | \`${environmentName(key)}\` | ${fallback} | ${cell(meta.allowed)} | ${reload} | ${cell(meta.description)} |`
  })
  return [
    '# Configuration',
    GENERATED,
    '',
    'A YAML file, by default `sightline.yaml` in the working directory; `-c FILE` or `SIGHTLINE_CONFIG` names another.',
    'Every key has a default. An environment variable goes over the file, and its name follows from the key.',
    'A wrong value or an unknown key stops the start with one line that names file, key, value and what is allowed.',
    '',
    'Editors complete and check the file with this first line:',
    '',
    '```yaml',
    '# yaml-language-server: $schema=docs/reference/sightline.schema.json',
    '```',
    '',
    'Keys marked *reload* are taken over by `SIGHUP` or `POST /api/v1/system/reload` without dropping anybody;',
    'the others wait for a restart, and the log names them.',
    '',
    '| key | variable | default | allowed | reload | meaning |',
    '|---|---|---|---|---|---|',
    ...rows,
    '',
  ].join('\n')
}

function jsonSchema(): string {
  const generated = z.toJSONSchema(schema, { io: 'input' })
  return `${JSON.stringify({ $comment: 'Written by node scripts/reference.ts', title: 'sightline.yaml', ...generated }, null, 2)}\n`
}

/** Every key with its default, in the order of the schema. */
function exampleFile(): string {
  const lines = [
    '# Every key with its default. Written by `node scripts/reference.ts`; copy it and keep what you change.',
    '# yaml-language-server: $schema=../../docs/reference/sightline.schema.json',
  ]
  let open: string[] = []
  for (const [key, meta] of KEYS) {
    const groups = key.split('.')
    const name = groups.pop()!
    for (const [depth, group] of groups.entries())
      if (open[depth] !== group) {
        if (depth === 0) lines.push('')
        lines.push(`${'  '.repeat(depth)}${group}:`)
        open = groups.slice(0, depth + 1)
      }
    if (groups.length === 0 && open.length > 0) lines.push('')
    open = groups
    const indent = '  '.repeat(groups.length)
    lines.push(
      `${indent}# ${meta.description} Allowed: ${meta.allowed}.`,
      `${indent}${name}: ${JSON.stringify(meta.fallback)}`,
    )
  }
  return `${lines.join('\n')}\n`
}

/** File in the project, and what must stand in it. */
export const PAGES: Readonly<Record<string, () => string>> = {
  'docs/reference/errors.md': errorsPage,
  'docs/reference/configuration.md': configurationPage,
  'docs/reference/sightline.schema.json': jsonSchema,
  'deploy/examples/full.yaml': exampleFile,
}

if (import.meta.main)
  for (const [name, page] of Object.entries(PAGES)) {
    const file = join(import.meta.dirname, '..', name)
    mkdirSync(dirname(file), { recursive: true })
    writeFileSync(file, page())
  }
