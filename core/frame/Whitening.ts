/**
 * The pseudo-random bytes a downlink is scrambled with (librenard `downlink.c`; Sigfox facts, part 2).
 *
 * A 9-bit shift register is seeded by device and sequence number. The frame carries neither, so only
 * who asked for it can read it: another device or number fails the CRC.
 */

/** Register's start for the downlink that answers uplink `seq` of `device`. */
export const seedOf = (device: number, seq: number): number =>
  // Nine bits of the product: those of the factors are enough, and keep it exact.
  ((device & 0x1ff) * (seq & 0x1ff)) & 0x1ff || 0x1ff

/** The fifteen bytes to XOR a downlink with. */
export const bytesOf = (device: number, seq: number): Uint8Array => {
  const bytes = new Uint8Array(15)
  let state = seedOf(device, seq)
  let window = 0
  let bits = 0
  let filled = 0
  // Fourteen times nine bits are 126, of which the first 120 are used.
  for (let round = 0; round < 14; round++) {
    for (let step = 0; step < 8; step++) {
      state = ((((state >> 5) ^ state) & 1) << 8) | (state >> 1)
    }
    window = (window << 9) | state
    bits += 9
    while (bits >= 8 && filled < 15) {
      bits -= 8
      bytes[filled++] = window >> bits
    }
    window &= (1 << bits) - 1
  }
  return bytes
}
