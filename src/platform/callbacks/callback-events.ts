import type { NodeEvent } from '../../link/events.ts'
import type { Db } from '../../storage/database.ts'
import { DeviceStore } from '../devices/device-store.ts'
import type { EventSink } from '../nodes/node-events.ts'
import { addressOf } from '../streams/stream.ts'
import type { Announcer } from './announcement.ts'

/** Announces streams that come and go, and what devices tell. */
export class CallbackEvents implements EventSink {
  readonly #announcer: Announcer

  constructor(announcer: Announcer) {
    this.#announcer = announcer
  }

  async apply(db: Db, _nodeId: string, event: NodeEvent): Promise<void> {
    switch (event.type) {
      case 'stream.started':
        return this.#stream(db, event.path, event.atMs, { stream_status: 'on', protocol: event.publisher.protocol })
      case 'stream.stopped':
        return this.#stream(db, event.path, event.atMs, { stream_status: 'off', reason: event.reason })
      case 'device.state': {
        const { device, state, reason, atMs } = event
        return this.#device(db, 'device_status', device, atMs, { device_status: state, reason })
      }
      case 'device.alarm': {
        const { device, channel, priority, method, alarmType, description, alarmAtMs, atMs } = event
        return this.#device(db, 'device_alarm', device, atMs, {
          ...{ channel_id: channel, alarm: String(method), sub_alarm: alarmType, priority: String(priority) },
          ...{ start_time: alarmAtMs, description },
        })
      }
    }
  }

  async #stream(db: Db, path: string, atMs: number, data: object): Promise<void> {
    const { space, app, name } = addressOf(path)
    await this.#announcer.announce(db, {
      ...{ event: 'stream_status', object: path, space, template: null, atMs, media: null },
      data: { space, app, stream: name, ...data },
    })
  }

  /** One that was deleted is nobody's any more. */
  async #device(
    db: Db,
    event: 'device_status' | 'device_alarm',
    device: string,
    atMs: number,
    data: object,
  ): Promise<void> {
    const row = await new DeviceStore(db).byId(device)
    if (!row) return
    await this.#announcer.announce(db, {
      ...{ event, object: device, space: row.space, template: null, atMs, media: null },
      data: { space: row.space, device_id: device, gb_id: row.gb_id, ...data },
    })
  }
}
