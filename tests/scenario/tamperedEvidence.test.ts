/** The scenario of tampered evidence as a user plays it: challenged by the twin's own schedule, judged by its own rules. */
import { readFileSync } from "node:fs"
import { join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import type { Truth } from "../../core/sim/adversary/Adversary.ts"
import { hourMs } from "../../core/sim/Span.ts"
import * as World from "../../core/sim/World.ts"
import type { QuoteResult } from "../../core/attestation/Evidence.ts"
import * as CloudEvent from "../../core/log/cloudEvent.ts"
import { folder, run } from "../twin-ui/cli/runSigtwin.ts"

const startMs = Date.UTC(2026, 0, 1)
const scenario = "tampered-evidence"
const size = { seed: 1, devices: 3, stations: 15 }

/** What the adversary does in the same world. */
const truths = (): ReadonlyArray<Truth> => {
  const world = World.make({ ...size, startMs, scenario })
  Array.from(world.next(startMs + 6 * hourMs))
  return world.truth
}

interface Seen {
  readonly station: string
  readonly atMs: number
  readonly result: QuoteResult
}

const reasonOf = ({ result }: Seen) => (result._tag === "QuoteRefused" ? result.reason : null)

/** A quote that is presented once more is known, and adds nothing to the log. */
const expectedOf = ({ evidence }: Truth) =>
  evidence === undefined || evidence.reason === "nonce_consumed" ? null : evidence.reason

const appraisedIn = (file: string): ReadonlyArray<Seen> =>
  readFileSync(file, "utf8")
    .trimEnd()
    .split("\n")
    .map(CloudEvent.fromLine)
    .flatMap((told) =>
      "event" in told && told.event._tag === "EvidenceAppraised"
        ? [{ station: told.event.station, atMs: told.occurredMs, result: told.event.result }]
        : [],
    )

/** The latest answer comes an hour after its challenge. */
const lateMs = 65 * 60_000

describe("the scenario of tampered evidence", () => {
  it.live(
    "has each tampering refused for its reason, and honest stations never",
    () =>
      Effect.gen(function* () {
        const out = join(yield* folder, "events.ndjson")
        const words = Object.entries(size).flatMap(([name, n]) => [`--${name}`, String(n)])
        const ended = yield* run(
          "simulate",
          "--duration",
          "6h",
          "--scenario",
          scenario,
          "--out",
          out,
          ...words,
        )
        assert.strictEqual(ended.code, 0, ended.err)
        const seen = appraisedIn(out)
        const acts = truths()
        const during = ({ atMs, station, untilMs = Infinity }: Truth) =>
          seen.filter(
            (one) => one.station === station && one.atMs >= atMs && one.atMs < untilMs + lateMs,
          )
        const named = acts.map((act) => {
          const reasons = during(act).map(reasonOf)
          const expected = expectedOf(act)
          return [act.evidence?.tamper, reasons.includes(expected) ? expected : reasons]
        })
        assert.deepStrictEqual(
          named,
          acts.map((act) => [act.evidence?.tamper, expectedOf(act)]),
        )
        const blamed = seen.filter((one) => {
          const reason = reasonOf(one)
          return (
            reason !== null &&
            !acts.some((act) => act.evidence?.reason === reason && during(act).includes(one))
          )
        })
        assert.deepStrictEqual(blamed, [])
      }).pipe(Effect.scoped),
    120_000,
  )
})
