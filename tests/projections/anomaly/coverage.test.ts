import { assert, describe, it } from "@effect/vitest"
import * as Anomaly from "../../../projections/anomaly/Anomaly.ts"
import { coverageOf } from "../../../projections/anomaly/coverage.ts"
import { fold } from "../../../projections/Projection.ts"
import { story } from "../chain/Story.ts"

const log = story({ stations: 24, devices: 120, minutes: 120, messagesPerMinute: 30 })
const state = fold(Anomaly.projection, Anomaly.projection.initial(), log)
const whole = coverageOf(state, { devicesMax: 1_000 })

const within = (value: number, of: ReadonlyArray<number>): boolean =>
  value >= Math.min(...of) - 1e-5 && value <= Math.max(...of) + 1e-5

describe("coverage", () => {
  it("puts each device among the stations that usually hear it", () => {
    assert.isAbove(whole.devices.length, 50)
    const stations = new Map(state.scene.byIndex.map((station) => [station.id, station]))
    for (const { lat, lng, receivers } of whole.devices) {
      const places = receivers.flatMap(({ station }) => stations.get(station) ?? [])
      assert.isTrue(
        within(
          lat,
          places.map((place) => place.lat ?? 0),
        ),
      )
      assert.isTrue(
        within(
          lng,
          places.map((place) => place.lng ?? 0),
        ),
      )
    }
  })

  it("says of each station how many devices it hears, and how far only where that can be known", () => {
    const heard = new Map<string, number>()
    for (const { receivers } of whole.devices)
      for (const { station } of receivers) heard.set(station, (heard.get(station) ?? 0) + 1)
    for (const { devices, id, reachKm } of whole.stations) {
      assert.strictEqual(devices, heard.get(id))
      if (reachKm !== undefined) assert.isTrue(reachKm >= 0 && reachKm < 400)
    }
  })

  it("keeps to its bound, counts all, and has the wanted device among its sample", () => {
    const last = whole.devices[whole.devices.length - 1].id
    const some = coverageOf(state, { devicesMax: 10, wanted: last })
    assert.isAtMost(some.devices.length, 11)
    assert.strictEqual(some.total, whole.total)
    assert.isTrue(some.devices.some(({ id }) => id === last))
    assert.deepStrictEqual(some.stations, whole.stations)
  })
})
