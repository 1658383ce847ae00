/** One event of a `text/event-stream`, HTML Living Standard §9.2.6. */
export interface ServerEvent {
  readonly type: string
  readonly data: string
  /** What to send as Last-Event-ID to go on behind it; the last one given. */
  readonly id: string
}

/** An event longer than this is not one of ours; what holds the page's memory is cut off. */
const MAX_EVENT_CHARACTERS = 4 * 1024 * 1024

/** Cuts the text of an event stream, in whatever pieces it comes, into events. */
export class EventStreamParser {
  #rest = ''
  #type = ''
  #data: string[] = []
  #id = ''

  /** The events that `text` completes. Throws RangeError when one grows beyond all measure. */
  push(text: string): readonly ServerEvent[] {
    const events: ServerEvent[] = []
    const lines = (this.#rest + text).split(/\r\n|\n|\r(?!$)/)
    this.#rest = lines.pop() ?? ''
    if (this.#rest.length > MAX_EVENT_CHARACTERS) throw new RangeError('an event without end')
    for (const line of lines) {
      if (line === '') {
        if (this.#data.length > 0)
          events.push({ type: this.#type || 'message', data: this.#data.join('\n'), id: this.#id })
        this.#type = ''
        this.#data = []
        continue
      }
      const [, field = '', value = ''] = /^([^:]*)(?:: ?(.*))?$/s.exec(line) ?? []
      if (field === 'event') this.#type = value
      if (field === 'data') this.#data.push(value)
      if (field === 'id' && !value.includes('\0')) this.#id = value
    }
    return events
  }
}
