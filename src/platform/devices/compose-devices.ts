import type { Clock, Timers } from '../../base/clock.ts'
import { errorText } from '../../base/errors.ts'
import type { Closable } from '../../base/lifecycle.ts'
import type { Log } from '../../base/log.ts'
import type { NodeEvent } from '../../link/events.ts'
import type { Database } from '../../storage/database.ts'
import { AlarmEvents, AlarmService } from '../alarms/alarm-service.ts'
import { AttemptEvents, AttemptService } from '../attempts/attempt-service.ts'
import type { AuditLog } from '../audit/audit-log.ts'
import { CatalogEvents } from '../channels/catalog-events.ts'
import { ChannelControl } from '../channels/channel-control.ts'
import { ChannelService } from '../channels/channel-service.ts'
import { PlaybackService } from '../channels/playback-service.ts'
import { PlaybackStreams } from '../channels/playback-streams.ts'
import {
  DeviceSnapshotEvents,
  type DeviceSnapshotOptions,
  DeviceSnapshotService,
} from '../device-snapshots/device-snapshot-service.ts'
import { DirectoryService } from '../directories/directory-service.ts'
import type { EventSink } from '../nodes/node-events.ts'
import type { DesiredTopic, NodeLinks } from '../nodes/node-links.ts'
import type { OperationService } from '../operations/operation-service.ts'
import { ParentEvents, ParentService } from '../parent-platforms/parent-service.ts'
import { StreamShareService } from '../parent-platforms/stream-share-service.ts'
import { PendingDeviceService } from '../pending-devices/pending-device-service.ts'
import { PositionEvents, PositionService } from '../positions/position-service.ts'
import { QuirkService } from '../quirks/quirk-service.ts'
import { BulkService } from '../streams/bulk-service.ts'
import { DesiredDevices } from './desired-devices.ts'
import { DeviceCommands } from './device-commands.ts'
import { DeviceEvents } from './device-events.ts'
import { DeviceImport } from './device-import.ts'
import { DeviceLink } from './device-link.ts'
import { DeviceService } from './device-service.ts'

export interface DevicesOptions {
  readonly db: Database
  readonly audit: AuditLog
  readonly clock: Clock
  readonly timers: Timers
  readonly log: Log
}

export interface DeviceServicesOptions {
  readonly links: NodeLinks
  readonly operations: OperationService
  /** SIP domain of this server. */
  readonly domain: () => string
  /** Code of this server. */
  readonly serverId: () => string
  readonly pictures: Pick<DeviceSnapshotOptions, 'directory' | 'uploadOrigin'>
}

export type DeviceServices = ReturnType<Devices['services']>
type BulkAction = 'delete' | 'start' | 'stop' | 'unlock' | 'sync'

/** Everything about GB/T 28181 at the platform: first what the links need, then what needs the links. */
export class Devices implements Closable {
  readonly #options: DevicesOptions
  readonly #desired: DesiredDevices
  readonly #events: DeviceEvents
  readonly sinks: readonly EventSink[]
  #following: Promise<void> = Promise.resolve()
  #parents: ParentService | null = null

  private constructor(options: DevicesOptions, desired: DesiredDevices) {
    const { clock, log } = options
    this.#options = options
    this.#desired = desired
    this.#events = new DeviceEvents(desired, clock, log)
    this.sinks = [
      this.#events,
      new CatalogEvents(clock, log),
      new PlaybackStreams(),
      new AlarmEvents(clock),
      new PositionEvents(),
      new AttemptEvents(),
      new ParentEvents(),
      new DeviceSnapshotEvents(),
    ]
  }

  static async open(options: DevicesOptions): Promise<Devices> {
    return new Devices(options, await DesiredDevices.open(options.db, options.clock))
  }

  get topic(): DesiredTopic {
    return this.#desired.topic
  }

  /** Called after every change of what the nodes shall know. */
  onChange(run: () => void): void {
    this.#desired.onChange(run)
  }

  /** Spaces say what devices need: their change is one of devices too. */
  spacesChanged(): void {
    this.#follow(() => this.#desired.change(async () => {}))
  }

  /** Once an event is kept. */
  applied(event: NodeEvent): void {
    this.#follow(() => this.#events.applied(event))
    // what is shared with upper platforms follows what devices have
    const changed = event.type === 'device.catalog-changed' || (event.type === 'device.catalog' && event.end !== null)
    if (changed) this.#follow(async () => this.#parents?.refresh())
  }

  /** Waits for what follows from changes and events. */
  close(): Promise<void> {
    return this.#following
  }

  #follow(run: () => Promise<void>): void {
    this.#following = this.#following
      .then(run)
      .catch((error: unknown) =>
        this.#options.log.error('what follows from a change failed', { reason: errorText(error) }),
      )
  }

  services({ links, operations, domain, serverId, pictures }: DeviceServicesOptions) {
    const { db, audit, clock, timers } = this.#options
    const desired = this.#desired
    const link = new DeviceLink(links)
    const devices = new DeviceService({ db, desired, audit, clock, domain })
    const commands = new DeviceCommands({ db, desired, link, audit })
    const channels = new ChannelService({ db, links, link, audit, clock })
    const control = new ChannelControl(db, link, audit)
    const playback = new PlaybackService({ db, link, operations, audit, clock, timers })
    const directories = new DirectoryService(db, audit, clock)
    const alarms = new AlarmService(db, link, audit, clock)
    const positions = new PositionService(db, clock)
    const attempts = new AttemptService(db, clock)
    const imports = new DeviceImport(db, desired, audit)
    const quirks = new QuirkService(db, desired, audit)
    const parents = new ParentService({ db, desired, audit, clock, serverId })
    this.#parents = parents
    directories.onBound(() => this.#follow(() => parents.refresh()))
    const deviceSnapshots = new DeviceSnapshotService({ db, link, audit, clock, ...pictures })
    const pending = new PendingDeviceService(db, devices, audit, clock)
    const bulk = new BulkService<BulkAction, { readonly untilMs: number | null }>(
      operations,
      'devices',
      'devices.write',
      {
        delete: (actor, id) => devices.delete(actor, id),
        start: (actor, id) => commands.start(actor, id, true),
        stop: (actor, id, { untilMs }) => commands.stop(actor, id, untilMs),
        unlock: (actor, id) => commands.unlock(actor, id),
        sync: (actor, id) => commands.syncCatalog(actor, id),
      },
    )
    const tidied = [pending, channels, alarms, positions, attempts, deviceSnapshots]
    const tidy = () => Promise.all(tidied.map(service => service.tidy()))
    return {
      devices,
      commands,
      channels,
      control,
      playback,
      directories,
      alarms,
      positions,
      attempts,
      imports,
      quirks,
      parents,
      streamShares: new StreamShareService({ db, desired, audit }),
      deviceSnapshots,
      pending,
      bulk,
      tidy,
    }
  }
}
