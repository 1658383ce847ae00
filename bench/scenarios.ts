import type { ClipName } from './clip.ts'
import type { Figures } from './figures.ts'
import type { Protocol } from './servers/server.ts'

/** A figure that must be reached by Sightline. */
export interface Target {
  readonly figure: keyof Figures
  readonly atMost?: number
  readonly atLeast?: number
}

interface Common {
  readonly id: string
  readonly title: string
  /** In the run without names; the others only with --all or by name. */
  readonly usual: boolean
  readonly targets: readonly Target[]
  /** More where the noise of the machine could decide whether a target is met. */
  readonly rounds: number
}

/** One publisher, many viewers. */
export interface FanOut extends Common {
  readonly kind: 'fan-out'
  readonly protocol: Protocol
  readonly latency: 'normal' | 'low'
  readonly clip: ClipName
  /** Viewers that are only counted; beside them always a few that check every frame. */
  readonly viewers: number
  /** Viewers that check every frame. */
  readonly samples: number
  /** Servers it is asked of; peers are left out where they are saturated. */
  readonly servers: readonly string[]
  /** Connections opened per second. */
  readonly rampPerSecond: number
  /** Wanted length of the measurement; it lasts whole rounds of the clip. */
  readonly measureMs: number
}

/** Many publishers. */
export interface Ingest extends Common {
  readonly kind: 'ingest'
  readonly publishers: number
  readonly servers: readonly string[]
}

/** Platform, node and supervisor, idle, and how fast they come up. */
export interface Product extends Common {
  readonly kind: 'product'
}

export type Scenario = FanOut | Ingest | Product

const OURS = ['Sightline']
const HTTP_PEERS = [...OURS, 'Node-Media-Server']
/** The floor, for those scenarios where it is asked how far above it we are. */
export const BARE = 'Bare Node.js'
const HTTP_AND_BARE = [...HTTP_PEERS, BARE]
const ALL = [...OURS, 'nginx-rtmp', 'Node-Media-Server']
const COMPLETE: Target = { figure: 'delivered', atLeast: 0.99 }
const CALM: Target = { figure: 'eventLoopP99Ms', atMost: 15 }

function fanOut(
  protocol: Protocol,
  viewers: number,
  servers: readonly string[],
  targets: readonly Target[],
  usual: boolean,
): FanOut {
  return {
    kind: 'fan-out',
    id: `${protocol}-${viewers}`,
    title: `${protocol === 'flv' ? 'HTTP-FLV' : 'RTMP'}, ${viewers} viewers of 1 Mbit/s`,
    protocol,
    latency: 'normal',
    clip: '1m',
    viewers,
    samples: 4,
    servers,
    rampPerSecond: 1000,
    measureMs: 8000,
    targets,
    usual,
    rounds: targets.some(({ figure }) => figure === 'cpuPerGbit' || figure === 'ratioToFlv') ? 3 : 1,
  }
}

function delay(protocol: Protocol, servers: readonly string[]): FanOut {
  return {
    ...fanOut(protocol, 0, servers, [{ figure: 'delayMedianMs', atMost: 10 }], true),
    id: `delay-${protocol}`,
    title: `Delay publisher to player, 10 ${protocol === 'flv' ? 'HTTP-FLV' : 'RTMP'} viewers`,
    samples: 10,
  }
}

export const SCENARIOS: readonly Scenario[] = [
  fanOut('flv', 500, HTTP_PEERS, [COMPLETE], true),
  fanOut('flv', 2000, HTTP_AND_BARE, [{ figure: 'cpuPerGbit', atMost: 0.04 }, COMPLETE], true),
  fanOut('flv', 5000, OURS, [COMPLETE], false),
  fanOut(
    'flv',
    15000,
    [...OURS, BARE],
    [{ figure: 'cpuPerGbit', atMost: 0.03 }, COMPLETE, CALM, { figure: 'rssMegabytes', atMost: 250 }],
    false,
  ),
  {
    ...fanOut('flv', 1000, HTTP_PEERS, [{ figure: 'cpuPerGbit', atMost: 0.2 }, COMPLETE], true),
    id: 'flv-1000-low',
    title: 'HTTP-FLV, 1000 viewers of 1 Mbit/s, 50 ms latency class',
    latency: 'low',
  },
  fanOut('rtmp', 500, ALL, [COMPLETE], true),
  fanOut('rtmp', 2000, ALL, [{ figure: 'ratioToFlv', atMost: 1.2 }, COMPLETE], true),
  fanOut('rtmp', 5000, OURS, [{ figure: 'ratioToFlv', atMost: 1.2 }, COMPLETE], false),
  { ...fanOut('rtmp', 15000, OURS, [{ figure: 'ratioToFlv', atMost: 1.2 }, COMPLETE], false), rounds: 2 },
  {
    ...fanOut('flv', 50, HTTP_AND_BARE, [{ figure: 'cpuPerGbit', atMost: 0.022 }, COMPLETE], true),
    id: 'flv-100m',
    title: 'HTTP-FLV, 50 viewers of 100 Mbit/s',
    clip: '100m',
    samples: 1,
    rampPerSecond: 20,
    measureMs: 15000,
  },
  {
    ...fanOut('rtmp', 50, ALL, [COMPLETE], false),
    id: 'rtmp-100m',
    title: 'RTMP, 50 viewers of 100 Mbit/s',
    clip: '100m',
    samples: 1,
    rampPerSecond: 20,
    measureMs: 15000,
  },
  delay('flv', HTTP_PEERS),
  delay('rtmp', ALL),
  {
    kind: 'ingest',
    id: 'ingest-500',
    title: '500 RTMP publishers of 1 Mbit/s',
    publishers: 500,
    servers: ALL,
    targets: [{ figure: 'gaps', atMost: 0 }],
    usual: true,
    rounds: 3,
  },
  {
    kind: 'product',
    id: 'product',
    title: 'Whole product: platform, node and supervisor on one core',
    targets: [
      { figure: 'pssMegabytes', atMost: 300 },
      { figure: 'secondStartSeconds', atMost: 3 },
    ],
    usual: true,
    rounds: 1,
  },
]
