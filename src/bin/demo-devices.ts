import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { localHost } from './local-address.ts'
import type { AdmittedDevice } from './role-process.ts'
import { secretFile } from './secret-file.ts'
import type { Started } from './start.ts'

/** A camera and a recorder of GB/T 28181 that register with the demo's own platform, under supervision. */
export function startDevices({ admit, log, settings, supervise }: Started): void {
  const { listen, sip, data } = settings
  if (listen.sip === null || listen.gbMedia === null) {
    log.info('no devices of GB/T 28181: listen.sip or listen.gbMedia is off')
    return
  }
  const password = secretFile(data, 'demo-device-password')
  const server = `${localHost(listen.sip.host)}:${listen.sip.port}`
  // the ninth and tenth digit are the industry: channels of the recorder have other codes than that of the camera
  const region = sip.id.slice(0, 8)
  const devices = [
    { gbId: `${region}001320000001`, name: 'Demo camera', type: 'ipc', channels: 1 },
    { gbId: `${region}011180000001`, name: 'Demo recorder', type: 'nvr', channels: 4 },
  ] as const
  admit(devices.map(({ gbId, name, type }): AdmittedDevice => ({ gbId, name, type, password })))
  for (const { channels, gbId, name } of devices) {
    const options = ['--server', server, '--server-id', sip.id, '--first-id', gbId, '--channels', String(channels)]
    const command = [...process.execArgv, join(import.meta.dirname, 'sightline.ts'), 'simulate', 'gb28181', ...options]
    supervise(name, () =>
      spawn(process.execPath, command, {
        stdio: ['ignore', 'inherit', 'inherit'],
        env: { ...process.env, SIGHTLINE_GB_PASSWORD: password },
      }),
    ).start()
  }
  log.info('devices started', { count: devices.length, registerAt: server })
}
