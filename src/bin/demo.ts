import { AppError } from '../base/errors.ts'
import { spawnCamera } from './camera.ts'
import { localHost, runStart } from './start.ts'

export interface DemoOptions {
  readonly configFile?: string | undefined
  readonly cameras: number
}

/** `sightline demo`: `start`, and cameras at `live/camera1`, `live/camera2` ... as soon as both processes are up. */
export function runDemo({ configFile, cameras }: DemoOptions): Promise<void> {
  return runStart({
    configFile,
    onReady: ({ settings, publishKey, log, supervise }) => {
      const { rtmp } = settings.listen
      if (rtmp === null) throw new AppError('INVALID', { field: 'listen.rtmp', reason: 'the demo pushes by RTMP' })
      const key = encodeURIComponent(publishKey)
      for (let number = 1; number <= cameras; number++) {
        const url = `rtmp://${localHost(rtmp.host)}:${rtmp.port}/live/camera${number}?key=${key}`
        supervise(`camera${number}`, () => spawnCamera(url, number)).start()
      }
      log.info('cameras started', { count: cameras, publishedAt: 'live/camera1' })
    },
  })
}
