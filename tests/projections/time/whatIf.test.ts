import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import type { Recorded } from "../../../core/event/Envelope.ts"
import { type Policy, policyDefault } from "../../../core/event/policy.ts"
import type { ScenarioName } from "../../../core/sim/scenarios.ts"
import { rules } from "../../../projections/anomaly/rules/all.ts"
import { rulesWith, thresholdsDefault } from "../../../projections/anomaly/rules/thresholds.ts"
import * as Supposition from "../../../projections/time/Supposition.ts"
import { whatIf } from "../../../projections/time/whatIf.ts"
import { filled, play, stores } from "./worlds.ts"

const nothing: Supposition.Supposed = {
  from: 0,
  policy: undefined,
  without: new Set(),
  blocks: [],
  rules: undefined,
}

const suppose = (
  log: ReadonlyArray<Recorded>,
  supposed: Partial<Supposition.Supposed>,
): Supposition.Run["found"] => {
  const run = Supposition.make({ ...nothing, ...supposed })
  for (const recorded of log) Supposition.step(run, recorded)
  return Supposition.finish(run)
}

/** How often each verdict was given, by message: the last one counts. */
const verdictsIn = (log: ReadonlyArray<Recorded>): ReadonlyMap<string, number> => {
  const last = new Map<number, string>()
  for (const { causes, event } of log)
    if (event._tag === "MessageAccepted" || event._tag === "MessageRefused")
      last.set(causes[0], Supposition.labelOf(event))
  return countsOf(last.values())
}

const countsOf = (labels: Iterable<string>): ReadonlyMap<string, number> => {
  const counts = new Map<string, number>()
  for (const label of labels) counts.set(label, (counts.get(label) ?? 0) + 1)
  return counts
}

/** What was, changed as the differences say. */
const changed = (
  was: ReadonlyMap<string, number>,
  changes: ReadonlyMap<string, number>,
): ReadonlyArray<readonly [string, number]> => {
  const counts = new Map(was)
  const add = (label: string, n: number) => counts.set(label, (counts.get(label) ?? 0) + n)
  for (const [change, n] of changes) {
    const [before, after] = change.split(" -> ")
    if (after === undefined) continue
    add(before, -n)
    add(after, n)
  }
  return sorted(counts)
}

const sorted = (counts: ReadonlyMap<string, number>) =>
  [...counts]
    .filter(([label, n]) => n !== 0 && label !== "not heard")
    .toSorted(([a], [b]) => (a < b ? -1 : 1))

const owedIn = (log: ReadonlyArray<Recorded>): number =>
  log.filter(({ event }) => event._tag === "DeliveryOwed").length

describe("what if", () => {
  for (const scenario of [
    "clean",
    "tampered-station",
    "replay-after-wrap",
    "late-buffer",
    "clone",
    "mac-guessing",
  ] satisfies ReadonlyArray<ScenarioName>)
    it(`nothing were otherwise in ${scenario}: nothing would be`, () => {
      const found = suppose(play(scenario).log, {})
      assert.isAbove(found.messages, 100)
      assert.deepStrictEqual([...found.changes], [])
      assert.deepStrictEqual([found.deliveriesLost, found.deliveriesGained], [0, 0])
    })

  const strict: Policy = { ...policyDefault, counterRule: "rule-2", contractPerDay: 5 }
  const policies: ReadonlyArray<readonly [string, ScenarioName, Policy]> = [
    ["a tally window of two seconds", "clean", { ...policyDefault, tallyWindowMs: 2_000 }],
    ["waiting for a disengage", "desync", { ...policyDefault, afterError: "until-disengage" }],
    [
      "taking what untrusted stations hear",
      "tampered-station",
      { ...policyDefault, untrustedStations: "flag" },
    ],
  ]
  for (const [name, scenario, policy] of policies)
    it(`${name} had held: what the same world gives under that policy`, () => {
      const then = play(scenario).log
      const found = suppose(then, { policy })
      assert.isAbove(found.changes.size, 0)
      assert.deepStrictEqual(
        changed(verdictsIn(then), found.changes),
        sorted(verdictsIn(play(scenario, { policy }).log)),
      )
      assert.strictEqual(
        owedIn(then) - found.deliveriesLost + found.deliveriesGained,
        owedIn(play(scenario, { policy }).log),
      )
    })

  it("a policy had held from some position on: what lay before stays", () => {
    const { log } = play("tampered-station")
    const policy: Policy = { ...policyDefault, untrustedStations: "flag" }
    const all = suppose(log, { policy })
    const half = suppose(log, { policy, from: all.verdicts[1].firstAt })
    assert.isAbove(half.verdicts.length, 0)
    assert.isBelow(half.verdicts.length, all.verdicts.length)
  })

  it("a station had heard nothing: messages it alone heard would not be, others go on", () => {
    const { log, truth } = play("tampered-station", { stations: 8 })
    const station = truth[0].station ?? ""
    const found = suppose(log, { without: new Set([station]) })
    const alone = new Set<number>()
    for (const { causes, event } of log)
      if (event._tag === "MessageAccepted" || event._tag === "MessageRefused") alone.add(causes[0])
    const heard = new Map<string, Set<string>>()
    const firsts = new Map<string, number>()
    for (const { event, position } of log)
      if (event._tag === "FrameHeard") {
        const key = `${event.device}:${event.payload.digest}`
        heard.set(key, (heard.get(key) ?? new Set()).add(event.station))
        if (!firsts.has(key)) firsts.set(key, position)
      }
    const lost = [...heard].filter(([, by]) => by.size === 1 && by.has(station)).length
    assert.isAbove(lost, 0)
    const gone = [...found.changes]
      .filter(([change]) => change.endsWith("-> not heard"))
      .reduce((sum, [, n]) => sum + n, 0)
    assert.strictEqual(gone, lost)
    // Every other message is still found to be the one it was.
    assert.isFalse([...found.changes.keys()].some((change) => change.startsWith("not heard")))
  })

  it("a device had been blocked: all of its messages would be refused, and no others", () => {
    const { log, truth } = play("clone")
    const { device } = truth[0]
    assert.isDefined(device)
    const found = suppose(log, { blocks: [{ device }] })
    assert.isAbove(found.verdicts.length, 3)
    for (const { device: whose, would } of found.verdicts) {
      assert.strictEqual(whose, device)
      assert.strictEqual(Supposition.labelOf(would?.verdict), "refused, blocked")
    }
    assert.strictEqual(found.deliveriesGained, 0)
    assert.isAbove(found.deliveriesLost, 3)
  })

  it.live("a detector's threshold were another: findings come and go", () =>
    Effect.gen(function* () {
      const { log } = play("mac-guessing")
      yield* filled(log)
      const same = yield* whatIf({ ...nothing, rules }, log.length)
      assert.deepStrictEqual(same.findings, [])
      const deaf = rulesWith({ ...thresholdsDefault, macGuessingTries: 10_000 })
      const other = yield* whatIf({ ...nothing, rules: deaf }, log.length)
      assert.deepStrictEqual(
        other.findings.map(({ change, was }) => [change, was?.kind]),
        [["no longer found", "mac-guessing"]],
      )
    }).pipe(Effect.provide(stores)),
  )

  it.live("nothing is written", () =>
    Effect.gen(function* () {
      const { log } = play("tampered-station")
      const there = yield* filled(log)
      yield* whatIf({ ...nothing, rules, policy: strict }, log.length)
      assert.strictEqual(yield* there.head, log.length)
    }).pipe(Effect.provide(stores)),
  )
})
