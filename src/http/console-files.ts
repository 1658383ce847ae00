import { existsSync } from 'node:fs'
import { join } from 'node:path'
import fastifyStatic from '@fastify/static'
import { AppError } from '../base/errors.ts'
import type { App } from './app.ts'
import { answer } from './error-answers.ts'

/** Files under /assets/ have a hash of their content in their name. */
const YEAR_SECONDS = 31_536_000

/**
 * The built console. Every address that is not a file is one of its pages, so it answers with the start page; what is
 * not asked for as a page, and everything while the console is not built, is NOT_FOUND.
 */
export async function serveConsole(app: App, directory: string): Promise<void> {
  const built = existsSync(join(directory, 'index.html'))
  if (built) {
    await app.register(fastifyStatic, {
      root: directory,
      prefix: '/',
      // Asked for one by one, not listed at the start: a console built meanwhile is served whole.
      wildcard: true,
      index: 'index.html',
      preCompressed: true,
      cacheControl: false,
      setHeaders(reply, path) {
        const immutable = path.startsWith(join(directory, 'assets'))
        reply.header('cache-control', immutable ? `public, max-age=${YEAR_SECONDS}, immutable` : 'no-cache')
      },
      globIgnore: ['**/*.map'],
    })
  }
  app.setNotFoundHandler((request, reply) => {
    const { method, url } = request
    const path = url.split('?', 1)[0] ?? url
    const isPage = (method === 'GET' || method === 'HEAD') && !path.startsWith('/api/') && !/\.\w+$/.test(path)
    if (built && isPage) return reply.sendFile('index.html')
    return answer(new AppError('NOT_FOUND', { what: method, id: path.slice(0, 200) }), request, reply)
  })
}
