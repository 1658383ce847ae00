/** Writes the types of `clients/typescript` from the OpenAPI document; test/client.test.ts keeps the file up to date. */
import type { JsonSchema, OpenApiDocument, OpenApiOperation, OpenApiParameter } from '../src/http/openapi-document.ts'

interface Schema extends JsonSchema {
  readonly const?: unknown
  readonly oneOf?: Schema[]
  readonly allOf?: Schema[]
  readonly additionalProperties?: boolean | Schema
  readonly default?: unknown
}

export function clientTypes(document: OpenApiDocument): string {
  const schemas = Object.entries(document.components?.schemas ?? {})
  const operations = Object.entries(document.paths ?? {}).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ path: path.replace('/api/v1', ''), method, operation })),
  )
  return [
    '// Written from the OpenAPI document: vitest run test/client.test.ts -u',
    '',
    'export interface Schemas {',
    ...schemas.map(([name, schema]) => `  ${key(name)}: ${typeOf(schema as Schema)}`), // as OpenAPI has them
    '}',
    '',
    'export interface Operations {',
    ...operations.flatMap(({ operation }) => [
      ...(operation.summary ? [`  /** ${operation.summary.replaceAll('*/', '* /')} */`] : []),
      `  ${operation.operationId}: {`,
      `    path: ${parameters(operation, 'path')}`,
      `    query: ${parameters(operation, 'query')}`,
      `    body: ${bodyOf(operation)}`,
      `    answer: ${answerOf(operation)}`,
      '  }',
    ]),
    '}',
    '',
    'export const ROUTES = {',
    ...operations.map(
      ({ path, method, operation }) => `  ${operation.operationId}: ['${method.toUpperCase()}', '${path}'],`,
    ),
    '} as const satisfies Record<keyof Operations, readonly [method: string, path: string]>',
    '',
  ].join('\n')
}

function parameters({ parameters = [] }: OpenApiOperation, place: OpenApiParameter['in']): string {
  const here = parameters.filter(parameter => parameter.in === place)
  if (here.length === 0) return 'never'
  const fields = here.map(
    ({ name, required, description, schema }) =>
      `${comment(description)}${key(name)}${required ? '' : '?'}: ${typeOf(schema)}${required ? '' : ' | undefined'}`,
  )
  return `{ ${fields.join('; ')} }`
}

function bodyOf({ requestBody }: OpenApiOperation): string {
  const schema = requestBody?.content['application/json']?.schema
  if (!schema) return 'never'
  return requestBody?.required === false ? `${typeOf(schema)} | undefined` : typeOf(schema)
}

/** What a success answers; a stream of events is text. */
function answerOf({ responses }: OpenApiOperation): string {
  const [, response] = Object.entries(responses).find(([status]) => status.startsWith('2')) ?? []
  const schema = response?.content?.['application/json']?.schema
  if (schema) return typeOf(schema)
  return response?.content ? 'string' : 'undefined'
}

function typeOf(schema: Schema): string {
  if (schema.$ref) return `Schemas['${schema.$ref.replace('#/components/schemas/', '')}']`
  if (schema.const !== undefined) return JSON.stringify(schema.const)
  if (schema.enum) return schema.enum.map(value => JSON.stringify(value)).join(' | ')
  const several = schema.anyOf ?? schema.oneOf
  if (several) return several.map(inner => typeOf(inner)).join(' | ')
  if (schema.allOf) return schema.allOf.map(inner => `(${typeOf(inner)})`).join(' & ')
  if (Array.isArray(schema.type)) return schema.type.map(type => typeOf({ ...schema, type })).join(' | ')
  switch (schema.type) {
    case 'integer':
      return 'number'
    case 'string':
    case 'number':
    case 'boolean':
    case 'null':
      return schema.type
    case 'array':
      return schema.items ? `readonly (${typeOf(schema.items)})[]` : 'readonly unknown[]'
    case 'object':
      return objectOf(schema)
    default:
      return 'unknown'
  }
}

function objectOf({ properties, required = [], additionalProperties }: Schema): string {
  if (!properties || Object.keys(properties).length === 0) {
    if (typeof additionalProperties === 'object') return `Record<string, ${typeOf(additionalProperties)}>`
    return additionalProperties === false ? 'Record<string, never>' : 'Record<string, unknown>'
  }
  const fields = Object.entries(properties).map(([name, inner]) => {
    const needed = required.includes(name)
    return `${comment(inner.description)}${key(name)}${needed ? '' : '?'}: ${typeOf(inner)}${needed ? '' : ' | undefined'}`
  })
  return `{ ${fields.join('; ')} }`
}

function comment(description: string | undefined): string {
  return description ? `/** ${description.replaceAll('*/', '* /')} */ ` : ''
}

function key(name: string): string {
  return /^[A-Za-z_]\w*$/.test(name) ? name : JSON.stringify(name)
}
