/** The line `f=` of an SDP, and the values of VideoParamAttribute. Parts that say nothing are null. Annex G. */
export interface MediaFormat {
  readonly video: {
    /** 1 MPEG-4, 2 H.264, 3 SVAC, 4 3GP, 5 H.265. */
    readonly codec: number | null
    /** 1 QCIF, 2 CIF, 3 4CIF, 4 D1, 5 720P, 6 1080P, or width x height. */
    readonly resolution: string | null
    readonly frameRate: number | null
    /** 1 constant, 2 variable. */
    readonly bitRateType: number | null
    readonly bitRateKbps: number | null
  }
  readonly audio: {
    /** 1 G.711, 2 G.723.1, 3 G.729, 4 G.722.1, 5 SVAC, 6 AAC. */
    readonly codec: number | null
    /** Code: 1 5.3 kbit/s ... 8 64 kbit/s. */
    readonly bitRate: number | null
    /** Code: 1 8 kHz, 2 14, 3 16, 4 32, 5 7, 6 11, 7 12, 8 22, 9 24, 10 44, 11 48. */
    readonly sampleRate: number | null
  }
}

const print = (value: number | string | null): string => (value === null ? '' : String(value))

/** `v/2/6/25/1/4096a/1/8/1`: what is null leaves its place empty. */
export function formatMediaFormat({ video, audio }: MediaFormat): string {
  const v = [video.codec, video.resolution, video.frameRate, video.bitRateType, video.bitRateKbps]
  const a = [audio.codec, audio.bitRate, audio.sampleRate]
  return `v/${v.map(print).join('/')}a/${a.map(print).join('/')}`
}

const number = (text: string | undefined): number | null =>
  text !== undefined && /^\d{1,6}$/.test(text.trim()) ? Number(text) : null

/** Reads what is there; devices leave parts and slashes out. */
export function parseMediaFormat(text: string): MediaFormat {
  const [, v = '', a = ''] = /^\s*v?([^a]*)a?(.*)$/.exec(text) ?? []
  const video = v.split('/')
  const audio = a.split('/')
  return {
    video: {
      codec: number(video[1]),
      resolution: video[2]?.trim() || null,
      frameRate: number(video[3]),
      bitRateType: number(video[4]),
      bitRateKbps: number(video[5]),
    },
    audio: { codec: number(audio[1]), bitRate: number(audio[2]), sampleRate: number(audio[3]) },
  }
}

/** Audio of broadcast and talk: G.711 at 64 kbit/s and 8 kHz. */
export const G711_FORMAT = 'v/////a/1/8/1'
