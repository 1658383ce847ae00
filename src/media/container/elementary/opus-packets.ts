/** Opus in PES packets, draft of the ETSI mapping as ffmpeg, gstreamer and VLC read and write it. */

/** opus_control_header of a packet of `bytes`: prefix, no trims, au_size in steps of 255. */
export function opusControlHeader(bytes: number): Buffer {
  const out = Buffer.alloc(3 + Math.floor(bytes / 255), 0xff)
  out[0] = 0x7f
  out[1] = 0xe0
  out[out.length - 1] = bytes % 255
  return out
}

/** The Opus packets of one PES payload. Stops at the first header that is none or runs over the end. */
export function splitOpus(payload: Uint8Array): Uint8Array[] {
  const packets: Uint8Array[] = []
  let at = 0
  while (at + 3 <= payload.length && payload[at] === 0x7f && (payload[at + 1]! & 0xe0) === 0xe0) {
    const flags = payload[at + 1]!
    at += 2
    let size = 0
    let byte = 255
    while (byte === 255 && at < payload.length) {
      byte = payload[at++]!
      size += byte
    }
    if (flags & 0x10) at += 2 // start_trim
    if (flags & 0x08) at += 2 // end_trim
    if (flags & 0x04) at += 1 + (payload[at] ?? 0) // control_extension
    if (at + size > payload.length) break
    if (size > 0) packets.push(payload.subarray(at, at + size))
    at += size
  }
  return packets
}
