import { assert, describe, it } from "@effect/vitest"
import * as Limits from "../../../twin-ui/http/access/Limits.ts"

const here = "192.0.2.1"
const there = "192.0.2.2"

describe("tries at a login", () => {
  it("wait ever longer after the free ones, up to a quarter of an hour", () => {
    const limit = Limits.makeLogin()
    const waits: Array<number> = []
    for (let n = 0; n < 25; n++) {
      // An hour apart, so that no minute's bound plays a part.
      const now = n * 3_600_000
      limit.failed("ann", here, now)
      waits.push(limit.waitMs("ann", here, now))
    }
    assert.deepStrictEqual(waits.slice(0, 7), [0, 0, 0, 0, 1_000, 2_000, 4_000])
    assert.strictEqual(waits.at(-1), Limits.lockMsMax)
  })

  it("of one address lock the same account out nowhere else", () => {
    const limit = Limits.makeLogin()
    for (let n = 0; n < 20; n++) limit.failed("ann", here, 0)
    assert.isAbove(limit.waitMs("ann", here, 0), 0)
    assert.strictEqual(limit.waitMs("ann", there, 0), 0)
  })

  it("that go over many addresses wait all the same, and not for long", () => {
    const limit = Limits.makeLogin()
    for (let n = 0; n < 500; n++) limit.failed("ann", `192.0.2.${n}`, 0)
    const wait = limit.waitMs("ann", "198.51.100.1", 0)
    assert.isAbove(wait, 0)
    assert.isAtMost(wait, 30_000)
  })

  it("at many accounts from one address are bounded by the minute", () => {
    const limit = Limits.makeLogin()
    for (let n = 0; n < Limits.failuresPerMinuteMax; n++) limit.failed(`a${n}`, here, 0)
    assert.strictEqual(limit.waitMs("another", here, 1_000), 59_000)
    assert.strictEqual(limit.waitMs("another", here, 61_000), 0)
  })

  it("begin anew once one succeeded", () => {
    const limit = Limits.makeLogin()
    for (let n = 0; n < 9; n++) limit.failed("ann", here, 0)
    limit.succeeded("ann", here)
    assert.strictEqual(limit.waitMs("ann", here, 0), 0)
  })
})

describe("requests", () => {
  it("come at once as many as allowed, and then at their rate; those of others are their own", () => {
    const limit = Limits.makeRequests()
    let taken = 0
    while (limit.take("ann", 0)) taken++
    assert.strictEqual(taken, Limits.requestsAtOnce)
    assert.isTrue(limit.take("bob", 0))
    let later = 0
    while (limit.take("ann", 500)) later++
    assert.strictEqual(later, Limits.requestsPerSecond / 2)
  })
})
