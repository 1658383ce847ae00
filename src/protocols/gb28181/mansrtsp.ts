import { AppError } from '../../base/errors.ts'

/** `Content-Type` of the INFO bodies that steer a playback. GB/T 28181-2022 §9.8 and Annex B. */
export const MANSRTSP_CONTENT_TYPE = 'Application/MANSRTSP'

/** What the viewer wants of a playback. */
export type PlaybackCommand =
  /** From where it was paused, at its speed before. */
  | { readonly method: 'resume' }
  | { readonly method: 'pause' }
  /** Seconds from the start of the clip. */
  | { readonly method: 'seek'; readonly seconds: number }
  /** Times; negative is backwards. */
  | { readonly method: 'scale'; readonly scale: number }
  | { readonly method: 'teardown' }

/** The version some devices insist on: the text of the standard has RTSP/1.0, many devices write MANSRTSP/1.0. */
export type MansRtspVersion = 'RTSP/1.0' | 'MANSRTSP/1.0'

export interface MansRtspRequest {
  readonly command: PlaybackCommand
  readonly cseq: number
}

export interface MansRtspResponse {
  readonly status: number
  readonly cseq: number
  /** Of RTP-Info: where the media go on. */
  readonly sequenceNumber: number | null
  readonly rtpTime: number | null
}

/** A body has five lines at most. */
const MAX_CHARACTERS = 4096

function decimalText(value: number): string {
  const text = value.toFixed(3).replace(/0+$/, '')
  return text.endsWith('.') ? `${text}0` : text
}

function lines(command: PlaybackCommand): readonly [string, ...string[]] {
  switch (command.method) {
    case 'resume':
      return ['PLAY', 'Range: npt=now-']
    case 'pause':
      return ['PAUSE', 'PauseTime: now']
    case 'seek':
      if (!(command.seconds >= 0 && command.seconds < 1e9)) throw invalid('seconds')
      return ['PLAY', `Range: npt=${Number(command.seconds.toFixed(3))}-`]
    case 'scale':
      if (!Number.isFinite(command.scale) || command.scale === 0) throw invalid('scale')
      return ['PLAY', `Scale: ${decimalText(command.scale)}`]
    case 'teardown':
      return ['TEARDOWN']
  }
}

const invalid = (field: string): AppError => new AppError('INVALID', { field, reason: 'is out of range' })

/** Throws AppError INVALID for a value that makes no sense. */
export function writeMansRtsp(request: MansRtspRequest, version: MansRtspVersion = 'MANSRTSP/1.0'): string {
  const [method, ...headers] = lines(request.command)
  return `${[`${method} ${version}`, `CSeq: ${request.cseq}`, ...headers].join('\r\n')}\r\n\r\n`
}

interface Parsed {
  readonly first: readonly string[]
  readonly headers: ReadonlyMap<string, string>
  readonly cseq: number
}

function parse(text: string): Parsed {
  if (text.length > MAX_CHARACTERS) {
    throw new AppError('LIMIT_EXCEEDED', { what: 'MANSRTSP body', size: text.length, limit: MAX_CHARACTERS })
  }
  const [first = '', ...rest] = text.trim().split(/\r\n|\n|\r/)
  const headers = new Map<string, string>()
  for (const line of rest) {
    const colon = line.indexOf(':')
    if (colon > 0) headers.set(line.slice(0, colon).trim().toLowerCase(), line.slice(colon + 1).trim())
  }
  return { first: first.trim().split(/\s+/), headers, cseq: Number.parseInt(headers.get('cseq') ?? '', 10) || 0 }
}

const refuse = (reason: string): AppError => new AppError('BYTES_INVALID', { what: 'MANSRTSP body', reason })

/** Reads an order; either version, `Range: npt=now-` also with a place after it. Throws AppError BYTES_INVALID. */
export function parseMansRtsp(text: string): MansRtspRequest {
  const { first, headers, cseq } = parse(text)
  const [method = '', ...rest] = first
  // some devices write `PLAY rtsp://... RTSP/1.0`
  if (!/^(MANS)?RTSP\/\d/i.test(rest.at(-1) ?? '')) throw refuse('its first line has no version')
  return { command: command(method.toUpperCase(), headers), cseq }
}

function command(method: string, headers: ReadonlyMap<string, string>): PlaybackCommand {
  if (method === 'PAUSE') return { method: 'pause' }
  if (method === 'TEARDOWN') return { method: 'teardown' }
  if (method !== 'PLAY') throw refuse('its method is unknown')
  const seconds = /npt\s*=\s*(\d{1,9}(?:\.\d{1,6})?)/i.exec(headers.get('range') ?? '')?.[1]
  const scale = Number.parseFloat(headers.get('scale') ?? '')
  if (seconds !== undefined) return { method: 'seek', seconds: Number(seconds) }
  if (Number.isFinite(scale) && scale !== 0) return { method: 'scale', scale }
  return { method: 'resume' }
}

export function writeMansRtspResponse(response: MansRtspResponse, version: MansRtspVersion = 'MANSRTSP/1.0'): string {
  const reason = response.status === 200 ? 'OK' : 'Error'
  const info =
    response.sequenceNumber === null
      ? ''
      : `RTP-Info: seq=${response.sequenceNumber};rtptime=${response.rtpTime ?? 0}\r\n`
  return `${version} ${response.status} ${reason}\r\nCSeq: ${response.cseq}\r\n${info}\r\n`
}

/** What the 200 of an INFO may carry; null when it carries nothing of the kind. */
export function parseMansRtspResponse(text: string): MansRtspResponse | null {
  if (!/^\s*(MANS)?RTSP\/\d/i.test(text)) return null
  const { first, headers, cseq } = parse(text)
  const info = headers.get('rtp-info') ?? ''
  const field = (pattern: RegExp): number | null => {
    const digits = pattern.exec(info)?.[1]
    return digits === undefined ? null : Number(digits)
  }
  return {
    status: Number.parseInt(first[1] ?? '', 10) || 0,
    cseq,
    sequenceNumber: field(/\bseq=(\d{1,10})/i),
    rtpTime: field(/\brtptime=(\d{1,10})/i),
  }
}
