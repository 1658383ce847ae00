/** What `/api/v1` answers, as far as the console reads it. */

export type StreamState = 'on' | 'off'

export interface VideoInfo {
  readonly codec: string
  /** RFC 6381, 'avc1.64001f'; what the browser is asked with. */
  readonly codecString?: string
  readonly width: number
  readonly height: number
  readonly profile?: string
}

export interface AudioInfo {
  readonly codec: string
  readonly codecString?: string
  readonly sampleRate: number
  readonly channels: number
}

export interface Publisher {
  readonly id: string
  readonly protocol: string
  readonly remote: string
  readonly agent: string | null
}

export interface LiveFacts {
  readonly startedAt: string
  readonly bitrateKbps: number
  readonly fps: number
  readonly viewers: number
  readonly video: VideoInfo | null
  readonly audio: AudioInfo | null
  readonly gopMs: number | null
  readonly lastKeyframeAgeMs: number | null
  readonly bytesIn: number
  readonly bytesOut: number
  readonly publisher: Publisher | null
}

export interface PublishUrls {
  readonly rtmp: string
  readonly rtmps?: string
  readonly obs: { readonly server: string; readonly streamKey: string }
}

export interface PlayUrls {
  readonly flv: string
  readonly wsFlv: string
  readonly hls: string
  readonly rtmp: string
  readonly ts?: string
  /** Null when the space is open and the URLs never expire. */
  readonly expiresAt?: string | null
}

export interface Stream {
  readonly id: string
  readonly space: string
  readonly app: string
  readonly name: string
  readonly path: string
  readonly createdAt: string
  readonly state: StreamState
  readonly live: LiveFacts | null
  readonly publish: PublishUrls
  readonly play: PlayUrls
}

export interface Viewer {
  readonly id: string
  readonly protocol: string
  readonly remote: string
  readonly agent: string | null
  readonly startedAt: string
  readonly bytesOut: number
}

export interface Space {
  readonly name: string
  readonly publish: 'key' | 'open'
  readonly play: 'signed' | 'open'
  readonly latency: string
  readonly gopCache: boolean
  readonly createdAt: string
}

export interface NodeLoad {
  /** 1 is one whole core. */
  readonly cpu: number
  readonly memoryBytes: number
  readonly eventLoopP99Ms: number
}

export interface Node {
  readonly id: string
  readonly name: string
  readonly version: string
  readonly state: 'on' | 'lost'
  readonly lastSeenAt: string
  readonly load: NodeLoad | null
  readonly streams: number
  readonly viewers: number
}

export interface Setting {
  readonly key: string
  readonly value: unknown
  /** 'default', 'environment', or the file it was read from. */
  readonly source: string
}

export interface System {
  readonly version: string
  readonly configuration: readonly Setting[]
}

export interface User {
  readonly id: string
  readonly name: string
  readonly role: string
}

export interface Session {
  readonly token: string
  readonly expiresAt: string
  readonly user: User
}

export interface Health {
  readonly status: string
  readonly version: string
  readonly uptimeSeconds: number
}

export interface Page<T> {
  readonly items: readonly T[]
  readonly nextCursor?: string | null
}
