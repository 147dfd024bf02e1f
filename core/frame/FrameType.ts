/**
 * Frame types: what the 13 bits behind the preamble say about rank, kind and length of a frame.
 *
 * Seen as bits, `preamble 19 bits | type 13 bits`. The usual reading, preamble `aaaaa` and a 12-bit
 * type, is the same for every type but the control frame of rank 3, whose thirteenth bit is set.
 * Source: sigfox-ep-lib v4.3 `sigfox_ep_bitstream.c`, librenard `uplink.c` (Sigfox facts, part 1).
 *
 * The type is under neither the MAC nor the CRC: it may be relabelled on the way.
 */

/** Which of a message's three transmissions a frame is. */
export type Rank = 1 | 2 | 3

/** Frames of one form: they share a packet length and three types, one a rank. */
export interface Form {
  readonly name: "bit-or-empty" | "1-byte" | "2-4-bytes" | "5-8-bytes" | "9-12-bytes" | "control"
  /** Bytes from flags to MAC. */
  readonly packetLength: number
  /** By rank - 1. */
  readonly types: readonly [number, number, number]
  /** MAC bytes by length indicator (LI); 0 where no sender uses that indicator. */
  readonly macLengths: readonly [number, number, number, number]
}

/** Indicators of the first form: 0 is empty, 2 the bit 0, 3 the bit 1. */
export const bitOrEmpty: Form = {
  name: "bit-or-empty",
  packetLength: 8,
  types: [0x06b, 0x6e0, 0x034],
  macLengths: [2, 0, 2, 2],
}
const oneByte: Form = {
  name: "1-byte",
  packetLength: 9,
  types: [0x08d, 0x0d2, 0x302],
  macLengths: [2, 0, 0, 0],
}
const upTo4: Form = {
  name: "2-4-bytes",
  packetLength: 12,
  types: [0x35f, 0x598, 0x5a3],
  macLengths: [2, 3, 4, 0],
}
const upTo8: Form = {
  name: "5-8-bytes",
  packetLength: 16,
  types: [0x611, 0x6bf, 0x72c],
  macLengths: [2, 3, 4, 5],
}
const upTo12: Form = {
  name: "9-12-bytes",
  packetLength: 20,
  types: [0x94c, 0x971, 0x997],
  macLengths: [2, 3, 4, 5],
}
export const control: Form = {
  name: "control",
  packetLength: 16,
  types: [0xf67, 0xfc9, 0x11be],
  macLengths: [2, 3, 0, 0],
}

export const forms: ReadonlyArray<Form> = [bitOrEmpty, oneByte, upTo4, upTo8, upTo12, control]

/** Bytes of flags, counter and device, before the payload. */
export const headerLength = 6

/** 1 + 3 * (index of the form) + rank - 1 for each 13-bit code, 0 where the code is no type. */
const known = new Uint8Array(1 << 13)
forms.forEach((form, index) => {
  form.types.forEach((code, rank) => {
    known[code] = 1 + 3 * index + rank
  })
})

export const formOf = (code: number): Form | undefined => {
  const entry = known[code] ?? 0
  return entry === 0 ? undefined : forms[((entry - 1) / 3) | 0]
}

/** Rank of a type that `formOf` knows. */
export const rankOf = (code: number): Rank => {
  const rank = (known[code] - 1) % 3
  return rank === 0 ? 1 : rank === 1 ? 2 : 3
}

/** The form of a data payload of 0..12 bytes. */
export const formOfPayload = (length: number): Form => {
  if (length === 0) return bitOrEmpty
  if (length === 1) return oneByte
  return length <= 4 ? upTo4 : length <= 8 ? upTo8 : upTo12
}
