import { DuckDBInstance } from "@duckdb/node-api"
import { assert, describe, it } from "@effect/vitest"
import * as fc from "fast-check"
import * as Chunks from "../../../projections/analytics/Chunks.ts"
import {
  type Cell,
  column,
  definition,
  type Row,
  type Table,
} from "../../../projections/analytics/Table.ts"

const table: Table = {
  name: "all_types",
  about: "One column of each type.",
  columns: [
    column("big", "BIGINT", ""),
    column("int", "INTEGER", ""),
    column("small", "SMALLINT", ""),
    column("tiny", "TINYINT", ""),
    column("double", "DOUBLE", ""),
    column("float", "FLOAT", ""),
    column("bool", "BOOLEAN", ""),
    column("text", "VARCHAR", ""),
    column("stamp", "TIMESTAMP", ""),
    column("word", "VARCHAR", "", ["up", "down", "as it was before"]),
  ],
}

const orNull = (arbitrary: fc.Arbitrary<Cell>) => fc.option(arbitrary, { nil: null, freq: 4 })
const whole = (bits: number) =>
  orNull(fc.integer({ min: -(2 ** (bits - 1)) + 1, max: 2 ** (bits - 1) - 1 }))

const row: fc.Arbitrary<Row> = fc.tuple(
  orNull(fc.maxSafeInteger()),
  whole(32),
  whole(16),
  whole(8),
  orNull(fc.double({ noNaN: true, noDefaultInfinity: true })),
  orNull(fc.float({ noNaN: true, noDefaultInfinity: true })),
  orNull(fc.boolean()),
  orNull(
    fc.oneof(
      fc.string({ unit: "grapheme", maxLength: 40 }),
      fc.constantFrom("a".repeat(12), "b".repeat(13), "c".repeat(64), "ü"),
    ),
  ),
  orNull(fc.integer({ min: -8.64e15, max: 8.64e15 })),
  orNull(fc.constantFrom("up", "down", "as it was before")),
)

/** Writes the rows, and reads them again in their order. */
const through = async (rows: ReadonlyArray<Row>) => {
  const instance = await DuckDBInstance.create(":memory:")
  const connection = await instance.connect()
  await connection.run("CREATE SCHEMA kept")
  await connection.run(definition("kept", table))
  const appender = await connection.createAppender(table.name, "kept")
  const chunks = Chunks.make(
    table,
    table.columns.map((_, i) => appender.columnType(i)),
  )
  for (const each of rows) chunks.push(each)
  assert.strictEqual(chunks.isEmpty(), rows.length === 0)
  chunks.into(appender)
  assert.isTrue(chunks.isEmpty())
  appender.closeSync()
  const read = await connection.runAndReadAll(
    `SELECT big::VARCHAR, int, small, tiny, double, float, bool, text, epoch_us(stamp)::VARCHAR, word FROM kept.all_types`,
  )
  connection.closeSync()
  instance.closeSync()
  return read.getRows()
}

const asRead = ([big, int, small, tiny, double, float, bool, text, at, word]: Row) => [
  big === null ? null : String(BigInt(Number(big))),
  int,
  small,
  tiny,
  double,
  float,
  bool,
  text,
  at === null ? null : String(BigInt(Number(at)) * 1000n),
  word,
]

describe("rows written as the database's own bytes", () => {
  it("are read as they were given, whatever the values", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(row, { maxLength: 60 }), async (rows) => {
        assert.deepEqual(await through(rows), rows.map(asRead))
      }),
      { numRuns: 60 },
    )
  }, 60_000)

  it("keep their order and their texts over several chunks", async () => {
    const rows = Array.from({ length: 5_000 }, (_, i): Row => {
      const text = i % 7 === 0 ? null : i % 3 === 0 ? `BS-${i}` : `a configuration digest ${i % 11}`
      return [
        i,
        i,
        i % 1000,
        i % 100,
        i / 3,
        i / 2,
        i % 2 === 0,
        text,
        i,
        i % 5 === 0 ? "up" : null,
      ]
    })
    assert.deepEqual(await through(rows), rows.map(asRead))
  }, 60_000)

  it("leave empty what does not fit its column", async () => {
    const odd: Row = [
      1.5,
      2 ** 31,
      40_000,
      200,
      Number.NaN,
      Number.POSITIVE_INFINITY,
      "x",
      7,
      9e15,
      "other",
    ]
    assert.deepEqual(await through([odd]), [odd.map(() => null)])
  }, 60_000)
})
