import type { Space, SpaceEdit } from '../../lib/api/types.ts'

/** What the form holds: lists as lines of text, limits as written. */
export interface SpaceDraft {
  readonly enabled: boolean
  readonly publish: Space['publish']
  readonly play: Space['play']
  readonly latency: Space['latency']
  readonly gopCache: boolean
  /** Empty: no limit. */
  readonly maxViewers: string
  readonly maxViewersPerStream: string
  readonly byAddress: boolean
  readonly publishAllow: string
  readonly publishDeny: string
  readonly playAllow: string
  readonly playDeny: string
  readonly byPage: boolean
  readonly allowEmpty: boolean
  readonly pageAllow: string
  readonly pageDeny: string
  readonly publishPageAllow: string
  readonly publishPageDeny: string
  readonly playPageAllow: string
  readonly playPageDeny: string
}

const lines = (values: readonly string[] | undefined): string => (values ?? []).join('\n')
const entries = (text: string): string[] => text.split(/[\s,;]+/).filter(Boolean)
const limit = (value: number | null): string => (value === null ? '' : String(value))

export function draftOf(space: Space): SpaceDraft {
  const { addressRules, refererRules } = space
  return {
    enabled: space.enabled,
    publish: space.publish,
    play: space.play,
    latency: space.latency,
    gopCache: space.gopCache,
    maxViewers: limit(space.maxViewers),
    maxViewersPerStream: limit(space.maxViewersPerStream),
    byAddress: addressRules !== null,
    publishAllow: lines(addressRules?.publish.allow ?? ['all']),
    publishDeny: lines(addressRules?.publish.deny),
    playAllow: lines(addressRules?.play.allow ?? ['all']),
    playDeny: lines(addressRules?.play.deny),
    byPage: refererRules !== null,
    allowEmpty: refererRules?.allowEmpty ?? true,
    pageAllow: lines(refererRules?.all.allow),
    pageDeny: lines(refererRules?.all.deny),
    publishPageAllow: lines(refererRules?.publish.allow),
    publishPageDeny: lines(refererRules?.publish.deny),
    playPageAllow: lines(refererRules?.play.allow),
    playPageDeny: lines(refererRules?.play.deny),
  }
}

/** A limit as it is sent; undefined when it is not a whole number. */
export function limitOf(text: string): number | null | undefined {
  const trimmed = text.trim()
  if (trimmed === '') return null
  return /^\d{1,8}$/.test(trimmed) ? Number(trimmed) : undefined
}

/** Only what differs from the space. */
export function changeOf(space: Space, draft: SpaceDraft): SpaceEdit {
  const wanted: SpaceEdit = {
    enabled: draft.enabled,
    publish: draft.publish,
    play: draft.play,
    latency: draft.latency,
    gopCache: draft.gopCache,
    maxViewers: limitOf(draft.maxViewers) ?? null,
    maxViewersPerStream: limitOf(draft.maxViewersPerStream) ?? null,
    addressRules: draft.byAddress
      ? {
          publish: { allow: entries(draft.publishAllow), deny: entries(draft.publishDeny) },
          play: { allow: entries(draft.playAllow), deny: entries(draft.playDeny) },
        }
      : null,
    refererRules: draft.byPage
      ? {
          allowEmpty: draft.allowEmpty,
          all: { allow: entries(draft.pageAllow), deny: entries(draft.pageDeny) },
          publish: { allow: entries(draft.publishPageAllow), deny: entries(draft.publishPageDeny) },
          play: { allow: entries(draft.playPageAllow), deny: entries(draft.playPageDeny) },
        }
      : null,
  }
  const before: Readonly<Record<string, unknown>> = { ...space }
  return Object.fromEntries(
    Object.entries(wanted).filter(([key, value]) => JSON.stringify(value) !== JSON.stringify(before[key])),
  )
}
