import { AppError } from '../base/errors.ts'
import type { Endpoints } from '../link/messages.ts'
import type { StreamStatus, TrackStatus } from '../link/status.ts'
import type { Actor } from '../platform/access/actor.ts'
import { may } from '../platform/access/permission.ts'
import type { Forbidden, SpaceService } from '../platform/spaces/space-service.ts'
import type { PlaySignatures } from '../platform/streams/play-signatures.ts'
import { addressOf, type Stream, type StreamAddress } from '../platform/streams/stream.ts'
import {
  fileUrl,
  type MediaPart,
  mediaUrl,
  playUrls,
  publishUrls,
  type TimeShift,
  type UrlRequest,
} from '../platform/streams/urls.ts'
import type * as contract from './contract/stream.ts'

export interface ViewContext {
  readonly caller: Actor
  readonly spaces: SpaceService
  readonly endpoints: Endpoints
  readonly host: string
  readonly secure: boolean
  readonly signatures: PlaySignatures
  /** End of the play URLs, whole seconds, and the same as text: it is in every row of a list. */
  readonly expiresAtMs: number
  readonly expiresAt: string
}

const POSTER: MediaPart = { part: 'snapshot.jpg' }

export function streamView(stream: Stream, context: ViewContext): contract.Stream {
  const { id, space, app, name, path, title, notes, labels, createdAtMs, live } = stream
  const request = urlRequest(stream, context)
  return {
    id,
    space,
    app,
    name,
    path,
    title,
    notes,
    labels: [...labels],
    createdAt: time(createdAtMs),
    state: live ? 'on' : 'off',
    live: live ? liveView(live.nodeId, live.status) : null,
    forbidden: forbiddenView(context.spaces.forbidden(path)),
    poster: mediaUrl(request, context.signatures, context.expiresAtMs, POSTER),
    publish: publishView(request, context),
    play: playOf(request, context),
  }
}

function forbiddenView(forbidden: Forbidden | null): contract.Stream['forbidden'] {
  if (!forbidden) return null
  const { reason, untilMs } = forbidden
  return { reason, until: untilMs === null ? null : time(untilMs) }
}

export function urlsView(stream: StreamAddress, context: ViewContext, shift?: TimeShift): contract.StreamUrls {
  const request = urlRequest(stream, context)
  return { publish: publishView(request, context), play: playOf(request, context, shift) }
}

/** The push key is for those who may publish: others get the addresses without it. */
function publishView(request: UrlRequest, { caller }: ViewContext): contract.StreamUrls['publish'] {
  const { space } = request
  return publishUrls(may(caller, 'streams.publishUrl') ? request : { ...request, space: { ...space, pushKeys: [] } })
}

/** Throws NOT_FOUND when the space is gone. */
export function playView(stream: StreamAddress, context: ViewContext, shift?: TimeShift): contract.PlayUrls {
  return playOf(urlRequest(stream, context), context, shift)
}

function playOf(request: UrlRequest, context: ViewContext, shift?: TimeShift): contract.PlayUrls {
  const { expiresAtMs, ...play } = playUrls(request, context.signatures, context.expiresAtMs, shift)
  return { ...play, expiresAt: expiresAtMs === null ? null : context.expiresAt }
}

function urlRequest(address: StreamAddress, { endpoints, host, secure, spaces }: ViewContext): UrlRequest {
  const space = spaces.state(address.space)
  if (!space) throw new AppError('NOT_FOUND', { what: 'space', id: address.space })
  return { address, space, endpoints, host, secure }
}

/** Something of a stream beside its live picture; null when its space is gone. */
export function mediaLink(path: string, part: MediaPart, context: ViewContext): string | null {
  const address = addressOf(path)
  const space = context.spaces.state(address.space)
  if (!space) return null
  const { endpoints, host, secure, signatures, expiresAtMs } = context
  return mediaUrl({ address, space, endpoints, host, secure }, signatures, expiresAtMs, part)
}

/** A file at the media port that a node named by its path. */
export function mediaFile(streamPath: string, file: string, context: ViewContext): string {
  return fileUrl(urlRequest(addressOf(streamPath), context), context.signatures, context.expiresAtMs, file)
}

const DAY_MS = 86_400_000
/** `00` to `99`. */
const TWO = Array.from({ length: 100 }, (_, i) => String(i).padStart(2, '0'))
let day = Number.NaN
let date = ''

/** RFC 3339 in UTC. A long list has thousands of times of few days: making each by a Date was a third of its making. */
export function time(ms: number): string {
  const at = Math.floor(ms / DAY_MS)
  const rest = ms - at * DAY_MS
  if (!Number.isInteger(rest)) return new Date(ms).toISOString()
  if (at !== day) {
    date = new Date(at * DAY_MS).toISOString().slice(0, -13)
    day = at
  }
  const seconds = Math.floor(rest / 1000)
  const minutes = Math.floor(seconds / 60)
  const millis = rest - seconds * 1000
  return `${date}${TWO[Math.floor(minutes / 60)]}:${TWO[minutes % 60]}:${TWO[seconds % 60]}.${millis < 100 ? '0' : ''}${millis < 10 ? '0' : ''}${millis}Z`
}

function liveView(nodeId: string, status: StreamStatus): contract.Live {
  const { state, startedAtMs, tracks, path: _, ...rest } = status
  const track = (kind: TrackStatus['kind']) => tracks.find(track => track.kind === kind)
  return {
    ...rest,
    nodeId,
    waiting: state === 'waiting',
    startedAt: time(startedAtMs),
    video: videoView(track('video')),
    audio: audioView(track('audio')),
  }
}

function videoView(track: TrackStatus | undefined): contract.LiveVideo | null {
  if (!track) return null
  const { codec, codecString, profile, width = 0, height = 0, fps = null } = track
  return { codec, codecString, profile, width, height, fps }
}

function audioView(track: TrackStatus | undefined): contract.LiveAudio | null {
  if (!track) return null
  const { codec, codecString, profile, sampleRate = 0, channels = 0 } = track
  return { codec, codecString, profile, sampleRate, channels }
}
