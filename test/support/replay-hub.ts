import type { Clock } from '../../src/base/clock.ts'
import type { Access } from '../../src/node/access.ts'
import type { Visitor } from '../../src/node/hub.ts'
import { pathOf } from '../../src/node/paths.ts'
import type { ReplayAdmission } from '../../src/node/replay/replay-viewers.ts'
import { Viewers } from '../../src/node/viewers.ts'

/** Viewers of recordings without a hub; what is told of them is in `told`. */
export class ReplayHub implements ReplayAdmission {
  readonly told: string[] = []
  readonly viewers: Viewers
  readonly #access: Access

  constructor(access: Access, clock: Clock) {
    this.#access = access
    this.viewers = new Viewers(clock, {
      started: ({ protocol }) => void this.told.push(`${protocol} comes`),
      stopped: ({ protocol, bytesSent }, _, reason) =>
        void this.told.push(`${protocol} goes ${bytesSent > 1000 ? 'with bytes' : 'with nothing'}: ${reason}`),
    })
  }

  admitReplay(visitor: Visitor) {
    this.#access.check({ action: 'play', ...visitor })
    const { address, protocol, remote, agent, traceId } = visitor
    return { path: pathOf(address), protocol, remote, agent, traceId }
  }
}
