import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { App } from './app.ts'

const FILES = {
  '/api/docs': ['page.html', 'text/html; charset=utf-8'],
  '/api/docs/page.css': ['page.css', 'text/css; charset=utf-8'],
  '/api/docs/page.js': ['page.js', 'text/javascript; charset=utf-8'],
} as const

/** The API for people to read: a page of our own over `openapi.json`, which asks no other host for anything. */
export function serveDocs(app: App): void {
  for (const [url, [file, type]] of Object.entries(FILES)) {
    const content = readFileSync(join(import.meta.dirname, 'docs', file))
    app.get(url, { config: { open: true }, schema: { hide: true } }, async (_request, reply) =>
      reply.type(type).header('cache-control', 'no-cache').send(content),
    )
  }
}
