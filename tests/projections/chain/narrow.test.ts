import { assert, describe, it } from "@effect/vitest"
import * as fc from "fast-check"
import type { Recorded } from "../../../core/event/Envelope.ts"
import { fieldOf } from "../../../core/log/matches.ts"
import { Chain } from "../../../projections/chain/Chain.ts"
import { hiddenCore, narrowed, type Sight } from "../../../projections/chain/narrow.ts"
import { viewOf } from "../../../projections/chain/view.ts"
import * as Device from "../../../projections/device/Device.ts"
import { fold } from "../../../projections/Projection.ts"
import { story } from "./Story.ts"

const told = story({ stations: 12, devices: 60, minutes: 60, messagesPerMinute: 20 })

const ownerOf = new Map(
  told.flatMap(({ event }) =>
    event._tag === "DeviceRegistered" ? [[String(event.device), String(event.customer)]] : [],
  ),
)
const sightOf = (customer: string): Sight => ({
  device: (id) => ownerOf.get(id) === customer,
  customer: (id) => id === customer,
  station: () => false,
  network: false,
})

const seenBy = (sight: Sight, events: ReadonlyArray<Recorded>) =>
  viewOf(
    narrowed(
      fold(Chain, Chain.initial(), events),
      fold(Device.projection, Device.projection.initial(), events),
      sight,
    ),
  )

const isOfOthers = (sight: Sight, { event }: Recorded): boolean => {
  const device = fieldOf(event, "device")
  const customer = fieldOf(event, "customer")
  if (device !== undefined) return !sight.device(device)
  return customer !== undefined && !sight.customer(customer)
}
const isSetUp = ({ event }: Recorded): boolean =>
  ["DeviceRegistered", "CustomerRegistered"].includes(event._tag)

const hydro = sightOf("hydro")

describe("a narrowed picture", () => {
  it("tells nothing of what others do", () => {
    const view = seenBy(hydro, told)
    assert.isAbove(view.totals.accepted, 0)
    assert.isAbove(view.groups.length, 0)
    fc.assert(
      fc.property(fc.nat(), fc.integer({ min: 1, max: 9 }), (seed, part) => {
        // Some of what others do is not done; time and positions go on.
        const without = told.map((recorded): Recorded =>
          isOfOthers(hydro, recorded) &&
          !isSetUp(recorded) &&
          (recorded.position * 7919 + seed) % 10 < part
            ? { ...recorded, event: { _tag: "Ticked", due: "nothing" } }
            : recorded,
        )
        assert.deepStrictEqual(seenBy(hydro, without), view)
      }),
      { numRuns: 20 },
    )
  })

  it("has all that is one's own, as the whole picture has it", () => {
    const whole = viewOf(fold(Chain, Chain.initial(), told))
    const view = seenBy(hydro, told)
    const own = whole.customers.filter(({ id }) => id === "hydro")
    assert.deepStrictEqual(view.customers, own)
    const groups = whole.groups.filter(({ customer }) => customer === "hydro")
    assert.deepStrictEqual(
      view.groups.map(({ key }) => key),
      groups.map(({ key }) => key),
    )
    assert.strictEqual(
      view.totals.devices,
      [...ownerOf.values()].filter((owner) => owner === "hydro").length,
    )
  })

  it("shows stations by their names alone, and one core network that says that it is hidden", () => {
    const view = seenBy(hydro, told)
    assert.isAbove(view.stations.length, 0)
    for (const station of view.stations) {
      assert.isUndefined(station.city)
      assert.isUndefined(station.trustAt)
      assert.strictEqual(station.dataCentre, hiddenCore.id)
    }
    assert.deepStrictEqual(
      view.dataCentres.map(({ links, name }) => [name, links]),
      [[hiddenCore.name, []]],
    )
    assert.isAbove(view.carried.length, 0)
    assert.deepStrictEqual([...new Set(view.carried.map(({ from }) => from))], [hiddenCore.id])
  })

  it("leaves out flows of a group that is another's in part", () => {
    const [one] = [...ownerOf].find(([, owner]) => owner === "hydro") ?? [""]
    const view = seenBy({ ...hydro, device: (id) => id === one }, told)
    assert.deepStrictEqual(view.heard, [])
    assert.strictEqual(view.totals.devices, 1)
  })

  it("is the whole one for who sees everything, but for what is counted anew", () => {
    const all: Sight = {
      device: () => true,
      customer: () => true,
      station: () => true,
      network: true,
    }
    const { totals: _own, ...view } = seenBy(all, told)
    const { totals: _whole, ...whole } = viewOf(fold(Chain, Chain.initial(), told))
    assert.deepStrictEqual(view, whole)
  })
})
