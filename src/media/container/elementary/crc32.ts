/** CRC-32/MPEG-2: polynomial 0x04c11db7, not reflected, no final xor. ISO/IEC 13818-1 Annex A. */
const TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let value = byte << 24
  for (let bit = 0; bit < 8; bit++) value = value & 0x80000000 ? (value << 1) ^ 0x04c11db7 : value << 1
  return value >>> 0
})

/** Over a whole section, its own CRC included, the result is 0. */
export function crc32Mpeg(bytes: Uint8Array): number {
  let crc = 0xffffffff
  for (const byte of bytes) crc = ((crc << 8) ^ TABLE[(crc >>> 24) ^ byte]!) >>> 0
  return crc
}
