import type { Clock, Timers } from '../base/clock.ts'
import { AppError } from '../base/errors.ts'
import { formatLocalTime } from '../protocols/gb28181/gb-time.ts'
import type { Configuration } from '../protocols/gb28181/manscdp/configuration.ts'

export interface SnapshotsOptions {
  readonly channelId: string
  readonly config: NonNullable<Configuration['snapShotConfig']>
  /** JPEG. */
  readonly picture: Buffer
  /** The last one is not sent. */
  readonly short: boolean
  readonly zone: string
  readonly clock: Clock
  readonly timers: Timers
}

/** Kind of the file in its name: a picture. */
const PICTURE = '02'
/** A server that does not take a picture in this time does not want it. */
const UPLOAD_TIMEOUT_MS = 10_000

/**
 * Sends the pictures a platform asked for, by HTTP, each under its code: channel, kind, time and number (GB/T 28181-2022
 * §9.14). Resolves with the codes of those that arrived. Throws AppError PEER_REFUSED.
 */
export async function uploadSnapshots(options: SnapshotsOptions): Promise<string[]> {
  const { channelId, clock, config, picture, short, timers, zone } = options
  const { interval = 1, snapNum = 1, uploadUrl = '' } = config
  const sent: string[] = []
  for (let number = 1; number <= snapNum - (short ? 1 : 0); number++) {
    if (number > 1) await new Promise<void>(resolve => timers.after(interval * 1000, resolve))
    const nowMs = clock.nowMs()
    const digits = formatLocalTime(nowMs, zone).replace(/\D/g, '') + String(nowMs % 1000).padStart(3, '0')
    const code = `${channelId}${PICTURE}${digits}${String(number).padStart(2, '0')}`
    const response = await fetch(`${uploadUrl}/${code}.jpg`, {
      method: 'PUT',
      headers: { 'Content-Type': 'image/jpeg' },
      body: new Uint8Array(picture),
      signal: AbortSignal.timeout(UPLOAD_TIMEOUT_MS),
    })
    await response.arrayBuffer()
    if (!response.ok)
      throw new AppError('PEER_REFUSED', { peer: new URL(uploadUrl).host, reason: `${response.status}` })
    sent.push(code)
  }
  return sent
}
