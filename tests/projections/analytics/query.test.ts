import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { Analytics, limitsDefault, type Scope } from "../../../projections/analytics/Analytics.ts"
import { functions } from "../../../projections/analytics/allowed.ts"
import * as Store from "../../../projections/analytics/Store.ts"
import { ask, folder, record, world } from "./kept.ts"
import { story } from "./story.ts"

const told = Effect.andThen(record(story), Effect.void)

const first = (sql: string, asked = {}) => Effect.map(ask(sql, asked), ({ rows }) => rows[0])

describe("a question", () => {
  it.live("is answered from all that is in the log", () =>
    Effect.gen(function* () {
      yield* told
      const answer = yield* ask(
        "SELECT station, count(*) AS heard FROM receptions GROUP BY station ORDER BY station",
      )
      assert.deepStrictEqual(answer.rows, [
        ["S1", 4],
        ["S2", 3],
      ])
      assert.deepStrictEqual(answer.columns, [
        { name: "station", type: "VARCHAR" },
        { name: "heard", type: "BIGINT" },
      ])
      assert.strictEqual(answer.position, story.length)
      assert.strictEqual(answer.behind, 0)
      assert.isFalse(answer.cut)
    }).pipe(Effect.provide(world)),
  )

  it.live("brings the receptions of one message together", () =>
    Effect.gen(function* () {
      yield* told
      const { rows } = yield* ask(
        `SELECT m.device, m.seq, count(r.position), count(DISTINCT r.station) FROM messages m
         JOIN receptions r USING (message) WHERE is_first GROUP BY ALL ORDER BY ALL`,
      )
      assert.deepStrictEqual(rows, [
        ["A1", 1, 3, 2],
        ["A1", 2, 1, 1],
        ["A1", 5, 1, 1],
        ["A2", 1, 1, 1],
        ["B1", 1, 1, 1],
      ])
    }).pipe(Effect.provide(world)),
  )

  it.live("is answered as of a position from what was known then", () =>
    Effect.gen(function* () {
      yield* told
      const counts = `SELECT (SELECT count(*) FROM receptions), (SELECT count(*) FROM messages),
        (SELECT count(*) FROM devices), (SELECT count(*) FROM deliveries WHERE step = 'succeeded')`
      assert.deepStrictEqual(yield* first(counts), [7, 5, 3, 1])
      assert.deepStrictEqual(yield* first(counts, { upTo: 10 }), [3, 1, 3, 0])
      assert.deepStrictEqual(yield* first(counts, { upTo: 1 }), [0, 0, 1, 0])
      assert.deepStrictEqual(yield* first(counts, { upTo: 0 }), [0, 0, 0, 0])
      assert.strictEqual((yield* ask(counts, { upTo: 10 })).position, 10)
    }).pipe(Effect.provide(world)),
  )

  it.live("gives no more rows than asked for, and says so", () =>
    Effect.gen(function* () {
      yield* told
      const answer = yield* ask("SELECT * FROM range(100000)", { limits: { rows: 3 } })
      assert.deepStrictEqual(answer.rows, [[0], [1], [2]])
      assert.isTrue(answer.cut)
    }).pipe(Effect.provide(world)),
  )

  it.live("is stopped when it takes too long, and others are answered after it", () =>
    Effect.gen(function* () {
      yield* told
      const error = yield* Effect.flip(
        ask(
          "WITH RECURSIVE t(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM t) SELECT count(*) FROM t",
          { limits: { timeMs: 300 } },
        ),
      )
      assert.strictEqual(error._tag, "QueryStopped")
      assert.strictEqual(error.reason, "time")
      assert.deepStrictEqual(yield* first("SELECT count(*) FROM receptions"), [7])
    }).pipe(Effect.provide(world)),
  )
})

/** What was tried to get out, and what it would have given. */
const attempts: Readonly<Record<string, ReadonlyArray<string>>> = {
  "several statements": ["SELECT 1; SELECT 2", "SELECT 1; DROP TABLE kept.receptions", ";"],
  "what is no SELECT": [
    "COPY receptions TO '/tmp/out.csv'",
    "COPY (SELECT 1) TO '/tmp/out.parquet' (FORMAT parquet)",
    "ATTACH '/tmp/other.db' AS other",
    "ATTACH ':memory:' AS other",
    "DETACH temp",
    "USE temp",
    "INSTALL httpfs",
    "LOAD httpfs",
    "PRAGMA database_list",
    "PRAGMA memory_limit = '64GB'",
    "SET memory_limit = '64GB'",
    "SET GLOBAL enable_external_access = true",
    "RESET lock_configuration",
    "SET VARIABLE x = 1",
    "CALL pragma_version()",
    "CREATE TABLE t AS SELECT 1",
    "CREATE TEMP MACRO m(x) AS x",
    "CREATE SECRET s (TYPE s3)",
    "INSERT INTO kept.receptions SELECT * FROM kept.receptions",
    "UPDATE kept.progress SET position = 0",
    "DELETE FROM receptions",
    "DROP VIEW receptions",
    "ALTER TABLE kept.receptions DROP COLUMN device",
    "TRUNCATE kept.receptions",
    "EXPORT DATABASE '/tmp/all'",
    "IMPORT DATABASE '/tmp/all'",
    "CHECKPOINT",
    "VACUUM",
    "BEGIN",
    "COMMIT",
    "PREPARE p AS SELECT 1",
    "EXECUTE p",
    "EXPLAIN SELECT 1",
    "EXPLAIN ANALYZE SELECT * FROM receptions",
    "PIVOT receptions ON station USING count(*)",
    "WITH x AS (INSERT INTO kept.policies SELECT * FROM kept.policies RETURNING 1) SELECT * FROM x",
    "SHOW TABLES",
    "SHOW ALL TABLES",
    "SHOW DATABASES",
  ],
  "files and the network": [
    "SELECT * FROM '/etc/passwd'",
    "SELECT * FROM '/etc/hosts.csv'",
    "FROM 'https://example.org/x.parquet'",
    'SELECT * FROM "/etc/hosts.csv"',
    "SELECT * FROM read_csv('/etc/passwd')",
    "SELECT * FROM read_csv_auto('/etc/passwd')",
    "SELECT * FROM read_parquet('parts/*/*/*.parquet')",
    "SELECT * FROM parquet_scan('x.parquet')",
    "SELECT * FROM parquet_metadata('x.parquet')",
    "SELECT * FROM read_json('/etc/passwd')",
    "SELECT * FROM read_text('/etc/passwd')",
    "SELECT * FROM read_blob('/etc/passwd')",
    "SELECT * FROM read_duckdb('tables.duckdb')",
    "SELECT * FROM glob('/*')",
    "SELECT * FROM sniff_csv('/etc/passwd')",
    "SELECT read_text('/etc/passwd')",
    "SELECT * FROM (SELECT * FROM read_text('/etc/passwd'))",
    "SELECT (SELECT content FROM read_text('/etc/passwd'))",
    "SELECT * FROM receptions WHERE device IN (SELECT content FROM read_text('/etc/passwd'))",
    "SELECT * FROM receptions, LATERAL (SELECT * FROM read_text(station))",
    "DESCRIBE SELECT * FROM read_text('/etc/passwd')",
    "SUMMARIZE '/etc/hosts.csv'",
  ],
  "settings, secrets and the machine": [
    "SELECT getenv('HOME')",
    "SELECT current_setting('allowed_directories')",
    "SELECT * FROM duckdb_settings()",
    "SELECT * FROM duckdb_secrets()",
    "SELECT * FROM duckdb_databases()",
    "SELECT * FROM duckdb_extensions()",
    "SELECT * FROM which_secret('x', 's3')",
    "SELECT * FROM pragma_database_size()",
    "SELECT * FROM duckdb_logs",
    "SELECT write_log('x')",
    "SELECT getvariable('x')",
    "SELECT set_config('memory_limit', '64GB', false)",
    "SELECT version()",
    "SELECT pg_catalog.pg_get_viewdef(1)",
    "SELECT current_query()",
    "SELECT sleep_ms(100000)",
    "SELECT nextval('s')",
  ],
  "statements within texts": [
    "SELECT * FROM query('SELECT * FROM kept.receptions')",
    "SELECT * FROM query_table('receptions')",
    "SELECT * FROM json_execute_serialized_sql(json_serialize_sql('SELECT 1'))",
    "SELECT json_serialize_sql('SELECT 1')",
    "SELECT json_deserialize_sql('{}')",
    "SELECT json_serialize_plan('SELECT 1')",
    "SELECT list_transform([1], x -> getenv('HOME'))",
    "SELECT list_aggregate([1], 'sum') OVER ()",
  ],
  "what lies behind the tables": [
    "SELECT * FROM kept.receptions",
    "SELECT * FROM memory.kept.receptions",
    "SELECT * FROM tables.kept.receptions",
    "SELECT * FROM temp.main.receptions",
    "SELECT * FROM main.receptions",
    "SELECT * FROM seen_devices",
    "SELECT * FROM sqlite_master",
    "SELECT * FROM duckdb_tables",
    "SELECT * FROM duckdb_views",
    "SELECT * FROM information_schema.tables",
    "SELECT * FROM pg_catalog.pg_class",
    "TABLE kept.receptions",
    "SELECT * FROM receptions AT (VERSION => 1)",
    "WITH x AS (SELECT * FROM kept.messages) SELECT * FROM x",
    "SELECT (SELECT count(*) FROM kept.messages)",
    "SELECT * FROM receptions r JOIN kept.messages m ON true",
    "SELECT * FROM receptions UNION SELECT * FROM kept.receptions",
    "PIVOT kept.receptions ON station IN ('S1') USING count(*)",
    "DESCRIBE kept.receptions",
  ],
  "names that a common table expression does not have there": [
    "WITH duckdb_tables AS (SELECT 1) SELECT * FROM (WITH a AS (SELECT 1) SELECT * FROM a), main.duckdb_tables",
    "WITH a AS (SELECT * FROM duckdb_tables), duckdb_tables AS (SELECT 1) SELECT * FROM a",
    "WITH duckdb_tables AS (SELECT * FROM duckdb_tables) SELECT * FROM duckdb_tables",
    "SELECT * FROM (WITH duckdb_tables AS (SELECT 1) SELECT * FROM duckdb_tables) a, duckdb_tables",
  ],
  "much out of little": [
    "SELECT repeat('x', 1000000000)",
    "SELECT lpad('x', 1000000000, 'y')",
    "SELECT rpad('x', 1000000000, 'y')",
    "SELECT format('{:1000000000d}', 1)",
    "SELECT printf('%1000000000d', 1)",
    "SELECT bar(1, 0, 1, 1000000000)",
    "SELECT range(1000000000)",
    "SELECT generate_series(1, 1000000000)",
    "SELECT list_resize([1], 1000000000)",
    "SELECT replace(replace('xxxxxxxx', 'x', 'xxxxxxxx'), 'x', 'xxxxxxxx')",
    "SELECT regexp_replace('x', 'x', 'xxxxxxxx')",
  ],
  parameters: ["SELECT $1", "SELECT ?", "SELECT * FROM receptions WHERE device = $device"],
}

describe("a statement is refused that tries", () => {
  it.live.each(Object.entries(attempts))("%s", ([, statements]) =>
    Effect.gen(function* () {
      yield* told
      assert.isAbove(statements.length, 0)
      for (const sql of statements) {
        const ended = yield* Effect.result(ask(sql))
        assert.strictEqual(ended._tag, "Failure", sql)
        if (ended._tag === "Failure")
          assert.strictEqual(
            ended.failure._tag,
            "StatementRefused",
            `${sql}: ${ended.failure.message}`,
          )
      }
    }).pipe(Effect.provide(world)),
  )
})

describe("the check of statements", () => {
  it.live("passes what questions are made of", () =>
    Effect.gen(function* () {
      yield* told
      for (const sql of [
        "FROM receptions",
        "TABLE messages",
        "VALUES (1), (2)",
        "DESCRIBE receptions",
        "SUMMARIZE messages",
        "SELECT * EXCLUDE (lat, lng) FROM receptions ORDER BY ALL LIMIT 3 OFFSET 1;",
        "SELECT device, lag(seq) OVER (PARTITION BY device ORDER BY position) FROM messages",
        "SELECT quantile_cont(rssi_dbm, [0.5, 0.9]) FROM receptions",
        "SELECT date_trunc('hour', occurred_at) AS hour, count(*) FROM receptions GROUP BY hour HAVING count(*) > 0",
        "WITH a AS (SELECT 1 AS n), b AS (SELECT n + 1 AS n FROM a) SELECT * FROM a, b WHERE a.n < b.n",
        "WITH RECURSIVE t(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM t WHERE n < 5) SELECT sum(n) FROM t",
        "SELECT CASE WHEN seq > 1 THEN 'more' ELSE 'one' END, seq BETWEEN 1 AND 2, seq IN (1, 2), seq::VARCHAR || 'x' FROM messages",
        "SELECT * FROM receptions WHERE device LIKE 'A%' AND station NOT IN (SELECT station FROM stations WHERE retired)",
        "SELECT * FROM unnest([1, 2, 3]) t(x) JOIN range(5) r ON r.range = t.x",
        "SELECT a.device FROM receptions a ASOF JOIN messages b ON a.device = b.device AND a.position >= b.position",
        "PIVOT receptions ON station IN ('S1', 'S2') USING count(*) GROUP BY device",
        "SELECT list_transform(list(seq), x -> x + 1) FROM messages",
        "SELECT DISTINCT ON (device) device, position FROM messages ORDER BY position DESC",
        "SELECT count(*) FILTER (verdict = 'accepted') FROM messages GROUP BY GROUPING SETS ((device), ())",
        "SELECT * FROM receptions TABLESAMPLE 50%",
        "SELECT json_extract_string(facts, '$[0].text') FROM anomalies",
        "(SELECT 1) UNION ALL (SELECT 2) EXCEPT SELECT 3",
      ])
        yield* ask(sql).pipe(Effect.mapError((error) => new Error(`${sql}: ${error.message}`)))
    }).pipe(Effect.provide(world)),
  )

  it.live("knows only functions that the database has", () =>
    Effect.gen(function* () {
      const store = yield* Store.open(undefined, "any")
      const has = new Set(
        (yield* Effect.promise(() =>
          store.run("SELECT function_name FROM duckdb_functions()"),
        )).map(([name]) => String(name)),
      )
      // Read by the parser itself, so no functions of the catalogue.
      const syntax = new Set(["coalesce", "if", "ifnull", "try_cast", "unlist", "nullif"])
      const missing = [...functions].filter((name) => !has.has(name) && !syntax.has(name))
      assert.deepStrictEqual(missing, [])
    }).pipe(Effect.scoped),
  )
})

describe("the database, past the check", () => {
  it.live("opens nothing but its own folder, and takes no settings", () =>
    Effect.gen(function* () {
      const store = yield* Store.open(yield* folder, "any")
      for (const sql of [
        "SELECT * FROM read_text('/etc/passwd')",
        "SELECT * FROM glob('/*')",
        "COPY (SELECT 1) TO '/tmp/sigtwin-out.csv'",
        "ATTACH '/tmp/sigtwin-other.db' AS other",
        "INSTALL httpfs",
        "LOAD httpfs",
        "SET enable_external_access = true",
        "SET memory_limit = '64GB'",
        "RESET memory_limit",
        "SET threads = 64",
        "PRAGMA enable_external_access",
        "EXPORT DATABASE '/tmp/sigtwin-all'",
        "SELECT * FROM duckdb_secrets()",
      ]) {
        const ended = yield* Effect.exit(Effect.tryPromise(() => store.run(sql)))
        assert.strictEqual(ended._tag, "Failure", sql)
      }
    }).pipe(Effect.scoped),
  )

  it.live("stops what takes more memory than a question may, and goes on", () =>
    Effect.gen(function* () {
      yield* told
      const error = yield* Effect.flip(
        ask(
          "WITH RECURSIVE t(s) AS (SELECT 'xxxxxxxx' UNION ALL SELECT s || s FROM t WHERE length(s) < 4000000000) SELECT max(length(s)) FROM t",
          { limits: { timeMs: 60_000 } },
        ),
      )
      assert.strictEqual(error._tag, "QueryStopped")
      assert.include(["memory", "failed"], error.reason)
      assert.deepStrictEqual(yield* first("SELECT count(*) FROM receptions"), [7])
    }).pipe(Effect.provide(world)),
  )
})

describe("who does not see the whole", () => {
  const hydro: Scope = { devices: ["A1", "A2"], customers: ["hydro"], stations: [], network: false }

  it.live("sees the rows about its own devices, and counts no others", () =>
    Effect.gen(function* () {
      yield* told
      const mine = { scope: hydro }
      const devices = yield* ask("SELECT DISTINCT device FROM receptions ORDER BY 1", mine)
      assert.deepStrictEqual(devices.rows, [["A1"], ["A2"]])
      assert.deepStrictEqual(yield* first("SELECT count(*) FROM receptions", mine), [6])
      assert.deepStrictEqual(yield* first("SELECT count(*) FROM messages", mine), [4])
      assert.deepStrictEqual(yield* first("SELECT count(*) FROM devices", mine), [2])
      assert.deepStrictEqual(yield* first("SELECT count(*) FROM deliveries", mine), [3])
      assert.deepStrictEqual(yield* first("SELECT count(*) FROM stations", mine), [0])
      assert.deepStrictEqual(
        yield* first("SELECT count(*) FROM receptions", { ...mine, upTo: 8 }),
        [1],
      )
    }).pipe(Effect.provide(world)),
  )

  it.live("sees nothing where nothing is its own, and no policies", () =>
    Effect.gen(function* () {
      yield* told
      const none: Scope = { devices: [], customers: [], stations: [], network: false }
      assert.deepStrictEqual(yield* first("SELECT count(*) FROM receptions", { scope: none }), [0])
      const error = yield* Effect.flip(ask("SELECT * FROM policies", { scope: none }))
      assert.strictEqual(error._tag, "StatementRefused")
      assert.strictEqual(error.reason, "not-yours")
    }).pipe(Effect.provide(world)),
  )

  it.live("sees of a destination only what is its customer's", () =>
    Effect.gen(function* () {
      yield* told
      const other: Scope = { ...hydro, customers: ["solar"] }
      assert.deepStrictEqual(yield* first("SELECT count(*) FROM deliveries", { scope: other }), [0])
    }).pipe(Effect.provide(world)),
  )
})

it.live("our own statements take values, which are never read as SQL", () =>
  Effect.gen(function* () {
    yield* told
    const analytics = yield* Analytics
    yield* analytics.reached(story.length)
    const { rows } = yield* analytics.ask({
      sql: "SELECT count(*) FROM receptions WHERE station = $station",
      values: { station: "S1' OR true --" },
      scope: "whole",
      limits: limitsDefault,
    })
    assert.deepStrictEqual(rows, [[0]])
  }).pipe(Effect.provide(world)),
)
