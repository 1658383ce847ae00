import { AppError } from '../../src/base/errors.ts'
import type { RequestHandlers } from '../../src/link/connection.ts'
import type { Params, PLATFORM_SAYS } from '../../src/link/messages.ts'
import type {
  ExportStatus,
  RecordingState,
  RecordingStatus,
  Segment,
  Snapshot,
  StoreStatus,
} from '../../src/link/recording.ts'

export const PATH = 'default/live/cam'

/** The recorder of a node under test: remembers what it shall do, and answers as the real one. */
export class RecorderAtNode {
  /** False: pictures of live streams are refused, as of streams nobody publishes. */
  hasStreams = true
  readonly applied: RecordingState[] = []
  readonly segments = new Map<string, Segment>()
  readonly snapshots = new Map<string, Snapshot>()
  readonly events: Params<typeof PLATFORM_SAYS, 'recording.event'>[] = []
  readonly exports = new Map<string, ExportStatus>()
  readonly cancelled: string[] = []
  /** Segments somebody is watching. */
  readonly playing = new Set<string>()
  status: RecordingStatus[] = []
  stores: StoreStatus[] = [storeStatus()]

  get state(): RecordingState | undefined {
    return this.applied.at(-1)
  }

  get features(): Partial<RequestHandlers<typeof PLATFORM_SAYS>> {
    return {
      'recording.apply': state => {
        this.applied.push(state)
        return {}
      },
      'recording.status': () => ({ recordings: this.status }),
      'recording.event': event => {
        this.events.push(event)
        return { recording: 'rc_event' }
      },
      'recording.delete': ({ segments }) => {
        const kept = segments.filter(id => this.playing.has(id)).map(id => ({ id, reason: 'it is being played' }))
        const deleted = segments.filter(id => !this.playing.has(id))
        for (const id of deleted) this.segments.delete(id)
        return { deleted, kept }
      },
      'recording.hold': ({ segments, held }) => {
        for (const id of segments) {
          const segment = this.segments.get(id)
          if (segment) this.segments.set(id, { ...segment, held })
        }
        return {}
      },
      'snapshot.take': ({ path, atMs, template, format, width }) => {
        if (atMs !== null && atMs < 1000) throw new AppError('NOT_FOUND', { what: 'picture at', id: atMs })
        if (atMs === null && !this.hasStreams) throw new AppError('STREAM_NOT_FOUND', { path })
        const id = `sn_${this.snapshots.size + 1}`
        const taken = snapshot(id, { path, template, format, cause: atMs === null ? 'demand' : 'recorded' })
        const size = width === null ? {} : { width, height: Math.round((width * 9) / 16) }
        const whole = { ...taken, ...size, takenAtMs: atMs ?? taken.takenAtMs }
        this.snapshots.set(id, whole)
        return { snapshot: whole }
      },
      'snapshot.delete': ({ snapshots }) => {
        for (const id of snapshots) this.snapshots.delete(id)
        return {}
      },
      'export.start': () => {
        const id = `ex_${this.exports.size + 1}`
        const status: ExportStatus = { id, state: 'running', progress: 0, sizeBytes: 0, url: null, error: null }
        this.exports.set(id, status)
        return { export: status }
      },
      'export.status': ({ id }) => {
        const status = this.exports.get(id)
        if (!status) throw new AppError('NOT_FOUND', { what: 'export', id })
        return { export: status }
      },
      'export.cancel': ({ id }) => {
        this.cancelled.push(id)
        return {}
      },
      'storage.status': () => ({ stores: this.stores }),
      'recording.index': ({ after, limit }) => ({
        segments: [...this.segments.values()]
          .filter(({ id }) => id > after)
          .toSorted((a, b) => (a.id < b.id ? -1 : 1))
          .slice(0, limit),
      }),
    }
  }
}

/** Ten minutes from a moment on. */
export function segment(id: string, startMs: number, change: Partial<Segment> = {}): Segment {
  return {
    ...{ id, path: PATH, template: null, recording: 'rc_1', cause: 'always', format: 'fmp4', store: 'disk1' },
    ...{ object: `${PATH}/${id}.mp4`, state: 'closed', startMs, endMs: startMs + 600_000, sizeBytes: 1_000_000 },
    ...{ fragments: 300, sha256: 'ab'.repeat(32), held: false, thinned: false },
    video: { codec: 'h264', width: 1280, height: 720 },
    audio: { codec: 'aac', sampleRate: 48_000, channels: 2 },
    ...change,
  }
}

export function snapshot(id: string, change: Partial<Snapshot> = {}): Snapshot {
  return {
    ...{ id, path: PATH, template: null, cause: 'demand', store: 'disk1', object: `${PATH}/${id}.jpg` },
    ...{ format: 'jpeg', width: 1280, height: 720, sizeBytes: 50_000, takenAtMs: 1_700_000_000_000 },
    ...change,
  }
}

export function storeStatus(change: Partial<StoreStatus> = {}): StoreStatus {
  return {
    ...{ store: 'disk1', kind: 'disk', location: '/data/recordings', state: 'ok', reason: '' },
    ...{ totalBytes: 1e12, freeBytes: 4e11, usedBytes: 6e11, segments: 600_000, spoolBytes: 0 },
    ...change,
  }
}
