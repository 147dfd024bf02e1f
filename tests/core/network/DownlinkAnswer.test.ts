import { assert, describe, it } from "@effect/vitest"
import * as fc from "fast-check"
import * as Bytes from "../../../core/kernel/Bytes.ts"
import * as DownlinkAnswer from "../../../core/network/DownlinkAnswer.ts"

const device = "4D33DB"

const read = (body: unknown, status = 200) =>
  DownlinkAnswer.read(status, typeof body === "string" ? body : JSON.stringify(body), device)._tag

describe("a customer's answer", () => {
  it("is a downlink where it holds eight bytes under the device's id, however that is written", () => {
    for (const id of ["4D33DB", "4d33db", "004d33db"]) {
      const answer = DownlinkAnswer.read(
        200,
        JSON.stringify({ [id]: { downlinkData: "DeadBeef02468ace" } }),
        device,
      )
      assert(answer._tag === "Downlink")
      assert.strictEqual(Bytes.toHex(answer.payload), "deadbeef02468ace")
    }
  })

  it("is none where it says so, or says something else", () => {
    assert.strictEqual(read("", 204), "None")
    assert.strictEqual(read({ [device]: { downlinkData: "deadbeef02468ace" } }, 204), "None")
    for (const body of ["", "OK", "<html>", {}, [], { [device]: { noData: true } }])
      assert.strictEqual(read(body), "None")
    assert.strictEqual(read({ [device]: { noData: true, downlinkData: "00" } }), "None")
    assert.strictEqual(read({ [device]: { downlinkData: null } }), "None")
  })

  it("is refused where it is meant as one and is not eight bytes for this device", () => {
    for (const body of [
      { [device]: { downlinkData: "deadbeef" } },
      { [device]: { downlinkData: "deadbeef02468ace00" } },
      { [device]: { downlinkData: "no hex, 16 chars" } },
      { [device]: { downlinkData: 1 } },
      { [device]: "downlinkData" },
      { BEEF: { downlinkData: "deadbeef02468ace" } },
      { downlinkData: "deadbeef02468ace" },
      [{ downlinkData: "deadbeef02468ace" }],
      '{"4D33DB":{"downlinkData":"dead',
      "null downlinkData",
    ])
      assert.strictEqual(read(body), "Invalid", JSON.stringify(body))
  })

  it("never throws, whatever it is", () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json()), fc.boolean(), (text, isMeant) => {
        const body = isMeant ? `${text}downlinkData` : text
        assert.include(["None", "Invalid", "Downlink"], read(body))
      }),
    )
  })
})
