import type { NodeEvent } from '../../link/events.ts'
import type { Db } from '../../storage/database.ts'
import type { EventSink } from '../nodes/node-events.ts'
import { addressOf } from '../streams/stream.ts'
import { StreamStore } from '../streams/stream-store.ts'

const APPS: ReadonlySet<string> = new Set(['playback', 'download'])
/** As `PlaybackService` names them: name of the channel's stream, second of the begin, something random. */
const NAME = /^\d{20}(_\d{20})?-\d{1,12}-[\w-]{8}$/

/** A playback is a stream of its own while it runs. Nobody comes back to it, so its row goes with its end. */
export class PlaybackStreams implements EventSink {
  async apply(db: Db, _: string, event: NodeEvent): Promise<void> {
    if (event.type !== 'stream.stopped') return
    const { app, name } = addressOf(event.path)
    if (!APPS.has(app) || !NAME.test(name)) return
    const store = new StreamStore(db)
    for (const { id } of await store.byPaths([event.path])) await store.delete(id)
  }
}
