import { request as httpRequest, type IncomingHttpHeaders, type OutgoingHttpHeaders } from 'node:http'
import { expect } from 'vitest'
import { AppError } from '../../../base/errors.ts'
import { FakeTime } from '../../../base/fake-time.ts'
import type { Frame } from '../../../media/stream/frame.ts'
import type { Publication } from '../../../media/stream/publication.ts'
import { Stream } from '../../../media/stream/stream.ts'
import type { Track } from '../../../media/stream/track.ts'
import type { HlsPlayerReport } from '../cmcd.ts'
import type { HlsSettings } from '../hls-channels.ts'
import { HlsHandler } from '../hls-handler.ts'
import type { HlsViewerHandle } from '../hls-session.ts'

interface Answer {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly body: Buffer
}

/** A media server with the handler, streams made by hand and time that stands still. */
export class Bench {
  readonly time = new FakeTime()
  readonly streams = new Map<string, Stream>()
  readonly viewers: { handle: HlsViewerHandle; ended: string | null; report: HlsPlayerReport | null }[] = []
  readonly settings: { -readonly [K in keyof HlsSettings]: HlsSettings[K] } = {
    segmentSeconds: 2,
    windowSeconds: 10,
    waitKeyframe: true,
    timeFloor: false,
    container: 'auto',
    mode: 'on-demand',
    keepAliveSeconds: 60,
    files: null,
  }
  readonly fileErrors: unknown[] = []
  readonly handler = new HlsHandler({
    host: {
      admit: async ({ pathname, query }) => {
        if (query.get('sign') === 'wrong') throw new AppError('FORBIDDEN', { action: 'play', reason: 'signature' })
        const stream = this.streams.get(pathname)
        if (!stream) throw new AppError('STREAM_NOT_FOUND', { path: pathname })
        return { stream, join: handle => this.#join(handle) }
      },
    },
    settings: () => this.settings,
    onFileError: error => this.fileErrors.push(error),
    clock: this.time,
    timers: this.time,
  })
  port = 0

  async close(): Promise<void> {
    await this.handler.close()
  }

  publish(path: string, tracks: readonly Track[], frames: readonly Frame[]): Publication {
    let stream = this.streams.get(path)
    if (!stream) {
      const options = { timestamps: 'full', republishGraceMs: 1000, clock: this.time, timers: this.time } as const
      const onEnd = () => this.streams.delete(path)
      stream = new Stream(path.slice(1), options, { onPublish() {}, onUnpublish() {}, onEnd })
      this.streams.set(path, stream)
    }
    const publication = stream.publish({ id: 'p', protocol: 'test', remote: '', agent: '' })
    for (const track of tracks) publication.setTrack(track)
    for (const frame of frames) publication.write(frame)
    return publication
  }

  get(path: string, headers: OutgoingHttpHeaders = {}, method = 'GET'): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const request = httpRequest({ port: this.port, path, headers, method, agent: false }, response => {
        const parts: Buffer[] = []
        response.on('data', part => parts.push(part))
        response.on('end', () => {
          resolve({ status: response.statusCode ?? 0, headers: response.headers, body: Buffer.concat(parts) })
        })
        response.on('error', reject)
      })
      request.on('error', reject)
      request.end()
    })
  }

  async text(path: string): Promise<string> {
    const { status, body } = await this.get(path)
    expect(status, String(body)).toBe(200)
    return String(body)
  }

  /** Address of the media playlist a master playlist names. */
  async mediaOf(path: string): Promise<string> {
    const lines = (await this.text(path)).split('\n')
    return `${path.slice(0, path.lastIndexOf('/'))}/${lines.at(-2)}`
  }

  #join(handle: HlsViewerHandle) {
    const viewer = { handle, ended: null as string | null, report: null as HlsPlayerReport | null }
    this.viewers.push(viewer)
    return {
      end: (reason: string) => {
        viewer.ended = reason
      },
      report: (report: HlsPlayerReport) => {
        viewer.report = report
      },
    }
  }
}
