/**
 * The downlink's CRC-8: polynomial 0x2F, start 0, no final XOR, over payload and MAC
 * (librenard `downlink.c`; Sigfox facts, part 2).
 */
const polynomial = 0x2f

const table = Uint8Array.from({ length: 256 }, (_, byte) => {
  let crc = byte
  for (let bit = 0; bit < 8; bit++) crc = crc & 0x80 ? (crc << 1) ^ polynomial : crc << 1
  return crc
})

/** CRC of `bytes[from..to)`. */
export const of = (bytes: Uint8Array, from = 0, to: number = bytes.length): number => {
  let crc = 0
  for (let i = from; i < to; i++) crc = table[crc ^ bytes[i]]
  return crc
}
