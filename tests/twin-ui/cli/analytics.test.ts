/** Questions over tables as a user asks them, over a small file of receptions. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { readdirSync, readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { folder, json, list, run } from "./runSigtwin.ts"

/** Two devices; the first message is heard by two stations, the others by one. */
const csv = `messid,bsid,did,nseq,rssi,time_ux,bs_lat,bs_lng
m1,2841,473335.0,0.5,-121.5,1.463546329e+12,39.5,-104.5
m1,3526,473335.0,2.0,-125.0,1.463546329e+12,39.6,-104.6
m2,2841,473335.0,0.5,-130.0,1.463546929e+12,39.5,-104.5
m3,2841,473336.0,0.5,-140.0,1.463547529e+12,39.5,-104.5
`

const imported = Effect.gen(function* () {
  const path = yield* folder
  const file = join(path, "receptions.csv")
  writeFileSync(file, csv)
  const log = join(path, "own.db")
  assert.strictEqual((yield* run("import", file, "--format", "denver-csv", "--log", log)).code, 0)
  return { path, log }
})

describe("sigtwin ask", () => {
  it.live("lists the questions, and answers them as a table and as JSON", () =>
    Effect.gen(function* () {
      const { log } = yield* imported
      const listed = yield* run("ask", "list")
      assert.match(listed.out, /^unique-carriage +--customer/m)
      const table = yield* run("ask", "unique-carriage", "--log", log)
      assert.strictEqual(table.code, 0)
      assert.match(table.out, /^2841 .* 3 +2 +0.6667 +2$/m)
      const top = yield* run("ask", "top-talkers", "--top", "1", "--json", "--log", log)
      assert.deepStrictEqual(json(top)["parameters"], { by: "device", top: 1 })
      const past = yield* run("ask", "stations-per-message", "--at", "1", "--json", "--log", log)
      assert.deepStrictEqual(json(past)["rows"], [[2, 1, 1, 1]])
    }).pipe(Effect.scoped),
  )

  it.live("says what a parameter must be, and that this is wrong use", () =>
    Effect.gen(function* () {
      const { log } = yield* imported
      const wrong = yield* run("ask", "lqi", "--from", "yesterday", "--log", log)
      assert.strictEqual(wrong.code, 2)
      assert.include(wrong.err, "from must be an instant")
    }).pipe(Effect.scoped),
  )
})

describe("sigtwin outlier", () => {
  it.live("says how much was compared, and that nothing stands out of four receptions", () =>
    Effect.gen(function* () {
      const { log } = yield* imported
      const ended = yield* run(
        "outlier",
        "--of",
        "receptions",
        "--where",
        "rssi_dbm < -128",
        "--log",
        log,
      )
      assert.strictEqual(ended.code, 0)
      assert.include(ended.out, "2 receptions selected, compared with 2")
      assert.include(ended.out, "nothing stands out")
      const wrong = yield* run("outlier", "--where", "colour = 1", "--log", log)
      assert.strictEqual(wrong.code, 2)
    }).pipe(Effect.scoped),
  )
})

describe("sigtwin analytics export", () => {
  it.live("writes a table in each format, and receiver sets as GeoJSON", () =>
    Effect.gen(function* () {
      const { log, path } = yield* imported
      for (const ending of ["csv", "arrow", "parquet"]) {
        const out = join(path, `receptions.${ending}`)
        const ended = yield* run(
          "analytics",
          "export",
          "receptions",
          "--out",
          out,
          "--json",
          "--log",
          log,
        )
        assert.deepInclude(json(ended), { files: [out], rows: 4, position: 3 })
      }
      assert.strictEqual(readFileSync(join(path, "receptions.csv"), "utf8").split("\r\n").length, 6)
      assert.strictEqual(
        readFileSync(join(path, "receptions.parquet")).subarray(0, 4).toString(),
        "PAR1",
      )
      const sets = join(path, "sets.geojson")
      yield* run("analytics", "export", "receiver-sets", "--out", sets, "--log", log)
      const features = list({ code: 0, out: readFileSync(sets, "utf8"), err: "" }, "features")
      assert.strictEqual(features.length, 3)
      assert.deepStrictEqual(features[0]["geometry"], {
        type: "MultiPoint",
        coordinates: [
          [-104.5, 39.5],
          [-104.6, 39.6],
        ],
      })
      assert.deepInclude(features[0]["properties"], { stations: ["2841", "3526"] })
      assert.isEmpty(readdirSync(path).filter((name) => name.includes(".part-")))
    }).pipe(Effect.scoped),
  )

  it.live("says what there is to export, and which formats", () =>
    Effect.gen(function* () {
      const { log, path } = yield* imported
      const of = (what: string, out: string) =>
        run("analytics", "export", what, "--out", out, "--log", log)
      for (const [ended, said] of [
        [yield* of("nothing", join(path, "x.csv")), "receiver-sets"],
        [yield* of("devices", join(path, "x")), "--format"],
        [yield* of("devices", join(path, "x.geojson")), "lat and lng"],
      ] as const) {
        assert.strictEqual(ended.code, 2)
        assert.include(ended.err, said)
      }
      assert.isEmpty(readdirSync(path).filter((name) => name.startsWith("x")))
    }).pipe(Effect.scoped),
  )
})
