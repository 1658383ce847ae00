import type { Order } from '../../components/data-table.tsx'
import type { Stream } from '../../lib/api/types.ts'
import { byName, sortRows } from '../../lib/sort-rows.ts'

/** What each column sorts by. A stream that is off has no live numbers and stands below zero. */
const KEYS = {
  name: stream => stream.name,
  state: stream => (stream.state === 'on' ? 1 : 0),
  video: stream => (stream.live?.video ? stream.live.video.width * stream.live.video.height : -1),
  bitrate: stream => stream.live?.bitrateKbps ?? -1,
  fps: stream => stream.live?.fps ?? -1,
  viewers: stream => stream.live?.viewers ?? -1,
  since: stream => Date.parse(stream.live?.startedAt ?? '') || 0,
} as const satisfies Record<string, (stream: Stream) => string | number>

export type SortKey = keyof typeof KEYS

export const isSortKey = (key: string | undefined): key is SortKey => key !== undefined && key in KEYS

/** Sorted copy; equal rows by name, then path. */
export const sortStreams = (streams: readonly Stream[], by: SortKey, order: Order): readonly Stream[] =>
  sortRows(streams, KEYS[by], order, (a, b) => byName.compare(a.name, b.name) || a.path.localeCompare(b.path))
