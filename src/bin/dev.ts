import { spawn } from 'node:child_process'
import { watch } from 'node:fs'
import { join } from 'node:path'
import { systemTimers, type Timer } from '../base/clock.ts'
import { type DemoOptions, startCameras } from './demo.ts'
import { localHost } from './local-address.ts'
import { runStart } from './start.ts'
import { moduleProgram, ROOT } from './step.ts'

/** An editor saves in several steps, and one save may touch several files. */
const SETTLE_MS = 300

/** `sightline dev`: the demo, the console's development server, and a restart of both processes on every change of src. */
export function runDev({ configFile, cameras }: DemoOptions): Promise<void> {
  return runStart({
    configFile,
    onReady: started => {
      const { settings, log, supervise, restart } = started
      startCameras(started, cameras)
      const { http } = settings.listen
      const platform = `http://${localHost(http?.host)}:${http?.port}`
      supervise('console', () =>
        spawn(process.execPath, [moduleProgram('vite/bin/vite.js')], {
          cwd: join(ROOT, 'web'),
          stdio: ['ignore', 'inherit', 'inherit'],
          env: { ...process.env, SIGHTLINE_PLATFORM: platform },
        }),
      ).start()
      let settling: Timer | null = null
      watch(join(ROOT, 'src'), { recursive: true }, (_, file) => {
        if (file === null || !file.endsWith('.ts') || /\.(test|fuzz)\.ts$/.test(file)) return
        settling?.cancel()
        settling = systemTimers.after(SETTLE_MS, () => {
          log.info('source changed, restarting', { file })
          restart()
        })
      })
    },
  })
}
