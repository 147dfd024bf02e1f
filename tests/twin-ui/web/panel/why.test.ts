// @vitest-environment happy-dom
import { assert, describe, it } from "@effect/vitest"
import type { ReasonNode, WhyAnswer } from "../../../../twin-ui/api/Why.ts"
import * as Desk from "../../../../twin-ui/web/panel/Desk.ts"
import { whyQuestion, whySection } from "../../../../twin-ui/web/panel/whyTree.ts"
import { patch } from "../../../../twin-ui/web/view/patch.ts"
import { answered, reader, sceneOf } from "./scenes.ts"

const reason = (
  text: string,
  position: number,
  because: ReadonlyArray<ReasonNode> = [],
  compared: ReasonNode["compared"] = [],
): ReasonNode => ({ text, tone: "plain", position, because, compared })

const check = (what: string, holds: boolean) => ({ what, expected: "844", seen: "843", holds })
const tree = reason(
  "refused",
  50,
  [reason("heard", 49, [reason("registered", 7)]), reason("trusted", 30)],
  [check("number", false), check("MAC", true)],
)
const answer: WhyAnswer = {
  kind: "message",
  id: "6B43B5:843",
  position: 60,
  fact: {},
  reason: tree,
  facts: [7, 30, 49, 50],
  rests: 4,
  refolded: true,
}
const answers = new Map([answered(whyQuestion("message", "6B43B5:843"), answer)])

const draw = (turned: ReadonlyArray<string> = [], does = reader().does) => {
  const on = document.body.appendChild(document.createElement("div"))
  const desk = { ...Desk.initial, turned: new Set(turned) }
  patch(on, [whySection(sceneOf({ answers, desk, does }), "message", "6B43B5:843")])
  return on
}

describe("why", () => {
  it("shows expected against seen, and opens the first level", () => {
    const text = draw().textContent ?? ""
    assert.match(text, /✕ number: 843, expected 844/)
    assert.match(text, /○ MAC: 843/)
    assert.match(text, /heard#49/)
    assert.notMatch(text, /registered/)
    assert.match(text, /Rests on 4 events; folded alone, they give the same/)
  })

  it("leads to the first cause, and from each position to its event", () => {
    const { does, done } = reader()
    const closed = draw([], does)
    const more = [...closed.querySelectorAll("button.more")].find(
      (button) => button.textContent === "1 reason",
    )
    assert.instanceOf(more, HTMLButtonElement)
    if (more instanceof HTMLButtonElement) more.click()
    const key = /^turn (.*)$/.exec(done.at(-1) ?? "")?.[1] ?? ""
    const open = draw([key], does)
    const places = [...open.querySelectorAll<HTMLButtonElement>("button.at")]
    assert.deepStrictEqual(
      places.map(({ textContent }) => textContent),
      ["#50", "#49", "#7", "#30"],
    )
    places[2].click()
    assert.strictEqual(done.at(-1), "select event 7")
  })
})
