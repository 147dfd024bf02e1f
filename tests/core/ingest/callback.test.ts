import { assert, describe, it } from "@effect/vitest"
import { readBodies, readCallbacks } from "../../../core/ingest/callbackRequest.ts"
import type { Result } from "../../../core/ingest/callbackRequest.ts"
import { fromHex } from "../../../core/kernel/Bytes.ts"

const one = (results: ReadonlyArray<Result>): Result => {
  assert.strictEqual(results.length, 1)
  return results[0]
}
const get = (query: string): Result => one(readCallbacks({ query }))
const post = (body: unknown, query = ""): Result =>
  one(readCallbacks({ query, contentType: "application/json", body: JSON.stringify(body) }))
const refusal = (result: Result): string =>
  result._tag === "Rejected" ? `${result.reason} at ${result.where}` : `taken as ${result._tag}`
const kind = (result: Result): string => {
  if (result._tag === "Message") return result.report.report
  return result._tag === "Service" ? result.report.service : refusal(result)
}

const base = { device: "1A2345", time: "1476980426" }

const message = (fields: object) => {
  const result = post({ ...base, seqNumber: 5, ...fields })
  if (result._tag !== "Message") throw new Error(refusal(result))
  return result
}
const quality = (fields: object) => message(fields).report.lqi
const location = (computedLocation: unknown) => message({ computedLocation }).report.location

describe("a callback's request", () => {
  const uplink = {
    _tag: "Message",
    occurredMs: 1476980426000,
    report: {
      _tag: "MessageReported",
      source: "callbacks",
      report: "uplink",
      device: "1A2345",
      seq: 1492,
      stations: [{ station: "0BF2", rssiDbm: -123, snrDb: 18.86 }],
    },
    payload: fromHex("920e82002731b01db0512201"),
  }
  const query =
    "device=1A2345&time=1476980426&duplicate=false&snr=18.86&station=0bf2" +
    "&data=920e82002731b01db0512201&avgSnr=15.54&lat=1&lng=104&rssi=-123.00&seqNumber=1492"
  const line =
    "1A2345;1476980426;false;18.86;0BF2;920e82002731b01db0512201;15.54;1;104;-123.00;1492"

  it("is read from the variables of a URL", () => {
    assert.deepEqual<unknown>(get(query), uplink)
    assert.deepEqual<unknown>(get(`?${query}`), uplink)
  })

  it("is read from a form, with the type in the URL", () => {
    const request = { query: "type=uplink", contentType: "application/x-www-form-urlencoded" }
    assert.deepEqual<unknown>(one(readCallbacks({ ...request, body: query })), uplink)
  })

  it("is read from JSON with numbers as numbers or as text, and time in milliseconds too", () => {
    const body = { ...base, seqNumber: 1492, station: "0BF2", snr: 18.86, rssi: "-123.00" }
    const data = "920E82002731B01DB0512201"
    assert.deepEqual<unknown>(post({ ...body, data }), uplink)
    assert.deepEqual<unknown>(post({ ...body, data, time: 1476980426000 }), uplink)
    assert.deepEqual<unknown>(
      one(readCallbacks({ query: "", body: `\uFEFF ${JSON.stringify({ ...body, data })}\n` })),
      post({ ...body, data }),
    )
  })

  it("is read line by line from a batch, UPLINK and BIDIR patterns beside one another", () => {
    const batch = `${line}\r\n${line};true;false\n`
    const results = readCallbacks({ query: `batch=${encodeURIComponent(batch)}` })
    assert.strictEqual(results.length, 2)
    assert.deepEqual<unknown>(results[0], uplink)
    assert.strictEqual(kind(results[1]), "bidir")
    const body = `batch=${encodeURIComponent(line)}`
    assert.deepEqual<unknown>(one(readCallbacks({ query: "", body })), uplink)
  })

  it("is read from a batch of the sender's own pattern", () => {
    const pattern = encodeURIComponent("{device};{time};{data};")
    const result = get(`pattern=${pattern}&batch=2DC7C1%3B1500452712%3Bdeadbeaf%3B`)
    assert.strictEqual(result._tag, "Message")
    if (result._tag !== "Message") return
    assert.deepEqual<unknown>(result.payload, fromHex("deadbeaf"))
    assert.strictEqual(result.report.device, "2DC7C1")
    assert.strictEqual(result.report.id, "2DC7C1-1500452712000")
  })

  it("gives a result for each of an array, in order, broken ones with their place", () => {
    const results = readBodies([{ ...base, seqNumber: 1 }, { ...base, seqNumber: "x" }, 7])
    assert.deepEqual<unknown>(results.map(kind), [
      "uplink",
      "bad-number at $[1].seqNumber",
      "not-object at $[2]",
    ])
  })
})

describe("a callback's type", () => {
  it("is told by its fields", () => {
    const kinds = (
      [
        ["uplink", { data: "00", seqNumber: 1 }],
        ["bidir", { data: "00", seqNumber: 1, ack: "true" }],
        ["bidir", { data: "00", longPolling: false }],
        ["data-advanced", { data: "00", seqNumber: 1, lqi: "Good" }],
        ["data-advanced", { data: "00", duplicates: [] }],
        ["acknowledge", { infoCode: "0", infoMessage: "Acked", downlinkAck: "true" }],
        ["status", { temp: "21", batt: "3.2", seqNumber: 3 }],
        ["repeater", { batt: "3.2", repeatedMsg: 4, wrongMsg: 0 }],
        ["error", { info: "No message received", severity: "ERROR" }],
        ["event", { severity: "WARN", deviceLastSeqnumber: 3, deviceMessageSeqnumber: 9 }],
        ["geoloc", { radius: "4000", geolocSource: "2" }],
      ] as const
    ).map(([expected, fields]) => [expected, kind(post({ ...base, ...fields }))])
    for (const [expected, actual] of kinds) assert.strictEqual(actual, expected)
  })

  it("is told by ?type= in any of the backend's spellings, whatever the fields", () => {
    const spellings = {
      DATA_ADVANCED: "data-advanced",
      "data-advanced": "data-advanced",
      "SERVICE DATA_ADVANCED": "data-advanced",
      SERVICE_STATUS: "status",
      "Service/Geoloc": "geoloc",
      DATA_BIDIR: "bidir",
      data: "uplink",
      Acknowledge: "acknowledge",
      repeater: "repeater",
      ERROR: "error",
      event: "event",
    }
    for (const [type, expected] of Object.entries(spellings))
      assert.strictEqual(
        kind(post({ ...base, seqNumber: 1 }, `type=${encodeURIComponent(type)}`)),
        expected,
      )
    assert.strictEqual(refusal(post(base, "type=carrier-pigeon")), "unknown-type at $.type")
    assert.strictEqual(refusal(get("type=x&device=1&time=1476980426")), "unknown-type at type")
  })

  it("is unknown where no field tells it", () => {
    assert.strictEqual(refusal(post(base)), "unknown-type at $")
  })
})

describe("a message's fields", () => {
  it("list the stations of DATA_ADVANCED, each once", () => {
    const duplicates = [
      { bsId: "7D32", rssi: -112, nbRep: 3, snr: 22.1 },
      { bsId: "0bf2", rssi: "-130.5", nbRep: "1", snr: "8" },
    ]
    const { report } = message({ lqi: "Excellent", station: "7D32", rssi: "-1", duplicates })
    assert.deepEqual<unknown>(report.stations, [
      { station: "7D32", rssiDbm: -112, snrDb: 22.1, repetitions: 3 },
      { station: "0BF2", rssiDbm: -130.5, snrDb: 8, repetitions: 1 },
    ])
    assert.strictEqual(report.lqi, 3)
    const text = encodeURIComponent(JSON.stringify(duplicates))
    const asText = get(`device=1&time=1476980426&seqNumber=5&duplicates=${text}`)
    assert.strictEqual(asText._tag === "Message" && asText.report.stations.length, 2)
  })

  it("give link quality by name or number, and none where it is not available", () => {
    assert.deepEqual<unknown>(
      ["Limit", "AVERAGE", "Good", "excellent", 0, "3", "NA", 4].map((lqi) => quality({ lqi })),
      [0, 1, 2, 3, 0, 3, undefined, undefined],
    )
    assert.strictEqual(quality({ linkQuality: "2" }), 2)
  })

  it("give a location only where one was computed", () => {
    const place = { lat: 52.5, lng: 5.5, radius: 7800 }
    const expected = { lat: 52.5, lng: 5.5, radiusM: 7800 }
    assert.deepEqual<unknown>(location({ ...place, status: 1 }), expected)
    assert.deepEqual<unknown>(location(JSON.stringify({ ...place, status: "1" })), expected)
    assert.isUndefined(location({ ...place, status: 0 }))
    assert.isUndefined(location("null"))
  })

  it("take an empty payload for an empty payload and a missing one for none", () => {
    assert.deepEqual<unknown>(message({ data: "" }).payload, new Uint8Array(0))
    assert.isFalse("payload" in message({}))
  })

  it("take null, empty and N/A for absent", () => {
    const { report } = message({ data: "00", rssi: null, snr: "", station: "null", lqi: "N/A" })
    assert.deepEqual<unknown>(report.stations, [])
    assert.isFalse("lqi" in report)
  })

  it("keep a device's id in the backend's form, and names as they are", () => {
    assert.strictEqual(message({ device: "001a2f" }).report.device, "1A2F")
    assert.strictEqual(message({ device: "device1" }).report.device, "device1")
  })

  it("are refused one by one where they are wrong", () => {
    const wrong = {
      device: ["{device}", "a b", "", {}, "../x"],
      time: ["{time}", "yesterday", 1, -1, "147698042600000", "NaN", 4102444800000],
      seqNumber: ["4096", -1, 1.5, "0x10", {}],
      data: ["0", "zz", 7, "00".repeat(13)],
      rssi: ["loud", 1000, [], true],
      station: ["a/b", {}],
      ack: ["maybe", 2],
      lqi: ["superb", 5],
      duplicates: ["x", {}, [7], [{ rssi: 1 }]],
      computedLocation: ["here", { lat: 91, lng: 0 }, { lat: 1 }],
    }
    for (const [name, values] of Object.entries(wrong))
      for (const value of values) {
        const said = refusal(post({ ...base, seqNumber: 5, data: "00", [name]: value }))
        assert.match(said, new RegExp(` at \\$\\.${name}$`), `${name}: ${JSON.stringify(value)}`)
      }
    assert.strictEqual(refusal(post({ time: base.time, data: "00" })), "missing at $.device")
    assert.strictEqual(refusal(post({ device: "1", data: "00" })), "missing at $.time")
  })

  it("never show a payload in a reason", () => {
    const secret = "c0ffeec0ffeec0ffeec0ffeec0ffee"
    const broken = [
      ...readCallbacks({ query: "", body: `{"data":"${secret}` }),
      post({ ...base, data: secret }),
      post({ ...base, data: `${secret.slice(0, 10)}x` }),
    ]
    assert.strictEqual(broken.length, 3)
    for (const result of broken) {
      assert.strictEqual(result._tag, "Rejected")
      assert.notInclude(JSON.stringify(result), "c0ffee")
    }
  })
})

describe("a service report", () => {
  it("keeps its other fields as text, and no payload", () => {
    const result = post({
      ...base,
      infoCode: 0,
      infoMessage: "Acked",
      downlinkAck: true,
      data: "c0ffee",
      downlinkData: "c0ffee",
      "customData#temp": 12,
      nested: { a: [1] },
      nothing: null,
      seqNumber: "9",
    })
    assert.deepEqual<unknown>(result, {
      _tag: "Service",
      occurredMs: 1476980426000,
      report: {
        _tag: "ServiceReported",
        source: "callbacks",
        device: "1A2345",
        service: "acknowledge",
        seq: 9,
        fields: {
          infoCode: "0",
          infoMessage: "Acked",
          downlinkAck: "true",
          nested: '{"a":[1]}',
        },
      },
    })
  })

  it("of an EVENT is of the device that its sourceId names", () => {
    const result = post({
      sourceId: "4d33db",
      sourceType: "DEVICE",
      eventType: "SEQUENCE_BREAK",
      time: "1476980426",
      deviceLastSeqnumber: "10",
      deviceMessageSeqnumber: "14",
    })
    assert.strictEqual(result._tag, "Service")
    if (result._tag !== "Service") return
    assert.strictEqual(result.report.device, "4D33DB")
    assert.strictEqual(result.report.service, "event")
    assert.strictEqual(result.report.seq, 14)
    assert.strictEqual(result.report.fields["deviceLastSeqnumber"], "10")
  })

  it("is refused when its fields are too many, too long or ill named", () => {
    const many = Object.fromEntries(Array.from({ length: 65 }, (_, i) => [`f${i}`, 1]))
    assert.strictEqual(refusal(post({ ...base, ...many }, "type=status")), "too-long at $.fields")
    assert.strictEqual(refusal(post({ ...base, temp: "x".repeat(2049) })), "too-long at $.temp")
    const body = '{"device":"1","time":1476980426,"temp":1,"__proto__":"x"}'
    assert.strictEqual(
      refusal(one(readCallbacks({ query: "", body }))),
      'bad-name at $."__proto__"',
    )
  })
})

describe("a broken request", () => {
  it("is refused with what is wrong", () => {
    const refused = [
      [{ query: "" }, "unknown-type at query"],
      [{ query: "", body: "{" }, "not-json at $"],
      [{ query: "", contentType: "application/json", body: "device=1" }, "not-json at $"],
      [{ query: "", body: '"text"' }, "not-object at $"],
      [{ query: "batch=%0A" }, "missing at batch"],
      [{ query: "batch=1;2;3" }, "wrong-columns at batch[0]"],
      [
        { query: "batch=1;1476980426;false;1;0BF2;00;1;1;1;-1;x" },
        "bad-number at batch[0].seqNumber",
      ],
    ] as const
    for (const [request, expected] of refused)
      assert.strictEqual(refusal(one(readCallbacks(request))), expected)
  })

  it("that is nested without end is refused, not followed", () => {
    const deep = "[".repeat(200_000) + "]".repeat(200_000)
    const body = `{"device":"1","time":1476980426,"temp":${deep}}`
    assert.match(refusal(one(readCallbacks({ query: "", body }))), /^(too-long|not-json) at /)
  })
})
