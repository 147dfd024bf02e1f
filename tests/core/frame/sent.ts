/** Arbitraries of what a device may send, shared by the tests of the uplink codec. */
import * as fc from "fast-check"
import type { Sent } from "../../../core/frame/Uplink.ts"
import type { Rank } from "../../../core/frame/FrameType.ts"

const header = {
  device: fc.nat(0xffffffff),
  seq: fc.nat(4095),
  downlinkAsked: fc.boolean(),
}

const bytes = (from: number, to: number) => fc.uint8Array({ minLength: from, maxLength: to })

export const sent: fc.Arbitrary<Sent> = fc.oneof(
  fc.record({ ...header, payload: bytes(0, 12) }),
  fc.record({ ...header, bit: fc.constantFrom<0 | 1>(0, 1) }),
  fc.record({ ...header, control: bytes(7, 8) }),
)

export const rank: fc.Arbitrary<Rank> = fc.constantFrom<Rank>(1, 2, 3)

/** Stands for a MAC where its value does not matter, but tells inputs apart. */
export const anyMac = (packetWithoutMac: Uint8Array, length: number): Uint8Array =>
  Uint8Array.from({ length }, (_, i) => packetWithoutMac.reduce((sum, byte) => sum * 31 + byte, i))
