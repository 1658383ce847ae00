import { join } from 'node:path'
import { Child, SERVER_CORE } from '../process.ts'
import { freePort, HOST, listening, type Server } from './server.ts'

/** The write windows of our latency classes. */
const WINDOW_MS = { normal: 350, low: 50 }

/** What is left when everything but sending is taken away, on the same Node.js: the floor our own cost stands on. */
export const bareNode: Server = {
  name: 'Bare Node.js',
  version: () => `one shared buffer per window, no publisher; Node.js ${process.versions.node}`,
  protocols: ['flv'],
  missing: () => null,
  async start({ latency, clip, cache }) {
    const httpPort = await freePort()
    const job = { host: HOST, port: httpPort, clip, folder: cache, windowMs: WINDOW_MS[latency] }
    const command = [process.execPath, join(import.meta.dirname, 'bare-sender.ts'), JSON.stringify(job)]
    const child = new Child('bare sender', command, { core: SERVER_CORE })
    await listening(child, httpPort)
    return {
      child,
      rtmpPort: null,
      httpPort,
      app: 'live',
      publishName: stream => stream,
      playName: () => '/live.flv',
      eventLoopP99Ms: async () => null,
    }
  },
}
