import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { WebSocket } from 'ws'
import { type NodeUnderTest, startNode, until } from './node-under-test.ts'
import { ProductUnderTest } from './product-under-test.ts'
import { AAC, H264, PICTURE, type Program, publish, TONE } from './programs.ts'

const ROOT = join(import.meta.dirname, '../..')
const read = (file: string): string => readFileSync(join(ROOT, file), 'utf8')

function promtool(args: string[], input = '') {
  const { status, stdout, stderr } = spawnSync('promtool', args, { input, encoding: 'utf8' })
  return { status, stdout, stderr }
}

interface Family {
  readonly type: string
  readonly labels: ReadonlySet<string>
}

/** Families of a page with the labels of their samples. */
function familiesOf(page: string): Map<string, Family> {
  const families = new Map<string, { type: string; labels: Set<string> }>()
  let running: { type: string; labels: Set<string> } | undefined
  for (const line of page.split('\n')) {
    const [, name, type] = /^# TYPE (\S+) (\S+)$/.exec(line) ?? []
    if (name !== undefined && type !== undefined) {
      running = { type, labels: new Set() }
      families.set(name, running)
    }
    if (line.startsWith('#')) continue
    for (const [, label = ''] of line.matchAll(/[{,](\w+)="/g)) if (label !== 'le') running?.labels.add(label)
  }
  return families
}

/** `| \`name\` | type | labels | meaning |` rows of a section of the reference. */
function documented(section: string): Map<string, Family> {
  const text = read('docs/reference/metrics.md').split(`## ${section}\n`)[1]?.split('\n## ')[0] ?? ''
  const rows = [...text.matchAll(/^\| `(\w+)` \| (\w+) \|([^|]*)\| [^|]+ \|$/gm)]
  return new Map(
    rows.map(([, name = '', type = '', labels = '']) => [
      name,
      { type, labels: new Set([...labels.matchAll(/`(\w+)`/g)].map(match => match[1] ?? '')) },
    ]),
  )
}

function expectSame(documented: Map<string, Family>, real: Map<string, Family>): void {
  expect([...documented.keys()].sort()).toEqual([...real.keys()].sort())
  for (const [name, { type, labels }] of real) {
    expect(documented.get(name)?.type, name).toBe(type)
    // A family whose samples depend on the moment may show none of its labels.
    expect(
      [...labels].filter(label => !documented.get(name)?.labels.has(label)),
      name,
    ).toEqual([])
  }
}

describe('the whole product under load', () => {
  let product: ProductUnderTest
  let publishers: Program[]
  let viewers: (AbortController | WebSocket)[]
  let nodePage: string
  let platformPage: string

  beforeAll(async () => {
    product = await ProductUnderTest.start()
    const stream = async (name: string) =>
      (await product.api('POST', '/streams', { space: 'default', name })) as {
        publish: { rtmp: string }
        play: { flv: string; wsFlv: string; rtmp: string }
      }
    const streams = await Promise.all(['a', 'b', 'c'].map(stream))
    publishers = streams.map(({ publish: { rtmp } }) => publish(rtmp, ...PICTURE, ...TONE, ...H264, ...AAC))
    viewers = []
    for (const { play } of streams) {
      for (let i = 0; i < 10; i++) {
        const left = new AbortController()
        viewers.push(left)
        const { body } = await fetch(play.flv, { signal: left.signal })
        // A body that nobody reads is given up with the response when memory is collected.
        void body?.pipeTo(new WritableStream()).catch(() => {})
      }
      viewers.push(new WebSocket(play.wsFlv))
      await fetch(play.flv.replace(/sign=\w/, 'sign=x')) // refused
    }
    const metrics = new URL('/metrics', streams[0]?.play.flv)
    nodePage = await until('every stream has shown its GOP', async () => {
      const page = await (await fetch(metrics)).text()
      return (
        (page.match(/^sightline_stream_gop_seconds\{/gm) ?? []).length === 3 && /protocol="ws-flv"/.test(page) && page
      )
    })
    platformPage = await until('the platform knows of the GOPs', async () => {
      const page = await product.metrics()
      return (page.match(/^sightline_platform_stream_gop_seconds\{/gm) ?? []).length === 3 && page
    })
  })

  afterAll(async () => {
    for (const viewer of viewers) viewer instanceof WebSocket ? viewer.terminate() : viewer.abort()
    for (const publisher of publishers) await publisher[Symbol.asyncDispose]()
    await product[Symbol.asyncDispose]()
  })

  test('promtool has nothing to say about either page', () => {
    expect(promtool(['check', 'metrics'], nodePage)).toEqual({ status: 0, stdout: '', stderr: '' })
    expect(promtool(['check', 'metrics'], platformPage)).toEqual({ status: 0, stdout: '', stderr: '' })
  })

  test('every metric is in the reference with its type and labels, and nothing else is', () => {
    expectSame(documented('Node'), familiesOf(nodePage))
    expectSame(documented('Platform'), familiesOf(platformPage))
  })

  test('alerts and dashboard ask for metrics that exist', () => {
    const exist = new Set(['up'])
    for (const [name, { type }] of [...familiesOf(nodePage), ...familiesOf(platformPage)]) {
      exist.add(name)
      if (type === 'histogram') for (const part of ['bucket', 'sum', 'count']) exist.add(`${name}_${part}`)
    }
    const asked = (text: string) => new Set(text.match(/\b(?:sightline|process|nodejs)_\w+/g))
    const rules = [...read('deploy/prometheus/alerts.yml').matchAll(/expr: (.*)/g)].map(match => match[1]).join('\n')
    const dashboard = asked(read('deploy/grafana/sightline.json'))
    expect(asked(rules).size).toBeGreaterThan(10)
    expect(dashboard.size).toBeGreaterThan(30)
    expect([...asked(rules), ...dashboard].filter(name => !exist.has(name))).toEqual([])
  })

  test('viewers by protocol, refusals by reason and answers are counted', () => {
    expect(nodePage).toContain('sightline_node_viewers{protocol="http-flv"} 30\n')
    expect(nodePage).toContain('sightline_node_viewers{protocol="ws-flv"} 3\n')
    expect(nodePage).toContain('sightline_node_publishers{protocol="rtmp"} 3\n')
    expect(nodePage).toContain('sightline_node_refused_total{action="play",reason="mismatch"} 3\n')
    expect(nodePage).toContain('sightline_node_http_requests_total{status="1xx"} 3\n')
    expect(nodePage).toContain('sightline_node_rtmp_connections 3\n')
    expect(nodePage).toContain('sightline_node_link_up 1\n')
  })
})

test('the series of streams do not run out of hand, the sums count all', async () => {
  const { STREAM_FAMILIES, MAX_STREAM_SERIES } = await import('../../src/node/stream-metrics.ts')
  expect(MAX_STREAM_SERIES * STREAM_FAMILIES.length).toBeLessThan(50_000)
})

test('rules and configuration of Prometheus are valid, and the alerts come when they should', () => {
  const inside = (file: string) => join(ROOT, 'deploy/prometheus', file)
  expect(promtool(['check', 'config', inside('prometheus.yml')])).toMatchObject({ status: 0, stderr: '' })
  expect(promtool(['check', 'rules', inside('alerts.yml')])).toMatchObject({ status: 0, stderr: '' })
  expect(promtool(['test', 'rules', inside('alerts.test.yml')])).toMatchObject({ status: 0, stderr: '' })
})

test('a node that stands alone says nothing about a link', async () => {
  await using node: NodeUnderTest = await startNode()
  const page = await (await fetch(node.http('metrics'))).text()
  expect(page).not.toContain('link')
  expect(promtool(['check', 'metrics'], page)).toEqual({ status: 0, stdout: '', stderr: '' })
})
