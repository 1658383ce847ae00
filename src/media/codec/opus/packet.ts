/** Samples at 48 kHz of one frame by TOC config number, RFC 6716 §3.1 Table 2. */
const FRAME_SAMPLES: readonly number[] = [
  ...[480, 960, 1920, 2880, 480, 960, 1920, 2880, 480, 960, 1920, 2880], // SILK
  ...[480, 960, 480, 960], // hybrid
  ...[120, 240, 480, 960, 120, 240, 480, 960, 120, 240, 480, 960, 120, 240, 480, 960], // CELT
]

/** 120 ms, the most a packet may hold (RFC 6716 §3.2.5). */
const MAX_PACKET_SAMPLES = 5760

/** Samples at 48 kHz per channel in an Opus packet, from its TOC and frame count; 0 when the packet is not valid. */
export function opusPacketSamples(packet: Uint8Array): number {
  const toc = packet[0]
  if (toc === undefined) return 0
  const code = toc & 3
  const frames = code === 3 ? (packet[1] ?? 0) & 0x3f : code === 0 ? 1 : 2
  const samples = frames * (FRAME_SAMPLES[toc >> 3] ?? 0)
  return samples <= MAX_PACKET_SAMPLES ? samples : 0
}
