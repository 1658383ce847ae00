import { z } from 'zod'
import type { GbControl, GbQuery } from '../../link/gb28181.ts'
import type { Database } from '../../storage/database.ts'
import type { Actor } from '../access/actor.ts'
import { type Permission, permit } from '../access/permission.ts'
import type { AuditLog } from '../audit/audit-log.ts'
import type { DeviceLink } from '../devices/device-link.ts'
import { findChannel } from './channel-service.ts'
import { ChannelStore } from './channel-store.ts'

export type ControlResult = 'answered' | 'sent'

export interface Preset {
  readonly number: number
  /** '': it has none. */
  readonly name: string
}

export interface Cruise {
  readonly number: number
  readonly name: string
}

export interface CruisePoint {
  readonly preset: number
  /** Seconds. */
  readonly dwellS: number | null
  /** 1 to 15. */
  readonly speed: number | null
}

/** What cannot be undone by doing the opposite. */
const ADMINISTRATIVE: ReadonlySet<GbControl['type']> = new Set(['reboot', 'upgrade', 'formatSdCard', 'config'] as const)
/** Moves of a camera come many a second and change nothing that stays. */
const UNWRITTEN: ReadonlySet<GbControl['type']> = new Set(['ptz', 'lens', 'iframe'] as const)

const PresetAnswer = z.object({
  presets: z.array(z.object({ presetId: z.number().int(), presetName: z.string().optional() })).default([]),
})
const CruisesAnswer = z.object({
  tracks: z.array(z.object({ number: z.number().int(), name: z.string().optional() })).default([]),
})
const CruiseAnswer = z.object({
  points: z
    .array(z.object({ presetIndex: z.number(), stayTime: z.number().optional(), speed: z.number().optional() }))
    .default([]),
})

/** Moves, asks and configures what a channel stands for. All throw NOT_FOUND and what the device is to blame for. */
export class ChannelControl {
  readonly #db: Database
  readonly #link: DeviceLink
  readonly #audit: AuditLog

  constructor(db: Database, link: DeviceLink, audit: AuditLog) {
    this.#db = db
    this.#link = link
    this.#audit = audit
  }

  async control(actor: Actor, id: string, control: GbControl): Promise<ControlResult> {
    const permission: Permission = ADMINISTRATIVE.has(control.type) ? 'devices.admin' : 'devices.control'
    permit(actor, permission)
    const { node_id, device_id, gb_id } = await findChannel(this.#db, id)
    const { result } = await this.#link.request(node_id, 'gb.control', { device: device_id, channel: gb_id, control })
    if (!UNWRITTEN.has(control.type)) {
      const action = control.type === 'config' ? 'channel.configure' : 'channel.control'
      await this.#audit.recordAlone(this.#db, actor, { action, object: id, after: control })
    }
    return result
  }

  /** The answer as the device gave it. */
  async query(actor: Actor, id: string, query: GbQuery): Promise<unknown> {
    permit(actor, 'devices.read')
    const { node_id, device_id, gb_id } = await findChannel(this.#db, id)
    return (await this.#link.request(node_id, 'gb.query', { device: device_id, channel: gb_id, query })).answer
  }

  /** In the order of numbers; the names people gave go over those the device says. */
  async presets(actor: Actor, id: string): Promise<Preset[]> {
    const { presets } = PresetAnswer.parse(await this.query(actor, id, { type: 'PresetQuery' }))
    const names = await new ChannelStore(this.#db).presetNames(id)
    const all = new Map(presets.map(({ presetId, presetName = '' }) => [presetId, presetName]))
    return [...all]
      .map(([number, name]) => ({ number, name: names.get(number) ?? name }))
      .sort((a, b) => a.number - b.number)
  }

  /** Where the camera looks now. */
  async setPreset(actor: Actor, id: string, preset: number, name: string): Promise<ControlResult> {
    const named = name === '' ? {} : { name }
    const result = await this.control(actor, id, { type: 'preset', action: 'set', preset, ...named })
    await new ChannelStore(this.#db).namePreset(id, preset, name)
    return result
  }

  async deletePreset(actor: Actor, id: string, preset: number): Promise<ControlResult> {
    const result = await this.control(actor, id, { type: 'preset', action: 'delete', preset })
    await new ChannelStore(this.#db).namePreset(id, preset, '')
    return result
  }

  async cruises(actor: Actor, id: string): Promise<Cruise[]> {
    const { tracks } = CruisesAnswer.parse(await this.query(actor, id, { type: 'CruiseTrackListQuery' }))
    return tracks.map(({ number, name = '' }) => ({ number, name }))
  }

  async cruise(actor: Actor, id: string, number: number): Promise<CruisePoint[]> {
    const { points } = CruiseAnswer.parse(await this.query(actor, id, { type: 'CruiseTrackQuery', number }))
    return points.map(({ presetIndex, stayTime, speed }) => ({
      ...{ preset: presetIndex, dwellS: stayTime ?? null, speed: speed ?? null },
    }))
  }
}
