import { assert, describe, it } from "@effect/vitest"
import * as Arbitrary from "effect/Arbitrary"
import * as Schema from "effect/Schema"
import * as Slots from "../../../core/kernel/Slots.ts"

const upTo = (count: number): ReadonlyArray<number> => Array.from({ length: count }, (_, i) => i)
const members = (count: number) => upTo(count).map((i) => `member-${i}`)

describe("slots", () => {
  it("give each member about its share, by nothing but names", () => {
    for (const count of [2, 3, 5, 8]) {
      const owners = Slots.owners(members(count))
      assert.deepStrictEqual(owners, Slots.owners(members(count).toReversed()))
      for (const member of members(count)) {
        const share = owners.filter((owner) => owner === member).length
        assert.isAbove(share, 256 / count / 2, `${member} of ${count}`)
        assert.isBelow(share, (256 / count) * 2, `${member} of ${count}`)
      }
    }
  })

  it("move only from who leaves and to who comes", () => {
    const four = Slots.owners(members(4))
    const three = Slots.owners(members(3))
    assert.deepStrictEqual(
      three.filter((_, slot) => four[slot] !== "member-3"),
      four.filter((owner) => owner !== "member-3"),
    )
  })

  it("belong to nobody where there are no members", () =>
    assert.isTrue(Slots.owners([]).every((owner) => owner === undefined)))

  it("hold devices evenly", () => {
    const counts = upTo(256).map(() => 0)
    for (const i of upTo(25_600)) counts[Slots.slotOf((0x400000 + i).toString(16).toUpperCase())]++
    assert.isAbove(Math.min(...counts), 50)
    assert.isBelow(Math.max(...counts), 200)
  })

  it.prop(
    "are read as they were written",
    [Arbitrary.array(Arbitrary.schema(Schema.Boolean), { minLength: 256, maxLength: 256 })],
    ([set]) => assert.deepStrictEqual(Slots.fromHex(Slots.toHex(set)), set),
  )

  it("are none where they are not what was written", () => {
    for (const wrong of ["", "0", "g".repeat(64), "A".repeat(64)])
      assert.deepStrictEqual(Slots.fromHex(wrong), Slots.none)
  })
})
