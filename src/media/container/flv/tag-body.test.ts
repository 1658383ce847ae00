import { describe, expect, test } from 'vitest'
import type { Frame } from '../../stream/frame.ts'
import type { AudioTrack, CodecName, Track, VideoTrack } from '../../stream/track.ts'
import { decodeAmf0 } from '../amf/amf0.ts'
import { configBody, frameHeader, metadataBody } from './body-writer.ts'
import { parseAudioBody, parseVideoBody } from './tag-body.ts'

const hex = (text: string): Buffer => Buffer.from(text.replaceAll(' ', ''), 'hex')
const DATA = 'aabbcc'
const data = hex(DATA)

const video = (codec: VideoTrack['codec']): VideoTrack => ({
  kind: 'video',
  id: 0,
  codec,
  clockRate: 90_000,
  config: data,
  width: 640,
  height: 360,
  fps: 25,
  profile: '',
  codecString: '',
})
const audio = (codec: AudioTrack['codec'], sampleRate = 44_100, channels = 2): AudioTrack => ({
  kind: 'audio',
  id: 1,
  codec,
  clockRate: 1000,
  config: data,
  sampleRate,
  channels,
  profile: '',
  codecString: '',
})
const frame = (track: Track, keyframe = true, compositionMs = 0): Frame => ({
  track,
  dts: track.clockRate,
  pts: track.clockRate + (compositionMs * track.clockRate) / 1000,
  keyframe,
  data,
})

/** Bodies of coded frames, with the frame that gives and takes them. */
const FRAMES: readonly [string, string, Frame][] = [
  ['H.264 keyframe', '17 01 000000', frame(video('h264'))],
  ['H.264 with composition time', '27 01 000050', frame(video('h264'), false, 80)],
  ['H.264 with negative composition time', '27 01 ffffd8', frame(video('h264'), false, -40)],
  ['HEVC without composition time', '93 68766331', frame(video('h265'))],
  ['HEVC with composition time', 'a1 68766331 000050', frame(video('h265'), false, 80)],
  ['AV1', '91 61763031', frame(video('av1'))],
  ['AAC', 'af 01', frame(audio('aac'))],
  ['AAC mono has the same header', 'af 01', frame(audio('aac', 16_000, 1))],
  ['MP3', '2f', frame(audio('mp3'))],
  ['MP3 mono 22 kHz', '2a', frame(audio('mp3', 22_050, 1))],
  ['MP3 at a rate without number', '2b', frame(audio('mp3', 24_000))],
  ['G.711 A-law', '72', frame(audio('pcma', 8000, 1))],
  ['G.711 mu-law', '82', frame(audio('pcmu', 8000, 1))],
  ['Opus', '91 4f707573', frame(audio('opus'))],
]

const CONFIGS: readonly [CodecName, string, Track][] = [
  ['h264', '17 00 000000', video('h264')],
  ['h265', '90 68766331', video('h265')],
  ['av1', '90 61763031', video('av1')],
  ['aac', 'af 00', audio('aac')],
  ['opus', '90 4f707573', audio('opus')],
]

const parse = (track: Track, bytes: Buffer) => (track.kind === 'video' ? parseVideoBody(bytes) : parseAudioBody(bytes))

describe('tag bodies we write and read', () => {
  test.each(FRAMES)('%s', (_, header, it) => {
    expect(frameHeader(it).toString('hex')).toBe(header.replaceAll(' ', ''))
    expect(parse(it.track, hex(header + DATA))).toMatchObject({
      kind: 'frame',
      codec: it.track.codec,
      keyframe: it.keyframe,
      compositionTimeMs: ((it.pts - it.dts) * 1000) / it.track.clockRate,
      data,
    })
  })

  test.each(CONFIGS)('configuration of %s', (codec, header, track) => {
    expect(configBody(track)?.toString('hex')).toBe(header.replaceAll(' ', '') + DATA)
    expect(parse(track, hex(header + DATA))).toEqual({ kind: 'config', codec, data })
  })

  test('MP3 and G.711 have no configuration', () => {
    for (const codec of ['mp3', 'pcma', 'pcmu'] as const) expect(configBody(audio(codec))).toBeNull()
  })

  test('pts is exact to the millisecond although dts is rounded down', () => {
    const it = { ...frame(video('h264')), dts: 3003, pts: 9009 } // 33.37 and 100.1 ms
    expect(parseVideoBody(Buffer.concat([frameHeader(it), data]))).toMatchObject({ compositionTimeMs: 100 - 33 })
  })
})

const VIDEO_READ: readonly [string, string, ReturnType<typeof parseVideoBody>][] = [
  ['nothing', '', { kind: 'ignored' }],
  ['HEVC as CodecID 12', '1c 01 000028 aabbcc', videoFrame('h265', true, 40)],
  ['HEVC configuration as CodecID 12', '1c 00 000000 aabbcc', { kind: 'config', codec: 'h265', data }],
  ['disposable inter frame', '37 01 000000 aabbcc', videoFrame('h264', false, 0)],
  ['command frame', '57 00', { kind: 'ignored' }],
  ['end of sequence', '17 02 000000', { kind: 'end', codec: 'h264' }],
  ['empty frame', '27 01 000000', { kind: 'ignored' }],
  ['Sorenson H.263', '12 aabbcc', { kind: 'unsupported', name: 'CodecID 2' }],
  ['enhanced AVC', '91 61766331 000028 aabbcc', videoFrame('h264', true, 40)],
  ['enhanced AVC without composition time', 'a3 61766331 aabbcc', videoFrame('h264', false, 0)],
  ['enhanced end of sequence', '92 68766331', { kind: 'end', codec: 'h265' }],
  ['enhanced metadata', '94 68766331 aabbcc', { kind: 'metadata', data }],
  ['enhanced command', 'd0 00', { kind: 'ignored' }],
  ['MPEG-2 TS sequence start', '95 61763031 aabbcc', { kind: 'ignored' }],
  ['VP9', '90 76703039 aabbcc', { kind: 'unsupported', name: 'FourCC vp09' }],
  ['FourCC not printable', '90 00000001 aa', { kind: 'unsupported', name: 'FourCC 0x1' }],
  ['ModEx', '97 02 000001 01 68766331 000028 aabbcc', videoFrame('h265', true, 40)],
  ['two ModEx, one long', `97 00 00 07 ff 0000 00 03 68766331 aabbcc`, videoFrame('h265', true, 0)],
  ['one track', '96 01 68766331 00 000028 aabbcc', videoFrame('h265', true, 40)],
  ['one track, not the first', '96 01 68766331 01 000028 aabbcc', { kind: 'ignored' }],
  ['many tracks', '96 13 68766331 01 000001 ff 00 000003 aabbcc', videoFrame('h265', true, 0)],
  [
    'many tracks, many codecs',
    '96 20 76703039 01 000001 ff 61763031 00 000003 aabbcc',
    { kind: 'config', codec: 'av1', data },
  ],
]

function videoFrame(codec: VideoTrack['codec'], keyframe: boolean, compositionTimeMs: number) {
  return { kind: 'frame' as const, codec, keyframe, compositionTimeMs, data, sound: null }
}
function audioFrame(codec: AudioTrack['codec'], channels: 1 | 2 | null) {
  const sound = channels === null ? null : { channels }
  return { kind: 'frame' as const, codec, keyframe: true, compositionTimeMs: 0, data, sound }
}

const AUDIO_READ: readonly [string, string, ReturnType<typeof parseAudioBody>][] = [
  ['nothing', '', { kind: 'ignored' }],
  ['AAC mono', 'ae 01 aabbcc', audioFrame('aac', 1)],
  ['MP3 8 kHz', 'e2 aabbcc', audioFrame('mp3', 1)],
  ['A-law stereo', '73 aabbcc', audioFrame('pcma', 2)],
  ['header alone', '2f', { kind: 'ignored' }],
  ['Speex', 'b2 aabbcc', { kind: 'unsupported', name: 'SoundFormat 11' }],
  ['enhanced AAC', '91 6d703461 aabbcc', audioFrame('aac', null)],
  ['enhanced AAC configuration', '90 6d703461 aabbcc', { kind: 'config', codec: 'aac', data }],
  ['enhanced MP3', '91 2e6d7033 aabbcc', audioFrame('mp3', null)],
  ['enhanced end of sequence', '92 4f707573', { kind: 'end', codec: 'opus' }],
  ['multichannel configuration', '94 4f707573 0202', { kind: 'ignored' }],
  ['reserved packet type 3', '93 4f707573 aabbcc', { kind: 'ignored' }],
  ['AC-3', '91 61632d33 aabbcc', { kind: 'unsupported', name: 'FourCC ac-3' }],
  ['ModEx', '97 02 000001 01 4f707573 aabbcc', audioFrame('opus', null)],
  ['one track', '95 01 4f707573 00 aabbcc', audioFrame('opus', null)],
  ['only another track', '95 11 4f707573 02 000003 aabbcc', { kind: 'ignored' }],
]

describe('tag bodies we read', () => {
  test.each(VIDEO_READ)('video: %s', (_, bytes, value) => {
    expect(parseVideoBody(hex(bytes))).toEqual(value)
  })
  test.each(AUDIO_READ)('audio: %s', (_, bytes, value) => {
    expect(parseAudioBody(hex(bytes))).toEqual(value)
  })
  test.each(['17', '17 01', '17 01 0000', '91 6876', '91 68766331 0000', '97 05 00', '96 11 68766331 00 000009 aa'])(
    'refuses the cut body %s',
    bytes => {
      expect(() => parseVideoBody(hex(bytes))).toThrow(expect.objectContaining({ code: 'BYTES_TOO_SHORT' }))
    },
  )
})

test('onMetaData', () => {
  expect(decodeAmf0(metadataBody([video('h264'), audio('aac')]))).toEqual([
    'onMetaData',
    {
      duration: 0,
      width: 640,
      height: 360,
      framerate: 25,
      videocodecid: 7,
      audiosamplerate: 44_100,
      audiosamplesize: 16,
      stereo: true,
      audiochannels: 2,
      audiocodecid: 10,
      encoder: 'Sightline',
    },
  ])
  expect(decodeAmf0(metadataBody([{ ...video('av1'), fps: null }]))[1]).toEqual({
    duration: 0,
    width: 640,
    height: 360,
    videocodecid: 0x61763031,
    encoder: 'Sightline',
  })
})
