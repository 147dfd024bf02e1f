/**
 * Inputs for the frame codec: random text and bytes, true frames, and frames spoilt in the ways that
 * get past one check and should be stopped by the next.
 */
import * as Crc16 from "../../core/frame/Crc16.ts"
import { forms } from "../../core/frame/FrameType.ts"
import * as Replica from "../../core/frame/Replica.ts"
import * as Uplink from "../../core/frame/Uplink.ts"
import * as Bytes from "../../core/kernel/Bytes.ts"
import type { Random } from "../../core/kernel/Random.ts"

export type Input = string | Uint8Array

/** A function that gives another input each time. */
export const make = (random: Random): (() => Input) => {
  const pool = Array.from({ length: poolSize }, () => trueFrame(random))
  const pick = () => pool[random.below(poolSize)]
  const makers: ReadonlyArray<() => Input> = [
    () => random.bytes(random.below(65)),
    () => randomHex(random, random.below(129)),
    () => randomHex(random, lengths[random.below(lengths.length)]),
    () => randomText(random),
    pick,
    () => pick().toUpperCase(),
    () => Bytes.fromHex(pick()) ?? new Uint8Array(0),
    () => withDigit(random, pick()),
    () => cut(random, pick()),
    () => relabelled(random, pick()),
    () => withRightCrc(random),
  ]
  return () => makers[random.below(makers.length)]()
}

const poolSize = 512
const lengths = [23, 25, 31, 39, 47, 28, 30, 36, 44, 52]

const trueFrame = (random: Random): string => {
  const header = {
    device: random.u32(),
    seq: random.below(4096),
    downlinkAsked: random.below(2) > 0,
  }
  const content = [
    { payload: random.bytes(random.below(13)) },
    { bit: random.below(2) === 0 ? 0 : 1 } as const,
    { control: random.bytes(7 + random.below(2)) },
  ][random.below(3)]
  const rank = ([1, 2, 3] as const)[random.below(3)]
  const encoded = Uplink.encode({ ...header, ...content, rank }, (_, length) =>
    random.bytes(length),
  )
  return encoded.frameHex !== null && random.below(2) > 0 ? encoded.frameHex : encoded.bitstreamHex
}

const randomHex = (random: Random, length: number): string =>
  Bytes.toHex(random.bytes((length + 1) >> 1)).slice(0, length)

/** Characters of all kinds, hex digits most of all. */
const randomText = (random: Random): string => {
  let text = ""
  for (let left = random.below(65); left > 0; left--) {
    text += String.fromCharCode(random.below(4) > 0 ? 48 + random.below(60) : random.below(65536))
  }
  return text
}

const withDigit = (random: Random, hex: string): string => {
  const at = random.below(hex.length)
  return hex.slice(0, at) + random.below(16).toString(16) + hex.slice(at + 1)
}

const cut = (random: Random, hex: string): string => {
  const from = random.below(4)
  const end = hex.length - random.below(4)
  return hex.slice(from, end) + randomHex(random, random.below(3))
}

/** The same body under another type. */
const relabelled = (random: Random, hex: string): string => {
  const type = forms[random.below(forms.length)].types[random.below(3)]
  return hex.length % 2 === 0
    ? `aaaa${Bytes.hexOf(0xa000 | type, 4)}${hex.slice(8)}`
    : `${Bytes.hexOf(type & 0xfff, 3)}${hex.slice(3)}`
}

/** Any flags and any bytes, with the right CRC and a true type: only flags and indicator may be wrong. */
const withRightCrc = (random: Random): string => {
  const form = forms[random.below(forms.length)]
  const rank = ([1, 2, 3] as const)[random.below(3)]
  const body = new Uint8Array(form.packetLength + 2)
  body.set(random.bytes(form.packetLength))
  const crc = Crc16.of(body, form.packetLength)
  body[form.packetLength] = crc >> 8
  body[form.packetLength + 1] = crc
  const coded = Bytes.toHex(Replica.encode(body, rank))
  return `aaaa${Bytes.hexOf(0xa000 | form.types[rank - 1], 4)}${coded}`
}
