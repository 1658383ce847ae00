import { Devices, withCatalog } from './devices.ts'
import { at, type GbOutcome, stallFigures } from './figure.ts'
import { GbProduct, type Json, wait } from './product.ts'

const FIRST_ID = '34020000002000000002'
/** More than a frame late is seen by who watches. */
const MOST_STALL_MS = 50
const LOOK_MS = 250
const LONGEST_MS = 300_000
const KILOBYTE = 1000

/** A lower platform with many channels registers; then its catalog is read again over what is known. */
export async function catalog(short: boolean): Promise<GbOutcome> {
  const channels = short ? 10_000 : 100_000
  const product = await GbProduct.start()
  try {
    const wanted = { devices: 1, channels, firstId: FIRST_ID, type: 'platform' } as const
    await Devices.add(product, wanted)
    await product.idle()
    const before = [await product.inside(product.node), await product.inside(product.platform)]
    const { devices: fleet, registered } = await Devices.start(product, wanted)
    await registered
    const first = await imported(product, channels, 0)
    const after = [await product.inside(product.node), await product.inside(product.platform)]
    const [node = 0, platform = 0] = after.map(
      ({ usedBytes }, index) => (usedBytes - (before[index]?.usedBytes ?? 0)) / channels,
    )
    const { items } = await product.api('GET', '/devices')
    const [device] = items as { id: string; catalog: { at: string } }[]
    await product.api('POST', `/devices/${device?.id}/sync-catalog`)
    const again = await imported(product, channels, Date.parse(device?.catalog.at ?? ''))
    const stalls = [await product.inside(product.node), await product.inside(product.platform)]
    await fleet.stop()
    const deleting = await whileLooking(product, () => product.api('DELETE', `/devices/${device?.id}`))
    const deleted = await product.inside(product.platform)
    return {
      id: 'catalog',
      title: `${channels} channels of one platform by Catalog`,
      how: `A lower platform sends its catalog in messages of 8 channels, each answered before the next. Beside it somebody opens a page of 100 channels four times a second, as the console does. Then the same catalog is asked for again, and at last the platform is deleted.`,
      figures: [
        { name: 'imported after', value: first.seconds, unit: 's', digits: 1 },
        { name: 'channels a second', value: channels / first.seconds, unit: '' },
        ...stallFigures('node', after[0], MOST_STALL_MS),
        ...stallFigures('platform', after[1], MOST_STALL_MS),
        { name: 'a page of the API meanwhile, median', value: at(0.5, first.pagesMs), unit: 'ms' },
        { name: 'a page of the API meanwhile, longest', value: at(1, first.pagesMs), unit: 'ms' },
        { name: 'CPU of the node', value: first.cpu.node, unit: 's', digits: 1 },
        { name: 'CPU of the platform', value: first.cpu.platform, unit: 's', digits: 1 },
        { name: 'memory per channel, node', value: node / KILOBYTE, unit: 'kB', digits: 2 },
        {
          name: 'memory per channel, node and platform',
          value: (node + platform) / KILOBYTE,
          unit: 'kB',
          digits: 2,
          atMost: 2,
        },
        { name: 'read again after', value: again.seconds, unit: 's', digits: 1 },
        ...stallFigures('node, again', stalls[0], MOST_STALL_MS),
        ...stallFigures('platform, again', stalls[1], MOST_STALL_MS),
        { name: 'deleted after', value: deleting.seconds, unit: 's', digits: 1 },
        { name: 'a page of the API meanwhile, longest', value: at(1, deleting.pagesMs), unit: 'ms' },
        ...stallFigures('platform, deleting', deleted, MOST_STALL_MS),
      ],
    }
  } finally {
    await product.stop()
  }
}

/** Until a catalog newer than `sinceMs` is here. */
async function imported(product: GbProduct, channels: number, sinceMs: number) {
  const before = product.cpu()
  const { pagesMs, seconds } = await whileLooking(product, async () => {
    for (;;) {
      const device = (await withCatalog(product, channels, LONGEST_MS)) as Json & { catalog: { at: string } }
      if (Date.parse(device.catalog.at) > sinceMs) return
      await wait(LOOK_MS)
    }
  })
  const cpu = product.cpu()
  return { seconds, pagesMs, cpu: { node: cpu.node - before.node, platform: cpu.platform - before.platform } }
}

/** With somebody who looks at pages meanwhile. */
async function whileLooking(product: GbProduct, run: () => Promise<unknown>) {
  const beginMs = performance.now()
  const pagesMs: number[] = []
  let over = false
  const looking = (async () => {
    while (!over) {
      const askedMs = performance.now()
      await product.api('GET', '/channels?limit=100&sort=gbId')
      pagesMs.push(performance.now() - askedMs)
      await wait(LOOK_MS)
    }
  })()
  await run()
  const seconds = (performance.now() - beginMs) / 1000
  over = true
  await looking
  return { seconds, pagesMs }
}
