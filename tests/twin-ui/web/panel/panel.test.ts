// @vitest-environment happy-dom
import { assert, describe, it } from "@effect/vitest"
import { endView, sceneOf, textIn } from "./scenes.ts"

describe("the panel", () => {
  it("tells the network's own story when nothing is selected", () => {
    const panel = textIn(sceneOf())
    assert.match(panel, /Refused, by reason/)
    assert.match(panel, /oldest pending/)
  })

  it("says of a thing that is not there when it first is", () => {
    const problem = {
      type: "about:blank",
      title: "",
      status: 404,
      detail: "",
      existsFrom: { position: 9, ms: 86_400_000 },
    } as const
    const panel = textIn(
      sceneOf({
        selection: { kind: "device", id: "FFFF" },
        answers: new Map([["/api/devices/FFFF", { _tag: "not-there", problem }]]),
      }),
    )
    assert.match(panel, /There is no device FFFF/)
    assert.match(panel, /first appears at 1970-01-02/)
  })

  it("says of a hidden thing that it is hidden, not that it is absent", () => {
    const panel = textIn(
      sceneOf({
        selection: { kind: "station", id: "BS-1" },
        answers: new Map([["/api/stations/BS-1", { _tag: "hidden" }]]),
      }),
    )
    assert.match(panel, /It exists, and you may not see it/)
  })

  it("says that it asks, and why there is no answer", () => {
    const selection = { kind: "customer", id: "hydro" } as const
    assert.match(textIn(sceneOf({ selection })), /Customerhydro.*Asking/)
    const answers = new Map([
      ["/api/customers/hydro", { _tag: "failed", reason: "the server answered 500" }],
    ] as const)
    assert.match(textIn(sceneOf({ selection, answers })), /the server answered 500/)
  })

  it("shows a data centre of the view with its links", () => {
    const [centre] = endView.dataCentres
    const panel = textIn(sceneOf({ selection: { kind: "centre", id: centre.id } }))
    for (const { name } of centre.links) assert.include(panel, name)
  })
})
