import { execFileSync } from 'node:child_process'
import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { signedQuery } from '../../src/base/signed-url.ts'
import { Child, SERVER_CORE } from '../process.ts'
import { freePort, HOST, listening, type Server } from './server.ts'

export const ROOT = join(import.meta.dirname, '../..')
const LAUNCHER = join(ROOT, 'sightline')
const PUBLISH_KEY = 'bench-publish-key'
const PLAY_KEY = 'bench-play-key'
const URL_LIFETIME_SECONDS = 3600

/** A node alone, everything as it comes: key to publish, signed URLs to play, GOP cache, counters, back-pressure. */
export const sightline: Server = {
  name: 'Sightline',
  version: () =>
    execFileSync('git', ['-C', ROOT, 'describe', '--always', '--dirty'], { encoding: 'utf8' }).trim() +
    `, Node.js ${process.versions.node}`,
  protocols: ['flv', 'rtmp'],
  missing: () => (existsSync(LAUNCHER) ? null : `${LAUNCHER} is not there`),
  async start({ folder, latency }) {
    const rtmpPort = await freePort()
    const httpPort = await freePort()
    const file = join(folder, 'node.yaml')
    writeFileSync(
      file,
      `listen: { media: "${HOST}:${httpPort}", rtmp: "${HOST}:${rtmpPort}" }
data: ${folder}
log: { level: warn, format: json }
media: { latency: ${latency} }
access: { publish: key, play: signed, publishKey: ${PUBLISH_KEY}, playKey: ${PLAY_KEY} }
`,
    )
    const nodeOptions = process.env['BENCH_NODE_OPTIONS']
    const env = nodeOptions === undefined ? {} : { NODE_OPTIONS: nodeOptions }
    const child = new Child('sightline node', [LAUNCHER, 'node', '-c', file], { core: SERVER_CORE, cwd: folder, env })
    await listening(child, rtmpPort)
    await listening(child, httpPort)
    return {
      child,
      rtmpPort,
      httpPort,
      app: 'live',
      publishName: stream => `${stream}?key=${PUBLISH_KEY}`,
      playName(protocol, stream) {
        const expires = Math.floor(Date.now() / 1000) + URL_LIFETIME_SECONDS
        const query = signedQuery(PLAY_KEY, 'play', `default/live/${stream}`, expires)
        return protocol === 'flv' ? `/live/${stream}.flv?${query}` : `${stream}?${query}`
      },
      async eventLoopP99Ms() {
        const answer = await fetch(`http://${HOST}:${httpPort}/metrics`).catch((cause: unknown) => {
          throw new Error(`the node does not answer /metrics; it said:\n${child.tail}`, { cause })
        })
        const found = /^sightline_event_loop_delay_p99_seconds(?:\{[^}]*\})? (\S+)$/m.exec(await answer.text())
        return found ? Number(found[1]) * 1000 : null
      },
    }
  },
}
