import { spawnCamera } from './camera.ts'
import { startDevices } from './demo-devices.ts'
import { localHost } from './local-address.ts'
import { runStart, type Started } from './start.ts'

export interface DemoOptions {
  readonly configFile?: string | undefined
  readonly cameras: number
}

/**
 * `sightline demo`: `start`, cameras at `live/camera1`, `live/camera2` ... and devices of GB/T 28181 as soon as both
 * processes are up.
 */
export function runDemo({ configFile, cameras }: DemoOptions): Promise<void> {
  return runStart({
    configFile,
    onReady: started => {
      startCameras(started, cameras)
      startDevices(started)
    },
  })
}

/** Simulated cameras that publish into the default space, under supervision. */
export function startCameras({ settings, publishKey, log, supervise }: Started, cameras: number): void {
  const { rtmp } = settings.listen
  if (rtmp === null) {
    log.error('no cameras: they push by RTMP, and listen.rtmp is off')
    return
  }
  const key = encodeURIComponent(publishKey)
  for (let number = 1; number <= cameras; number++) {
    const url = `rtmp://${localHost(rtmp.host)}:${rtmp.port}/live/camera${number}?key=${key}`
    supervise(`camera${number}`, () => spawnCamera(url, number)).start()
  }
  log.info('cameras started', { count: cameras, publishedAt: 'live/camera1' })
}
