import { expect, test } from 'vitest'
import { opusChannels, opusDescriptors } from './opus.ts'

test('channels in the descriptors', () => {
  expect(opusChannels(opusDescriptors(1))).toBe(1)
  expect(opusChannels(opusDescriptors(2))).toBe(2)
  expect(opusChannels(new Uint8Array())).toBe(2)
})
