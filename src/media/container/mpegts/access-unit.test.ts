import { expect, test } from 'vitest'
import { splitAccessUnits } from './access-unit.ts'

const hex = (units: readonly Uint8Array[]) => units.map(unit => Buffer.from(unit).toString('hex'))

const CASES: readonly [name: string, codec: 'h264' | 'h265', units: string, access: string[]][] = [
  ['one picture', 'h264', '09f0 6742 68ce 0605 6588', ['sps 6742 pps 68ce units 0605 6588']],
  ['slices of one picture', 'h264', '6588 6540 6520', ['units 6588 6540 6520']],
  ['two pictures by delimiters', 'h264', '09f0 4180 09f0 4181', ['units 4180', 'units 4181']],
  ['two pictures by first_mb_in_slice', 'h264', '4180 4140 4181 4141', ['units 4180 4140', 'units 4181 4141']],
  ['SEI starts a picture', 'h264', '4180 0601 4181', ['units 4180', 'units 0601 4181']],
  ['parameter sets start a picture', 'h264', '4180 6742 68ce 6588', ['units 4180', 'sps 6742 pps 68ce units 6588']],
  ['data partitions stay together', 'h264', '4280 4380 4480 4281', ['units 4280 4380 4480', 'units 4281']],
  ['filler and end of sequence are dropped', 'h264', '4180 0cff 0a 0b 4181', ['units 4180', 'units 4181']],
  ['parameter sets alone', 'h264', '6742 68ce', ['sps 6742 pps 68ce']],
  ['nothing', 'h264', '09f0', []],
  [
    'H.265',
    'h265',
    '460150 400101 420101 440101 4e0101 260180 260100 500101 460150 020180',
    ['vps 400101 sps 420101 pps 440101 units 4e0101 260180 260100 500101', 'units 020180'],
  ],
  ['H.265 without delimiters', 'h265', '020180 020100 020181 4c0101 4a01', ['units 020180 020100', 'units 020181']],
]

test.each(CASES)('%s (%s)', (_, codec, units, access) => {
  const found = splitAccessUnits(
    units.split(' ').map(unit => Buffer.from(unit, 'hex')),
    codec,
  )
  const text = found.map(({ vps, sps, pps, units }) =>
    Object.entries({ vps, sps, pps, units })
      .filter(([, list]) => list.length > 0)
      .map(([name, list]) => [name, ...hex(list)].join(' '))
      .join(' '),
  )
  expect(text).toEqual(access)
})
