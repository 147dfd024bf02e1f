/**
 * Tampered station: from one instant on it runs another kernel command line, which its receptions' configuration digest
 * and its quotes show; later it is started as it should be again.
 */
import * as Platform from "../attester/Platform.ts"
import { type Adversary, type Bend, nothing } from "./Adversary.ts"
import { busyStation } from "./busyStation.ts"

export const tamperedStation: Adversary = (ground, { fromMs, untilMs, random }) => {
  const station = busyStation(ground, random)
  const configDigest = Platform.configDigest(station.model, "command-line")
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
    tamperings: [{ station: station.id, tamper: "pcr_changed_config", fromMs, untilMs }],
  }
}
