import type { Order } from '../../components/data-table.tsx'
import type { Device } from '../../lib/api/types.ts'
import { byName, sortRows } from '../../lib/sort-rows.ts'

/** What needs somebody comes first. */
const STATE_RANK: Readonly<Record<Device['state'], number>> = { failed: 0, suspect: 1, off: 2, new: 3, on: 4 }

const KEYS = {
  name: ({ name }) => name,
  state: ({ state }) => STATE_RANK[state],
  make: ({ manufacturer, vendor, model }) => `${manufacturer || vendor} ${model}`.trim(),
  channels: ({ stats }) => stats.channels,
  remote: ({ remote }) => remote,
  seen: ({ lastSeenAt }) => (lastSeenAt === null ? 0 : Date.parse(lastSeenAt)),
} as const satisfies Record<string, (device: Device) => string | number>

export type DeviceSortKey = keyof typeof KEYS

export const isDeviceSortKey = (key: string | undefined): key is DeviceSortKey => key !== undefined && key in KEYS

/** Sorted copy; equal rows by their code. */
export const sortDevices = (devices: readonly Device[], by: DeviceSortKey, order: Order): readonly Device[] =>
  sortRows(devices, KEYS[by], order, (a, b) => byName.compare(a.gbId, b.gbId))
