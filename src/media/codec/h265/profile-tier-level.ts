import type { BitReader } from '../../../base/bits.ts'

/** profile_tier_level(), general part (ITU-T H.265 §7.3.3). */
export interface ProfileTierLevel {
  readonly profileSpace: number
  /** True for the High tier. */
  readonly highTier: boolean
  readonly profileIdc: number
  /** general_profile_compatibility_flag[0] in the most significant bit. */
  readonly compatibility: number
  /** The 48 bits from general_progressive_source_flag on. */
  readonly constraints: readonly number[]
  /** Thirty times the level. */
  readonly levelIdc: number
}

/** `maxSubLayersMinus1` is 0 to 6. */
export function readProfileTierLevel(r: BitReader, maxSubLayersMinus1: number): ProfileTierLevel {
  const profileSpace = r.bits(2)
  const highTier = r.flag()
  const profileIdc = r.bits(5)
  const compatibility = r.bits(32)
  const constraints = Array.from({ length: 6 }, () => r.bits(8))
  const levelIdc = r.bits(8)
  let subLayerBits = 0
  for (let i = 0; i < maxSubLayersMinus1; i++) {
    if (r.flag()) subLayerBits += 88
    if (r.flag()) subLayerBits += 8
  }
  if (maxSubLayersMinus1 > 0) r.skip(2 * (8 - maxSubLayersMinus1))
  r.skip(subLayerBits)
  return { profileSpace, highTier, profileIdc, compatibility, constraints, levelIdc }
}

const PROFILES: Readonly<Record<number, string>> = {
  1: 'Main',
  2: 'Main 10',
  3: 'Main Still Picture',
  4: 'Rext',
  9: 'Scc',
}

/** The profile as ffprobe names it (§A.3); with profile_idc 0 the lowest compatible one. */
export function h265ProfileName(ptl: ProfileTierLevel): string {
  let profile = ptl.profileIdc
  for (let i = 1; profile === 0 && i < 32; i++) if ((ptl.compatibility >>> (31 - i)) & 1) profile = i
  return PROFILES[profile] ?? String(profile)
}

/** ISO/IEC 14496-15 Annex E.3: 'hvc1.1.6.L93.B0', parameter sets in the sample entry. */
export function h265CodecString(ptl: ProfileTierLevel): string {
  const space = ['', 'A', 'B', 'C'][ptl.profileSpace] ?? ''
  let reversed = 0
  for (let i = 0; i < 32; i++) reversed = reversed * 2 + ((ptl.compatibility >>> i) & 1)
  const constraints = ptl.constraints.map(byte => byte.toString(16).toUpperCase())
  while (constraints.at(-1) === '0') constraints.pop()
  const level = `${ptl.highTier ? 'H' : 'L'}${ptl.levelIdc}`
  return ['hvc1', `${space}${ptl.profileIdc}`, reversed.toString(16).toUpperCase(), level, ...constraints].join('.')
}
