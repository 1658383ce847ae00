/** Codecs the hub carries. A new name breaks the build in every container table that must decide about it. */
export type VideoCodec = 'h264' | 'h265' | 'av1'
export type AudioCodec = 'aac' | 'mp3' | 'pcma' | 'pcmu' | 'opus'
export type CodecName = VideoCodec | AudioCodec

export interface VideoTrack {
  readonly kind: 'video'
  /** Unique within the stream and stable while the publisher stays. */
  readonly id: number
  readonly codec: VideoCodec
  /** Ticks per second of dts and pts. */
  readonly clockRate: number
  /** AVCDecoderConfigurationRecord, HEVCDecoderConfigurationRecord or AV1CodecConfigurationRecord (the box body). */
  readonly config: Uint8Array
  /** Pixels after cropping. */
  readonly width: number
  readonly height: number
  /** Frames per second as the parameter sets say; null when they do not. */
  readonly fps: number | null
  /** As ffprobe names it: 'High', 'Main 10'. */
  readonly profile: string
  /** RFC 6381 codecs parameter: 'avc1.64001f', 'hvc1.1.6.L93.B0', 'av01.0.04M.08'. */
  readonly codecString: string
}

export interface AudioTrack {
  readonly kind: 'audio'
  readonly id: number
  readonly codec: AudioCodec
  readonly clockRate: number
  /** AudioSpecificConfig (aac) or OpusHead (opus); empty for the others. */
  readonly config: Uint8Array
  /** Samples per second. */
  readonly sampleRate: number
  readonly channels: number
  readonly profile: string
  /** RFC 6381: 'mp4a.40.2', 'mp3', 'opus', 'pcma'. */
  readonly codecString: string
}

export type Track = VideoTrack | AudioTrack
