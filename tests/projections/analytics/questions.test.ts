/** Each named question over a history that can be counted by hand: `story.ts` says what happened in it. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as fc from "fast-check"
import { linkQuality } from "../../../core/frame/linkQuality.ts"
import type { Scope } from "../../../projections/analytics/Analytics.ts"
import { questions } from "../../../projections/analytics/questions/all.ts"
import { isUnfit, put } from "../../../projections/analytics/questions/put.ts"
import { askNamed, record, world } from "./kept.ts"
import {
  accepted,
  enrolled,
  event,
  heard,
  type Line,
  refused,
  registered,
  story,
  storyOf,
} from "./story.ts"

const told = record(story)
const minute = (m: number) => new Date(Date.UTC(2026, 2, 1, 12, m)).toISOString()

/** Asks over a story of its own. */
const askOver = (
  lines: ReadonlyArray<Line>,
  name: string,
  texts: Readonly<Record<string, string>> = {},
) => Effect.andThen(record(storyOf(lines)), askNamed(name, texts)).pipe(Effect.provide(world))

const inStory = (name: string, texts: Readonly<Record<string, string>> = {}) =>
  Effect.andThen(told, askNamed(name, texts)).pipe(Effect.provide(world))

const appraised = (at: number, station: string, result: object) =>
  event(at, {
    _tag: "EvidenceAppraised",
    station,
    identity: "i",
    reference: "r",
    policy: 1,
    rules: 1,
    result,
  })

const detailOf = (name: string, texts: Readonly<Record<string, string>>) => {
  const question = questions.find((each) => each.name === name)
  assert(question !== undefined)
  const asked = put(question, texts)
  return isUnfit(asked) ? [asked.parameter, asked.detail] : undefined
}

describe("the named question", () => {
  it.live("link-quality: A1's three messages were good, good and at the limit", () =>
    Effect.gen(function* () {
      assert.deepStrictEqual(yield* inStory("link-quality"), [
        {
          device: "A1",
          day: "2026-03-01",
          messages: 3,
          stations: 1.33,
          best_rssi_dbm: -122.7,
          best_snr_db: 10,
          lqi: 1.33,
          limit_share: 0.3333,
        },
        {
          device: "A2",
          day: "2026-03-01",
          messages: 1,
          stations: 1,
          best_rssi_dbm: -125,
          best_snr_db: 10,
          lqi: 1,
          limit_share: 0,
        },
      ])
    }),
  )

  it.live("lqi: one at the limit, one average, two good", () =>
    Effect.gen(function* () {
      assert.deepStrictEqual(yield* inStory("lqi"), [
        { lqi: 0, quality: "limit", messages: 1, share: 0.25 },
        { lqi: 1, quality: "average", messages: 1, share: 0.25 },
        { lqi: 2, quality: "good", messages: 2, share: 0.5 },
      ])
    }),
  )

  it.live("stations-per-message: three by one station, one by two", () =>
    Effect.gen(function* () {
      assert.deepStrictEqual(yield* inStory("stations-per-message"), [
        { stations: 1, messages: 3, share: 0.75, at_least_share: 1 },
        { stations: 2, messages: 1, share: 0.25, at_least_share: 0.25 },
      ])
      assert.deepStrictEqual(yield* inStory("stations-per-message", { device: "A2" }), [
        { stations: 1, messages: 1, share: 1, at_least_share: 1 },
      ])
    }),
  )

  it.live("unique-carriage: S1 alone heard two, S2 alone one", () =>
    Effect.gen(function* () {
      assert.deepStrictEqual(yield* inStory("unique-carriage"), [
        { station: "S1", name: "S1", messages: 3, only_here: 2, share: 0.6667, devices: 2 },
        { station: "S2", name: "S2", messages: 2, only_here: 1, share: 0.5, devices: 1 },
      ])
    }),
  )

  it.live("coverage: one cell for both stations, and the edge of a region", () =>
    Effect.gen(function* () {
      assert.deepStrictEqual(yield* inStory("coverage", { cell: "1" }), [
        {
          lat: 49.5,
          lng: 16.5,
          stations: 2,
          messages: 4,
          devices: 2,
          heard_by: 1.25,
          alone_share: 0.75,
          best_rssi_dbm: -123.3,
        },
      ])
      // S1 heard the first message best, so three are its own.
      const [only] = yield* inStory("coverage", { cell: "1", north: "49.25" })
      assert.deepInclude(only, { stations: 1, messages: 3, devices: 2 })
    }),
  )

  it.live("losses: two of A1's five numbers never came; B1 sent nothing that counts", () =>
    Effect.gen(function* () {
      const [first, second, third] = yield* inStory("losses")
      assert.deepStrictEqual(first, {
        device: "A1",
        messages: 3,
        missing: 2,
        lost_share: 0.4,
        receptions: 5,
        copies: 1.67,
        stations: 1.33,
        transmissions: 1.33,
        once_share: 0.6667,
      })
      assert.deepInclude(second, { device: "A2", messages: 1, missing: 0, lost_share: 0 })
      assert.deepInclude(third, { device: "B1", messages: 0, missing: null, receptions: 0 })
    }),
  )

  it.live("counter-gaps: two before A1's number 5, an hour after the one before", () =>
    Effect.gen(function* () {
      assert.deepStrictEqual(yield* inStory("counter-gaps"), [
        {
          device: "A1",
          accepted_at: minute(70),
          seq: 5,
          epoch: 0,
          missing: 2,
          silent_h: 1,
          warning: "break",
          position: 19,
        },
      ])
      assert.deepStrictEqual(yield* inStory("counter-gaps", { missing: "3" }), [])
    }),
  )

  it.live("refusals: one, for its MAC, heard by S2, of solar", () =>
    Effect.gen(function* () {
      const rest = { messages: 1, share: 1, devices: 1, first_at: minute(30), last_at: minute(30) }
      const by = (what: string) => inStory("refusals", { by: what })
      assert.deepStrictEqual(yield* by("reason"), [{ reason: "wrong-mac", ...rest }])
      assert.deepStrictEqual(yield* by("station"), [{ station: "S2", ...rest }])
      assert.deepStrictEqual(yield* by("customer"), [{ customer: "solar", ...rest }])
      assert.deepStrictEqual(yield* by("all"), [
        { reason: "wrong-mac", station: "S2", customer: "solar", ...rest },
      ])
      assert.deepStrictEqual(yield* inStory("refusals", { until: minute(30) }), [])
    }),
  )

  it.live(
    "callbacks: one of two attempts succeeded; the percentiles lie between 100 and 5000 ms",
    () =>
      Effect.gen(function* () {
        const rest = {
          attempts: 2,
          succeeded: 1,
          failed: 1,
          given_up: 0,
          success_share: 0.5,
          at_once_share: 0,
          p50_ms: 2550,
          p90_ms: 4510,
          p99_ms: 4951,
        }
        assert.deepStrictEqual(yield* inStory("callbacks"), [{ hour: minute(0), ...rest }])
        assert.deepStrictEqual(yield* inStory("callbacks", { by: "destination" }), [
          { customer: "hydro", destination: "main", ...rest },
        ])
      }),
  )

  it.live("attestation: of three stations one has shown what it runs, two hours ago", () =>
    Effect.gen(function* () {
      const lines = [
        enrolled(0, "S1", 1, 1),
        enrolled(0, "S2", 1, 1),
        enrolled(0, "S3", 1, 1),
        appraised(0, "S1", { _tag: "QuoteAccepted", configDigest: "aa" }),
        appraised(30, "S2", { _tag: "QuoteRefused", reason: "wrong-signature" }),
        event(30, {
          _tag: "StationTrustLost",
          station: "S2",
          expected: "aa",
          seen: "bb",
          policy: 1,
        }),
        heard(120, "A1", 1, "S1"),
        accepted(120, "A1", 1, 6),
      ]
      const [all] = yield* askOver(lines, "attestation", { hours: "1" })
      assert.deepStrictEqual(all, {
        network: "all",
        stations: 3,
        attested: 1,
        attested_share: 0.3333,
        fresh_share: 0,
        distrusted: 1,
        failures: 1,
        silences: 0,
        median_age_h: 2,
        oldest_age_h: 2,
      })
      const [then] = yield* askOver(lines, "attestation", { until: minute(60), hours: "1" })
      assert.deepInclude(then, { fresh_share: 0.3333, oldest_age_h: 1 })
      const each = yield* askOver(lines, "attestation", { by: "station" })
      assert.deepStrictEqual(
        each.map((row) => [row["station"], row["attested"], row["distrusted"]]),
        [
          ["S1", 1, 0],
          ["S2", 0, 1],
          ["S3", 0, 0],
        ],
      )
    }),
  )

  it.live("availability: S1 in one of two hours, S2 in both", () =>
    Effect.gen(function* () {
      assert.deepStrictEqual(yield* inStory("availability"), [
        {
          station: "S1",
          name: "S1",
          slots: 2,
          heard_slots: 1,
          available_share: 0.5,
          longest_gap_h: 0.83,
          last_at: minute(20),
        },
        {
          station: "S2",
          name: "S2",
          slots: 2,
          heard_slots: 2,
          available_share: 1,
          longest_gap_h: 0.67,
          last_at: minute(70),
        },
      ])
      const halves = yield* inStory("availability", { minutes: "30", station: "S2" })
      assert.deepInclude(halves[0], { slots: 3, heard_slots: 3 })
    }),
  )

  it.live("quotas: 4.32 s on the air for each message of four bytes", () =>
    Effect.gen(function* () {
      assert.deepStrictEqual(yield* inStory("quotas"), [
        {
          device: "A1",
          day: "2026-03-01",
          messages: 3,
          contract: 10,
          quota_share: 0.3,
          downlinks: 0,
          air_s: 12.96,
          busiest_s: 8.64,
          duty_share: 0.24,
        },
        {
          device: "A2",
          day: "2026-03-01",
          messages: 1,
          contract: 10,
          quota_share: 0.1,
          downlinks: 0,
          air_s: 4.32,
          busiest_s: 4.32,
          duty_share: 0.12,
        },
      ])
      assert.strictEqual((yield* inStory("quotas", { share: "0.3" })).length, 1)
    }),
  )

  it.live("top-talkers: A1 sent three of the five", () =>
    Effect.gen(function* () {
      const rows = yield* inStory("top-talkers")
      assert.deepStrictEqual(rows[0], {
        device: "A1",
        customer: "hydro",
        messages: 3,
        share: 0.6,
        refused: 0,
        receptions: 5,
        first_at: minute(1),
        last_at: minute(70),
      })
      assert.deepStrictEqual(
        (yield* inStory("top-talkers", { by: "customer" })).map((row) => [
          row["customer"],
          row["devices"],
          row["messages"],
          row["refused"],
        ]),
        [
          ["hydro", 2, 4, 0],
          ["solar", 1, 1, 1],
        ],
      )
      assert.strictEqual((yield* inStory("top-talkers", { top: "1" })).length, 1)
    }),
  )

  it.live("changes: a new device, one that fell silent, more of all", () =>
    Effect.gen(function* () {
      const day = 1440
      const rows = yield* askOver(
        [
          registered(-10, "A1", "hydro"),
          registered(-10, "A2", "hydro"),
          heard(10, "A1", 1, "S1", { rssiDbm: -110 }), // 2
          accepted(10, "A1", 1, 2),
          heard(20, "A2", 1, "S2", { rssiDbm: -120 }), // 4
          accepted(20, "A2", 1, 4),
          heard(day + 10, "A1", 5, "S1", { rssiDbm: -100 }), // 6
          accepted(day + 10, "A1", 5, 6, { missing: 3 }),
          registered(day + 20, "A3", "hydro"),
          heard(day + 20, "A3", 1, "S1", { rssiDbm: -100 }), // 9
          accepted(day + 20, "A3", 1, 9),
          heard(day + 30, "A3", 2, "S1", { check: "wrong-mac", packet: "forged" }), // 11
          refused(day + 30, "A3", 2, 11, "wrong-mac"),
        ],
        "changes",
        { days: "1", until: minute(2 * day) },
      )
      assert.deepStrictEqual(
        rows.slice(0, 12).map((row) => [row["what"], row["before"], row["now"], row["names"]]),
        [
          ["messages", 2, 3, null],
          ["messages refused", 0, 1, null],
          ["share refused", 0, 0.3333, null],
          ["numbers missing", 0, 3, null],
          ["devices heard", 2, 2, null],
          ["devices new", 0, 1, "A3"],
          ["devices not heard any more", null, 1, "A2"],
          ["receptions", 2, 2, null],
          ["mean RSSI, dBm", -115, -100, null],
          ["stations heard", 2, 1, null],
          ["stations heard only now", null, 0, null],
          ["stations not heard any more", null, 1, "S2"],
        ],
      )
      assert.deepInclude(rows[0], { change: 1, change_share: 0.5 })
    }),
  )
})

/** Every parameter that chooses, at each of its choices. */
const variants = questions.flatMap((question) => {
  const choices = question.parameters["by"]?.choices ?? [undefined]
  return choices.map((by) => [question.name, by === undefined ? {} : { by }] as const)
})

describe("every named question", () => {
  it.live("says what each column of its answer means, and draws one of them", () =>
    Effect.gen(function* () {
      yield* told
      assert.isAbove(variants.length, questions.length)
      for (const [name, texts] of variants) {
        const [row] = yield* askNamed(name, texts)
        const question = questions.find((each) => each.name === name)
        assert(question !== undefined)
        const asked = put(question, texts)
        assert(!isUnfit(asked))
        // A story without reports has an answer to each but for the places.
        assert.isDefined(row, name)
        for (const column of Object.keys(row))
          assert.isDefined(asked.columnOf(column), `${name}: ${column}`)
        const { kind: _kind, ...drawn } = asked.chart
        for (const column of Object.values(drawn)) assert.property(row, column, name)
      }
    }).pipe(Effect.provide(world)),
  )

  it.live("tells nothing to who may see nothing", () =>
    Effect.gen(function* () {
      yield* told
      const scope: Scope = { devices: [], customers: [], stations: [], network: false }
      for (const [name, texts] of variants) {
        const rows = yield* askNamed(name, texts, { scope })
        for (const row of rows)
          for (const [column, value] of Object.entries(row))
            if (!["what", "network"].includes(column))
              assert.include([0, null], value, `${name}: ${column}`)
      }
    }).pipe(Effect.provide(world)),
  )

  it.live("is answered as of a position", () =>
    Effect.gen(function* () {
      yield* told
      assert.deepStrictEqual(yield* askNamed("stations-per-message", {}, { upTo: 6 }), [
        { stations: 1, messages: 1, share: 1, at_least_share: 1 },
      ])
      for (const [name, texts] of variants) yield* askNamed(name, texts, { upTo: 0 })
    }).pipe(Effect.provide(world)),
  )

  it("refuses a parameter that it has not, and a text that is not of the form", () => {
    assert.deepStrictEqual(detailOf("lqi", { colour: "red" }), [
      "colour",
      'lqi has no parameter "colour": there are device, customer, from, until',
    ])
    assert.deepStrictEqual(detailOf("lqi", { device: "no device" }), [
      "device",
      "device must be a device id",
    ])
    for (const [name, text] of [
      ["from", "yesterday"],
      ["from", "1463546329000"],
      ["customer", ""],
      ["until", ""],
    ])
      assert.strictEqual(detailOf("lqi", { [name]: text })?.[0], name)
    for (const top of ["0", "1.5", "x", "1e3", "100001", " 5"])
      assert.deepStrictEqual(detailOf("top-talkers", { top })?.[0], "top", top)
    assert.deepStrictEqual(
      detailOf("top-talkers", { by: "colour" })?.[1],
      "by must be one of device, customer, group",
    )
    assert.isUndefined(
      detailOf("top-talkers", { top: "5", by: "group", from: "2026-03-01T12:00:00Z" }),
    )
  })

  it("takes a device's id as people write it", () => {
    const [question] = questions
    const asked = put(question, { device: "004d33db" })
    assert(!isUnfit(asked))
    assert.deepStrictEqual(asked.values, { device: "4D33DB" })
  })
})

it.live("the link quality in SQL is that of the published table, in every radio zone", () =>
  Effect.gen(function* () {
    // Some below, between and above the thresholds of either kind of zone, and at them.
    const dbm = fc.constantFrom(-110, -114, -120, -122, -125, -127, -130, -135, -140)
    const cells = fc.array(fc.tuple(fc.constantFrom("S1", "S2", "S3", "S4"), dbm), {
      minLength: 1,
      maxLength: 8,
      size: "max",
    })
    const zone = fc.constantFrom("RC1", "RC2", "RC3", "RC4", undefined)
    const seen = new Set<number>()
    const cases = fc.sample(fc.tuple(zone, cells), { numRuns: 60, seed: 5 })
    const lines = cases.flatMap(([radioZone, of], i): ReadonlyArray<Line> => {
      const device = `D${i}`
      return [
        event(0, {
          _tag: "DeviceRegistered",
          device,
          keyVersion: 1,
          ...(radioZone === undefined ? {} : { radioZone }),
        }),
        ...of.map(([station, rssiDbm]) => heard(0, device, 1, station, { rssiDbm })),
      ]
    })
    const rows = yield* askOver(lines, "link-quality")
    const byDevice = new Map(rows.map((row) => [row["device"], row["lqi"]]))
    for (const [i, [radioZone, of]] of cases.entries()) {
      const wanted = linkQuality(
        of.map(([station, rssiDbm]) => ({ station, rssiDbm })),
        radioZone ?? null,
      )
      if (wanted !== undefined) seen.add(wanted)
      assert.strictEqual(byDevice.get(`D${i}`), wanted, JSON.stringify(cases[i]))
    }
    assert.strictEqual(seen.size, 4)
  }),
)
