import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as fc from "fast-check"
import { readCallbacks } from "../../../core/ingest/callbackRequest.ts"
import { fieldsOf } from "../../../core/ingest/csvFields.ts"
import type { FileFormat } from "../../../core/ingest/FileFormat.ts"
import { formats } from "../../../core/ingest/formats.ts"
import { readFrameLine } from "../../../core/ingest/frameLine.ts"
import * as JsonSplitter from "../../../core/ingest/JsonSplitter.ts"
import * as LineSplitter from "../../../core/ingest/LineSplitter.ts"
import { inChunks, readArrays } from "./reading.ts"

/** Text that comes near to what the readers read: pieces of JSON, CSV and parameters in any order. */
const nearly = fc
  .array(
    fc.oneof(
      fc.constantFrom(
        '{"device":"1A","time":"1476980426","data":"00","seqNumber":"1"}',
        '{"station":"1","heardAt":1777629600250,"frame":"0aF"}',
        '{"device":{"id":"1"},"time":1487065942000,"rinfos":[{"baseStation":{"id":"2"}}]}',
        '{"rx":{"device":"1","time":"1473675858","seqNumber":"1"},"tx":{}}',
        "messid,bsid,did,nseq,rssi,time_ux\n",
        "m,1,2.0,1,-1,1.46e12\n",
        '{"data":[',
      ),
      fc.constantFrom(
        ...'{}[],:"\\\n\r \u0000é\u{1F4E1}'.split(""),
        "\n",
        "]}",
        ",\n",
        "&",
        "=",
        ";",
      ),
      fc.string({ maxLength: 8 }),
      fc.json({ maxDepth: 3 }),
    ),
    { maxLength: 24 },
  )
  .map((pieces) => pieces.join(""))

/** Beginnings that make a file of its format, so that the readers read on. */
const beginnings: Readonly<Record<string, ReadonlyArray<string>>> = {
  "denver-csv": ["messid,bsid,did,nseq,rssi,time_ux\n"],
  "jsi-json": ['[{"rx":{"device":"1","time":"1473675858","seqNumber":"1"},"tx":{}},'],
  "callbacks-json": [
    '[{"device":"1A","time":"1476980426","data":"00"},',
    '{"device":"1A","time":"1476980426","data":"00"}\n{"device":"1A"}\n',
  ],
  "api-v2-json": ['{"n":1,"data":[{"device":{"id":"1"},"time":1487065942000},'],
  "frames-ndjson": ['{"station":"1","heardAt":1777629600250,"frame":"0aF"}\n'],
  "events-ndjson": ['{"specversion":"1.0"}\n'],
}

/** What a reader makes of bytes: its lines, or why it refuses the file. */
const outcome = (format: FileFormat, chunks: ReadonlyArray<Uint8Array>) =>
  readArrays(format, chunks).pipe(
    Effect.map((arrays): unknown => arrays.flat()),
    Effect.catchTag("NotOfFormat", (error) => Effect.succeed(error.why)),
    Effect.runSync,
  )

describe("every reader", () => {
  for (const format of formats) {
    const begun = fc.constantFrom("", ...beginnings[format.name])
    const begunText = fc.tuple(begun, nearly).map((parts) => parts.join(""))

    it(`${format.name} throws at no text, and reads it the same however it is cut`, () => {
      fc.assert(
        fc.property(begunText, fc.integer({ min: 1, max: 40 }), (read, size) => {
          const bytes = new TextEncoder().encode(read)
          assert.deepEqual(outcome(format, inChunks(bytes, size)), outcome(format, [bytes]))
        }),
        { numRuns: 300 },
      )
    })

    it(`${format.name} throws at no bytes`, () => {
      fc.assert(
        fc.property(fc.uint8Array({ maxLength: 400 }), (bytes) => {
          assert.isDefined(outcome(format, inChunks(bytes, 7)))
        }),
        { numRuns: 100 },
      )
    })

    it(`${format.name} throws at no text behind its first block`, () => {
      fc.assert(
        fc.property(nearly, (text) => {
          const one = format.open({ text: "{}\n{}", whole: false })
          for (const { line, result } of [...one.push(text), ...one.end()]) {
            assert.isAtLeast(line, 1)
            assert.isString(result._tag)
          }
        }),
        { numRuns: 200 },
      )
    })
  }
})

describe("requests and lines", () => {
  it("throw at no text", () => {
    fc.assert(
      fc.property(
        nearly,
        nearly,
        fc.option(fc.string(), { nil: undefined }),
        (query, body, contentType) => {
          assert.isAbove(readCallbacks({ query, body, contentType }).length + 1, 0)
          assert.isString(readFrameLine(body, 1)._tag)
        },
      ),
    )
  })

  it("throw at no JSON value in any field", () => {
    const names = [
      "device",
      "time",
      "data",
      "seqNumber",
      "lqi",
      "duplicates",
      "computedLocation",
      "temp",
    ]
    const body = fc.dictionary(fc.constantFrom(...names), fc.jsonValue())
    fc.assert(
      fc.property(body, (value) => {
        const [result] = readCallbacks({ query: "", body: JSON.stringify(value) })
        assert.isString(result._tag)
      }),
    )
  })
})

const quoted = (field: string) => `"${field.replaceAll('"', '""')}"`

describe("splitters", () => {
  it("give the lines that splitting the whole text gives", () => {
    fc.assert(
      fc.property(fc.array(fc.stringMatching(/^[ a-z\r\n]{0,9}$/)), (pieces) => {
        const given: Array<string> = []
        const splitter = LineSplitter.make()
        const each = (text: string | undefined, line: number) => given.push(`${line}:${text}`)
        for (const piece of pieces) splitter.push(piece, each)
        splitter.end(each)
        const expected = pieces
          .join("")
          .split("\n")
          .flatMap((text, i) => (text.trim() === "" ? [] : [`${i + 1}:${text.replace(/\r$/, "")}`]))
        assert.deepEqual(given, expected)
      }),
    )
  })

  it("never keep a line or value beyond its bound, and tell of it", () => {
    const pieces = fc.array(fc.stringMatching(/^[a-z\n]{0,9}$/))
    fc.assert(
      fc.property(pieces, (texts) => {
        const splitter = LineSplitter.make(5)
        const given: Array<number> = []
        const each = (text: string | undefined) => given.push(text?.length ?? -1)
        for (const text of texts) splitter.push(text, each)
        splitter.end(each)
        const whole = texts
          .join("")
          .split("\n")
          .filter((text) => text !== "")
        assert.deepEqual(
          given,
          whole.map(({ length }) => (length > 5 ? -1 : length)),
        )
      }),
    )
    const values: Array<string | undefined> = []
    const splitter = JsonSplitter.make(8)
    const each = ({ text }: JsonSplitter.Value) => values.push(text)
    for (const piece of ['[{"a":', '"long"},', '{"b":1},"longer than', ' it may be",7]'])
      splitter.push(piece, each)
    splitter.end(each)
    assert.deepEqual(values, [undefined, '{"b":1}', undefined, "7"])
  })

  it("hold no more of an endless line than its bound", () => {
    // Together longer than any string can be: to hold it all would throw.
    const piece = "x".repeat(2 ** 20)
    const lines = LineSplitter.make()
    let given = 0
    const each = () => given++
    for (let i = 0; i < 520; i++) lines.push(piece, each)
    assert.strictEqual(given, 0)
    lines.end(each)
    assert.strictEqual(given, 1)
  })

  it("give the values of any JSON array, however it is printed and cut", () => {
    const array = fc.array(fc.jsonValue({ maxDepth: 3 }))
    const indent = fc.constantFrom(undefined, 1, 4, "\t")
    fc.assert(
      fc.property(
        array,
        indent,
        fc.boolean(),
        fc.integer({ min: 1, max: 9 }),
        (list, space, paged, size) => {
          const text = JSON.stringify(
            paged ? { n: [1], s: '"data":[', data: list, z: {} } : list,
            undefined,
            space,
          )
          const values: Array<unknown> = []
          const paths: Array<string> = []
          const splitter = JsonSplitter.make()
          const each = (value: JsonSplitter.Value) => {
            values.push(JSON.parse(value.text ?? "null"))
            paths.push(value.path)
          }
          for (let at = 0; at < text.length; at += size)
            splitter.push(text.slice(at, at + size), each)
          assert.isFalse(splitter.end(each).open)
          assert.deepEqual(values, JSON.parse(JSON.stringify(list)))
          assert.deepEqual(
            paths,
            list.map((_, i) => (paged ? `$.data[${i}]` : `$[${i}]`)),
          )
        },
      ),
    )
  })

  it("give back any fields quoted as CSV", () => {
    fc.assert(
      fc.property(fc.array(fc.stringMatching(/^[a",; ]{0,6}$/), { minLength: 1 }), (fields) => {
        assert.deepEqual(fieldsOf(fields.map(quoted).join(",")), fields)
      }),
    )
  })
})
