/** Tampered station: from one instant on its receptions carry another configuration digest; later the true one again. */
import * as Bytes from "../../kernel/Bytes.ts"
import { type Adversary, type Bend, nothing } from "./Adversary.ts"
import { busyStation } from "./busyStation.ts"

export const tamperedStation: Adversary = (ground, { fromMs, untilMs, random }) => {
  const station = busyStation(ground, random)
  const configDigest = Bytes.toHex(random.bytes(32))
  const bend: Bend = {
    stations: new Set([station.id]),
    fromMs,
    untilMs,
    apply: ({ atMs, frame }) => [{ atMs, frame: { ...frame, configDigest } }],
  }
  const note = "The station runs another configuration than its reference, then the true one again."
  return {
    ...nothing,
    truths: [{ kind: "tampered-station", station: station.id, atMs: fromMs, untilMs, note }],
    bends: [bend],
  }
}
