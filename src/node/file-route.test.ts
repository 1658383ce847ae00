import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { request } from 'node:http'
import { expect, test } from 'vitest'
import { temporaryFolder } from '../../test/ffmpeg.ts'
import { silentLog } from '../base/log.ts'
import { FileRoute } from './file-route.ts'
import { MediaServer } from './media-server.ts'
import { RequestCounter } from './request-counter.ts'

interface Answer {
  readonly status: number | undefined
  readonly type: string | undefined
  readonly range: string | undefined
  readonly body: string
}

function get(port: number, path: string, headers: Record<string, string> = {}, method = 'GET'): Promise<Answer> {
  return new Promise((resolve, reject) => {
    // Not fetch: it would tidy up the path.
    const sent = request({ host: '127.0.0.1', port, path, headers, method, agent: false }, response => {
      let body = ''
      response.on('data', (part: Buffer) => (body += part.toString()))
      response.on('end', () => {
        const { 'content-type': type, 'content-range': range } = response.headers
        resolve({ status: response.statusCode, type, range, body })
      })
    })
    sent.on('error', reject)
    sent.end()
  })
}

test('files of the folder and nothing else', async () => {
  using folder = temporaryFolder()
  mkdirSync(folder.file('www/sub'), { recursive: true })
  writeFileSync(folder.file('www/index.html'), '<p>hello')
  writeFileSync(folder.file('www/sub/a b.mp4'), '0123456789')
  writeFileSync(folder.file('www/.env'), 'secret')
  writeFileSync(folder.file('outside.txt'), 'secret')
  symlinkSync(folder.file('outside.txt'), folder.file('www/link.txt'))
  const server = new MediaServer({
    listen: { port: 0, host: '127.0.0.1' },
    key: 'listen.media',
    tls: null,
    noDelay: true,
    routes: [new FileRoute(() => folder.file('www'))],
    requests: new RequestCounter(),
    log: silentLog,
  })
  const port = await server.open()
  try {
    expect(await get(port, '/')).toMatchObject({ status: 200, type: 'text/html; charset=utf-8', body: '<p>hello' })
    expect(await get(port, '/sub/a%20b.mp4')).toMatchObject({ status: 200, type: 'video/mp4', body: '0123456789' })
    expect(await get(port, '/sub/a%20b.mp4', {}, 'HEAD')).toMatchObject({ status: 200, body: '' })
    expect(await get(port, '/sub/a%20b.mp4', { range: 'bytes=2-4' })).toMatchObject({
      status: 206,
      range: 'bytes 2-4/10',
      body: '234',
    })
    expect(await get(port, '/sub/a%20b.mp4', { range: 'bytes=20-' })).toMatchObject({ status: 416 })
    for (const path of [
      '/../outside.txt',
      '/%2e%2e/outside.txt',
      '/sub/..%2f..%2foutside.txt',
      '/link.txt',
      '/.env',
      '/sub',
      '/none',
      '/a%00b',
    ]) {
      expect((await get(port, path)).status, path).toBe(404)
    }
  } finally {
    await server.close()
  }
})
