import { execFileSync } from 'node:child_process'
import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Child, fileLimit, SERVER_CORE } from '../process.ts'
import { freePort, HOST, listening, type Server } from './server.ts'

const MODULE = '/usr/lib/nginx/modules/ngx_rtmp_module.so'
const NGINX = '/usr/sbin/nginx'

/** Debian's nginx with libnginx-mod-rtmp, one worker, as its documentation sets it up; RTMP only. */
export const nginxRtmp: Server = {
  name: 'nginx-rtmp',
  version: () =>
    execFileSync('sh', ['-c', `${NGINX} -v 2>&1`], { encoding: 'utf8' })
      .trim()
      .replace(/.*nginx\//, 'nginx '),
  protocols: ['rtmp'],
  missing: () =>
    existsSync(NGINX) && existsSync(MODULE) ? null : 'apt-get install nginx libnginx-mod-rtmp brings nginx-rtmp',
  async start({ folder }) {
    const rtmpPort = await freePort()
    const file = join(folder, 'nginx.conf')
    const files = fileLimit()
    writeFileSync(
      file,
      `load_module ${MODULE};
daemon off;
master_process off;
worker_processes 1;
worker_rlimit_nofile ${files};
pid ${folder}/nginx.pid;
error_log stderr error;
events { worker_connections ${files - 100}; }
rtmp {
  access_log off;
  max_message 16M;
  server {
    listen ${HOST}:${rtmpPort};
    application live { live on; }
  }
}
`,
    )
    const child = new Child('nginx-rtmp', [NGINX, '-e', 'stderr', '-p', folder, '-c', file], { core: SERVER_CORE })
    await listening(child, rtmpPort)
    return {
      child,
      rtmpPort,
      httpPort: 0,
      app: 'live',
      publishName: stream => stream,
      playName: (_, stream) => stream,
      eventLoopP99Ms: async () => null,
    }
  },
}
