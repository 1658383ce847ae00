import { readFileSync } from 'node:fs'
import { networkInterfaces } from 'node:os'
import { resolve } from 'node:path'
import type { z } from 'zod'
import { AppError, errorText } from '../base/errors.ts'
import type { KeyMeta } from './key.ts'
import { nearMiss } from './near-miss.ts'
import { detectPublicHost } from './public-host.ts'
import { environmentName, KEYS, type Settings, schema } from './schema.ts'
import { type ConfigFile, parseConfigFile } from './yaml-file.ts'

export type Origin = 'default' | 'file' | 'environment'
type Environment = Readonly<Record<string, string | undefined>>

export interface Sources {
  /** The file named by `-c`; it must exist. Otherwise `SIGHTLINE_CONFIG`, otherwise `sightline.yaml` if there is one. */
  readonly file?: string | undefined
  readonly environment: Environment
  /** Relative file names start here. */
  readonly directory: string
}

export interface LoadedSettings {
  readonly settings: Settings
  /** Where each key's value came from. */
  readonly origins: Readonly<Record<string, Origin>>
  /** Absolute name of the file that was read; null when there was none. */
  readonly file: string | null
  /** Environment variables that look like keys and are none. */
  readonly unknownVariables: readonly string[]
}

const DEFAULT_FILE = 'sightline.yaml'
/** Variables with our prefix that are not keys. */
const OTHER_VARIABLES: ReadonlySet<string> = new Set(['SIGHTLINE_CONFIG'])

/**
 * Reads the file, lays the environment over it, and checks the result.
 * Throws CONFIG_UNREADABLE, or CONFIG_INVALID with one line that names file, key, value and what is allowed.
 */
export function loadSettings(sources: Sources): LoadedSettings {
  const file = readConfigFile(sources)
  const tree = structuredClone(file?.values ?? {})
  const origins: Record<string, Origin> = {}
  for (const [key, meta] of KEYS) {
    const text = sources.environment[environmentName(key)]
    if (text !== undefined) setIn(tree, key, fromText(text, meta))
    origins[key] = text !== undefined ? 'environment' : getIn(tree, key) !== undefined ? 'file' : 'default'
  }
  const parsed = schema.safeParse(tree)
  if (!parsed.success) throw invalid(parsed.error.issues[0]!, tree, origins, file) // a failed parse has an issue
  const settings = parsed.data
  checkTogether(settings, origins, file)
  const host = settings.public.host === 'auto' ? detectPublicHost(networkInterfaces()) : settings.public.host
  return {
    settings: { ...settings, public: { ...settings.public, host } },
    origins,
    file: file?.name ?? null,
    unknownVariables: unknownVariables(sources.environment),
  }
}

function readConfigFile({ file, environment, directory }: Sources): ConfigFile | null {
  const named = file ?? (environment['SIGHTLINE_CONFIG'] || undefined)
  const name = resolve(directory, named ?? DEFAULT_FILE)
  let source: string
  try {
    source = readFileSync(name, 'utf8')
  } catch (cause) {
    if (named === undefined && cause instanceof Error && 'code' in cause && cause.code === 'ENOENT') return null
    throw new AppError('CONFIG_UNREADABLE', { file: named ?? DEFAULT_FILE, reason: errorText(cause) }, { cause })
  }
  return parseConfigFile(name, named ?? DEFAULT_FILE, source)
}

/** A variable is text; where a number or a flag is wanted it is read as one, and left as text when it is none. */
function fromText(text: string, meta: KeyMeta): unknown {
  if (text === '' && meta.fallback === null) return null
  if (meta.kind === 'number' && /^-?\d+(\.\d+)?$/.test(text)) return Number(text)
  if (meta.kind === 'boolean' && /^(true|false)$/.test(text)) return text === 'true'
  return text
}

type Tree = Record<string, unknown>
const isTree = (value: unknown): value is Tree => typeof value === 'object' && value !== null && !Array.isArray(value)

function getIn(tree: unknown, key: string): unknown {
  let value: unknown = tree
  for (const part of key.split('.')) value = isTree(value) ? value[part] : undefined
  return value
}

function setIn(tree: Tree, key: string, value: unknown): void {
  const parts = key.split('.')
  const last = parts.pop()!
  let at = tree
  for (const part of parts) {
    const next = at[part] ?? {}
    if (!isTree(next)) return // a wrong group in the file: the check reports it
    at[part] = next
    at = next
  }
  at[last] = value
}

function invalid(
  issue: z.core.$ZodIssue,
  tree: Tree,
  origins: Record<string, Origin>,
  file: ConfigFile | null,
): AppError {
  const group = issue.path.join('.')
  if (issue.code === 'unrecognized_keys') {
    const key = [...issue.path, issue.keys[0]].join('.')
    const names = namesIn(group)
    const meant = nearMiss(issue.keys[0] ?? '', names) ?? nearMiss(key, KEYS.keys())
    const allowed = meant === null ? [...names].join(', ') : `did you mean ${meant}?`
    return new AppError('CONFIG_INVALID', { file: file?.at(key) ?? '', key, value: 'not a known key', allowed })
  }
  // The issue of a union is at the key itself; a group that is not a mapping has no key of its own.
  const meta = KEYS.get(group)
  const value = meta?.secret ? '***' : shown(getIn(tree, group))
  const allowed = meta?.allowed ?? `the keys ${[...namesIn(group)].join(', ')}`
  if (origins[group] === 'environment')
    return new AppError('CONFIG_INVALID', { file: 'environment', key: environmentName(group), value, allowed })
  return new AppError('CONFIG_INVALID', { file: file?.at(group) ?? '', key: group || 'the file', value, allowed })
}

/** Names one level below a group. */
function namesIn(group: string): Set<string> {
  const prefix = group === '' ? '' : `${group}.`
  const names = new Set<string>()
  for (const key of KEYS.keys()) if (key.startsWith(prefix)) names.add(key.slice(prefix.length).split('.')[0]!)
  return names
}

/** Longest value repeated in an error line. */
const MAX_SHOWN_LENGTH = 80

function shown(value: unknown): string {
  const text = JSON.stringify(value) ?? 'absent'
  return text.length > MAX_SHOWN_LENGTH ? `${text.slice(0, MAX_SHOWN_LENGTH)}...` : text
}

/** What no single key can know. */
function checkTogether(settings: Settings, origins: Record<string, Origin>, file: ConfigFile | null): void {
  const refuse = (key: string, value: string, allowed: string): never => {
    const environment = origins[key] === 'environment'
    const where = environment ? 'environment' : (file?.at(key) ?? 'defaults')
    throw new AppError('CONFIG_INVALID', { file: where, key: environment ? environmentName(key) : key, value, allowed })
  }
  const { certificate, key } = settings.tls
  if (certificate !== null && key === null) refuse('tls.key', 'absent', 'the private key of tls.certificate')
  if (certificate === null && key !== null) refuse('tls.certificate', 'absent', 'the certificate of tls.key')
  const ports = new Map<string, string>()
  for (const [name, listen] of Object.entries(settings.listen)) {
    if (listen === null) continue
    const path = `listen.${name}`
    if (['https', 'mediaTls', 'rtmps'].includes(name) && certificate === null)
      refuse(path, String(listen.port), '"off", or set tls.certificate and tls.key')
    const address = `${listen.host ?? ''}:${listen.port}`
    const other = ports.get(address)
    if (other !== undefined && listen.port !== 0)
      refuse(path, String(listen.port), `a port other than that of ${other}`)
    ports.set(address, path)
  }
}

function unknownVariables(environment: Environment): string[] {
  const known = new Set([...KEYS.keys()].map(environmentName))
  return Object.keys(environment).filter(
    name => name.startsWith('SIGHTLINE_') && !known.has(name) && !OTHER_VARIABLES.has(name),
  )
}
