import { isMap, isNode, isPair, LineCounter, parseDocument } from 'yaml'
import { AppError } from '../base/errors.ts'

export interface ConfigFile {
  /** Absolute name. */
  readonly name: string
  readonly values: Record<string, unknown>
  /** `sightline.yaml:12`: the place of a key, or of its nearest group. */
  at(key: string): string
}

/** Reads YAML 1.2. `label` is how the user named the file. Throws CONFIG_UNREADABLE with the line, CONFIG_INVALID when it is no mapping. */
export function parseConfigFile(name: string, label: string, source: string): ConfigFile {
  const lines = new LineCounter()
  const document = parseDocument(source, { lineCounter: lines, prettyErrors: false })
  const [error] = document.errors
  if (error) {
    const { line } = lines.linePos(error.pos[0])
    const reason = error.message.split('\n')[0] ?? ''
    throw new AppError('CONFIG_UNREADABLE', { file: `${label}:${line}`, reason }, { cause: error })
  }
  const values: unknown = document.toJS({ maxAliasCount: 100 }) ?? {} // an empty file is an empty mapping
  if (typeof values !== 'object' || values === null || Array.isArray(values))
    throw new AppError('CONFIG_INVALID', {
      file: label,
      key: 'the file',
      value: Array.isArray(values) ? 'a list' : 'a single value',
      allowed: 'a mapping of keys',
    })

  function at(key: string): string {
    let node: unknown = document.contents
    let offset = 0
    for (const part of key.split('.')) {
      if (!isMap(node)) break
      const pair = node.items.find(item => isPair(item) && isNode(item.key) && String(item.key) === part)
      if (!pair) break
      if (isNode(pair.key)) offset = pair.key.range?.[0] ?? offset
      node = pair.value
    }
    return `${label}:${lines.linePos(offset).line}`
  }
  return { name, values: { ...values }, at }
}
