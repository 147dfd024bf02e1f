/** Counts here are computed from the files by other means than the readers': splitting and JSON.parse. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as ApiV2Json from "../../../core/ingest/apiV2Json.ts"
import { readCallbacks } from "../../../core/ingest/callbackRequest.ts"
import * as CallbacksJson from "../../../core/ingest/callbacksJson.ts"
import { formatNamed, formats, guessFormat } from "../../../core/ingest/formats.ts"
import type { Input } from "../../../core/ingest/Input.ts"
import { fromHex } from "../../../core/kernel/Bytes.ts"
import { inputsOf, readBytes, rejectedOf } from "./reading.ts"
import { isShared, sharedBytes, sharedText } from "./shared.ts"

const readGuessed = (path: string) => {
  const format = guessFormat(sharedText(path).slice(0, 65_536), path)
  if (format === undefined) throw new Error(`no format guessed for ${path}`)
  return Effect.map(readBytes(format, sharedBytes(path)), (lines) => ({ format, lines }))
}

const distinct = (values: ReadonlyArray<string | undefined>) => new Set(values).size

describe.skipIf(!isShared("data/denver/receptions.csv"))("the Denver set", () => {
  it.effect("comes in whole, with the counts of the file", () =>
    Effect.gen(function* () {
      const path = "data/denver/receptions.csv"
      const [header, ...rows] = sharedText(path)
        .split("\n")
        .filter((row) => row !== "")
        .map((row) => row.split(","))
      const column = (name: string) => rows.map((row) => row[header.indexOf(name)])
      const { format, lines } = yield* readGuessed(path)
      assert.strictEqual(format.name, "denver-csv")
      assert.deepEqual<unknown>(rejectedOf(lines), [])
      const reports = inputsOf(lines).flatMap((input) =>
        input._tag === "Reception" ? [input.report] : [],
      )
      assert.strictEqual(rows.length, 39_250)
      assert.strictEqual(reports.length, rows.length)
      assert.strictEqual(distinct(reports.map(({ id }) => id)), distinct(column("messid")))
      assert.strictEqual(distinct(reports.map(({ device }) => device)), distinct(column("did")))
      assert.strictEqual(distinct(reports.map(({ station }) => station)), distinct(column("bsid")))
      assert.deepEqual<unknown>(
        reports.map(({ rssiDbm }) => rssiDbm),
        column("rssi").map(Number),
      )
      assert.deepEqual<unknown>(
        reports.map(({ device }) => `${device}.0`),
        column("did"),
      )
      const unreal = new Set(rows.filter((row) => Number(row[6]) > 60).map((row) => row[1]))
      assert.strictEqual(unreal.size, 27)
      for (const { station, lat, lng } of reports) {
        assert.strictEqual(lat === undefined, unreal.has(station))
        assert.strictEqual(lng === undefined, unreal.has(station))
      }
      assert.deepEqual<unknown>(
        inputsOf(lines).map((input) => input._tag === "Reception" && input.occurredMs),
        column("time_ux").map(Number),
      )
    }),
  )
})

const jsi = ["", "_norep", "_norep_randfreq", "_norep_randfreq_randgain"].map(
  (name) => `data/jsi/sfxlib${name}.json`,
)

describe.skipIf(!isShared(jsi[0]))("the JSI trials", () => {
  it.effect("give every transmission that was heard, in the file's order", () =>
    Effect.gen(function* () {
      let heard = 0
      for (const path of jsi) {
        // The shape is the data set's own (its README).
        const trials = JSON.parse(sharedText(path)) as ReadonlyArray<{
          readonly rx?: { readonly seqNumber: string; readonly data: string; readonly rssi: string }
        }>
        const expected = trials.flatMap(({ rx }) => (rx === undefined ? [] : [rx]))
        const { format, lines } = yield* readGuessed(path)
        assert.strictEqual(format.name, "jsi-json")
        assert.deepEqual<unknown>(rejectedOf(lines), [])
        const messages = inputsOf(lines).flatMap((input) =>
          input._tag === "Message" ? [input] : [],
        )
        assert.deepEqual<unknown>(
          messages.map(({ report, payload }) => [
            report.seq,
            Buffer.from(payload ?? []).toString("hex"),
            report.stations[0].rssiDbm,
          ]),
          expected.map(({ seqNumber, data, rssi }) => [Number(seqNumber), data, Number(rssi)]),
        )
        assert.isTrue(
          messages.every(({ report }) => report.report === "rx" && report.device === "1CF14C"),
        )
        heard += messages.length
      }
      assert.strictEqual(heard, 7_435)
    }),
  )
})

const examples = "docs/sigfox-backend"
const message = (input: object, payload: string) => ({
  _tag: "Message",
  ...input,
  payload: fromHex(payload),
})

const inputs = (path: string, name: string) =>
  Effect.gen(function* () {
    const { format, lines } = yield* readGuessed(`${examples}/${path}`)
    assert.strictEqual(format.name, name)
    assert.deepEqual<unknown>(rejectedOf(lines), [])
    return inputsOf(lines)
  })

const bidir = (device: string, seq: number) => ({
  _tag: "MessageReported",
  source: "callbacks",
  report: "bidir",
  device,
  seq,
  stations: [],
  downlinkAsked: false,
})

const summary = (input: Input | { readonly _tag: "Rejected" }) =>
  input._tag === "Message"
    ? [
        input.report.report,
        input.report.seq,
        input.report.stations,
        input.report.downlinkAsked,
        input.payload,
      ]
    : input._tag === "Service"
      ? [input.report.service, input.report.seq, input.report.fields]
      : input

const readQuery = (query: string) =>
  readCallbacks({ query }).map((result): unknown => summary(result))

describe.skipIf(!isShared(`${examples}/url-patterns__docs.omnyvore.com.txt`))(
  "the examples of the Sigfox backend",
  () => {
    it.effect("an uplink", () =>
      Effect.gen(function* () {
        const read = yield* inputs(
          "data-uplink__UnaBiz_sigfox-gcloud_README.json",
          "callbacks-json",
        )
        assert.deepEqual<unknown>(read, [
          message(
            {
              occurredMs: 1476980426000,
              report: {
                _tag: "MessageReported",
                source: "callbacks",
                // It has the variables of a BIDIR callback, and so is one.
                report: "bidir",
                device: "1A2345",
                seq: 1492,
                stations: [{ station: "1234", rssiDbm: -123, snrDb: 18.86 }],
                downlinkAsked: false,
              },
            },
            "920e82002731b01db0512201",
          ),
        ])
      }),
    )

    it.effect("a list of bidirectional uplinks", () =>
      Effect.gen(function* () {
        const read = yield* inputs(
          "data-bidir__saguilarDevel_schc-sigfox_example_data.json",
          "callbacks-json",
        )
        assert.deepEqual<unknown>(read, [
          message({ occurredMs: 1596537673000, report: bidir("device1", 2) }, "0612345678"),
          message({ occurredMs: 1596713121000, report: bidir("1B29CC4", 39) }, "303130303030"),
        ])
      }),
    )

    it.effect("a data-advanced service callback", () =>
      Effect.gen(function* () {
        const read = yield* inputs(
          "service-data-advanced__bertrik_sigfox-receiver.json",
          "callbacks-json",
        )
        assert.deepEqual<unknown>(read, [
          message(
            {
              occurredMs: 1653666733000,
              report: {
                _tag: "MessageReported",
                source: "callbacks",
                report: "data-advanced",
                device: "1FD48BE",
                seq: 16,
                stations: [],
                lqi: 0,
                location: { lat: 52.003292529645705, lng: 5.569001982230841, radiusM: 7800 },
              },
            },
            "00",
          ),
        ])
      }),
    )

    it.effect("a reception's report", () =>
      Effect.gen(function* () {
        const read = yield* inputs("rx-report__sensorlab_trace4.json", "callbacks-json")
        assert.deepEqual<unknown>(read, [
          message(
            {
              occurredMs: 1473760937000,
              report: {
                _tag: "MessageReported",
                source: "callbacks",
                report: "uplink",
                device: "1CF14C",
                seq: 2328,
                stations: [{ station: "0BF2", rssiDbm: -79, snrDb: 8.25 }],
              },
            },
            "0000",
          ),
        ])
      }),
    )

    it.effect("a message of the API", () =>
      Effect.gen(function* () {
        const read = yield* inputs("api-v2-deviceMessage.official-example.json", "api-v2-json")
        assert.deepEqual<unknown>(read, [
          message(
            {
              occurredMs: 1487065942000,
              report: {
                _tag: "MessageReported",
                source: "api-v2",
                report: "api-v2",
                device: "1",
                seq: 2,
                stations: [
                  {
                    station: "1E6AB",
                    rssiDbm: -128.53,
                    snrDb: 14.3,
                    frequencyHz: 868_530_000,
                    repetitions: 2,
                  },
                ],
                lqi: 2,
                downlinkAsked: false,
                location: { lat: 43.45, lng: 6.54, radiusM: 400 },
              },
            },
            "deadbeef",
          ),
        ])
      }),
    )

    it.effect("an undelivered callback's report, without its payload", () =>
      Effect.gen(function* () {
        const read = yield* inputs(
          "api-v2-deviceErrorMessages.official-example.json",
          "api-v2-json",
        )
        assert.deepEqual<unknown>(read, [
          {
            _tag: "Service",
            occurredMs: 1487065942000,
            report: {
              _tag: "ServiceReported",
              source: "api-v2",
              device: "1",
              service: "error",
              fields: {
                deviceTypeId: "5964a10570c85b51ccbaf497",
                status: "403",
                messages: "Forbidden",
              },
            },
          },
        ])
      }),
    )

    it.effect("that are no messages are refused whole", () =>
      Effect.gen(function* () {
        for (const path of [
          "acknowledge-answer__support.sigfox.com_docs_acknowledge.json",
          "bidir-answer__support.sigfox.com_docs_bidir.json",
          "api-v2-baseStation.official-example.json",
          "api-v2-device.test-fixture__arimacdev.json",
          "api-v2-profile.official-example.json",
          "api-v2-role.official-example.json",
          "sigfox-api-v2-openapi.json",
        ]) {
          const bytes = sharedBytes(`${examples}/${path}`)
          for (const format of [ApiV2Json.format, CallbacksJson.format]) {
            const error = yield* Effect.flip(readBytes(format, bytes))
            assert.strictEqual(error._tag, "NotOfFormat", path)
          }
        }
      }),
    )

    it("the URL patterns, with their variables filled in", () => {
      const values: Readonly<Record<string, string>> = {
        device: "4D33DB",
        time: "1476980426",
        duplicate: "false",
        snr: "18.86",
        station: "0BF2",
        data: "abad1dea",
        avgSnr: "15.54",
        lat: "46",
        lng: "15",
        rssi: "-123.00",
        seqNumber: "416",
        ack: "true",
        longPolling: "false",
        temp: "23.5",
        batt: "3.31",
        radius: "4000",
        geolocSource: "2",
      }
      const filled = (text: string) =>
        text.replaceAll(/\{(\w+)\}/g, (_, name: string) => values[name])
      const text = sharedText(`${examples}/url-patterns__docs.omnyvore.com.txt`)
      const pattern = (start: RegExp) => start.exec(text)?.[1] ?? ""
      const uplink = pattern(/^UPLINK:\s+\?(\S+)/m)
      const more = pattern(/^BIDIR:.*(&ack=\S+)/m)
      const line = pattern(/UPLINK line pattern (\S+);/)
      const status = pattern(/^SERVICE STATUS: \?(\S+)/m)
      const geoloc = pattern(/^SERVICE GEOLOC: \?(\S+)&lng=\.\.\./m)
      for (const found of [uplink, more, line, status, geoloc]) assert.isAbove(found.length, 10)

      const stations = [{ station: "0BF2", rssiDbm: -123, snrDb: 18.86 }]
      const payload = fromHex("abad1dea")
      assert.deepEqual<unknown>(readQuery(filled(uplink)), [
        ["uplink", 416, stations, undefined, payload],
      ])
      assert.deepEqual<unknown>(readQuery(filled(uplink + more)), [
        ["bidir", 416, stations, true, payload],
      ])
      const batch = encodeURIComponent(
        `${filled(line)}\n${filled(`${line};{ack};{longPolling}`)}\n`,
      )
      assert.deepEqual<unknown>(readQuery(`batch=${batch}`), [
        ["uplink", 416, stations, undefined, payload],
        ["bidir", 416, stations, true, payload],
      ])
      const common = { duplicate: "false", snr: "18.86", rssi: "-123.00", lat: "46" }
      const place = { lng: "15", station: "0BF2", avgSnr: "15.54" }
      assert.deepEqual<unknown>(readQuery(filled(status)), [
        ["status", 416, { ...common, ...place, temp: "23.5", batt: "3.31" }],
      ])
      assert.deepEqual<unknown>(readQuery(filled(geoloc)), [
        ["geoloc", 416, { ...common, radius: "4000", geolocSource: "2" }],
      ])
      // Left unfilled, a pattern says nothing of any device.
      assert.strictEqual(readCallbacks({ query: uplink })[0]._tag, "Rejected")
    })
  },
)

describe("formats", () => {
  it("are found by the names that the command line takes", () => {
    assert.deepEqual<unknown>(
      [
        "denver-csv",
        "jsi-json",
        "callbacks-json",
        "api-v2-json",
        "frames-ndjson",
        "events-ndjson",
      ].map((name) => formatNamed(name)?.name),
      formats.map(({ name }) => name),
    )
  })
})
