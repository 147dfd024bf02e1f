import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as ApiV2Json from "../../../core/ingest/apiV2Json.ts"
import * as CallbacksJson from "../../../core/ingest/callbacksJson.ts"
import * as DenverCsv from "../../../core/ingest/denverCsv.ts"
import { linesMax, valueCharsMax } from "../../../core/ingest/FileFormat.ts"
import { formatNamed, formats, guessFormat } from "../../../core/ingest/formats.ts"
import * as FramesNdjson from "../../../core/ingest/framesNdjson.ts"
import * as JsiJson from "../../../core/ingest/jsiJson.ts"
import type { Recorded } from "../../../core/event/Envelope.ts"
import * as EventsNdjson from "../../../core/ingest/eventsNdjson.ts"
import { toLine } from "../../../core/log/cloudEvent.ts"
import { inputsOf, readArrays, readLines, refusals } from "./reading.ts"

const recorded: Recorded = {
  position: 7,
  stream: "network",
  revision: 0,
  occurredMs: 1777629600250,
  recordedMs: 1777629600300,
  causes: [3, 5],
  event: { _tag: "Ticked", due: "silence" },
}
const callback = (seq: number) => ({ device: "1A", time: 1476980426, data: "00", seqNumber: seq })
const seqs = (inputs: ReturnType<typeof inputsOf>) =>
  inputs.map((input) => (input._tag === "Message" ? input.report.seq : input._tag))

const readCallbacks = (text: string) => readLines(CallbacksJson.format, text, 7)
const readDenver = (text: string) => readLines(DenverCsv.format, text, 11)
const readFrames = (text: string) => readLines(FramesNdjson.format, text, 13)
describe("callbacks-json", () => {
  const bodies = [callback(1), callback(2), callback(3)]

  it.effect("reads an array, lines, a page, a single body and bodies after one another alike", () =>
    Effect.gen(function* () {
      const texts = [
        JSON.stringify(bodies),
        JSON.stringify(bodies, undefined, 2),
        `\uFEFF${JSON.stringify(bodies, undefined, "\t").replaceAll("\n", "\r\n")}\r\n`,
        bodies.map((body) => JSON.stringify(body)).join("\n"),
        `${bodies.map((body) => JSON.stringify(body)).join("\r\n\r\n")}\r\n`,
        bodies.map((body) => JSON.stringify(body, undefined, 2)).join("\n"),
        JSON.stringify({ paging: { next: "[" }, data: bodies, more: [1, "]"] }),
        JSON.stringify({ data: bodies, paging: {} }, undefined, 2),
        `[\n${bodies.map((body) => JSON.stringify(body)).join(",\n")}\n]\n`,
        `{"data":[\n${bodies.map((body) => JSON.stringify(body)).join(",\n")}\n]}\n`,
      ]
      for (const text of texts) {
        const lines = yield* readCallbacks(text)
        assert.deepEqual<unknown>(refusals(lines), [], text)
        assert.deepEqual<unknown>(seqs(inputsOf(lines)), [1, 2, 3], text)
      }
      assert.deepEqual<unknown>(
        seqs(inputsOf(yield* readCallbacks(JSON.stringify(callback(9))))),
        [9],
      )
    }),
  )

  it.effect("tells the line or path of what is broken and goes on", () =>
    Effect.gen(function* () {
      const good = JSON.stringify(callback(1))
      const bad = JSON.stringify({ ...callback(1), seqNumber: 9999 })
      const lines = yield* readCallbacks(
        `${good}\n{"device":\n\n${bad}\n[${good},${bad}]\n7\n${good}`,
      )
      assert.deepEqual<unknown>(seqs(inputsOf(lines)), [1, 1, 1])
      assert.deepEqual<unknown>(refusals(lines), [
        "not-json at line 2 $",
        "out-of-range at line 4 $.seqNumber",
        "out-of-range at line 5 $[1].seqNumber",
        "not-object at line 6 $",
      ])
      const array = yield* readCallbacks(`[\n${good},\n${bad},\n{"a" 1},\n{"a":"open},\n${good}\n]`)
      assert.deepEqual<unknown>(seqs(inputsOf(array)), [1, 1])
      assert.deepEqual<unknown>(refusals(array), [
        "out-of-range at $[1].seqNumber",
        "not-json at $[2]",
        "not-json at $[3]",
      ])
      assert.deepEqual<unknown>(
        array.map(({ line }) => line),
        [2, 3, 4, 5, 6],
      )
    }),
  )

  it.effect("tells a list that is cut off", () =>
    Effect.gen(function* () {
      const text = JSON.stringify([callback(1), callback(2)])
      const lines = yield* readCallbacks(text.slice(0, -1))
      assert.deepEqual<unknown>(seqs(inputsOf(lines)), [1, 2])
      assert.deepEqual<unknown>(refusals(lines), ["unfinished at $"])
      assert.deepEqual<unknown>(refusals(yield* readCallbacks(text.slice(0, -5))), [
        "not-json at $[1]",
        "unfinished at $",
      ])
    }),
  )

  it.effect("gives nothing for a file that holds nothing", () =>
    Effect.gen(function* () {
      for (const text of ["", "\n\n", "[]", "[\n]", '{"data":[]}'])
        assert.deepEqual<unknown>(yield* readCallbacks(text), [], text)
    }),
  )

  it.effect("refuses a value that is too long to keep and goes on", () =>
    Effect.gen(function* () {
      const long = JSON.stringify({ ...callback(1), note: "x".repeat(valueCharsMax) })
      const good = JSON.stringify(callback(2))
      const array = yield* readLines(CallbacksJson.format, `[${good},${long},${good}]`, 100_000)
      assert.deepEqual<unknown>(refusals(array), ["too-long at $[1]"])
      assert.deepEqual<unknown>(seqs(inputsOf(array)), [2, 2])
      const lines = yield* readLines(CallbacksJson.format, `${good}\n${long}\n${good}`, 100_000)
      assert.deepEqual<unknown>(refusals(lines), ["too-long at line 2"])
      assert.deepEqual<unknown>(seqs(inputsOf(lines)), [2, 2])
    }),
  )
})

describe("denver-csv", () => {
  const header = "messid,bsid,did,nseq,rssi,time_ux,bs_lat,bs_lng"
  const expected = {
    _tag: "Reception",
    occurredMs: 1463546329000,
    report: {
      _tag: "ReceptionReported",
      source: "denver",
      station: "2841",
      device: "473335",
      id: "573bf1d9",
      meanRank: 0.5,
      rssiDbm: -121.5,
      lat: 39.61,
      lng: -104.95,
    },
  }

  it.effect("reads a row whatever the order and quoting of its columns", () =>
    Effect.gen(function* () {
      const texts = [
        `${header}\n573bf1d9,2841,473335.0,0.5,-121.5,1.463546329e+12,39.61,-104.95\n`,
        `\uFEFF${header}\r\n\r\n573bf1d9,2841,473335,0.5,-121.5,1463546329000,39.61,-104.95`,
        `"did","x","messid",bsid,"nseq",rssi,time_ux,bs_lat,bs_lng\n` +
          `473335.0,"a,""b""","573bf1d9",2841,0.5,"-121.5",1.463546329e+12,39.61,-104.95`,
      ]
      for (const text of texts) {
        const lines = yield* readDenver(text)
        assert.deepEqual<unknown>(inputsOf(lines), [expected], text)
      }
    }),
  )

  it.effect("leaves out coordinates that are not real, and columns that are not there", () =>
    Effect.gen(function* () {
      const [north] = inputsOf(yield* readDenver(`${header}\nm,1,2.0,,,1.46e12,64.3,-68.5`))
      assert.deepEqual<unknown>(
        north._tag === "Reception" && Object.keys(north.report).toSorted(),
        ["_tag", "device", "id", "source", "station"],
      )
      const short = yield* readDenver(`messid,bsid,did,time_ux\nm,1,2.0,1.46e12`)
      assert.strictEqual(inputsOf(short).length, 1)
    }),
  )

  it.effect("refuses broken rows with line and column and goes on", () =>
    Effect.gen(function* () {
      const lines = yield* readDenver(
        [
          header,
          "m,1,2.0,0.5,-100,1.46e12,39,-104",
          "m,1,2.0,0.5,-100,1.46e12,39",
          "m,1,2.5,0.5,-100,1.46e12,39,-104",
          "m,1,2.0,NaN,-100,1.46e12,39,-104",
          "m,1,2.0,3,-100,1.46e12,39,-104",
          'm,1,2.0,1,"-100,1.46e12,39,-104',
          "m,1,2.0,1,-100,1.46e12,139,-104",
          "m,,2.0,1,-100,1.46e12,39,-104",
          "m m,1,2.0,1,-100,1.46e12,39,-104",
          "m,1,2.0,0.5,-100,1.46e12,39,-104",
        ].join("\n"),
      )
      assert.deepEqual<unknown>(refusals(lines), [
        "wrong-columns at line 3",
        "bad-device at line 4 did",
        "bad-number at line 5 nseq",
        "out-of-range at line 6 nseq",
        "bad-quotes at line 7",
        "out-of-range at line 8 bs_lat",
        "missing at line 9 bsid",
        "bad-id at line 10 messid",
      ])
      assert.strictEqual(inputsOf(lines).length, 2)
    }),
  )
})

describe("frames-ndjson", () => {
  const frame = {
    station: "0bf2",
    heardAt: "2026-05-01T10:00:00.250Z",
    frame: "35f01A0db334d00abad1deadc32758a",
  }

  it.effect("reads a reception with all its fields, or only those needed", () =>
    Effect.gen(function* () {
      const full = {
        ...frame,
        rssiDbm: -121.5,
        snrDb: 8,
        frequencyHz: 868_130_000,
        configDigest: "AB".repeat(32),
      }
      const bitstream = {
        station: "BS-7",
        heardAt: 1777629600250,
        bitstream: `aaaaa${frame.frame}`,
      }
      const lines = yield* readFrames(`${JSON.stringify(full)}\r\n${JSON.stringify(bitstream)}`)
      assert.deepEqual<unknown>(inputsOf(lines), [
        {
          _tag: "Frame",
          frame: {
            source: "frames",
            station: "0BF2",
            heardAtMs: Date.UTC(2026, 4, 1, 10, 0, 0, 250),
            frame: frame.frame,
            rssiDbm: -121.5,
            snrDb: 8,
            frequencyHz: 868_130_000,
            configDigest: "ab".repeat(32),
          },
        },
        {
          _tag: "Frame",
          frame: {
            source: "frames",
            station: "BS-7",
            heardAtMs: 1777629600250,
            frame: `aaaaa${frame.frame}`,
          },
        },
      ])
    }),
  )

  it.effect("refuses what is wrong with its line and field and goes on", () =>
    Effect.gen(function* () {
      const wrong = [
        [{ ...frame, station: undefined }, "missing at line 1 $.station"],
        [{ ...frame, station: "a b" }, "bad-station at line 1 $.station"],
        [{ ...frame, heardAt: "soon" }, "bad-time at line 1 $.heardAt"],
        [{ ...frame, heardAt: 1 }, "bad-time at line 1 $.heardAt"],
        [{ ...frame, frame: "" }, "missing at line 1 $.frame"],
        [{ ...frame, frame: undefined }, "missing at line 1 $.frame"],
        [{ ...frame, frame: "xyz" }, "bad-hex at line 1 $.frame"],
        [{ ...frame, frame: "0".repeat(129) }, "bad-hex at line 1 $.frame"],
        [{ ...frame, rssiDbm: "-100" }, "bad-number at line 1 $.rssiDbm"],
        [{ ...frame, rssiDbm: 5000 }, "bad-number at line 1 $.rssiDbm"],
        [{ ...frame, snrDb: true }, "bad-number at line 1 $.snrDb"],
        [{ ...frame, frequencyHz: 868.13 }, "bad-number at line 1 $.frequencyHz"],
        [{ ...frame, configDigest: "abc" }, "bad-hex at line 1 $.configDigest"],
      ] as const
      for (const [body, expected] of wrong) {
        const lines = yield* readFrames(
          `${JSON.stringify(body)}\n{\n\n[]\n${JSON.stringify(frame)}\n`,
        )
        assert.deepEqual<unknown>(refusals(lines), [
          expected,
          "not-json at line 2",
          "not-object at line 4",
        ])
        assert.strictEqual(inputsOf(lines).length, 1)
      }
    }),
  )

  it.effect("gives at most a set number of lines at once", () =>
    Effect.gen(function* () {
      const text = `${JSON.stringify(frame)}\n`.repeat(2 * linesMax + 1)
      const arrays = yield* readArrays(FramesNdjson.format, [new TextEncoder().encode(text)])
      assert.deepEqual<unknown>(
        arrays.map((lines) => lines.length),
        [linesMax, linesMax, 1],
      )
    }),
  )
})

describe("events-ndjson", () => {
  it.effect("reads events as they were recorded, and refuses what is none with its place", () =>
    Effect.gen(function* () {
      const line = toLine({ id: "log" }, recorded)
      const late = line.replace('"position":"7"', '"position":"8"')
      const wrong = line.replace('"due":"silence"', '"due":5')
      const lines = yield* readLines(
        EventsNdjson.format,
        [line, late, "{", wrong, line].join("\n"),
        17,
      )
      assert.deepEqual<unknown>(inputsOf(lines), [
        { _tag: "Event", recorded },
        { _tag: "Event", recorded },
      ])
      assert.deepEqual<unknown>(refusals(lines), [
        "envelope at line 2 $.position",
        "not-json at line 3",
        "event at line 4 $.data.due",
      ])
    }),
  )
})

describe("jsi-json", () => {
  it.effect("reads what was received and passes over what was lost", () =>
    Effect.gen(function* () {
      const rx = { ...callback(7), station: "0BF2", snr: "8.25", rssi: "-79.00", avgSnr: "1" }
      const lines = yield* readLines(
        JsiJson.format,
        JSON.stringify([{ tx: {} }, { rx, tx: {} }, { rx: { ...rx, time: "x" } }, { other: 1 }]),
      )
      assert.deepEqual<unknown>(refusals(lines), ["bad-time at $[2].rx.time", "not-object at $[3]"])
      const [heard] = inputsOf(lines)
      assert.deepEqual<unknown>(heard._tag === "Message" && heard.report, {
        _tag: "MessageReported",
        source: "jsi",
        report: "rx",
        device: "1A",
        seq: 7,
        stations: [{ station: "0BF2", rssiDbm: -79, snrDb: 8.25 }],
      })
    }),
  )
})

describe("api-v2-json", () => {
  it.effect("refuses what is wrong in a message with its path and goes on", () =>
    Effect.gen(function* () {
      const good = { device: { id: "1" }, time: 1487065942000, seqNumber: 2 }
      const lines = yield* readLines(
        ApiV2Json.format,
        JSON.stringify({
          data: [
            good,
            { ...good, device: { id: "?" } },
            { ...good, time: undefined },
            { ...good, rinfos: [{ baseStation: { id: "1E6AB" } }, {}] },
            { ...good, rinfos: [{ baseStation: { id: "1E6AB" }, freq: 5e7 }] },
            { ...good, rinfos: {} },
            { ...good, seqNumber: undefined },
            "text",
          ],
          paging: {},
        }),
      )
      assert.deepEqual<unknown>(refusals(lines), [
        "bad-device at $.data[1].device.id",
        "missing at $.data[2].time",
        "missing at $.data[3].rinfos[1].baseStation.id",
        "out-of-range at $.data[4].rinfos[0].freq",
        "not-list at $.data[5].rinfos",
        "not-object at $.data[7]",
      ])
      const [first, unnumbered] = inputsOf(lines)
      assert.deepEqual<unknown>(seqs([first]), [2])
      assert.strictEqual(
        unnumbered._tag === "Message" ? unnumbered.report.id : undefined,
        "1-1487065942000",
      )
    }),
  )
})

describe("a file that is not of its format", () => {
  const samples = {
    "denver-csv": "messid,bsid,did,nseq,rssi,time_ux,bs_lat,bs_lng\nm,1,2.0,1,-1,1.46e12,39,-104\n",
    "jsi-json": '[{"rx":{"device":"1","time":"1473675858","seqNumber":"1"},"tx":{}}]',
    "callbacks-json": JSON.stringify(callback(1)),
    "api-v2-json": '{"data":[{"device":{"id":"1"},"time":1487065942000}]}',
    "frames-ndjson": '{"station":"1","heardAt":1777629600250,"frame":"00"}\n',
    "events-ndjson": `${toLine({ id: "log" }, recorded)}\n`,
  }
  const strangers = {
    text: "Dear sir,\nplease find enclosed",
    binary: "SQLite format 3\0\0\0",
    numbers: "[1,2,3]",
    truncated: '{"device":',
  }

  it.effect("is refused whole, with the reason, by every format but its own", () =>
    Effect.gen(function* () {
      for (const format of formats)
        for (const [name, text] of Object.entries({ ...samples, ...strangers })) {
          if (name === format.name) {
            assert.strictEqual(inputsOf(yield* readLines(format, text)).length, 1, name)
            continue
          }
          const error = yield* Effect.flip(readLines(format, text))
          assert.strictEqual(error._tag, "NotOfFormat")
          assert.strictEqual(error.format, format.name)
          assert.strictEqual(error.file, "a-file")
          assert.isAbove(error.why.length, 10)
        }
    }),
  )

  it("is guessed by what it holds, then by its name", () => {
    for (const [name, text] of Object.entries(samples))
      assert.strictEqual(guessFormat(text, "x.dat")?.name, name)
    for (const text of Object.values(strangers)) assert.isUndefined(guessFormat(text, "x.json"))
    assert.strictEqual(guessFormat("", "/tmp/frames-2026.ndjson"), FramesNdjson.format)
    assert.strictEqual(guessFormat(`\uFEFF${samples["jsi-json"]}`, "")?.name, "jsi-json")
    assert.strictEqual(formatNamed("denver-csv"), DenverCsv.format)
    assert.isUndefined(formatNamed("xml"))
  })

  it.effect("is judged by its first block alone, however it is cut", () =>
    Effect.gen(function* () {
      const foreign = '{"a":1}\n'.repeat(20_000)
      for (const size of [10, 1_000, 1_000_000])
        assert.strictEqual(
          (yield* Effect.flip(
            readLines(FramesNdjson.format, foreign + samples["frames-ndjson"], size),
          ))._tag,
          "NotOfFormat",
        )
    }),
  )
})
