import type { Quirks } from '../../link/gb28181.ts'
import type { QuirkTable } from '../../storage/device-tables.ts'

/** The ways of the devices of one vendor, and with model and firmware of fewer of them. */
export interface QuirkEntry {
  readonly id: string
  /** Lower case, as DeviceInfo says it. */
  readonly vendor: string
  /** Lower case; '': any. */
  readonly model: string
  readonly firmware: string
  readonly source: QuirkTable['source']
  readonly quirks: Quirks
  readonly notes: string
  readonly updatedAtMs: number
}

interface Known {
  readonly manufacturer: string
  readonly model: string
  readonly firmware: string
  readonly learnt: Quirks
  readonly set: Quirks
}

/** Entries by vendor, to be asked for many devices. */
export class QuirkBook {
  readonly #byVendor: Map<string, QuirkEntry[]>

  constructor(entries: readonly QuirkEntry[]) {
    this.#byVendor = Map.groupBy(entries, entry => entry.vendor)
  }

  /**
   * The ways of one device: what was learnt from its like, what was learnt from itself, what the book says, and over
   * all of it what people set for it. The closer an entry names a device, the more it counts.
   */
  quirksOf({ manufacturer, model, firmware, learnt, set }: Known): Quirks {
    const fits = (entry: QuirkEntry) =>
      (entry.model === '' || entry.model === model.toLowerCase()) &&
      (entry.firmware === '' || entry.firmware === firmware.toLowerCase())
    const entries = (this.#byVendor.get(manufacturer.toLowerCase()) ?? []).filter(fits).sort(byCloseness)
    const of = (source: QuirkEntry['source']) =>
      entries.filter(entry => entry.source === source).map(entry => entry.quirks)
    return Object.assign({}, ...of('learnt'), learnt, ...of('set'), set)
  }
}

function byCloseness(a: QuirkEntry, b: QuirkEntry): number {
  const closeness = ({ model, firmware }: QuirkEntry) => (model === '' ? 0 : 1) + (firmware === '' ? 0 : 2)
  return closeness(a) - closeness(b)
}
