import { join } from 'node:path'
import { expect, test } from 'vitest'
import { fuzz } from '../../../base/fuzz.ts'
import { MAX_VALUES } from './amf-value.ts'
import { decodeAmf0, EcmaArray, encodeAmf0 } from './amf0.ts'
import { decodeAmf3 } from './amf3.ts'

const corpus = (target: string) => join(import.meta.dirname, 'testdata/fuzz', target)

test('AMF0: what was read can be written and read again', () => {
  fuzz({
    seeds: [
      encodeAmf0('connect', 1, { app: 'live', caps: [1, null, undefined, true], when: new Date(0) }),
      encodeAmf0('onMetaData', new EcmaArray({ width: 640, encoder: 'x', keyframes: { times: [0, 1], flags: [] } })),
    ],
    corpus: corpus('amf0'),
    run: input => {
      const values = decodeAmf0(input)
      expect(decodeAmf0(encodeAmf0(...values))).toEqual(values)
    },
  })
})

test('AMF3: reading is bounded', () => {
  fuzz({
    seeds: [
      Buffer.from('0a13010361030a0102', 'hex'),
      Buffer.from('0903036103010a0b0106050c050102', 'hex'),
      Buffer.from('110300060361030d0300ffffffff', 'hex'),
    ],
    corpus: corpus('amf3'),
    run: input => {
      expect(decodeAmf3(input).length).toBeLessThanOrEqual(MAX_VALUES)
    },
  })
})
