import { assert, describe, it } from "@effect/vitest"
import * as Chromium from "../e2e/Chromium.ts"
import { all } from "./all.ts"
import { jsonOf, tableOf } from "./main.ts"

describe("benchmarks", () => {
  it("have names of their own", () => {
    assert.isAbove(all.length, 0)
    assert.strictEqual(new Set(all.map((bench) => bench.name)).size, all.length)
  })

  for (const bench of all) {
    const isSkipped = bench.name === "page" && Chromium.find() === undefined
    if (isSkipped)
      console.log("the page's benchmark is not tried: no Chromium found (set CHROMIUM)")
    it.skipIf(isSkipped)(
      `runs ${bench.name} tiny, with the same answer twice`,
      { timeout: 180_000 },
      async () => {
        const rows = await bench.run("tiny")
        const again = await bench.run("tiny")
        assert.isAbove(rows.length, 0)
        for (const row of rows) {
          assert.strictEqual(row.bench, bench.name)
          assert.isTrue(Number.isFinite(row.value) && row.value >= 0)
          assert.strictEqual(row.ratio === null, row.reference === null)
        }
        assert.deepStrictEqual(
          rows.map((row) => row.digest),
          again.map((row) => row.digest),
        )
      },
    )
  }
})

describe("the printed forms", () => {
  const row = {
    bench: "b",
    metric: "m",
    value: 1234567.8,
    unit: "u/s",
    reference: null,
    ratio: null,
    digest: "d",
  }

  it("give machines six keys and no more", () => {
    assert.deepStrictEqual(Object.keys(JSON.parse(jsonOf(row)) as object), [
      "bench",
      "metric",
      "value",
      "unit",
      "reference",
      "ratio",
    ])
  })

  it("give people an aligned table", () => {
    const [head, line] = tableOf([row]).split("\n")
    assert.strictEqual(head.indexOf("unit"), line.indexOf("u/s"))
    assert.include(line, "1,234,568")
  })
})
