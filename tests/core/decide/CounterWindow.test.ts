import { assert, describe, it } from "@effect/vitest"
import * as fc from "fast-check"
import * as CounterWindow from "../../../core/decide/CounterWindow.ts"
import { type Policy, policyDefault } from "../../../core/event/policy.ts"

const dayMs = 86_400_000

const heard = (last: number): CounterWindow.CounterWindow =>
  CounterWindow.evolve(CounterWindow.initial, { _tag: "Accepted", seq: last, atMs: 0 })

const ask = (
  window: CounterWindow.CounterWindow,
  seq: number,
  more: {
    atMs?: number
    rollover?: number
    contractPerDay?: number
    policy?: Partial<Policy>
  } = {},
): CounterWindow.Judgement =>
  CounterWindow.judge(window, {
    seq,
    atMs: more.atMs ?? 1000,
    contractPerDay: more.contractPerDay ?? 140,
    rollover: more.rollover ?? 4096,
    policy: { ...policyDefault, ...more.policy },
  })

describe("rule 1", () => {
  // SIGFOX.md part 4: recorded 5, 3 days, 140 a day gives 705 and 905.
  const threeDays = { atMs: 3 * dayMs }

  it("takes the source's own example: up to 705 with a break, from 906 on not at all", () => {
    assert.deepStrictEqual(ask(heard(5), 705, threeDays), {
      accepted: true,
      epoch: 0,
      missing: 699,
      warning: "break",
    })
    assert.deepStrictEqual(ask(heard(5), 906, threeDays), {
      accepted: false,
      reason: "out-of-sequence",
      expectedSeq: 6,
      gapMax: 900,
    })
  })

  it("does in the band left unstated (706..905) what the policy chooses", () => {
    for (const seq of [706, 905]) {
      assert.include(ask(heard(5), seq, threeDays), { accepted: true, warning: "unstated-band" })
      assert.include(ask(heard(5), seq, { ...threeDays, policy: { unstatedBand: "refuse" } }), {
        accepted: false,
        reason: "unstated-band",
      })
    }
  })

  it("counts a first day within 24 hours: 300 and 420", () => {
    const limits = CounterWindow.gapLimits(
      { atMs: dayMs, contractPerDay: 140, rollover: 4096, policy: policyDefault },
      0,
    )
    assert.deepStrictEqual(limits, { low: 300, high: 420 })
  })

  it("takes the next number without a warning", () => {
    assert.deepStrictEqual(ask(heard(5), 6), { accepted: true, epoch: 0, missing: 0 })
  })

  it("accepts any gap after 28 days of silence", () => {
    assert.include(ask(heard(5), 4, { atMs: 28 * dayMs }), { accepted: true, epoch: 1 })
  })
})

describe("rule 2", () => {
  const rule2 = { policy: { counterRule: "rule-2" } as const }

  it("takes a gap up to three times the contract and no further, however long the silence", () => {
    assert.include(ask(heard(0), 420, { ...rule2, atMs: 100 * dayMs }), { accepted: true })
    assert.include(ask(heard(0), 421, { ...rule2, atMs: 100 * dayMs }), {
      accepted: false,
      reason: "out-of-sequence",
    })
  })

  it("takes a gap of twenty where the contract is tiny", () => {
    assert.include(ask(heard(0), 20, { ...rule2, contractPerDay: 1 }), { accepted: true })
    assert.include(ask(heard(0), 21, { ...rule2, contractPerDay: 1 }), { accepted: false })
  })
})

describe("the counter window", () => {
  it("takes any first number", () => {
    assert.deepStrictEqual(ask(CounterWindow.initial, 3000), {
      accepted: true,
      epoch: 0,
      missing: 0,
      warning: "first",
    })
  })

  it("refuses the number it took last, and those it took just before", () => {
    const window = CounterWindow.evolve(heard(5), { _tag: "Accepted", seq: 6, atMs: 10 })
    assert.include(ask(window, 6), { accepted: false, reason: "number-seen" })
    assert.include(ask(window, 5), { accepted: false, reason: "number-seen" })
  })

  it("goes round: 4095 is followed by 0 in the next epoch", () => {
    assert.deepStrictEqual(ask(heard(4095), 0), { accepted: true, epoch: 1, missing: 0 })
    assert.strictEqual(
      CounterWindow.evolve(heard(4095), { _tag: "Accepted", seq: 0, atMs: 1 }).epoch,
      1,
    )
  })

  it("goes round at a device's own roll-over", () => {
    assert.deepStrictEqual(ask(heard(127), 0, { rollover: 128 }), {
      accepted: true,
      epoch: 1,
      missing: 0,
    })
  })

  it("refuses a number that the device's roll-over cannot reach", () => {
    assert.include(ask(heard(5), 128, { rollover: 128 }), {
      accepted: false,
      reason: "out-of-sequence",
    })
  })

  it("takes whatever comes next once after a disengage", () => {
    const window = CounterWindow.evolve(heard(5), { _tag: "Disengaged" })
    assert.include(ask(window, 2000), { accepted: true, warning: "disengaged" })
    const after = CounterWindow.evolve(window, { _tag: "Accepted", seq: 2000, atMs: 1 })
    assert.include(ask(after, 10), { accepted: false })
  })

  it("after an error waits for a disengage where the policy says so", () => {
    const locked = CounterWindow.evolve(heard(5), { _tag: "OutOfSequence" })
    const policy = { afterError: "until-disengage" } as const
    assert.include(ask(locked, 6, { policy }), { accepted: false, reason: "locked" })
    assert.include(ask(locked, 6), { accepted: true })
    const freed = CounterWindow.evolve(locked, { _tag: "Disengaged" })
    assert.include(ask(freed, 6, { policy }), { accepted: true, warning: "disengaged" })
  })

  it("never takes one number twice in a row, whatever the rule and the silence", () => {
    const anyPolicy = fc.record({
      counterRule: fc.constantFrom("rule-1" as const, "rule-2" as const),
      unstatedBand: fc.constantFrom("accept" as const, "refuse" as const),
      afterError: fc.constantFrom("until-acceptable" as const, "until-disengage" as const),
    })
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.integer({ min: 0, max: 4095 }), fc.integer({ min: 0, max: 60 }))),
        anyPolicy,
        (steps, policy) => {
          let window = CounterWindow.initial
          let atMs = 0
          for (const [seq, days] of steps) {
            atMs += days * dayMs
            const first = ask(window, seq, { atMs, policy })
            if (!first.accepted) continue
            const before = window
            window = CounterWindow.evolve(window, { _tag: "Accepted", seq, atMs })
            assert.strictEqual(window.epoch, first.epoch)
            assert.isAtLeast(window.epoch, before.epoch)
            assert.isFalse(ask(window, seq, { atMs, policy }).accepted)
          }
        },
      ),
    )
  })
})
