import type { RequestHandlers } from '../../src/link/connection.ts'
import type { GB_REQUESTS, GbControl, GbQuery, GbSession } from '../../src/link/gb28181.ts'
import type { Params, PLATFORM_SAYS } from '../../src/link/messages.ts'

type Name = keyof typeof GB_REQUESTS
type Asked = { [N in Name]: Params<typeof PLATFORM_SAYS, N> }

/** Answers for devices at a node under test, as obedient ones do, and keeps what was asked. */
export class DevicesAtNode {
  /** The newest first. */
  readonly asked: { name: Name; params: Asked[Name] }[] = []
  readonly sessions = new Map<string, GbSession>()
  answers: Partial<Record<GbQuery['type'], unknown>> = {
    DeviceInfo: { manufacturer: 'Acme', model: 'C1', firmware: '1.0' },
    DeviceStatus: { online: 'ONLINE', status: 'OK' },
    PresetQuery: { presets: [{ presetId: 1, presetName: 'door' }, { presetId: 2 }] },
    CruiseTrackListQuery: { tracks: [{ number: 1, name: 'round' }] },
    CruiseTrackQuery: { number: 1, points: [{ presetIndex: 1, stayTime: 5, speed: 8 }] },
    ConfigDownload: { basicParam: { name: 'Lobby' } },
  }
  /** Thrown by the next request of this name. */
  readonly failing = new Map<Name, Error>()

  /** What was asked by this name, oldest first. */
  of<N extends Name>(name: N): Asked[N][] {
    return this.asked
      .filter(each => each.name === name)
      .map(each => each.params as Asked[N])
      .reverse()
  }

  get controls(): GbControl[] {
    return this.of('gb.control').map(({ control }) => control)
  }

  get features(): Partial<RequestHandlers<typeof PLATFORM_SAYS>> {
    return {
      'devices.apply': params => this.#heard('devices.apply', params, {}),
      'gb.catalog': params => this.#heard('gb.catalog', params, { sync: 'sync-1' }),
      'gb.query': params => this.#heard('gb.query', params, { answer: this.answers[params.query.type] ?? {} }),
      'gb.control': params => this.#heard('gb.control', params, { result: 'answered' as const }),
      'gb.play': params => this.#heard('gb.play', params, { attempt: 'at_1', firstPictureMs: 180 }),
      'gb.stop': params => this.#heard('gb.stop', params, { stopped: 1 }),
      'gb.recordings': params =>
        this.#heard('gb.recordings', params, {
          recordings: [
            {
              ...{ channel: params.channel, name: 'one', startMs: params.startMs, endMs: params.startMs + 600_000 },
              ...{ kind: 'time', sizeBytes: null, path: '' },
            },
          ],
          complete: true,
        }),
      'gb.playback': params => {
        const session = this.session('se_1', {
          ...{ kind: params.mode, device: params.device, channel: params.channel, path: params.path },
          ...{ atMs: params.startMs, speed: params.speed, progress: params.mode === 'download' ? 0 : null },
        })
        return this.#heard('gb.playback', params, { session, attempt: 'at_2' })
      },
      'gb.playback.control': params => {
        const session = this.sessions.get(params.session)
        if (!session) throw new Error('no such session')
        return this.#heard('gb.playback.control', params, { session })
      },
      'gb.sessions': params => {
        const all = [...this.sessions.values()]
        const sessions = params.session === undefined ? all : all.filter(({ id }) => id === params.session)
        return this.#heard('gb.sessions', params, { sessions })
      },
      'gb.talk': params => this.#heard('gb.talk', params, { session: 'se_2', path: '/talk/se_2', token: 'secret' }),
    }
  }

  session(id: string, change: Partial<GbSession> = {}): GbSession {
    const session: GbSession = {
      ...{ id, kind: 'playback', device: 'dv_1', channel: '34020000001320000001', path: 'default/playback/x' },
      ...{ state: 'on', transport: 'TCP', startedAtMs: 1_700_000_000_000, atMs: null, speed: 1, progress: null },
      ...{ ignored: [], counters: { packets: 10 } },
      ...change,
    }
    this.sessions.set(id, session)
    return session
  }

  #heard<N extends Name, A>(name: N, params: Asked[N], answer: A): A {
    this.asked.unshift({ name, params })
    const failure = this.failing.get(name)
    this.failing.delete(name)
    if (failure) throw failure
    return answer
  }
}
