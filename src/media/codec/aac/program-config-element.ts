import type { BitReader } from '../../../base/bits.ts'

/** Channels of a program_config_element(), ISO/IEC 14496-3 Table 4.2; reads past it. */
export function readProgramConfigChannels(r: BitReader): number {
  r.skip(10) // element_instance_tag, object_type, sampling_frequency_index
  const front = r.bits(4)
  const side = r.bits(4)
  const back = r.bits(4)
  const lfe = r.bits(2)
  const associatedData = r.bits(3)
  const coupling = r.bits(4)
  if (r.flag()) r.skip(4)
  if (r.flag()) r.skip(4)
  if (r.flag()) r.skip(3)
  let channels = lfe
  for (let i = 0; i < front + side + back; i++) {
    channels += r.flag() ? 2 : 1 // element_is_cpe
    r.skip(4)
  }
  r.skip(4 * lfe + 4 * associatedData + 5 * coupling)
  // byte_alignment() counts from the start of the AudioSpecificConfig here (§4.5.1.2.1)
  r.skip((8 - (r.position % 8)) % 8)
  r.skip(8 * r.bits(8)) // comment_field_data
  return channels
}
