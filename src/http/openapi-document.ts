import { STATUS_CODES } from 'node:http'
import { type Permission, ruleOf } from '../platform/access/permission.ts'
import { BODY_EXAMPLES } from './openapi-examples.ts'

/** The parts of an OpenAPI document that are looked at here. */
export interface OpenApiDocument {
  openapi: string
  tags?: readonly { name: string; description: string }[]
  components?: { schemas?: Record<string, unknown>; responses?: Record<string, unknown> }
  paths?: Record<string, Record<string, OpenApiOperation>>
}

export interface OpenApiOperation {
  operationId?: string
  summary?: string
  description?: string
  tags?: string[]
  security?: unknown[]
  parameters?: OpenApiParameter[]
  requestBody?: { required?: boolean; content: Record<string, { schema: JsonSchema; example?: unknown }> }
  responses: Record<string, { description?: string; content?: Record<string, { schema: JsonSchema }>; $ref?: string }>
  /** What the caller needs, by the name the errors use. */
  'x-permission'?: string
  'x-roles'?: readonly string[]
}

export interface OpenApiParameter {
  name: string
  in: 'path' | 'query' | 'header'
  required?: boolean
  description?: string
  schema: JsonSchema
}

export interface JsonSchema {
  $ref?: string
  type?: string | string[]
  properties?: Record<string, JsonSchema>
  items?: JsonSchema
  required?: string[]
  anyOf?: JsonSchema[]
  enum?: unknown[]
  description?: string
}

/** In the order of the page; a tag that is not here fails the test of the description. */
export const TAGS = [
  { name: 'sessions', description: 'Logging in and out; who one is.' },
  { name: 'overview', description: 'The whole in numbers, now and over time.' },
  { name: 'streams', description: 'Live channels: create, find, watch, put out, and what was.' },
  { name: 'devices', description: 'Cameras, recorders and lower platforms of GB/T 28181.' },
  {
    name: 'channels',
    description: 'What devices have: lenses, microphones, alarm contacts. Watched, moved, configured.',
  },
  { name: 'playback', description: 'What devices have recorded, and the way for a voice to them.' },
  { name: 'directories', description: 'The tree of a space: own directories, and those of catalogs.' },
  { name: 'alarms', description: 'What devices alarm about, and where they are.' },
  { name: 'attempts', description: 'Every try with a device: what was seen, what it means, what to do.' },
  { name: 'parent-platforms', description: 'Upper platforms we register with, and what they get to see.' },
  { name: 'viewers', description: 'Everything about one viewer or publisher.' },
  { name: 'recordings', description: 'What was recorded: found, played, described, deleted; recording by hand.' },
  { name: 'snapshots', description: 'Pictures of streams.' },
  { name: 'templates', description: 'How streams are recorded and photographed, where and when.' },
  { name: 'storage', description: 'Stores, what is missing of what should be there, and what is wrong.' },
  { name: 'callbacks', description: 'Receivers that are told what happens.' },
  { name: 'spaces', description: 'Projects with their own keys and rules.' },
  { name: 'events', description: 'What happens, as it happens.' },
  { name: 'nodes', description: 'The processes that move video.' },
  { name: 'operations', description: 'Commands that take longer than a request.' },
  { name: 'users', description: 'Accounts.' },
  { name: 'api-keys', description: 'Credentials for programs.' },
  { name: 'audit', description: 'Who changed what.' },
  { name: 'system', description: 'The platform itself.' },
]

const OTHER_ROOM = new Set(['4XX', '5XX'])

/** Makes what the schemas alone do not say: what a caller needs, what each status means, examples. */
export function completeDocument(document: OpenApiDocument): OpenApiDocument {
  const error = { content: { 'application/json': { schema: { $ref: '#/components/schemas/Error' } } } }
  document.tags = TAGS
  for (const [path, methods] of Object.entries(document.paths ?? {})) {
    for (const [method, operation] of Object.entries(methods)) {
      describeNeeds(operation)
      describeBody(operation)
      if (method === 'post' && operation['x-permission'] !== undefined) operation.parameters = withKey(operation)
      for (const [status, response] of Object.entries(operation.responses)) {
        response.description = OTHER_ROOM.has(status)
          ? `Any other ${status === '4XX' ? 'fault of the caller' : 'fault of ours or of the machine'}`
          : (STATUS_CODES[status] ?? '')
      }
      const open = operation['x-permission'] === undefined
      const known: [string, string, boolean][] = [
        ['400', 'Something in the request is not valid; `field` names it', !open || method === 'post'],
        ['401', 'The token is missing, wrong or expired', !open || method === 'post'],
        ['403', 'The caller may not do this', !open && operation['x-permission'] !== 'any'],
        ['404', 'It does not exist', path.includes('{')],
      ]
      for (const [status, description, applies] of known) {
        if (applies) operation.responses[status] = { description, ...error }
      }
    }
  }
  pruneSchemas(document)
  return document
}

function describeNeeds(operation: OpenApiOperation): void {
  const permission = operation['x-permission']
  if (permission === undefined) return
  const said = operation.description ? `${operation.description}\n\n` : ''
  if (permission === 'any') {
    operation.description = `${said}Needs: to be logged in.`
    return
  }
  const { roles, scope } = ruleOf(permission as Permission) // routes name nothing else
  operation['x-roles'] = roles
  const key = scope === null ? 'no API key may' : `an API key needs the scope \`${scope}\``
  operation.description = `${said}Needs: \`${permission}\` (${roles.join(', ')}); ${key}.`
}

function describeBody({ operationId = '', requestBody }: OpenApiOperation): void {
  if (!requestBody) return
  for (const content of Object.values(requestBody.content)) {
    if (content.schema.anyOf?.some(({ type }) => type === 'null')) requestBody.required = false
    const example = BODY_EXAMPLES[operationId]
    if (example !== undefined) content.example = example
  }
}

function withKey({ parameters = [] }: OpenApiOperation): OpenApiParameter[] {
  return [
    ...parameters,
    {
      name: 'Idempotency-Key',
      in: 'header',
      required: false,
      description: 'makes a repeated request get the first answer again instead of being done twice; kept 24 hours',
      schema: { type: 'string' },
    },
  ]
}

/** Each schema comes in the form for requests and for answers; only what is referred to stays. */
function pruneSchemas(document: OpenApiDocument): void {
  const schemas = document.components?.schemas
  if (!schemas) return
  const used = new Set<string>()
  const visit = (value: unknown): void => {
    if (typeof value !== 'object' || value === null) return
    for (const [key, inner] of Object.entries(value)) {
      const name = key === '$ref' && typeof inner === 'string' ? inner.replace('#/components/schemas/', '') : null
      if (name === null) visit(inner)
      else if (!used.has(name)) {
        used.add(name)
        visit(schemas[name])
      }
    }
  }
  visit(document.paths)
  for (const name of Object.keys(schemas)) if (!used.has(name)) delete schemas[name]
}
