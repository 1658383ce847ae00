import { splitAt, unquote } from './list.ts'

/** Parameters by name in lower case; a parameter without a value has ''. Values are unquoted. */
export type Parameters = ReadonlyMap<string, string>

const NONE: Parameters = new Map()

/** Reads `;a=b;c;d="e"`, tolerant of white space anywhere. The first of two equal names counts. */
export function parseParameters(text: string): Parameters {
  if (text === '') return NONE
  const parameters = new Map<string, string>()
  for (const part of splitAt(text, ';')) {
    const equals = part.indexOf('=')
    const name = (equals < 0 ? part : part.slice(0, equals)).trim().toLowerCase()
    if (name === '' || parameters.has(name)) continue
    parameters.set(name, equals < 0 ? '' : unquote(part.slice(equals + 1).trim()))
  }
  return parameters
}
