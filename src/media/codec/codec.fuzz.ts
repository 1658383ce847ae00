import { expect, test } from 'vitest'
import { fuzz } from '../../base/fuzz.ts'
import { parseAdtsHeader, scanAdts } from './aac/adts.ts'
import { parseAudioSpecificConfig, writeAudioSpecificConfig } from './aac/audio-specific-config.ts'
import { LatmReader, scanLoas } from './aac/latm.ts'
import { parseAv1C, writeAv1C } from './av1/av1c.ts'
import { isAv1Keyframe } from './av1/keyframe.ts'
import { obus, toSizedObus } from './av1/obu.ts'
import { parseAvcC, writeAvcC } from './h264/avcc.ts'
import { isH264Keyframe } from './h264/nal-unit.ts'
import { parseH264Sps } from './h264/sps.ts'
import { parseHvcC, writeHvcC } from './h265/hvcc.ts'
import { isH265Keyframe } from './h265/nal-unit.ts'
import { parseH265Sps } from './h265/sps.ts'
import { parseH265Vps } from './h265/vps.ts'
import { parseMpegAudioHeader, scanMpegAudio } from './mp3/frame-header.ts'
import { annexBToLengthPrefixed, lengthPrefixedToAnnexB, splitAnnexB } from './nal/annexb.ts'
import { lengthPrefixed, nalUnits } from './nal/length-prefixed.ts'
import { ParameterSets } from './nal/parameter-sets.ts'
import { MAX_PICTURE_SIDE } from './nal/rbsp.ts'
import { parseOpusHead, writeOpusHead } from './opus/opus-head.ts'
import { AV1_SAMPLES, H264_SAMPLES, H265_SAMPLES, LATM_SAMPLE } from './samples.ts'

const bytes = (hex: string) => new Uint8Array(Buffer.from(hex, 'hex'))
const units = (samples: typeof H264_SAMPLES) => samples.flatMap(sample => sample.units.map(bytes))
const records = (samples: typeof H264_SAMPLES) => samples.map(sample => bytes(sample.record))

function expectPicture(sps: { width: number; height: number }, fps: number | null): void {
  expect(Math.min(sps.width, sps.height)).toBeGreaterThan(0)
  expect(Math.max(sps.width, sps.height)).toBeLessThanOrEqual(MAX_PICTURE_SIDE)
  if (fps !== null) expect(fps).toBeGreaterThan(0)
}

test('H.264 SPS', () => {
  fuzz({
    seeds: units(H264_SAMPLES),
    run: input => {
      const sps = parseH264Sps(input)
      expectPicture(sps, sps.fps)
    },
  })
})

test('H.265 SPS and VPS', () => {
  fuzz({
    seeds: units(H265_SAMPLES),
    run: input => {
      if ((input[0] ?? 0) >> 1 === 32) return void parseH265Vps(input)
      const sps = parseH265Sps(input)
      expectPicture(sps, sps.pictureRate)
    },
  })
})

test('avcC: what was read can be written and read again', () => {
  fuzz({
    seeds: records(H264_SAMPLES),
    run: input => {
      const { sps, pps } = parseAvcC(input)
      const again = parseAvcC(writeAvcC(sps, pps))
      expect(again.lengthSize).toBe(4)
      expect([...again.sps, ...again.pps].map(same)).toEqual([...sps, ...pps].map(same))
    },
  })
})

test('hvcC: what was read can be written and read again', () => {
  fuzz({
    seeds: records(H265_SAMPLES),
    run: input => {
      const { vps, sps, pps } = parseHvcC(input)
      const again = parseHvcC(writeHvcC(vps, sps, pps))
      expect(again.lengthSize).toBe(4)
      expect([...again.vps, ...again.sps, ...again.pps].map(same)).toEqual([...vps, ...sps, ...pps].map(same))
    },
  })
})

test('Annex B and length prefixes carry the same units', () => {
  const startCode = bytes('00000001')
  const stream = (samples: typeof H264_SAMPLES) => Buffer.concat(units(samples).flatMap(unit => [startCode, unit]))
  fuzz({
    seeds: [stream(H264_SAMPLES), stream(H265_SAMPLES), lengthPrefixed(units(H264_SAMPLES))],
    run: input => {
      const split = splitAnnexB(input)
      const prefixed = lengthPrefixed(split)
      expect(nalUnits(prefixed)).toHaveLength(split.length)
      expect(splitAnnexB(lengthPrefixedToAnnexB(prefixed)).map(same)).toEqual(split.map(same))
      for (const codec of ['h264', 'h265'] as const) {
        nalUnits(annexBToLengthPrefixed(input, codec))
        new ParameterSets(codec).push(split)
      }
      isH264Keyframe(input)
      isH265Keyframe(input)
      nalUnits(input)
    },
  })
})

test('H.264 keyframes', () => {
  const unit = (...hex: string[]) => lengthPrefixed(hex.map(bytes))
  fuzz({
    seeds: [unit('060601c480', '4188dd07ff5d'), unit('0605ff01aabb', '0606020b4480', '419abb9a')],
    run: input => void isH264Keyframe(input),
  })
})

test('AV1: OBUs with sizes are the same OBUs', () => {
  fuzz({
    seeds: [...units(AV1_SAMPLES), bytes(`1200${AV1_SAMPLES[0]?.units[0] ?? ''}30143400a0`)],
    run: input => {
      isAv1Keyframe(input)
      const kept = obus(input).filter(({ type }) => type !== 2 && type !== 15)
      const sized = obus(toSizedObus(input))
      expect(sized.map(({ type, payload }) => [type, same(payload)])).toEqual(
        kept.map(({ type, payload }) => [type, same(payload)]),
      )
      expect(sized.every(({ hasSize }) => hasSize)).toBe(true)
    },
  })
})

test('av1C: what was read can be written and read again', () => {
  fuzz({
    seeds: records(AV1_SAMPLES),
    run: input => {
      const { sequenceHeader, configObus } = parseAv1C(input)
      expect(parseAv1C(writeAv1C(configObus)).sequenceHeader).toEqual(sequenceHeader)
    },
  })
})

test('AudioSpecificConfig: what was read can be written and read again', () => {
  fuzz({
    seeds: ['1190', '1208', '2b920800', 'eb8a0800', '139056e5a0', '17801f4010', '118004c80000010000'].map(bytes),
    run: input => {
      const config = parseAudioSpecificConfig(input)
      expect(config.channels).toBeLessThanOrEqual(128)
      const again = parseAudioSpecificConfig(writeAudioSpecificConfig(config))
      expect([again.objectType, again.sampleRate, again.channels]).toEqual([
        config.objectType,
        config.sampleRate,
        config.channels,
      ])
    },
  })
})

test('ADTS and MPEG audio: frames lie one behind the other inside the input', () => {
  const adts = Buffer.concat([bytes('fff14c8002fffc'), new Uint8Array(16), bytes('fff14c8002fffc'), new Uint8Array(16)])
  const mp3 = Buffer.concat([bytes('ffe328c4'), new Uint8Array(140), bytes('ffe328c4'), new Uint8Array(140)])
  fuzz({
    seeds: [adts, mp3],
    run: input => {
      for (const scan of [scanAdts(input), scanMpegAudio(input)]) {
        const inside = scan.frames.reduce((sum, { bytes }) => sum + bytes.length, 0)
        expect(inside + scan.skipped).toBe(scan.consumed)
        expect(scan.consumed).toBeLessThanOrEqual(input.length)
      }
      parseAdtsHeader(input)
      parseMpegAudioHeader(input)
    },
  })
})

test('OpusHead: what was read can be written and read again', () => {
  fuzz({
    seeds: ['4f707573486561640102380180bb0000000000', '4f707573486561640106380180bb00000000010402000401020305'].map(
      bytes,
    ),
    run: input => {
      const head = parseOpusHead(input)
      const again = parseOpusHead(writeOpusHead(head))
      expect({ ...again, mapping: same(again.mapping) }).toEqual({ ...head, mapping: same(head.mapping) })
    },
  })
})

/** Buffers and plain views compare as different; the bytes are what counts. */
function same(view: Uint8Array): string {
  return Buffer.from(view).toString('hex')
}

test('LATM', () => {
  fuzz({
    seeds: [LATM_SAMPLE],
    run: input => {
      const reader = new LatmReader()
      for (const { bytes: loasFrame } of scanLoas(input).frames) {
        const frames = reader.read(loasFrame)
        const size = frames.reduce((sum, { data }) => sum + data.length, 0)
        expect(size).toBeLessThanOrEqual(loasFrame.length)
      }
    },
  })
})
