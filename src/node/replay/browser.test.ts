import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startBrowser } from '../../../test/e2e/browser.ts'
import { MEDIA } from '../../../test/support/media.ts'
import { PATH, Recorded } from '../../../test/support/recorded.ts'
import { ReplayHub } from '../../../test/support/replay-hub.ts'
import { systemTimers } from '../../base/clock.ts'
import { silentLog } from '../../base/log.ts'
import { Access } from '../access.ts'
import { HttpVisitors } from '../http-visitor.ts'
import { MediaServer } from '../media-server.ts'
import { RequestCounter } from '../request-counter.ts'
import { Spaces } from '../spaces.ts'
import { ReplayRoute } from './replay-route.ts'

const recorded = new Recorded()
const page = createServer((_, response) => {
  const script = readFileSync('node_modules/hls.js/dist/hls.min.js', 'utf8')
  response.setHeader('Content-Type', 'text/html')
  response.end(`<video id="v" muted></video><script>${script}</script>`)
})
let media: MediaServer
let base: string
let pageUrl: string

beforeAll(async () => {
  await recorded.record(MEDIA['H.264 and AAC'](8), { segmentMs: 3000, overlapKeyframes: 1 })
  recorded.time.advance(3_600_000)
  await recorded.record(MEDIA['H.264 and AAC'](8), { segmentMs: 3000 })
  recorded.time.advance(60_000)
  const spaces = new Spaces({
    name: 'default',
    publish: 'open',
    play: 'open',
    pushKeys: [],
    playKeys: [],
    latency: 'normal',
    gopCache: true,
  })
  const clock = { nowMs: () => recorded.time.nowMs(), monotonicMs: () => performance.now() }
  const access = new Access(spaces, clock)
  const route = new ReplayRoute({
    recordings: recorded.recordings,
    access,
    hub: new ReplayHub(access, clock),
    visitors: new HttpVisitors(spaces, false),
    secret: 'a secret of the node',
    clock,
    timers: systemTimers,
    log: silentLog,
  })
  const listen = { port: 0, host: '127.0.0.1' }
  const options = { listen, key: 'listen.media', tls: null, noDelay: true, routes: [route], log: silentLog }
  media = new MediaServer({ ...options, requests: new RequestCounter() })
  base = `http://127.0.0.1:${await media.open()}/${PATH}/replay/`
  await new Promise<void>(resolve => page.listen(0, '127.0.0.1', resolve))
  pageUrl = `http://127.0.0.1:${(page.address() as AddressInfo).port}/`
})
afterAll(async () => {
  await media.close()
  page.close()
  recorded[Symbol.dispose]()
})

/** Both recordings with the hour between them closed, by hls.js in Chromium; `script` says how it is loaded. */
test.each([
  ['HLS', 'index.m3u8', ''],
  ['encrypted HLS', 'index.m3u8', '&encrypt=1'],
  ['the MP4 of the whole', 'clip.mp4', ''],
])(
  'Chromium plays %s from beginning to end',
  async (_, file, extra) => {
    const range = `start=${recorded.time.nowMs() - 3_700_000}&end=${recorded.time.nowMs() - 1000}`
    const browser = await startBrowser()
    try {
      const tab = await browser.newPage()
      await tab.goto(pageUrl)
      const result = await tab.evaluate(
        async ([url, kind]) => {
          // biome-ignore lint/suspicious/noExplicitAny: hls.js in the page, which has no types here
          const Hls = (globalThis as any).Hls
          // biome-ignore lint/suspicious/noExplicitAny: an element of the page, whose types are not those of Node.js
          const video = (globalThis as any).document.getElementById('v')
          const errors: string[] = []
          if (kind === 'm3u8') {
            const hls = new Hls({ maxBufferLength: 60 })
            hls.on(Hls.Events.ERROR, (_: unknown, data: { details: string }) => errors.push(data.details))
            hls.loadSource(url)
            hls.attachMedia(video)
          } else video.src = url
          video.playbackRate = 4
          const ended = new Promise(resolve => video.addEventListener('ended', resolve))
          video.addEventListener('canplay', () => video.play())
          await Promise.race([ended, new Promise(resolve => setTimeout(resolve, 15_000))])
          const { totalVideoFrames } = video.getVideoPlaybackQuality()
          return { ended: video.ended, time: video.currentTime, errors, error: video.error?.message, totalVideoFrames }
        },
        [`${base}${file}?${range}${extra}`, file.split('.').at(-1)],
      )
      expect(result).toMatchObject({ ended: true, errors: [] })
      expect(result.error).toBeUndefined()
      expect(result.time).toBeGreaterThan(15.5)
      expect(result.totalVideoFrames).toBeGreaterThan(300)
    } finally {
      await browser.close()
    }
  },
  60_000,
)
