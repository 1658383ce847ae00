import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { systemClock, systemTimers } from '../../src/base/clock.ts'
import { silentLog } from '../../src/base/log.ts'
import { type RunningNode, runNode } from '../../src/bin/node.ts'
import { withSecrets } from '../../src/bin/secret-file.ts'
import { loadSettings } from '../../src/config/load.ts'

export interface NodeUnderTest {
  readonly node: RunningNode
  /** `rtmp://127.0.0.1:port/...` */
  rtmp(path: string): string
  /** `http://127.0.0.1:port/...` */
  http(path: string): string
  metric(name: string, path?: string): Promise<number>
  [Symbol.asyncDispose](): Promise<void>
}

/** A media node that stands alone, on free ports; `variables` are those of the environment. */
export async function startNode(variables: Record<string, string> = {}): Promise<NodeUnderTest> {
  const data = mkdtempSync(join(tmpdir(), 'sightline-node-'))
  const environment = {
    SIGHTLINE_DATA: data,
    SIGHTLINE_LISTEN_MEDIA: '127.0.0.1:0',
    SIGHTLINE_LISTEN_RTMP: '127.0.0.1:0',
    SIGHTLINE_LISTEN_SIP: '127.0.0.1:0',
    SIGHTLINE_LISTEN_GB_MEDIA: '127.0.0.1:0',
    SIGHTLINE_ACCESS_PUBLISH: 'open',
    SIGHTLINE_ACCESS_PLAY: 'open',
    ...variables,
  }
  const { settings, origins } = loadSettings({ environment, directory: data })
  const node = await runNode(withSecrets(settings), {
    log: silentLog,
    clock: systemClock,
    timers: systemTimers,
    origins,
    reload: async () => ({ changed: [], needRestart: [] }),
  })
  const http = (path: string) => `http://127.0.0.1:${node.ports.media}/${path}`
  return {
    node,
    rtmp: path => `rtmp://127.0.0.1:${node.ports.rtmp}/${path}`,
    http,
    metric: async (name, path) => {
      const page = await (await fetch(http('metrics'))).text()
      const label = path === undefined ? '' : `{path="${path}"}`
      const line = page.split('\n').find(candidate => candidate.startsWith(`${name}${label} `))
      return line === undefined ? Number.NaN : Number(line.slice(line.lastIndexOf(' ')))
    },
    [Symbol.asyncDispose]: async () => {
      await node.close()
      rmSync(data, { recursive: true, force: true })
    },
  }
}

/** Waits until a condition holds, looking often; fails after a time that means it never will. */
export async function until<T>(
  what: string,
  look: () => Promise<T | false | undefined> | T | false | undefined,
): Promise<T> {
  const deadline = performance.now() + 30_000
  for (;;) {
    const found = await look()
    if (found !== false && found !== undefined) return found
    if (performance.now() > deadline) throw new Error(`waited 30 s in vain: ${what}`)
    await new Promise(resolve => setTimeout(resolve, 20))
  }
}
