/**
 * The projections of which members of a log each hold a part: those whose states are one entry for each device, and nothing that
 * one device's events do to another's. All others are folded whole by every member.
 *
 * Bounds that run over all devices (strangers, recent messages) hold for each part, so together members remember more.
 */
import * as Device from "../device/Device.ts"
import * as Downlinks from "../downlink/Downlinks.ts"
import * as FifoMap from "../../core/kernel/FifoMap.ts"
import * as Schemes from "../payload/Schemes.ts"
import type { Packed } from "../all.ts"
import { pack } from "../all.ts"
import type { Projection } from "../Projection.ts"
import * as Replay from "../replay/Replay.ts"
import * as Tallies from "../tally/Tallies.ts"

/** A part of a state, and whose devices count in it. */
export interface Part<State> {
  readonly state: State
  readonly has: (device: string) => boolean
}

interface Shared<State> {
  readonly projection: Projection<State>
  /** The whole of parts, for reading only: of each device the entry of the part that has it. */
  readonly join: (parts: ReadonlyArray<Part<State>>) => State
}

const entries = <Value>(
  parts: ReadonlyArray<{
    readonly map: ReadonlyMap<string, Value>
    has: (device: string) => boolean
  }>,
): Map<string, Value> => {
  const whole = new Map<string, Value>()
  for (const { has, map } of parts)
    for (const [device, value] of map) if (has(device)) whole.set(device, value)
  return whole
}

const device: Shared<Device.State> = {
  projection: Device.projection,
  join: (parts) => {
    const strangers = FifoMap.make<Device.Stranger>(parts.length * Device.strangersMax)
    for (const { has, state } of parts)
      for (const [id, stranger] of FifoMap.pairsOldestFirst(state.strangers))
        if (has(id)) FifoMap.set(strangers, id, stranger)
    return {
      owner: {},
      devices: entries(parts.map(({ has, state }) => ({ has, map: state.devices }))),
      strangers,
      overflow: parts.reduce((sum, { state }) => sum + state.overflow, 0),
    }
  },
}

const replay: Shared<Replay.State> = {
  projection: Replay.projection,
  join: (parts) => ({
    policy: parts[0].state.policy,
    devices: entries(parts.map(({ has, state }) => ({ has, map: state.devices }))),
  }),
}

const tally: Shared<Tallies.State> = {
  projection: Tallies.projection,
  join: (parts) => ({
    ...parts[0].state,
    owner: {},
    byDevice: entries(parts.map(({ has, state }) => ({ has, map: state.byDevice }))),
    ring: [],
    opened: parts.reduce((sum, { state }) => sum + state.opened, 0),
    openedReported: parts.reduce((sum, { state }) => sum + state.openedReported, 0),
  }),
}

const downlink: Shared<Downlinks.State> = {
  projection: Downlinks.projection,
  join: (parts) => ({
    devices: entries(parts.map(({ has, state }) => ({ has, map: state.devices }))),
  }),
}

const payload: Shared<Schemes.State> = {
  projection: Schemes.projection,
  join: (parts) => ({
    byDevice: entries(parts.map(({ has, state }) => ({ has, map: state.byDevice }))),
  }),
}

export const shared: ReadonlyArray<Packed> = [
  pack(device.projection),
  pack(replay.projection),
  pack(tally.projection),
  pack(downlink.projection),
  pack(payload.projection),
]

const joins = new Map<string, unknown>(
  [device, replay, tally, downlink, payload].map(({ join, projection }) => [projection.name, join]),
)

/** How the parts of a projection become one; undefined where every member holds the whole. */
export const joinOf = <State>(
  projection: Projection<State>,
): ((parts: ReadonlyArray<Part<State>>) => State) | undefined =>
  // Set under the projection's own name, for its own states.
  joins.get(projection.name) as ((parts: ReadonlyArray<Part<State>>) => State) | undefined
