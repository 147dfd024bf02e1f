/** Simulated stations with their software TPMs, as they speak to the server of a test over HTTP. */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import { StationId } from "../../../core/event/ids.ts"
import * as Platform from "../../../core/sim/attester/Platform.ts"
import type { TamperName } from "../../../core/sim/attester/tampers.ts"
import type * as World from "../../../core/sim/World.ts"
import * as Integrity from "../../../projections/integrity/Integrity.ts"
import { Twin } from "../../../projections/run/Twin.ts"
import { startMs, worldOf } from "../../core/sim/world.ts"
import { type Answer, ask, at, post, settled } from "./world.ts"

/** The same stations with other TPMs where the seed is another. */
export const stations = (count: number, seed = 1): World.World => {
  const world = worldOf("clean", { seed, stations: count, devices: 1 })
  Array.from(world.next(startMs))
  return world
}

export const first = StationId.make("BS-0001")
export const second = StationId.make("BS-0002")

/** The operator's part: the station, its pinned key, the values of its model. */
export const prepare = Effect.fnUntraced(function* (world: World.World, station: StationId) {
  yield* post("/api/stations", { station })
  yield* post(`/api/stations/${station}/pin`, {
    ekName: world.attesters.endorsementName(station),
  })
  const found = world.ground.stations.find(({ id }) => id === station)
  const model = found?.model ?? Platform.models[0]
  for (const release of Platform.releases) {
    const values = Platform.policyOf(model, release)
    yield* post("/api/endorsements/references", {
      stations: [station],
      values: { ...values, id: `${station}/${release}` },
    })
    if (release !== Platform.currentRelease)
      yield* post("/api/endorsements/superseded", { id: `${station}/${release}` })
  }
})

/** Both steps of enrolment. */
export const enrol = Effect.fnUntraced(function* (
  world: World.World,
  station: StationId,
  more: Readonly<Record<string, unknown>> = {},
) {
  const offered = yield* post(`/stations/${station}/enrol`, world.attesters.offer(station))
  const file = String(at(offered, "credential"))
  // Head of eight bytes, then both structures with their sizes.
  const idLength = 2 * (2 + Number.parseInt(file.slice(16, 20), 16))
  const secret = world.attesters.activate(station, {
    idObject: file.slice(16, 16 + idLength),
    encryptedSecret: file.slice(16 + idLength),
  })
  return yield* post(`/stations/${station}/enrol`, { secret, ...more })
})

/** The evidence with which the station answers its open challenge; all of it where it sends several. */
export const answers = Effect.fnUntraced(function* (
  world: World.World,
  station: StationId,
  tamper?: TamperName,
) {
  const challenge = yield* ask(`/stations/${station}/challenge`)
  const nonce = String(at(challenge, "nonce"))
  const twin = yield* Twin
  const accepted =
    Integrity.find(yield* twin.state(Integrity.projection), station)?.attested?.prior ?? null
  const atMs = yield* Clock.currentTimeMillis
  if (tamper !== undefined)
    world.attesters.begin([{ station, tamper, fromMs: atMs - 1, untilMs: atMs + 3_600_000 }])
  return world.attesters.answer({ station, nonce, atMs, accepted }).map(({ evidence }) => evidence)
})

/** Answers the open challenge; what the server said to the last of it. */
export const present = Effect.fnUntraced(function* (
  world: World.World,
  station: StationId,
  tamper?: TamperName,
) {
  let said: Answer | undefined
  for (const evidence of yield* answers(world, station, tamper))
    said = yield* post(`/stations/${station}/evidence`, evidence)
  yield* settled
  return said ?? (yield* Effect.die("a station answers"))
})

/** Has the station challenged anew. */
export const boot = (station: StationId) => post(`/stations/${station}/boot`, {})
