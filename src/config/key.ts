import { z } from 'zod'

/** What the loader, the reference page and the console need to know about one key beside its type. */
export interface KeyMeta {
  /** One sentence for the reference page and the JSON Schema. */
  readonly description: string
  /** What a valid value looks like; ends the line that refuses a wrong one. */
  readonly allowed: string
  /** How the text of an environment variable is read. */
  readonly kind: 'number' | 'boolean' | 'text'
  /** The value written when the key is absent, as it would stand in the file. */
  readonly fallback: string | number | boolean | null
  /** A reload takes the new value without dropping anybody; otherwise it needs a restart. */
  readonly reloadable: boolean
  /** Shown as `***`, unless it is the default. */
  readonly secret: boolean
}

export const keyMeta = z.registry<KeyMeta>()

/** Flags of a key: most need a restart and are no secret. */
interface Flags {
  readonly reloadable?: boolean
  readonly secret?: boolean
}

function key<S extends z.ZodType>(
  schema: S,
  fallback: z.input<S> & KeyMeta['fallback'],
  meta: Pick<KeyMeta, 'description' | 'allowed' | 'kind'>,
  flags: Flags,
): z.ZodPrefault<S> {
  const leaf = schema.prefault(() => fallback as never).describe(meta.description) // input of S, which zod cannot infer here
  keyMeta.add(leaf, { ...meta, fallback, reloadable: flags.reloadable === true, secret: flags.secret === true })
  return leaf
}

export function integer(range: readonly [number, number], fallback: number, description: string, flags: Flags = {}) {
  const [min, max] = range
  const allowed = `an integer from ${min} to ${max}`
  return key(z.int().min(min).max(max), fallback, { description, allowed, kind: 'number' }, flags)
}

export function decimal(range: readonly [number, number], fallback: number, description: string, flags: Flags = {}) {
  const [min, max] = range
  const allowed = `a number from ${min} to ${max}`
  return key(z.number().min(min).max(max), fallback, { description, allowed, kind: 'number' }, flags)
}

export function flag(fallback: boolean, description: string, flags: Flags = {}) {
  return key(z.boolean(), fallback, { description, allowed: 'true or false', kind: 'boolean' }, flags)
}

export function choice<const V extends string>(
  values: readonly [V, ...V[]],
  fallback: V,
  description: string,
  flags: Flags = {},
) {
  return key(z.enum(values), fallback as never, { description, allowed: values.join(', '), kind: 'text' }, flags) // V is one of values
}

/** Longest text of a key; the longest real one is a path. */
const MAX_TEXT_LENGTH = 4096

export function text(
  fallback: string,
  description: string,
  flags: Flags & { allowed?: string; pattern?: RegExp } = {},
) {
  const { allowed = 'a text of at least one letter', pattern } = flags
  const schema = z.string().min(1).max(MAX_TEXT_LENGTH)
  return key(pattern ? schema.regex(pattern) : schema, fallback, { description, allowed, kind: 'text' }, flags)
}

/** A text that may be absent: null in the file, an empty environment variable. */
export function optionalText(
  description: string,
  flags: Flags & { allowed?: string; pattern?: RegExp; minLength?: number } = {},
) {
  const { allowed = 'a text, or null', pattern, minLength = 1 } = flags
  const schema = z.string().min(minLength).max(MAX_TEXT_LENGTH)
  return key((pattern ? schema.regex(pattern) : schema).nullable(), null, { description, allowed, kind: 'text' }, flags)
}

/** Where a listener is bound; null when it is off. Without `host` it takes every address of the machine. */
export type Listen = { readonly port: number; readonly host?: string } | null

/** `1935`, `"127.0.0.1:1935"`, `"[::1]:1935"`, `"off"`. */
const LISTEN = /^(?:off|(?:(\[[0-9a-fA-F:.]+\]|[A-Za-z0-9._-]+):)?(\d{1,5}))$/

function parseListen(value: number | string): Listen {
  const [, host, port] = LISTEN.exec(String(value)) ?? []
  if (port === undefined) return null
  return host === undefined ? { port: Number(port) } : { port: Number(port), host: host.replace(/^\[|\]$/g, '') }
}

export function listen(fallback: number | 'off', description: string) {
  const isPort = (value: string) => (parseListen(value)?.port ?? 0) <= 65535
  const schema = z.union([z.int().min(0).max(65535), z.string().regex(LISTEN).refine(isPort)]).transform(parseListen)
  const allowed = 'a port from 0 (any free one) to 65535, "address:port", or "off"'
  return key(schema, fallback, { description, allowed, kind: 'number' }, {})
}

/** A port, or `auto` for the one that is listened on (null in the settings). */
export function publicPort(description: string) {
  const schema = z
    .union([z.int().min(1).max(65535), z.literal('auto')])
    .transform(value => (value === 'auto' ? null : value))
  const allowed = 'a port from 1 to 65535, or "auto"'
  return key(schema, 'auto', { description, allowed, kind: 'number' }, { reloadable: true })
}
