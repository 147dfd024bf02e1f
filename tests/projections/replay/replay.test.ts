import { assert, describe, it } from "@effect/vitest"
import type { Event } from "../../../core/event/Event.ts"
import { policyDefault } from "../../../core/event/policy.ts"
import * as Account from "../../../projections/replay/Account.ts"
import * as Replay from "../../../projections/replay/Replay.ts"
import { the } from "../the.ts"
import { device, historyOf, source } from "../../laws/histories.ts"

const minuteMs = 60_000

/** Reports of these numbers, ten minutes apart, or as late as said. */
const reports = (
  ...seqs: ReadonlyArray<number | { readonly seq: number; readonly afterMs: number }>
): ReadonlyArray<{ readonly event: Event; readonly afterMs: number }> =>
  seqs.map((each) => {
    const { afterMs, seq } = typeof each === "number" ? { seq: each, afterMs: 10 * minuteMs } : each
    return {
      afterMs,
      event: {
        _tag: "MessageReported",
        source,
        report: "uplink",
        device: device(1),
        seq,
        stations: [],
      },
    }
  })

const fold = (
  steps: ReadonlyArray<{ readonly event: Event; readonly afterMs: number }>,
): Replay.State => {
  const state = Replay.projection.initial()
  for (const recorded of historyOf(
    steps.map(({ afterMs, event }) => ({
      event,
      occurredDeltaMs: afterMs,
      recordedDeltaMs: 0,
      causesBack: [],
    })),
  ))
    Replay.projection.apply(state, recorded)
  return state
}

const reportedAfter = (
  steps: ReadonlyArray<{ readonly event: Event; readonly afterMs: number }>,
): Account.Account => {
  return the(Replay.find(fold(steps), "D1")).reported
}

describe("the window over reports", () => {
  it("would accept numbers that rise, and finds the lost ones", () => {
    const account = reportedAfter(reports(5, 6, 9, 10, 12))
    assert.strictEqual(account.accepted, 5)
    assert.strictEqual(account.lost, 3)
    assert.deepStrictEqual(account.lostRuns.flatMap(Account.numbersOf), [7, 8, 11])
    assert.deepStrictEqual(
      account.opinions.map(({ warning }) => warning),
      ["first", null, "break", null, "break"],
    )
  })

  it("counts a wrap and the numbers lost across it", () => {
    const account = reportedAfter(reports(4094, 1))
    assert.strictEqual(account.wraps, 1)
    assert.strictEqual(account.window.epoch, 1)
    assert.deepStrictEqual(account.lostRuns.flatMap(Account.numbersOf), [4095, 0])
  })

  it("takes two reports of one message as one", () => {
    const account = reportedAfter(reports(5, { seq: 5, afterMs: 25_000 }))
    assert.strictEqual(account.accepted, 1)
    assert.strictEqual(account.repeated, 1)
  })

  it("finds a late message, which is lost no longer, and does not judge it", () => {
    const account = reportedAfter(reports(5, 9, { seq: 7, afterMs: -minuteMs }))
    assert.strictEqual(account.late, 1)
    assert.strictEqual(account.lost, 2)
    assert.deepStrictEqual(account.lostRuns.flatMap(Account.numbersOf), [6, 8])
    assert.strictEqual(account.window.last, 9)
    assert.strictEqual(account.wraps, 0)
  })

  it("would refuse a jump, says why, and follows the network all the same", () => {
    const account = reportedAfter(reports(5, 2005, 2006))
    const [, jump] = account.opinions
    assert.isFalse(jump.accepted)
    assert.strictEqual(jump.reason, "out-of-sequence")
    assert.strictEqual(jump.expectedSeq, 6)
    assert.deepStrictEqual({ ...account.refusedFor }, { "out-of-sequence": 1 })
    assert.strictEqual(account.window.last, 2006)
    assert.strictEqual(account.accepted, 2)
  })

  it("judges under the policy adopted then", () => {
    const strict: Event = {
      _tag: "PolicyAdopted",
      version: 4,
      policy: { ...policyDefault, counterRule: "rule-2", contractPerDay: 1 },
      note: "",
    }
    const [first, second, third] = reports(5, 105, 205)
    const account = reportedAfter([first, second, { event: strict, afterMs: 0 }, third])
    assert.deepStrictEqual(
      account.opinions.map(({ accepted, policy }) => [accepted, policy]),
      [
        [true, 0],
        [true, 0],
        [false, 4],
      ],
    )
  })

  it("rolls over where the device's registration says", () => {
    const registered: Event = {
      _tag: "DeviceRegistered",
      device: device(1),
      rollover: 128,
      keyVersion: 0,
    }
    const account = reportedAfter([{ event: registered, afterMs: 0 }, ...reports(127, 1)])
    assert.deepStrictEqual(account.lostRuns.flatMap(Account.numbersOf), [0])
  })
})

const accepted = (seq: number, missing: number): Event => ({
  _tag: "MessageAccepted",
  device: device(1),
  seq,
  epoch: 0,
  kind: "data",
  downlinkAsked: false,
  missing,
  policy: 0,
})

describe("the window over checked messages", () => {
  it("follows the decisions and not the reports", () => {
    const state = fold([
      { event: accepted(5, 0), afterMs: 0 },
      { event: accepted(8, 2), afterMs: minuteMs },
      ...reports(100),
    ])
    const found = the(Replay.find(state, "D1"))
    assert.strictEqual(found.checked.window.last, 8)
    assert.strictEqual(found.checked.lost, 2)
    assert.strictEqual(found.reported.window.last, 100)
  })

  it("says what it would take next", () => {
    const state = fold([{ event: accepted(4095, 0), afterMs: 0 }])
    const found = the(Replay.find(state, "D1"))
    const expected = Replay.expected(state, found, found.checked, found.checked.window.lastMs)
    assert.deepStrictEqual(expected, { from: 0, low: 300, high: 420 })
    assert.isTrue(Replay.judge(state, found, 0, found.checked.window.lastMs).accepted)
    assert.isFalse(Replay.judge(state, found, 4095, found.checked.window.lastMs).accepted)
  })

  it("keeps no refusals of devices it does not know", () => {
    const refused: Event = {
      _tag: "MessageRefused",
      device: device(1),
      seq: 1,
      reason: "unknown-device",
      policy: 0,
    }
    assert.strictEqual(fold([{ event: refused, afterMs: 0 }]).devices.size, 0)
  })
})
