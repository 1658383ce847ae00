import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Child, SERVER_CORE } from '../process.ts'
import { freePort, HOST, listening, type Server } from './server.ts'

const FOLDER = join(import.meta.dirname, '../../node_modules/node-media-server')

/** Node-Media-Server from npm on the same Node.js, without its console. */
export const nodeMediaServer: Server = {
  name: 'Node-Media-Server',
  version: () => (JSON.parse(readFileSync(join(FOLDER, 'package.json'), 'utf8')) as { version: string }).version,
  protocols: ['flv', 'rtmp'],
  missing: () => (existsSync(FOLDER) ? null : 'npm install brings Node-Media-Server'),
  async start({ folder }) {
    const rtmpPort = await freePort()
    const httpPort = await freePort()
    const file = join(folder, 'config.json')
    const users = [{ username: 'admin', password: 'bench-only', role: 'admin' }]
    const auth = { play: false, publish: false, secret: 'bench', jwt: { secret: 'bench', users } }
    const ports = { rtmp: { port: rtmpPort }, http: { port: httpPort } }
    writeFileSync(file, JSON.stringify({ bind: HOST, store: { path: folder }, auth, ...ports }))
    const command = [process.execPath, join(FOLDER, 'bin/app.js'), '-c', file, '--no-admin']
    const child = new Child('Node-Media-Server', command, { core: SERVER_CORE, cwd: folder })
    await listening(child, rtmpPort)
    await listening(child, httpPort)
    return {
      child,
      rtmpPort,
      httpPort,
      app: 'live',
      publishName: stream => stream,
      playName: (protocol, stream) => (protocol === 'flv' ? `/live/${stream}.flv` : stream),
      eventLoopP99Ms: async () => null,
    }
  },
}
