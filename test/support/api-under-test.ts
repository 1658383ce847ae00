import { afterEach, beforeEach } from 'vitest'
import type { App } from '../../src/http/app.ts'
import { createApp } from '../../src/http/server.ts'
import { type PlatformUnderTest, platformUnderTest } from './platform-under-test.ts'

interface ApiUnderTest {
  readonly platform: PlatformUnderTest
  readonly app: App
  /** Of the administrator `admin`. */
  readonly token: string
}

/** A platform with its API and an administrator, anew for each test of the file and closed after it. */
export function apiForEachTest(use: (api: ApiUnderTest) => void): void {
  let platform: PlatformUnderTest
  let app: App
  beforeEach(async () => {
    platform = await platformUnderTest()
    app = await createApp(platform.server)
    use({ platform, app, token: await platform.addUser('admin', 'administrator') })
  })
  afterEach(async () => {
    await app.close()
    await platform.close()
  })
}
