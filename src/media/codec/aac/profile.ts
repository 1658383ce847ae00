import type { AudioSpecificConfig } from './audio-specific-config.ts'

const PROFILES: Readonly<Record<number, string>> = { 1: 'Main', 2: 'LC', 3: 'SSR', 4: 'LTP', 23: 'LD', 39: 'ELD' }

/** The profile as ffprobe names it; 'AOT n' when it has no name. */
export function aacProfileName(config: AudioSpecificConfig): string {
  if (config.ps) return 'HE-AACv2'
  if (config.sbrSampleRate !== null) return 'HE-AAC'
  return PROFILES[config.objectType] ?? `AOT ${config.objectType}`
}

/** RFC 6381 §3.3: 'mp4a.40.' and the audio object type, 5 or 29 where SBR or PS is signalled. */
export function aacCodecString(config: AudioSpecificConfig): string {
  return `mp4a.40.${config.ps ? 29 : config.sbrSampleRate !== null ? 5 : config.objectType}`
}
