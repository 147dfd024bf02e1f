import { assert, describe, it } from "@effect/vitest"
import * as Mac from "../../../core/crypto/Mac.ts"
import { dissectDownlink } from "../../../core/frame/dissectDownlink.ts"
import { dissectUplink } from "../../../core/frame/dissectUplink.ts"
import * as Bytes from "../../../core/kernel/Bytes.ts"

const example = "35f01a0db334d00abad1deadc32758a"
const cipherOf = (hex: string) => Mac.makeKeyCipher(Bytes.fromHex(hex) ?? new Uint8Array(16))
const right = cipherOf("479e4480fd7596d45b0122fd282db3cf")
const macOf = (cipher: Mac.KeyCipher) => (packet: Uint8Array, length: number) =>
  Mac.uplinkMac(cipher, packet, length)

const verdicts = (dissection: ReturnType<typeof dissectUplink>) =>
  Object.fromEntries(dissection.rows.map((row) => [row.name, row.verdict]))

describe("dissectUplink", () => {
  it("covers every bit of what was given exactly once", () => {
    for (const hex of [example, `aaaaa${example}`, "aaaaa5980118806638c0d490d4650527d22d"]) {
      let next = 0
      for (const { bits } of dissectUplink(hex).rows) {
        const [from, to] = bits.split("..").map(Number)
        assert.strictEqual(from, next)
        next = to + 1
      }
      assert.strictEqual(next, 4 * hex.length)
    }
  })

  it("judges the MAC only when it has a key", () => {
    assert.strictEqual(verdicts(dissectUplink(example)).MAC, "not checked")
    assert.strictEqual(verdicts(dissectUplink(example, macOf(right))).MAC, "ok")
    const wrong = dissectUplink(example, macOf(cipherOf("00".repeat(16))))
    assert.strictEqual(verdicts(wrong).MAC, "wrong")
    assert.isFalse(wrong.good)
    assert.isTrue(dissectUplink(example).good)
  })

  it("still shows what a frame with a wrong CRC claims", () => {
    const dissection = dissectUplink(`${example.slice(0, -1)}b`)
    assert.isFalse(dissection.good)
    assert.strictEqual(verdicts(dissection)["CRC-16"], "wrong")
    assert.match(dissection.summary, /claims to be from device 4D33DB, number 416/)
  })

  it("calls a wrap-padding forgery and a relabelled data frame odd", () => {
    const forged = "94ca18bd09a5b01332f8b123fd2a18bd09ae24cc67b3a0f"
    assert.strictEqual(verdicts(dissectUplink(forged)).payload, "odd")
    // A data frame of eight bytes (611), sent on as control (f67).
    const body = "02e78d0268008d02e78d0268008dcfc14656"
    assert.strictEqual(verdicts(dissectUplink(`f67${body}`)).control, "odd")
  })

  it("gives one row for what is no frame at all", () => {
    for (const hex of ["", "xyz", "aa", "0".repeat(1000)]) {
      const dissection = dissectUplink(hex)
      assert.isFalse(dissection.good)
      assert.strictEqual(dissection.rows.length, 1)
    }
  })
})

describe("dissectDownlink", () => {
  const asked = { device: 0x4d33db, seq: 0x1a1 }
  const hex = "3516816cc7ce125ef60d5b6d78c1c1"

  it("reads the worked example and judges its MAC with the key", () => {
    const dissection = dissectDownlink(hex, asked, (input) => Mac.downlinkMac(right, input))
    assert.isTrue(dissection.good)
    assert.isTrue(dissection.rows.every((row) => row.verdict === "ok"))
  })

  it("refuses it for another number, and a text that is none", () => {
    assert.isFalse(dissectDownlink(hex, { ...asked, seq: 1 }).good)
    assert.isFalse(dissectDownlink("zz", asked).good)
  })
})
