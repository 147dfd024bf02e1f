/** The live twin's anomalies, for whoever alerts people. */
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { CustomerId, StationId } from "../../core/event/ids.ts"
import { Anomalies, type Anomaly as Told } from "../../core/network/Anomalies.ts"
import * as Anomaly from "../anomaly/Anomaly.ts"
import { nameOf, type Unusual, wordsOf } from "../anomaly/watch/Unusual.ts"
import { Twin } from "./Twin.ts"

/** Of the past, so many are looked at. */
const lookedAtMax = 512

export const layer: Layer.Layer<Anomalies, never, Twin> = Layer.effect(
  Anomalies,
  Effect.map(Twin, (twin) =>
    Anomalies.of({
      now: twin.state(Anomaly.projection).pipe(
        Effect.map((state) => Anomaly.unusual(state).slice(0, lookedAtMax).map(toldOf)),
        // Without the projection nothing is known; that it stopped is said elsewhere.
        Effect.orElseSucceed(() => []),
      ),
    }),
  ),
)

const toldOf = (one: Unusual): Told => {
  const { area, clearedAt, clearedMs, clearedWhy, customer, expected, seen, station } = one
  return {
    id: one.id,
    kind: one.kind,
    ...(station === null ? {} : { station: StationId.make(station) }),
    ...(customer === null ? {} : { customer: CustomerId.make(customer) }),
    ...(area === null ? {} : { area }),
    text: `${wordsOf(one.kind)}, ${nameOf(one)}`,
    expected: `${expected.value} ${expected.unit}`,
    seen: `${seen.value} ${seen.unit}`,
    sinceMs: one.sinceMs,
    openedMs: one.openedMs,
    openedAt: one.openedAt,
    cleared:
      clearedAt === null || clearedMs === null
        ? undefined
        : { at: clearedAt, ms: clearedMs, why: clearedWhy ?? "" },
    causes: one.causes,
  }
}
