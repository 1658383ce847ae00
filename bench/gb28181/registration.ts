import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { StormJob } from '../load/gb-storm.ts'
import { Child, LOAD_CORE } from '../process.ts'
import { HOST } from '../servers/server.ts'
import { Devices } from './devices.ts'
import { type Figure, type GbOutcome, stallFigures } from './figure.ts'
import { awaited, DEVICE_PASSWORD, GbProduct, SERVER_ID, wait } from './product.ts'

const FIRST_ID = '34020000001320000001'
const PER_MINUTE = { registrations: 3000, keepalives: 10_000 }
/** Transactions are kept for 32 s, and what comes late of a catalog is taken for 60 s: until then memory is theirs. */
const SETTLE_MS = 75_000
const SHORT_SETTLE_MS = 5000
const KILOBYTE = 1000

/** Devices that register at once, anew within a minute, and keep alive; then keepalives as fast as they are answered. */
export async function registration(short: boolean): Promise<GbOutcome> {
  const devices = short ? 500 : PER_MINUTE.registrations
  const seconds = short ? 8 : 60
  const keepaliveS = (devices * 60) / PER_MINUTE.keepalives / (short ? devices / PER_MINUTE.registrations : 1)
  const product = await GbProduct.start()
  try {
    const wanted = { devices, channels: 1, firstId: FIRST_ID, type: 'ipc', keepaliveS } as const
    await Devices.add(product, wanted)
    await product.idle()
    const [node, platform] = [await product.inside(product.node), await product.inside(product.platform)]
    const begin = product.cpu()
    const { devices: fleet, registered } = await Devices.start(product, wanted)
    const comingSeconds = await registered
    await product.idle()
    const come = product.cpu()
    const [nodeAfter, platformAfter] = [await product.inside(product.node), await product.inside(product.platform)]
    await wait(short ? SHORT_SETTLE_MS : SETTLE_MS)
    const kept = (await product.inside(product.node)).usedBytes + (await product.inside(product.platform)).usedBytes
    const used = kept - node.usedBytes - platform.usedBytes

    const minute = await measured(product, fleet, seconds, () => fleet.again(seconds))
    const failures = (await fleet.counts()).failures
    const storm = await stormed(product, { devices, seconds: short ? 3 : 15 })
    await fleet.stop()
    const second = await sipp(product, devices, short ? 3 : 30)
    const figures: Figure[] = [
      { name: 'all are on after', value: comingSeconds, unit: 's', digits: 1 },
      {
        name: 'CPU of the node for coming, with catalog and questions',
        value: come.node - begin.node,
        unit: 's',
        digits: 1,
      },
      ...stallFigures('node while they come', nodeAfter),
      ...stallFigures('platform while they come', platformAfter),
      {
        name: 'memory per registered device',
        value: used / devices / KILOBYTE,
        unit: 'kB',
        digits: 1,
        ...(!short && { atMost: 20 }),
      },
      { name: 'SIP messages per second, registering anew and keeping alive', value: minute.perSecond, unit: '' },
      { name: 'node', value: minute.nodeCore, unit: 'cores', digits: 3, atMost: 0.5 },
      { name: 'platform', value: minute.platformCore, unit: 'cores', digits: 3 },
      ...stallFigures('node', minute.inside),
      { name: 'registrations that failed', value: failures, unit: '', atMost: 0 },
      { name: 'SIP messages per second and core', value: minute.perCoreSecond, unit: '' },
      ...storm,
      ...second,
    ]
    return {
      id: 'registration',
      title: `${devices} devices: registering and keeping alive`,
      how: `All register at once (digest) and are asked for catalog and description; then all register anew within ${seconds} s, beside ${Math.round((devices / keepaliveS) * 60)} keepalives a minute; then keepalives as fast as they are answered. A registration is four messages, a keepalive two.`,
      figures,
    }
  } finally {
    await product.stop()
  }
}

/** What a span of time costs. */
async function measured(product: GbProduct, fleet: Devices, seconds: number, run: () => Promise<void>) {
  await product.inside(product.node)
  const begin = { cpu: product.cpu(), messages: (await fleet.counts()).messages, ms: performance.now() }
  await Promise.all([run(), wait(seconds * 1000)])
  const { messages } = await fleet.counts()
  const cpu = product.cpu()
  const took = (performance.now() - begin.ms) / 1000
  const nodeSeconds = cpu.node - begin.cpu.node
  return {
    perSecond: (messages - begin.messages) / took,
    nodeCore: nodeSeconds / took,
    platformCore: (cpu.platform - begin.cpu.platform) / took,
    perCoreSecond: (messages - begin.messages) / nodeSeconds,
    inside: await product.inside(product.node),
  }
}

/** Keepalives as fast as they are answered. */
async function stormed(product: GbProduct, { devices, seconds }: { devices: number; seconds: number }) {
  const job: StormJob = { host: HOST, port: product.sip, serverId: SERVER_ID, firstId: FIRST_ID, devices, seconds }
  const script = join(import.meta.dirname, '../load/gb-storm.ts')
  await product.inside(product.node)
  const before = product.cpu().node
  const load = new Child('storm', [process.execPath, script, JSON.stringify(job)], { core: LOAD_CORE })
  const result = await load.event('result')
  const cpu = product.cpu().node - before
  const inside = await product.inside(product.node)
  const messages = 2 * Number(result['answered'])
  return [
    { name: 'storm: SIP messages per second', value: messages / Number(result['seconds']), unit: '' },
    { name: 'storm: SIP messages per second and core', value: messages / cpu, unit: '' },
    {
      name: 'storm: not answered, or not with 200',
      value: Number(result['refused']) + Number(result['lost']),
      unit: '',
      atMost: 0,
    },
    ...stallFigures('node in the storm', inside),
    { name: 'storm: load core', value: Number(result['loadCore']) * 100, unit: '%' },
  ] satisfies Figure[]
}

/** The same registrations by another program, where it is installed. */
async function sipp(product: GbProduct, devices: number, seconds: number): Promise<Figure[]> {
  const folder = mkdtempSync(join(tmpdir(), 'sightline-bench-'))
  try {
    execFileSync('sipp', ['-v'], { stdio: 'ignore' })
  } catch (error) {
    // it ends with 99 after telling its version
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return []
  }
  try {
    const ids = Array.from({ length: devices }, (_, index) => {
      const id = BigInt(FIRST_ID) + BigInt(index)
      return `${id};[authentication username=${id} password=${DEVICE_PASSWORD}]`
    })
    writeFileSync(join(folder, 'ids.csv'), `SEQUENTIAL\n${ids.join('\n')}\n`)
    writeFileSync(join(folder, 'register.xml'), SCENARIO)
    const errors = join(folder, 'errors.log')
    const rate = PER_MINUTE.registrations / 60
    const files = ['-sf', join(folder, 'register.xml'), '-inf', join(folder, 'ids.csv')]
    const shape = [
      '-i',
      HOST,
      '-t',
      'u1',
      '-nostdin',
      '-r',
      String(rate),
      '-m',
      String(rate * seconds),
      '-trace_err',
      '-error_file',
      errors,
    ]
    const before = product.cpu().node
    const child = new Child('sipp', ['sipp', ...files, ...shape, `${HOST}:${product.sip}`], {
      core: LOAD_CORE,
      cwd: folder,
    })
    await awaited('SIPp has ended', async () => child.ended)
    if (child.process.exitCode !== 0) throw new Error(`sipp: ${readFileSync(errors, 'utf8').slice(0, 600)}`)
    const messages = 4 * rate * seconds
    const cpu = product.cpu().node - before
    return [
      { name: `SIPp registers ${rate} a second: SIP messages per second and core`, value: messages / cpu, unit: '' },
    ]
  } finally {
    rmSync(folder, { recursive: true })
  }
}

const request = (cseq: number, more: string) => `<send retrans="500"><![CDATA[

REGISTER sip:${SERVER_ID}@3402000000 SIP/2.0
Via: SIP/2.0/[transport] [local_ip]:[local_port];rport;branch=[branch]
From: <sip:[field0]@3402000000>;tag=[pid]tag[call_number]
To: <sip:[field0]@3402000000>
Call-ID: [call_id]
Contact: <sip:[field0]@[local_ip]:[local_port]>
CSeq: ${cseq} REGISTER
Max-Forwards: 70
Expires: 3600
${more}Content-Length: 0

]]></send>`

const SCENARIO = `<?xml version="1.0" encoding="UTF-8"?>
<scenario name="register">
${request(1, '')}
<recv response="401" auth="true"/>
${request(2, '[field1]\n')}
<recv response="200"/>
</scenario>
`
