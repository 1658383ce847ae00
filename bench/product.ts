import { join } from 'node:path'
import type { RunContext } from './fan-out.ts'
import { type Figures, NO_FIGURES } from './figures.ts'
import { Child, cpuSeconds, memoryBytes, SERVER_CORE } from './process.ts'
import { freePort, HOST, listening } from './servers/server.ts'
import { ROOT } from './servers/sightline.ts'

/** Idle time before memory is read. */
const IDLE_MS = 10_000
const MEGABYTE = 1e6
const START_MS = 60_000

async function up(child: Child, url: string): Promise<void> {
  const until = performance.now() + START_MS
  for (;;) {
    const answer = await fetch(url).catch(() => null)
    if (answer?.ok) return
    if (child.ended) throw new Error(`${child.name} ended at the start:\n${child.tail}`)
    if (performance.now() > until) throw new Error(`${url} does not answer:\n${child.tail}`)
    await new Promise(resolve => setTimeout(resolve, 20))
  }
}

/** Starts the product twice on the same data; the second start is timed, then it idles and its memory is read. */
export async function runProduct({ folder }: RunContext): Promise<Figures> {
  const [http, media, rtmp] = [await freePort(), await freePort(), await freePort()]
  const env = {
    SIGHTLINE_DATA: join(folder, 'data'),
    SIGHTLINE_LISTEN_HTTP: `${HOST}:${http}`,
    SIGHTLINE_LISTEN_MEDIA: `${HOST}:${media}`,
    SIGHTLINE_LISTEN_RTMP: `${HOST}:${rtmp}`,
    SIGHTLINE_LISTEN_SIP: `${HOST}:0`,
    SIGHTLINE_LISTEN_GB_MEDIA: `${HOST}:0`,
    SIGHTLINE_ADMIN_PASSWORD: 'bench-only-password',
  }
  const start = async () => {
    const startMs = performance.now()
    const child = new Child('sightline', [join(ROOT, 'sightline'), 'start'], { core: SERVER_CORE, env, cwd: ROOT })
    await up(child, `http://${HOST}:${http}/api/v1/health`)
    await listening(child, media)
    await listening(child, rtmp)
    return { child, seconds: (performance.now() - startMs) / 1000 }
  }
  const first = await start()
  await first.child.stop()
  const second = await start()
  const before = cpuSeconds(second.child.pid)
  await new Promise(resolve => setTimeout(resolve, IDLE_MS))
  const core = (cpuSeconds(second.child.pid) - before) / (IDLE_MS / 1000)
  const memory = memoryBytes(second.child.pid)
  await second.child.stop()
  return {
    ...NO_FIGURES,
    core,
    rssMegabytes: memory.rss / MEGABYTE,
    pssMegabytes: memory.pss / MEGABYTE,
    firstStartSeconds: first.seconds,
    secondStartSeconds: second.seconds,
  }
}
