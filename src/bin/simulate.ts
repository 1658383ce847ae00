import { systemClock, systemTimers } from '../base/clock.ts'
import { AppError } from '../base/errors.ts'
import { loadSettings } from '../config/load.ts'
import { spawnCamera } from './camera.ts'
import { openProcessLog } from './process-log.ts'
import { SupervisedProcess } from './supervised-process.ts'

/** An ffmpeg ends at once when asked; past this it hangs in a connect. */
const STOP_TIMEOUT_MS = 2_000

/** The URL of camera `number` (from 1): `{n}` is replaced; without it the number goes to the end of the path when there are several. */
export function cameraUrl(url: string, number: number, count: number): string {
  if (url.includes('{n}')) return url.replaceAll('{n}', String(number))
  if (count === 1) return url
  return url.replace(/^([^?]*)/, `$1${number}`)
}

/** `sightline simulate rtmp --url URL --count N`: cameras that push until a signal; one that fails is started again. */
export async function runSimulate(protocol: string | undefined, url: string | undefined, count: number): Promise<void> {
  if (protocol !== 'rtmp') throw new AppError('INVALID', { field: 'simulate', reason: 'the protocol must be rtmp' })
  if (url === undefined || !/^rtmps?:\/\/[^/]+\/./.test(url))
    throw new AppError('INVALID', {
      field: '--url',
      reason: 'an RTMP URL such as rtmp://host/live/camera{n} is needed',
    })
  const { settings } = loadSettings({ environment: process.env, directory: process.cwd() })
  const log = openProcessLog(settings, 'simulate')
  const cameras = Array.from({ length: count }, (_, index) => {
    const number = index + 1
    return new SupervisedProcess({
      name: `camera${number}`,
      spawn: () => spawnCamera(cameraUrl(url, number, count), number),
      clock: systemClock,
      timers: systemTimers,
      log,
    })
  })
  for (const signal of ['SIGINT', 'SIGTERM'] as const)
    process.on(signal, async () => {
      await Promise.all(cameras.map(camera => camera.stop(STOP_TIMEOUT_MS)))
      process.exit(0)
    })
  // While all cameras wait for their restart nothing else would keep this process alive.
  setInterval(() => {}, 2 ** 30)
  for (const camera of cameras) camera.start()
  log.info('cameras started', { count })
}
