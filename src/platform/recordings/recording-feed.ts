import type { NodeEvent } from '../../link/events.ts'
import type { EventFeed } from '../events-feed/event-feed.ts'
import type { FeedEvent } from '../events-feed/feed-event.ts'

/** Tells followers of the feed what of a node's events concerns recordings. Files that only grow are no news. */
export function tellRecording(feed: EventFeed, nodeId: string, event: NodeEvent): void {
  const told = toFeed(nodeId, event)
  if (told) feed.publish({ permission: 'recordings.read', ...told })
}

function toFeed(nodeId: string, event: NodeEvent): Omit<FeedEvent, 'permission'> | null {
  const { atMs } = event
  switch (event.type) {
    case 'recording.state': {
      const { path, recording, state, cause, reason } = event
      return { type: 'recording.state', atMs, path, data: { nodeId, path, recording, state, cause, reason } }
    }
    case 'recording.segment': {
      const { id, path, recording, state, startMs, endMs, sizeBytes } = event.segment
      if (state === 'open') return null
      const times = { start: new Date(startMs).toISOString(), end: new Date(endMs).toISOString() }
      return { type: 'recording.file', atMs, path, data: { nodeId, path, id, recording, state, ...times, sizeBytes } }
    }
    case 'recording.deleted': {
      const { segments, reason } = event
      return { type: 'recording.deleted', atMs, path: null, data: { nodeId, ids: segments, reason } }
    }
    case 'snapshot.taken': {
      const { id, path, cause, takenAtMs } = event.snapshot
      const takenAt = new Date(takenAtMs).toISOString()
      return { type: 'snapshot.taken', atMs, path, data: { nodeId, path, id, cause, takenAt } }
    }
    case 'storage.state': {
      const { store, state, reason } = event
      return { type: 'storage.state', atMs, path: null, data: { nodeId, store, state, reason } }
    }
    default:
      return null
  }
}
