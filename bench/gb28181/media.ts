import { udpDrops } from '../../src/protocols/rtp/udp-drops.ts'
import { memoryBytes } from '../process.ts'
import { channelsOf, Devices, withCatalog } from './devices.ts'
import { at, type Figure, type GbOutcome, stallFigures } from './figure.ts'
import { awaited, GbProduct, wait } from './product.ts'

const FIRST_ID = '34020000001180000001'
/** Starting all channels, in seconds, at most: media are made for it too. */
const START_S = 30
const SETTLE_MS = 2000
/** What is on its way when the sending ends. */
const DRAIN_MS = 1000
/** Channels started at a time. */
const AT_A_TIME = 16

interface Shape {
  readonly channels: number
  readonly transport: 'udp' | 'tcp-passive'
  readonly seconds: number
}

/** One recorder with so many channels, known to the product. */
async function recorder(product: GbProduct, { channels, seconds, transport }: Shape) {
  const mediaSeconds = seconds + START_S
  const wanted = { devices: 1, channels, firstId: FIRST_ID, type: 'nvr', media: transport, mediaSeconds } as const
  await Devices.add(product, wanted)
  const { devices, registered } = await Devices.start(product, wanted)
  await registered
  await withCatalog(product, channels)
  return { devices, list: await channelsOf(product, channels) }
}

async function playAll(product: GbProduct, list: readonly { readonly id: string }[]): Promise<void> {
  let next = 0
  const worker = async () => {
    while (next < list.length) await product.api('POST', `/channels/${list[next++]?.id}/play`, {})
  }
  await Promise.all(Array.from({ length: AT_A_TIME }, worker))
}

/** CPU per Mbit/s of program streams, by transport and number of streams. */
export async function media(short: boolean): Promise<GbOutcome> {
  const counts = short ? [50] : [50, 100, 200]
  const figures: Figure[] = []
  let bitrateKbps = 0
  for (const transport of ['tcp-passive', 'udp'] as const)
    for (const channels of counts) {
      const run = await streams({ channels, transport, seconds: short ? 6 : 30 })
      bitrateKbps = run.bitrateKbps
      figures.push(...run.figures)
    }
  return {
    id: 'media',
    title: 'Program streams over RTP',
    how: `Channels of ${(bitrateKbps / 1000).toFixed(2)} Mbit/s (1080p25 H.264 and A-law) on the one media port, nobody watching: received, put in order, taken apart and kept as GOP. Lost are frames that were sent and did not become frames of the stream. Cameras that are held up by the machine go on where they were, as one does not send for another.`,
    figures,
  }
}

async function streams(shape: Shape) {
  const product = await GbProduct.start()
  try {
    const { devices, list } = await recorder(product, shape)
    await playAll(product, list)
    await wait(SETTLE_MS)
    const before = await missing(product, devices)
    const dropsBefore = await udpDrops(product.gbMedia)
    devices.resume()
    await wait(SETTLE_MS)
    await product.inside(product.node)
    const begin = { cpu: product.cpu().node, counts: await devices.counts(), ms: performance.now() }
    await wait(shape.seconds * 1000)
    const [cpu, counts, took] = [product.cpu().node, await devices.counts(), (performance.now() - begin.ms) / 1000]
    const inside = await product.inside(product.node)
    const after = await missing(product, devices)
    const [lost, sent] = [after.frames - before.frames, after.sent - before.sent]
    const drops = await udpDrops(product.gbMedia)
    const megabits = ((counts.bytes - begin.counts.bytes) * 8) / 1e6
    const name = `${shape.transport === 'udp' ? 'UDP' : 'TCP'}, ${shape.channels} streams`
    const all = shape.channels === 200
    const figures: Figure[] = [
      { name: `${name}: CPU-ms per Mbit`, value: ((cpu - begin.cpu) * 1000) / megabits, unit: 'ms', digits: 3 },
      { name: `${name}: node`, value: (cpu - begin.cpu) / took, unit: 'cores', digits: 3, ...(all && { atMost: 1 }) },
      {
        name: `${name}: frames lost of ${sent}`,
        value: lost,
        unit: '',
        ...(shape.transport !== 'udp' && { atMost: 0 }),
      },
      ...(shape.transport === 'udp' && drops !== null
        ? [{ name: `${name}: datagrams the kernel threw away`, value: drops - (dropsBefore ?? 0), unit: '' }]
        : []),
      ...stallFigures(`node, ${name}`, inside),
      { name: `${name}: cameras held up`, value: counts.heldUpMs - begin.counts.heldUpMs, unit: 'ms' },
      { name: `${name}: load core`, value: ((counts.cpuSeconds - begin.counts.cpuSeconds) / took) * 100, unit: '%' },
    ]
    await devices.stop()
    return { bitrateKbps: devices.bitrateKbps, figures }
  } finally {
    await product.stop()
  }
}

/** Pauses the sending: frames that were sent and did not come, since the start. */
async function missing(product: GbProduct, devices: Devices) {
  devices.pause()
  await wait(DRAIN_MS)
  const { dropped, frames } = await devices.counts()
  const sent = frames + dropped
  return { sent, frames: sent - (await product.metric('sightline_node_received_frames_total')) }
}

/** How long it takes until a viewer who opens a URL has a picture. */
export async function firstPicture(short: boolean): Promise<GbOutcome> {
  const channels = short ? 10 : 50
  const figures: Figure[] = []
  for (const transport of ['tcp-passive', 'udp'] as const) {
    const product = await GbProduct.start()
    try {
      const { devices, list } = await recorder(product, { channels, transport, seconds: channels })
      const pictures = await devices.watch(list.map(({ flv, gbId }) => [gbId, flv] as const))
      const name = transport === 'udp' ? 'UDP' : 'TCP'
      const times = (key: 'fromPacketMs' | 'fromRequestMs') => pictures.map(picture => picture[key])
      figures.push(
        {
          name: `${name}: from the first packet, median`,
          value: at(0.5, times('fromPacketMs')),
          unit: 'ms',
          digits: 1,
          atMost: 300,
        },
        { name: `${name}: from the first packet, p95`, value: at(0.95, times('fromPacketMs')), unit: 'ms', digits: 1 },
        { name: `${name}: from the request, median`, value: at(0.5, times('fromRequestMs')), unit: 'ms', digits: 1 },
        { name: `${name}: from the request, p95`, value: at(0.95, times('fromRequestMs')), unit: 'ms', digits: 1 },
      )
      await devices.stop()
    } finally {
      await product.stop()
    }
  }
  return {
    id: 'first-picture',
    title: 'First picture',
    how: `${channels} channels, one after the other: a viewer opens the HTTP-FLV URL, the device is invited, and the time of the first keyframe at the viewer counts, from its first RTP packet at the device and from the request.`,
    figures,
  }
}

/** What a viewer of `?sound=aac` costs beside one of the stream as it is. */
export async function sound(short: boolean): Promise<GbOutcome> {
  const channels = short ? 5 : 20
  const seconds = short ? 5 : 20
  const cost = async (query: string) => {
    const product = await GbProduct.start()
    try {
      const { devices, list } = await recorder(product, { channels, transport: 'tcp-passive', seconds })
      await devices.view(list.map(({ flv }) => flv + query))
      await awaited('all are watched', async () => (await product.metric('sightline_node_streams')) >= channels)
      await wait(SETTLE_MS)
      const begin = product.cpu().node
      await wait(seconds * 1000)
      const core = (product.cpu().node - begin) / seconds
      const { pss } = memoryBytes(product.node.pid)
      await devices.stop()
      return { core, pss }
    } finally {
      await product.stop()
    }
  }
  const plain = await cost('')
  const aac = await cost('&sound=aac')
  return {
    id: 'sound',
    title: 'G.711 to AAC on demand',
    how: `${channels} channels with a viewer each, by HTTP-FLV as they are and with \`?sound=aac\`: the difference, ffmpeg included. A stream is encoded once for all who ask, and only while somebody does.`,
    figures: [
      {
        name: 'CPU per stream with AAC',
        value: ((aac.core - plain.core) / channels) * 100,
        unit: '% of a core',
        digits: 2,
      },
      {
        name: 'memory per stream with AAC (shared pages shared)',
        value: (aac.pss - plain.pss) / channels / 1e6,
        unit: 'MB',
        digits: 1,
      },
    ],
  }
}
