import { assert, describe, it } from "@effect/vitest"
import { DataCentreId, StationId } from "../../../core/event/ids.ts"
import * as CoreNetwork from "../../../projections/coreNetwork/CoreNetwork.ts"
import { fold } from "../../../projections/Projection.ts"
import { because, historyOf } from "../../laws/histories.ts"

const paris = DataCentreId.make("paris")
const opened = {
  _tag: "DataCentreOpened",
  dataCentre: paris,
  name: "Paris",
  links: ["a", "b"],
} as const
const link = (name: string, up: boolean) =>
  ({ _tag: "LinkReported", dataCentre: paris, link: name, up }) as const
const enrolled = (station: string) =>
  ({ _tag: "StationEnrolled", station: StationId.make(station), dataCentre: paris }) as const

const after = (...events: ReadonlyArray<Parameters<typeof because>[0]>) =>
  fold(
    CoreNetwork.projection,
    CoreNetwork.projection.initial(),
    historyOf(events.map((event) => because(event))),
  )

describe("the core network", () => {
  it("opens data centres with all links up", () => {
    const centre = CoreNetwork.find(after(opened), "paris")
    assert.deepStrictEqual(
      centre?.links.map(({ link: name, up }) => [name, up]),
      [
        ["a", true],
        ["b", true],
      ],
    )
  })

  it("reaches a data centre as long as one link is up", () => {
    const one = CoreNetwork.find(after(opened, link("a", false)), "paris")
    const none = CoreNetwork.find(after(opened, link("a", false), link("b", false)), "paris")
    const again = CoreNetwork.find(
      after(opened, link("a", false), link("b", false), link("a", true)),
      "paris",
    )
    assert.deepStrictEqual(
      [one, none, again].map((centre) => centre !== undefined && CoreNetwork.isReachable(centre)),
      [true, false, true],
    )
  })

  it("knows which stations report to which data centre, until they are retired", () => {
    const state = after(opened, enrolled("BS-2"), enrolled("BS-1"), {
      _tag: "StationRetired",
      station: StationId.make("BS-2"),
    })
    assert.deepStrictEqual(CoreNetwork.stationsOf(state, "paris"), ["BS-1"])
  })

  it("knows no data centre that was never opened", () =>
    assert.isUndefined(CoreNetwork.find(after(link("a", true)), "paris")))
})
