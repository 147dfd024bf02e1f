/**
 * The uplink's CRC-16: polynomial 0x1021, start 0, not reflected, final XOR 0xFFFF, sent big-endian
 * (sigfox-ep-lib v4.3 `sigfox_crc.c`; docs: Sigfox facts, part 1).
 *
 * It covers the packet with its MAC, in the form of rank 1. It is no protection against people: a
 * forger computes it as we do.
 */
const polynomial = 0x1021

const table = Uint16Array.from({ length: 256 }, (_, byte) => {
  let crc = byte << 8
  for (let bit = 0; bit < 8; bit++) crc = crc & 0x8000 ? (crc << 1) ^ polynomial : crc << 1
  return crc
})

/** CRC of `bytes[0..length)`. */
export const of = (bytes: Uint8Array, length: number = bytes.length): number => {
  let crc = 0
  for (let i = 0; i < length; i++) crc = ((crc << 8) ^ table[(crc >> 8) ^ bytes[i]]) & 0xffff
  return crc ^ 0xffff
}
