import { writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { temporaryFolder } from '../ffmpeg.ts'
import { type Program, program } from './programs.ts'

/** An nginx with the RTMP module in the foreground, in a folder of its own. */
export interface NginxRtmp {
  url(path: string): string
  [Symbol.asyncDispose](): Promise<void>
}

export async function startNginxRtmp(): Promise<NginxRtmp> {
  const folder = temporaryFolder()
  const port = await freePort()
  const config = folder.file('nginx.conf')
  writeFileSync(
    config,
    `load_module /usr/lib/nginx/modules/ngx_rtmp_module.so;
     daemon off; master_process off;
     pid ${folder.file('pid')}; error_log ${folder.file('error.log')};
     events {}
     rtmp { access_log off; server { listen 127.0.0.1:${port}; application live { live on; } } }`,
  )
  const nginx: Program = program('nginx', '-p', folder.file('.'), '-c', config)
  return {
    url: path => `rtmp://127.0.0.1:${port}/${path}`,
    [Symbol.asyncDispose]: async () => {
      await nginx[Symbol.asyncDispose]()
      folder[Symbol.dispose]()
    },
  }
}

async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  await new Promise(resolve => server.close(resolve))
  if (address === null || typeof address === 'string') throw new Error('no port')
  return address.port
}
