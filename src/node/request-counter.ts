/** HTTP status classes, '1xx' being viewers over WebSocket. */
export type StatusClass = '1xx' | '2xx' | '3xx' | '4xx' | '5xx'

/** Requests of the media ports by the class of their answer. */
export class RequestCounter {
  readonly counts: Record<StatusClass, number> = { '1xx': 0, '2xx': 0, '3xx': 0, '4xx': 0, '5xx': 0 }

  add(status: number): void {
    const first = Math.min(5, Math.max(1, Math.floor(status / 100)))
    this.counts[`${first}xx` as StatusClass]++ // clamped to the five
  }
}
