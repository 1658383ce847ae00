import { join, resolve } from 'node:path'
import type { Clock, Timers } from '../base/clock.ts'
import type { Log } from '../base/log.ts'
import type { Settings } from '../config/schema.ts'
import type { NodeEvent } from '../link/events.ts'
import type { Access } from '../node/access.ts'
import type { HttpVisitors } from '../node/http-visitor.ts'
import type { Hub } from '../node/hub.ts'
import type { Leases } from '../node/leases.ts'
import type { MediaRoute } from '../node/media-server.ts'
import type { NodeStore } from '../node/node-store.ts'
import { PictureRoute } from '../node/pictures/picture-route.ts'
import { RecordingHost } from '../node/recording/recording-host.ts'
import type { RecordingStoreSettings } from '../node/recording/recording-stores.ts'
import { StreamFileAccess } from '../node/recording/stream-file-access.ts'
import { StreamFileRoute } from '../node/recording/stream-file-route.ts'
import { ReplayRoute } from '../node/replay/replay-route.ts'
import { ReplaySender } from '../node/replay/replay-sender.ts'
import type { Spaces } from '../node/spaces.ts'
import { secretFile } from './secret-file.ts'

export interface RecordingOptions {
  readonly settings: Settings
  readonly hub: Hub
  readonly leases: Leases
  readonly spaces: Spaces
  readonly access: Access
  readonly visitors: HttpVisitors
  readonly store: NodeStore
  readonly emit: (event: NodeEvent) => void
  readonly clock: Clock
  readonly timers: Timers
  readonly log: Log
}

export interface RunningRecording {
  readonly host: RecordingHost
  /** On the media port, before those of live streams. */
  readonly routes: readonly MediaRoute[]
  reload(settings: Settings): void
  close(): Promise<void>
}

const MB = 1024 * 1024

/** Builds what records, replays and takes pictures at a node with a platform; `host.open` starts it. */
export function createRecording(options: RecordingOptions): RunningRecording {
  const { access, clock, emit, hub, leases, log, settings, spaces, store, timers, visitors } = options
  const host = new RecordingHost({
    ...{ hub, leases, store, emit, clock, timers, log },
    dataDirectory: settings.data,
    stores: storeSettings(settings),
    forbidden: path => isForbidden(spaces, path, clock.nowMs()),
  })
  const { recordings } = host
  const secret = secretFile(settings.data, 'replay-key')
  const replay = new ReplayRoute({ recordings, access, hub, visitors, secret, clock, timers, log })
  const { desk, exports, liveKeyframes: live, pictures, reader, stores } = host
  const files = new StreamFileAccess(access, visitors)
  const sender = new ReplaySender(recordings)
  return {
    host,
    routes: [
      replay,
      new PictureRoute({
        ...{ access: files, hub, live, desk, recordings, reader, pictures, clock },
        stores: stores.find,
      }),
      new StreamFileRoute({ access: files, snapshots: pictures, exports, stores: stores.find, sender }),
    ],
    reload: ({ recording }) => host.setFloor(recording.freeSpaceMb * MB),
    close: async () => {
      replay.close()
      await host.close()
    },
  }
}

function isForbidden(spaces: Spaces, path: string, nowMs: number): boolean {
  const space = spaces.get(path.slice(0, path.indexOf('/')))
  return space === undefined || space.enabled === false || spaces.forbidden(path, nowMs) !== null
}

function storeSettings({ data, recording }: Settings): RecordingStoreSettings {
  const { disks, encryptionKey, freeSpaceMb, s3 } = recording
  const { endpoint, bucket, region, prefix, accessKey, secretKey, spoolMb } = s3
  const isS3 = bucket !== null && accessKey !== null && secretKey !== null
  return {
    disks: disks
      .split(',')
      .map(folder => folder.trim())
      .filter(folder => folder !== '')
      .map(folder => resolve(data, folder)),
    floorBytes: freeSpaceMb * MB,
    secret: encryptionKey ?? secretFile(data, 'recording-key'),
    s3: isS3
      ? {
          ...{ endpoint, bucket, region },
          prefix: prefix === '' || prefix.endsWith('/') ? prefix : `${prefix}/`,
          // As servers that are not Amazon's want it.
          pathStyle: endpoint !== null,
          accessKeyId: accessKey,
          secretAccessKey: secretKey,
          spoolFolder: join(resolve(data), 'spool'),
          spoolBytes: spoolMb * MB,
        }
      : null,
  }
}
