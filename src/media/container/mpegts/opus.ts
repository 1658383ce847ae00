import { findDescriptor, registrationDescriptor } from './psi.ts'

/** Opus in MPEG-2 TS, draft of the ETSI mapping as ffmpeg, gstreamer and VLC read and write it. */

const EXTENSION_DESCRIPTOR = 0x7f
const OPUS_EXTENSION = 0x80

/** registration 'Opus' and the extension descriptor with the channel configuration (1 and 2: mapping family 0). */
export function opusDescriptors(channels: number): Uint8Array {
  return Buffer.concat([
    registrationDescriptor('Opus'),
    Uint8Array.of(EXTENSION_DESCRIPTOR, 2, OPUS_EXTENSION, Math.min(channels, 8)),
  ])
}

/** Channels as the descriptors of the PMT say; 2 when they say nothing, or more than mapping family 0 can. */
export function opusChannels(descriptors: Uint8Array): number {
  const body = findDescriptor(descriptors, EXTENSION_DESCRIPTOR)
  return body?.[0] === OPUS_EXTENSION && body[1] === 1 ? 1 : 2
}
