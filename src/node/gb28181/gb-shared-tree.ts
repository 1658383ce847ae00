import type { GbParent, SharedChannel } from '../../link/gb28181.ts'
import { classifyId } from '../../protocols/gb28181/device-id.ts'
import type { CatalogItem, CatalogNotify } from '../../protocols/gb28181/manscdp/catalog.ts'

/** What a device said of a channel that is shared. */
export interface ChannelFacts {
  readonly manufacturer: string
  readonly model: string
  readonly civilCode: string
  readonly address: string
  readonly longitude: number | null
  readonly latitude: number | null
  readonly ptzType: number
}

/** What is known of a channel at the moment. */
export interface SharedView {
  facts(channel: SharedChannel): ChannelFacts | null
  isOn(channel: SharedChannel): boolean
}

type Group = GbParent['groups'][number]
type Change = CatalogNotify['items'][number]

/** Areas by their length, then business groups, then virtual organisations, then whatever else. Annex J. */
const ORDER: Readonly<Record<string, number>> = { area: 0, businessGroup: 1, virtualOrganisation: 2 }
/** Groups within groups; deeper ones would be a circle. */
const MAX_DEPTH = 32

const keyOf = (deviceGbId: string, channelGbId: string): string => `${deviceGbId} ${channelGbId}`

/** What one upper platform gets to see: our system, its groups, and the channels under their codes there. */
export class SharedTree {
  readonly #parent: GbParent
  readonly #groups: ReadonlyMap<string, Group>
  readonly #channels = new Map<string, SharedChannel>()
  readonly #bySource = new Map<string, SharedChannel>()
  readonly #byDevice = new Map<string, SharedChannel[]>()
  readonly #refused = new Set<string>()

  /** Channels that came from the platform itself are never offered back to it. */
  constructor(parent: GbParent) {
    this.#parent = parent
    this.#groups = new Map(parent.groups.map(group => [group.gbId, group]))
    for (const channel of parent.channels) {
      const { channelGbId, deviceGbId, sharedId } = channel
      if (deviceGbId === parent.serverId || channelGbId === parent.serverId) this.#refused.add(sharedId)
      else {
        this.#channels.set(sharedId, channel)
        this.#bySource.set(keyOf(deviceGbId, channelGbId), channel)
        const own = this.#byDevice.get(deviceGbId)
        if (own) own.push(channel)
        else this.#byDevice.set(deviceGbId, [channel])
      }
    }
  }

  get channels(): ReadonlyMap<string, SharedChannel> {
    return this.#channels
  }

  get(sharedId: string): SharedChannel | undefined {
    return this.#channels.get(sharedId)
  }

  /** Shared by mistake: it came from there. */
  isRefused(sharedId: string): boolean {
    return this.#refused.has(sharedId)
  }

  /** The channel as it is shared; a device that is meant as a whole stands for its only channel. */
  ofSource(deviceGbId: string, channelGbId: string): SharedChannel | null {
    const direct = this.#bySource.get(keyOf(deviceGbId, channelGbId))
    if (direct || deviceGbId !== channelGbId) return direct ?? null
    const all = this.ofDevice(deviceGbId)
    return all.length === 1 ? (all[0] ?? null) : null
  }

  ofDevice(deviceGbId: string): readonly SharedChannel[] {
    return this.#byDevice.get(deviceGbId) ?? []
  }

  /** Codes of the devices whose channels are shared. */
  get devices(): Iterable<string> {
    return this.#byDevice.keys()
  }

  has(code: string): boolean {
    return (
      code === this.#parent.localId || this.#channels.has(code) || this.#refused.has(code) || this.#groups.has(code)
    )
  }

  /** The catalog in the order of the standard: our system, groups from the top, channels. */
  items(view: SharedView): CatalogItem[] {
    return [...this.heads(), ...[...this.#channels.values()].map(one => this.item(one, view))]
  }

  /** What channels hang below. */
  heads(): CatalogItem[] {
    return [this.#system(), ...this.#groupItems()]
  }

  /** What is asked for by a code: all by that of our system, what hangs below by that of a group. */
  below(code: string, view: SharedView): CatalogItem[] {
    if (code === this.#parent.localId) return this.items(view)
    const channel = this.#channels.get(code)
    if (channel) return [this.item(channel, view)]
    const inside = (parentId: string | null): boolean => this.#chain(parentId).some(group => group.gbId === code)
    const groups = this.#groupItems().filter(({ deviceId }) => inside(deviceId))
    const channels = [...this.#channels.values()].filter(({ parentId }) => inside(parentId))
    return [...groups, ...channels.map(one => this.item(one, view))]
  }

  item(channel: SharedChannel, view: SharedView): CatalogItem {
    const { localId } = this.#parent
    const { name, parentId, sharedId } = channel
    const facts = view.facts(channel)
    const kind = parentId === null ? null : classifyId(parentId)
    const business = this.#businessGroup(parentId)
    return {
      deviceId: sharedId,
      name,
      manufacturer: facts?.manufacturer || 'Sightline',
      model: facts?.model || 'channel',
      owner: 'Owner',
      civilCode: kind === 'area' && parentId !== null ? parentId : facts?.civilCode || localId.slice(0, 6),
      address: facts?.address || 'Address',
      parental: false,
      parentIds: kind === 'virtualOrganisation' && parentId !== null ? [localId, parentId] : [localId],
      safetyWay: 0,
      registerWay: 1,
      secrecy: false,
      status: view.isOn(channel) ? 'ON' : 'OFF',
      ...(facts?.longitude != null && { longitude: facts.longitude }),
      ...(facts?.latitude != null && { latitude: facts.latitude }),
      ...(business !== null && { businessGroupId: business }),
      ...(facts !== null && facts.ptzType > 0 && { info: { ptzType: facts.ptzType } }),
    }
  }

  #system(): CatalogItem {
    const { localId, name, serverId } = this.#parent
    return {
      ...{ deviceId: localId, name, manufacturer: 'Sightline', model: 'platform', owner: 'Owner' },
      ...{ civilCode: localId.slice(0, 6), address: 'Address', parental: true, parentIds: [serverId] },
      ...{ safetyWay: 0, registerWay: 1, secrecy: false, status: 'ON' },
    }
  }

  #groupItems(): CatalogItem[] {
    const sorted = [...this.#groups.values()].map(group => ({ group, rank: this.#rank(group) }))
    sorted.sort((a, b) => a.rank - b.rank)
    return sorted.map(({ group }) => this.#groupItem(group))
  }

  #rank({ gbId }: Group): number {
    const kind = classifyId(gbId) ?? ''
    const depth = kind === 'area' ? gbId.length : this.#chain(gbId).length
    return (ORDER[kind] ?? 3) * 100 + depth
  }

  #groupItem({ gbId, name, parentId }: Group): CatalogItem {
    const { localId } = this.#parent
    switch (classifyId(gbId)) {
      case 'area':
        return { deviceId: gbId, name }
      case 'virtualOrganisation': {
        const business = this.#businessGroup(parentId)
        const above =
          parentId !== null && classifyId(parentId) === 'virtualOrganisation' ? { parentIds: [parentId] } : {}
        return { deviceId: gbId, name, ...above, ...(business !== null && { businessGroupId: business }) }
      }
      default:
        return { deviceId: gbId, name, civilCode: localId.slice(0, 6), parentIds: [localId] }
    }
  }

  /** The group and those above it, from below. */
  #chain(code: string | null): Group[] {
    const chain: Group[] = []
    for (let at = code; at !== null && chain.length < MAX_DEPTH; ) {
      const group = this.#groups.get(at)
      if (!group) break
      chain.push(group)
      at = group.parentId
    }
    return chain
  }

  #businessGroup(code: string | null): string | null {
    return this.#chain(code).find(({ gbId }) => classifyId(gbId) === 'businessGroup')?.gbId ?? null
  }
}

/** What subscribers are told when one tree takes the place of another: gone, new and changed; the state is told apart. */
export function treeChanges(before: SharedTree, after: SharedTree, view: SharedView): Change[] {
  const changes = itemChanges(before.heads(), after.heads())
  // channels are told anew by their groups, which are few; of 20 000 channels only those that differ are written
  const regrouped = changes.length > 0
  const gone = [...before.channels.keys()].filter(sharedId => !after.channels.has(sharedId))
  for (const [sharedId, channel] of after.channels) {
    const known = before.channels.get(sharedId)
    if (!known) changes.push({ ...after.item(channel, view), event: 'ADD' })
    else if (regrouped) changes.push(...itemChanges([before.item(known, view)], [after.item(channel, view)]))
    else if (isOther(known, channel)) changes.push({ ...after.item(channel, view), event: 'UPDATE' })
  }
  return [...gone.map((deviceId): Change => ({ deviceId, event: 'DEL' })), ...changes]
}

function itemChanges(before: readonly CatalogItem[], after: readonly CatalogItem[]): Change[] {
  const known = new Map(before.map(item => [item.deviceId, wordsOf(item)]))
  const left = new Set(after.map(({ deviceId }) => deviceId))
  const gone = before.filter(({ deviceId }) => !left.has(deviceId))
  const changes: Change[] = gone.map(({ deviceId }) => ({ deviceId, event: 'DEL' }))
  for (const item of after) {
    const words = known.get(item.deviceId)
    if (words === undefined) changes.push({ ...item, event: 'ADD' })
    else if (words !== wordsOf(item)) changes.push({ ...item, event: 'UPDATE' })
  }
  return changes
}

const wordsOf = ({ status: _, ...item }: CatalogItem): string => JSON.stringify(item)

const isOther = (a: SharedChannel, b: SharedChannel): boolean =>
  a.name !== b.name || a.parentId !== b.parentId || a.channelGbId !== b.channelGbId || a.deviceGbId !== b.deviceGbId
