// @vitest-environment happy-dom
import { assert, describe, it } from "@effect/vitest"
import type { DiffAnswer } from "../../../../twin-ui/api/Diff.ts"
import {
  differencesIn,
  diffQuestion,
  isTelling,
  openedBy,
} from "../../../../twin-ui/web/panel/changes.ts"
import { changesPart } from "../../../../twin-ui/web/panel/changesPart.ts"
import { patch } from "../../../../twin-ui/web/view/patch.ts"
import { answered, sceneOf } from "./scenes.ts"

const heardFurther = {
  thing: "station BS-0001",
  change: "changed",
  fields: [{ field: "receptions", from: 831, to: 848 }],
} as const
const trustLost = {
  thing: "station BS-0012",
  change: "changed",
  fields: [
    { field: "receptions", from: 8, to: 9 },
    { field: "trust", from: "attested", to: "lost" },
    { field: "trustMs", from: 1_767_225_600_000, to: 1_767_241_972_193 },
  ],
} as const
const diff: DiffAnswer = {
  from: 20_200,
  to: 20_400,
  total: 5,
  changes: [
    {
      thing: "counter 15C1E1",
      change: "changed",
      fields: [{ field: "checked.refused", from: 13, to: 14 }],
    },
    { thing: "customer hydro", change: "removed", fields: [{ field: "name", from: "Hydro" }] },
    { thing: "device 15C1E1", change: "added", fields: [{ field: "accepted", to: 0 }] },
    heardFurther,
    trustLost,
  ],
}
const answers = new Map([answered(diffQuestion(20_200), diff)])

describe("what differs from a pinned instant", () => {
  it("is marked by thing; what comes or goes outweighs what changed of it", () => {
    assert.deepStrictEqual(
      [...(differencesIn(answers, 20_200)?.things ?? [])],
      [
        ["device:15C1E1", "added"],
        ["customer:hydro", "gone"],
        ["station:BS-0012", "changed"],
      ],
    )
    assert.isUndefined(differencesIn(answers, undefined))
    assert.isUndefined(differencesIn(answers, 7))
  })

  it("says nothing of what only went on as it should", () => {
    assert.isFalse(isTelling(heardFurther))
    assert.isTrue(isTelling(trustLost))
  })

  it("opens what can be opened", () => {
    assert.deepStrictEqual(openedBy("delivery 4D33DB:12@0 to hydro/main"), {
      kind: "message",
      id: "4D33DB:12@0",
    })
    assert.deepStrictEqual(openedBy("finding clone:6B43B5 of 26269"), {
      kind: "incident",
      id: "finding|clone|6B43B5|26269",
    })
    assert.isUndefined(openedBy("counts"))
  })

  it("is listed with what was and what is, instants as people read them", () => {
    const on = document.createElement("div")
    patch(on, changesPart.show(sceneOf({ pinned: 20_200, tab: "changes", answers })))
    const text = on.textContent ?? ""
    assert.match(text, /\+ 1 added~ 3 changed− 1 gone/)
    assert.match(text, /trustattested → lost/)
    assert.match(text, /2026-01-01 04:32:52\.193/)
    assert.match(text, /Went on as it should \(1\)/)
  })
})
