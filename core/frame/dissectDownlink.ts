/** Takes the answer to an uplink apart: fifteen bytes that only who asked can read. */
import * as Bytes from "../kernel/Bytes.ts"
import * as Crc8 from "./Crc8.ts"
import {
  type Dissection,
  macMeaning,
  macSummary,
  macVerdict,
  refusalRow,
  row,
  span,
} from "./Dissection.ts"
import * as Downlink from "./Downlink.ts"
import { deviceHexOf } from "./Frame.ts"
import * as Whitening from "./Whitening.ts"

/** `mac`, when the key is known, gives the MAC over `Downlink.macInput`. */
export const dissectDownlink = (
  hex: string,
  asked: Downlink.Asked,
  mac?: (macInput16: Uint8Array) => Uint8Array,
): Dissection => {
  const read = Downlink.decode(hex, asked)
  const content = read._tag === "Downlink" ? read : read.claimed
  const who = `device ${deviceHexOf(asked.device)}, number ${asked.seq}`
  if (content === undefined) {
    const detail = read._tag === "DownlinkRefused" ? read.detail : ""
    return { good: false, summary: `no downlink: ${detail}`, rows: [refusalRow(hex, detail)] }
  }
  const start = 4 * (hex.length - 30)
  const place = (bit: number, count: number): string => span(start + bit, count)
  const expected = mac?.(Downlink.macInput({ ...asked, payload: content.payload }))
  const isMacRight = expected === undefined ? undefined : Bytes.equal(expected, content.mac)
  const isCrcRight = read._tag === "Downlink"
  const bits = content.correctedBits
  return {
    good: isCrcRight && isMacRight !== false,
    summary: isCrcRight
      ? `downlink to ${who}${macSummary(isMacRight)}`
      : `no downlink to ${who}: ${read.detail}`,
    rows: [
      ...(start === 0
        ? []
        : [row("preamble", span(0, start), hex.slice(0, start / 4), "with sync", "ok")]),
      row(
        "whitening",
        "-",
        Whitening.bytesOf(asked.device, asked.seq),
        `from the seed ${Bytes.hexOf(Whitening.seedOf(asked.device, asked.seq), 3)} of ${who}`,
        "ok",
      ),
      row(
        "ECC",
        place(0, 32),
        content.ecc,
        bits === 0 ? "BCH(15,11), nothing to correct" : `BCH(15,11), ${bits} bits corrected`,
        bits === 0 ? "ok" : "odd",
      ),
      row("payload", place(32, 64), content.payload, "8 bytes", "ok"),
      row("MAC", place(96, 16), content.mac, macMeaning(isMacRight), macVerdict(isMacRight)),
      row(
        "CRC-8",
        place(112, 8),
        Bytes.hexOf(content.crc, 2),
        `computed ${Bytes.hexOf(Crc8.of(content.plain, 4, 14), 2)}`,
        isCrcRight ? "ok" : "wrong",
      ),
    ],
  }
}
