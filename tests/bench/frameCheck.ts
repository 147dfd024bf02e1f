/**
 * `frame-check`: reading, CRC and MAC of frames from 10,000 devices, each with a key of its own.
 *
 * The reference is the bare AES calls of the same number of blocks through the same cached cipher
 * objects, fetched from the same cache: what is left when all of our own work costs nothing. Both are
 * run in turns and the best of the turns counts. Wanted: at least half of the reference.
 */
import * as CipherCache from "../../core/crypto/CipherCache.ts"
import * as Mac from "../../core/crypto/Mac.ts"
import * as Slot from "../../core/frame/Slot.ts"
import * as Uplink from "../../core/frame/Uplink.ts"
import * as Random from "../../core/kernel/Random.ts"
import { invariant } from "../../core/kernel/invariant.ts"
import { type Bench, row, secondsOf, type Size } from "./Bench.ts"

const sizes = {
  tiny: { devices: 50, frames: 500, turns: 1 },
  full: { devices: 10_000, frames: 200_000, turns: 5 },
}

export const bench: Bench = {
  name: "frame-check",
  run: async (size) => {
    const { devices, turns } = sizes[size]
    const keys = Array.from({ length: devices }, (_, device) =>
      Random.make(1).fork(`key ${device}`).bytes(16),
    )
    const cache = CipherCache.make((device) => keys[device])
    const frames = framesOf(size, cache)
    let checkSeconds = Infinity
    let bareSeconds = Infinity
    let good = 0
    for (let turn = 0; turn < turns; turn++) {
      good = 0
      checkSeconds = Math.min(
        checkSeconds,
        secondsOf(() => {
          good = checkAll(frames.hexes, cache)
        }),
      )
      bareSeconds = Math.min(
        bareSeconds,
        secondsOf(() => bareAes(frames, cache)),
      )
    }
    invariant(good === frames.good, "every frame but the spoilt ones is found good")
    return [
      row({
        bench: "frame-check",
        metric: "frames checked",
        value: frames.hexes.length / checkSeconds,
        unit: "frames/s",
        reference: frames.hexes.length / bareSeconds,
        digest: `${good} of ${frames.hexes.length} good`,
      }),
    ]
  },
}

interface Frames {
  readonly hexes: ReadonlyArray<string>
  readonly devices: Uint32Array
  /** AES blocks under each frame's MAC. */
  readonly blocks: Uint8Array
  readonly good: number
}

/** Frames of all payload lengths and ranks, one in a hundred with a wrong MAC. */
const framesOf = (size: Size, cache: CipherCache.CipherCache): Frames => {
  const { devices, frames: count } = sizes[size]
  const random = Random.make(2)
  const found: Frames & { readonly hexes: Array<string>; good: number } = {
    hexes: [],
    devices: new Uint32Array(count),
    blocks: new Uint8Array(count),
    good: 0,
  }
  for (let i = 0; i < count; i++) {
    const device = random.below(devices)
    const payload = random.bytes(random.below(13))
    const cipher = cache.get(device, 0)
    invariant(cipher !== undefined, "every device has a key")
    const isGood = i % 100 !== 99
    const ranks = Uplink.encodeRanks(
      { device, seq: i & 4095, downlinkAsked: false, payload },
      (packet, length) => {
        const mac = Uint8Array.from(Mac.uplinkMac(cipher, packet, length))
        if (!isGood) mac[0] ^= 1
        return mac
      },
    )
    const { frameHex } = ranks[i % 3]
    invariant(frameHex !== null, "data frames have a form without preamble")
    found.hexes.push(frameHex)
    found.devices[i] = device
    found.blocks[i] = payload.length > 10 ? 2 : 1
    if (isGood) found.good++
  }
  return found
}

/** The work measured: how many frames are good. */
const checkAll = (hexes: ReadonlyArray<string>, cache: CipherCache.CipherCache): number => {
  const slot = Slot.make()
  let good = 0
  for (const hex of hexes) {
    if (Uplink.decodeInto(slot, hex) !== "ok") continue
    const cipher = cache.get(slot.device, 0)
    if (cipher === undefined) continue
    if (Mac.uplinkMacHolds(cipher, slot.body, slot.packetLength, slot.macLength)) good++
  }
  return good
}

/** The reference: as many blocks under the same keys. */
const bareAes = ({ devices, blocks }: Frames, cache: CipherCache.CipherCache): number => {
  const block = new Uint8Array(16)
  let sum = 0
  for (let i = 0; i < devices.length; i++) {
    const cipher = cache.get(devices[i], 0)
    if (cipher === undefined) continue
    for (let n = blocks[i]; n > 0; n--) sum ^= cipher.update(block)[0]
  }
  return sum
}
