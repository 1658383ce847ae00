/**
 * Real parameter sets and headers for tests, with what ffprobe 5.1 says about the same file. Encoders: libx264, libx265,
 * libaom, SVT-AV1, ffmpeg's aac, LAME, libopus; the sources are test pictures and a sine tone.
 */

export interface VideoSample {
  readonly name: string
  /** Parameter sets or the sequence header OBU, in hex. */
  readonly units: readonly string[]
  /** Configuration record as ffmpeg's mp4 and mkv muxers write it, in hex. */
  readonly record: string
  readonly width: number
  readonly height: number
  readonly fps: number | null
  readonly profile: string
  readonly codecString: string
  readonly sampleAspectRatio?: readonly [number, number]
  readonly reorder?: number
}

export const H264_SAMPLES: readonly VideoSample[] = [
  {
    name: 'baseline',
    units: ['6742c00ad902c4ec0440000003004000000783c48992', '68cb83cb20'],
    record: '0142c00affe100166742c00ad902c4ec0440000003004000000783c4899201000568cb83cb20',
    width: 176,
    height: 144,
    fps: 15,
    profile: 'Constrained Baseline',
    codecString: 'avc1.42c00a',
    sampleAspectRatio: [1, 1],
    reorder: 0,
  },
  {
    name: 'main, 30000/1001',
    units: ['674d401eeca05017fcb808800001f480007530078b16cb', '68ebe3cb20'],
    record: '014d401effe10017674d401eeca05017fcb808800001f480007530078b16cb01000568ebe3cb20',
    width: 640,
    height: 360,
    fps: 30000 / 1001,
    profile: 'Main',
    codecString: 'avc1.4d401e',
    sampleAspectRatio: [1, 1],
    reorder: 2,
  },
  {
    name: '1080p cropped',
    units: ['67640028acd940780227e5c044000003000400000300c83c60c658', '68ebe3cb22c0'],
    record: '01640028ffe1001b67640028acd940780227e5c044000003000400000300c83c60c65801000668ebe3cb22c0fdf8f800',
    width: 1920,
    height: 1080,
    fps: 25,
    profile: 'High',
    codecString: 'avc1.640028',
    sampleAspectRatio: [1, 1],
    reorder: 2,
  },
  {
    name: '1080i',
    units: ['67640028acd94078044fde0220000003002000000643e2c5b2c0', '68fba3cb22c0'],
    record: '01640028ffe1001a67640028acd94078044fde0220000003002000000643e2c5b2c001000668fba3cb22c0fdf8f800',
    width: 1920,
    height: 1080,
    fps: 25,
    profile: 'High',
    codecString: 'avc1.640028',
    sampleAspectRatio: [1, 1],
    reorder: 2,
  },
  {
    name: '10 bit',
    units: ['676e0015a6cd94141fb011000003000100000300640f162d96', '68ebe3cb22c0'],
    record: '016e0015ffe10019676e0015a6cd94141fb011000003000100000300640f162d9601000668ebe3cb22c0fdfafa00',
    width: 320,
    height: 240,
    fps: 50,
    profile: 'High 10',
    codecString: 'avc1.6e0015',
    sampleAspectRatio: [1, 1],
    reorder: 2,
  },
  {
    name: '4:2:2, odd size',
    units: ['677a0016bcd9415087888fc044000003000400000301e03c58b658', '68ebe3cb22c0'],
    record: '017a0016ffe1001b677a0016bcd9415087888fc044000003000400000301e03c58b65801000668ebe3cb22c0fef8f800',
    width: 322,
    height: 242,
    fps: 60,
    profile: 'High 4:2:2',
    codecString: 'avc1.7a0016',
    sampleAspectRatio: [1, 1],
    reorder: 2,
  },
  {
    name: '4:4:4',
    units: ['67f40015919b28283f6022000003000200000300f01e2c5b2c', '68ebe3c44844'],
    record: '01f40015ffe1001967f40015919b28283f6022000003000200000300f01e2c5b2c01000668ebe3c44844fff8f800',
    width: 320,
    height: 240,
    fps: 60,
    profile: 'High 4:4:4 Predictive',
    codecString: 'avc1.f40015',
    sampleAspectRatio: [1, 1],
    reorder: 2,
  },
  {
    name: 'HRD, 16:15 samples',
    units: ['6764001eacd940b4126ffc0040003db810100a00000300020000030064c04003d08000f427261803c58b6580', '68ebecb22c'],
    record:
      '0164001effe1002c6764001eacd940b4126ffc0040003db810100a00000300020000030064c04003d08000f427261803c58b658001000568ebecb22cfdf8f800',
    width: 720,
    height: 576,
    fps: 25,
    profile: 'High',
    codecString: 'avc1.64001e',
    sampleAspectRatio: [16, 15],
    reorder: 2,
  },
  {
    name: 'variable frame rate',
    units: ['6764000cacd941419f9f01100000030010002bf200f1429960', '68ebe3cb22c0'],
    record: '0164000cffe100196764000cacd941419f9f01100000030010002bf200f142996001000668ebe3cb22c0fdf8f800',
    width: 320,
    height: 180,
    fps: null,
    profile: 'High',
    codecString: 'avc1.64000c',
    sampleAspectRatio: [1, 1],
    reorder: 2,
  },
  {
    name: 'scaling lists in the PPS',
    units: ['6764000cacd941419f9f011000000300100000030320f1429960', '68ebe3cb3002c0'],
    record: '0164000cffe1001a6764000cacd941419f9f011000000300100000030320f142996001000768ebe3cb3002c0fdf8f800',
    width: 320,
    height: 180,
    fps: 25,
    profile: 'High',
    codecString: 'avc1.64000c',
    sampleAspectRatio: [1, 1],
    reorder: 2,
  },
]

export const H265_SAMPLES: readonly VideoSample[] = [
  {
    name: '1080p cropped',
    units: [
      '40010c01ffff016000000300900000030000030078959809',
      '420101016000000300900000030000030078a003c08010e596566924caf0168080000003008000000f04',
      '4401c172b46240',
    ],
    record:
      '01016000000090000000000078f000fcfdf8f800000f03200001001840010c01ffff016000000300900000030000030078959809210001002a420101016000000300900000030000030078a003c08010e596566924caf0168080000003008000000f0422000100074401c172b46240',
    width: 1920,
    height: 1080,
    fps: 30,
    profile: 'Main',
    codecString: 'hvc1.1.6.L120.90',
    sampleAspectRatio: [1, 1],
    reorder: 2,
  },
  {
    name: '10 bit, HRD, scaling lists, 16:15 samples',
    units: [
      '40010c01ffff02200000030090000003000003007b959809',
      '42010102200000030090000003000003007ba00a480f9c92365959a49395ffe0020001ed0100000303e900007530600c966e001e840007a132',
      '4401c172b46240',
    ],
    record:
      '0102200000009000000000007bf000fcfdfafa00000f03200001001840010c01ffff02200000030090000003000003007b959809210001003942010102200000030090000003000003007ba00a480f9c92365959a49395ffe0020001ed0100000303e900007530600c966e001e840007a13222000100074401c172b46240',
    width: 322,
    height: 242,
    fps: 30000 / 1001,
    profile: 'Main 10',
    codecString: 'hvc1.2.4.L123.90',
    sampleAspectRatio: [16, 15],
    reorder: 2,
  },
  {
    name: '4:2:2, two temporal layers',
    units: [
      '40010c02ffff0408000003009d0800000300003c00009598acc048',
      '4201020408000003009d0800000300003c0000b00a480f9c93b659598acd24995e02d0100000030010000003019080',
      '4401c172b46240',
    ],
    record:
      '0104080000009d08000000003cf000fcfefafa00001303200001001b40010c02ffff0408000003009d0800000300003c00009598acc048210001002f4201020408000003009d0800000300003c0000b00a480f9c93b659598acd24995e02d010000003001000000301908022000100074401c172b46240',
    width: 322,
    height: 242,
    fps: 25,
    profile: 'Rext',
    codecString: 'hvc1.4.10.L60.9D.8',
    sampleAspectRatio: [1, 1],
    reorder: 2,
  },
  {
    name: '4:4:4',
    units: [
      '40010c01ffff0408000003009e0800000300003c959809',
      '4201010408000003009e0800000300003c90014101e2cb2b349265780b4040000003004000000642',
      '4401c172860c4624',
    ],
    record:
      '0104080000009e08000000003cf000fcfff8f800000f03200001001740010c01ffff0408000003009e0800000300003c95980921000100284201010408000003009e0800000300003c90014101e2cb2b349265780b404000000300400000064222000100084401c172860c4624',
    width: 320,
    height: 240,
    fps: 25,
    profile: 'Rext',
    codecString: 'hvc1.4.10.L60.9E.8',
    sampleAspectRatio: [1, 1],
    reorder: 2,
  },
  {
    name: 'field pictures',
    units: [
      '40010c01ffff01600000030040000003000003005a959809',
      '42010101600000030040000003000003005aa0050201e165959a4932bc05a1a000000300200000030321',
      '4401c172b46240',
    ],
    record:
      '0101600000004000000000005af000fcfdf8f800000f03200001001840010c01ffff01600000030040000003000003005a959809210001002a42010101600000030040000003000003005aa0050201e165959a4932bc05a1a00000030020000003032122000100074401c172b46240',
    width: 640,
    height: 480,
    fps: 25,
    profile: 'Main',
    codecString: 'hvc1.1.6.L90.40',
    sampleAspectRatio: [1, 1],
    reorder: 2,
  },
]

export const AV1_SAMPLES: readonly VideoSample[] = [
  {
    name: 'libaom',
    units: ['0a0b0000000cc4ff6736be4010'],
    record: '81010c000a0b0000000cc4ff6736be4010',
    width: 640,
    height: 360,
    fps: null,
    profile: 'Main',
    codecString: 'av01.0.01M.08',
  },
  {
    name: '10 bit',
    units: ['0a0b000000043d07c4daf94040'],
    record: '81004c000a0b000000043d07c4daf94040',
    width: 322,
    height: 242,
    fps: null,
    profile: 'Main',
    codecString: 'av01.0.00M.10',
  },
  {
    name: '4:4:4',
    units: ['0a0a200000043d07c4daf902'],
    record: '812000000a0a200000043d07c4daf902',
    width: 322,
    height: 242,
    fps: null,
    profile: 'High',
    codecString: 'av01.1.00M.08',
  },
  {
    name: 'monochrome',
    units: ['0a0a000000043d07c4daf92a'],
    record: '81001c000a0a000000043d07c4daf92a',
    width: 322,
    height: 242,
    fps: null,
    profile: 'Main',
    codecString: 'av01.0.00M.08',
  },
  {
    name: 'SVT-AV1',
    units: ['0a0b0000004aabbfc373efe401'],
    record: '81090c000a0b0000004aabbfc373efe401',
    width: 1920,
    height: 1080,
    fps: null,
    profile: 'Main',
    codecString: 'av01.0.09M.08',
  },
]

/** LOAS frames of ffmpeg: AAC LC of silence, 8000 Hz mono. */
export const LATM_SAMPLE = new Uint8Array(
  Buffer.from(
    '56e01c200015881fe0aef01002630bb319a9c97199b971898180001182007056e00682008c10038056e00682008c10038056e00682008c100380',
    'hex',
  ),
)
