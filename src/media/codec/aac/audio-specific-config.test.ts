import { expect, test } from 'vitest'
import { AppError } from '../../../base/errors.ts'
import {
  type AudioSpecificConfig,
  parseAudioSpecificConfig,
  writeAudioSpecificConfig,
} from './audio-specific-config.ts'
import { aacCodecString, aacProfileName } from './profile.ts'

const bytes = (hex: string) => new Uint8Array(Buffer.from(hex, 'hex'))

function lc(sampleRate: number, channelConfig: number, more: Partial<AudioSpecificConfig> = {}): AudioSpecificConfig {
  const channels = more.channels ?? channelConfig
  return {
    objectType: 2,
    sampleRate,
    channelConfig,
    channels,
    sbrSampleRate: null,
    ps: false,
    samplesPerFrame: 1024,
    ...more,
  }
}

/** Name, bytes, value, profile and codecs parameter; the first rows are from ffmpeg, the others built by the table. */
const CONFIGS: readonly (readonly [string, string, AudioSpecificConfig, string, string])[] = [
  ['48 kHz stereo', '1190', lc(48000, 2), 'LC', 'mp4a.40.2'],
  ['44.1 kHz mono', '1208', lc(44100, 1), 'LC', 'mp4a.40.2'],
  ['22.05 kHz stereo', '1390', lc(22050, 2), 'LC', 'mp4a.40.2'],
  ['8 kHz mono', '1588', lc(8000, 1), 'LC', 'mp4a.40.2'],
  ['5.1', '11b0', lc(48000, 6), 'LC', 'mp4a.40.2'],
  ['7.1', '11b8', lc(48000, 7, { channels: 8 }), 'LC', 'mp4a.40.2'],
  ['escaped sample rate', '17801f4010', lc(16000 / 1, 2), 'LC', 'mp4a.40.2'],
  ['SBR, hierarchical', '2b920800', lc(22050, 2, { sbrSampleRate: 44100 }), 'HE-AAC', 'mp4a.40.5'],
  ['SBR and PS, hierarchical', 'eb8a0800', lc(22050, 1, { sbrSampleRate: 44100, ps: true }), 'HE-AACv2', 'mp4a.40.29'],
]

/** Forms that are read and never written. */
const READ_ONLY: readonly (readonly [string, string, AudioSpecificConfig, string, string])[] = [
  ['SBR, backward compatible', '139056e5a0', lc(22050, 2, { sbrSampleRate: 44100 }), 'HE-AAC', 'mp4a.40.5'],
  ['SBR said to be absent', '139056e500', lc(22050, 2), 'LC', 'mp4a.40.2'],
  [
    'SBR and PS, backward compatible',
    '138856e5a54880',
    lc(22050, 1, { sbrSampleRate: 44100, ps: true }),
    'HE-AACv2',
    'mp4a.40.29',
  ],
  ['trailing zeros', '119000000000', lc(48000, 2), 'LC', 'mp4a.40.2'],
  ['960 samples', '1194', lc(48000, 2, { samplesPerFrame: 960 }), 'LC', 'mp4a.40.2'],
  ['core coder delay', '11920000', lc(48000, 2), 'LC', 'mp4a.40.2'],
  ['Main', '0990', lc(48000, 2, { objectType: 1 }), 'Main', 'mp4a.40.1'],
  ['LD', 'b98c00', lc(48000, 1, { objectType: 23, samplesPerFrame: 480 }), 'LD', 'mp4a.40.23'],
  ['ELD', 'f8e62000', lc(48000, 1, { objectType: 39, samplesPerFrame: 512 }), 'ELD', 'mp4a.40.39'],
  ['program config element', '118004c80000010000', lc(48000, 0, { channels: 3 }), 'LC', 'mp4a.40.2'],
]

test.each([...CONFIGS, ...READ_ONLY])('%s is read', (_, hex, value, profile, codecString) => {
  const config = parseAudioSpecificConfig(bytes(hex))
  expect(config).toEqual(value)
  expect(aacProfileName(config)).toBe(profile)
  expect(aacCodecString(config)).toBe(codecString)
})

test.each(CONFIGS.filter(([name]) => !name.startsWith('escaped')))('%s is written', (_, hex, value) => {
  expect(Buffer.from(writeAudioSpecificConfig(value)).toString('hex')).toBe(hex)
})

test('sample rates outside the table and object types above 30 are escaped', () => {
  const value = lc(37800, 2, { objectType: 42 })
  const config = parseAudioSpecificConfig(writeAudioSpecificConfig(value))
  expect(config).toEqual(value)
})

test.each([
  ['nothing', ''],
  ['one byte', '11'],
  ['reserved sample rate', '1690'],
  ['escaped sample rate 0', '1780000010'],
  ['reserved channel configuration', '11f8'],
  ['program config element cut short', '118004'],
])('%s is refused', (_, hex) => {
  expect(() => parseAudioSpecificConfig(bytes(hex))).toThrow(AppError)
})

test('channels of a program config element cannot be written', () => {
  expect(() => writeAudioSpecificConfig(lc(48000, 0))).toThrow(AppError)
})
