import type { H264Sps } from './sps.ts'

const CONSTRAINT_SET1 = 0x40
const CONSTRAINT_SET3 = 0x10

const PROFILES: Readonly<Record<number, string>> = {
  44: 'CAVLC 4:4:4',
  66: 'Baseline',
  77: 'Main',
  88: 'Extended',
  100: 'High',
  110: 'High 10',
  118: 'Multiview High',
  122: 'High 4:2:2',
  128: 'Stereo High',
  144: 'High 4:4:4',
  244: 'High 4:4:4 Predictive',
}

const INTRA_PROFILES: Readonly<Record<number, string>> = {
  110: 'High 10 Intra',
  122: 'High 4:2:2 Intra',
  244: 'High 4:4:4 Intra',
}

/** The profile as ffprobe names it (ITU-T H.264 §A.2); its number when it has no name. */
export function h264ProfileName(sps: Pick<H264Sps, 'profileIdc' | 'constraints'>): string {
  const { profileIdc, constraints } = sps
  if (profileIdc === 66 && constraints & CONSTRAINT_SET1) return 'Constrained Baseline'
  const intra = constraints & CONSTRAINT_SET3 ? INTRA_PROFILES[profileIdc] : undefined
  return intra ?? PROFILES[profileIdc] ?? String(profileIdc)
}

/** RFC 6381 §3.3: 'avc1.' and profile_idc, constraint flags and level_idc in hex. */
export function h264CodecString(sps: Pick<H264Sps, 'profileIdc' | 'constraints' | 'levelIdc'>): string {
  return `avc1.${Buffer.from([sps.profileIdc, sps.constraints, sps.levelIdc]).toString('hex')}`
}
