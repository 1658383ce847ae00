import swagger from '@fastify/swagger'
import { jsonSchemaTransform, jsonSchemaTransformObject } from 'fastify-type-provider-zod'
import type { App } from './app.ts'
import { completeDocument, type OpenApiDocument } from './openapi-document.ts'

const DESCRIPTION = [
  'Send `Authorization: Bearer <token>` with the token of a session (`POST /api/v1/sessions`) or an API key.',
  'Errors have one form: `{ "error": { code, message, hint?, field?, traceId } }`; the log has the details under the trace id.',
  'Unknown fields and parameters are refused. Times are UTC, RFC 3339.',
  'Lists answer `items` and `nextCursor`; send it as `cursor` for the next page, which begins behind the last row whatever was added or removed meanwhile.',
  'A POST with the header `Idempotency-Key` may be repeated: it is done once and answered the same for 24 hours.',
].join('\n\n')

/** Describes every route that has a schema. Registered before the routes. */
export async function describeApi(app: App, version: string): Promise<void> {
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'Sightline',
        version,
        description: DESCRIPTION,
        license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
      },
      servers: [{ url: '/' }],
      components: { securitySchemes: { token: { type: 'http', scheme: 'bearer' } } },
      security: [{ token: [] }],
    },
    transform: document => {
      const { schema, url } = jsonSchemaTransform(document)
      const permission = document.route.config?.permission
      return { schema: permission === undefined ? schema : { ...schema, 'x-permission': permission }, url }
    },
    transformObject: jsonSchemaTransformObject,
  })
  // made once, when somebody asks for the first time
  let made: OpenApiDocument | null = null
  app.get('/api/v1/openapi.json', { config: { open: true }, schema: { hide: true } }, async () => {
    made ??= completeDocument(app.swagger() as unknown as OpenApiDocument) // the parts of it that are looked at
    return made
  })
}
