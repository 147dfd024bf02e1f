/** What members of a log fold apart is, joined, what one would fold alone. */
import { assert, describe, it } from "@effect/vitest"
import * as fc from "fast-check"
import * as Slots from "../../core/kernel/Slots.ts"
import type { Json } from "../../projections/Projection.ts"
import { mask } from "../../projections/run/masked.ts"
import { joinOf, shared } from "../../projections/run/shared.ts"
import { history } from "./histories.ts"

/** Who owns which slot, of three. */
const split = fc
  .array(fc.constantFrom("a", "b", "c"), { minLength: Slots.count, maxLength: Slots.count })
  .map((owners) => ["a", "b", "c"].map((member) => owners.map((owner) => owner === member)))

/** Lists in one order, and without what tells how many a state has seen before. */
const unordered = (json: Json): unknown =>
  Object.fromEntries(
    Object.entries(Object(json)).map(([key, value]) => [
      key,
      Array.isArray(value)
        ? value.map((each) => JSON.stringify({ ...Object(each), serial: 0 })).toSorted()
        : value,
    ]),
  )

describe.each(shared.map((packed) => [packed.name, packed] as const))(
  "the shared projection %s",
  (_, packed) => {
    it("is the join of its parts, however the devices are split", () => {
      packed.open((projection) => {
        const join = joinOf(projection)
        assert.isDefined(join)
        fc.assert(
          fc.property(history, split, (events, members) => {
            const whole = projection.initial()
            for (const recorded of events) projection.apply(whole, recorded)
            const parts = members.map((slots) => {
              const state = projection.initial()
              for (const recorded of mask(events, slots)) projection.apply(state, recorded)
              return { state, has: (device: string) => slots[Slots.slotOf(device)] }
            })
            assert.deepStrictEqual(
              unordered(projection.encode(join?.(parts) ?? projection.initial())),
              unordered(projection.encode(whole)),
            )
          }),
        )
      })
    })
  },
)
