import { assert, describe, it } from "@effect/vitest"
import * as Schema from "effect/Schema"
import {
  appraiseEnrolment,
  identify,
  makeCredential,
  pinOf,
} from "../../../core/attestation/appraiseEnrolment.ts"
import { appraiseQuote } from "../../../core/attestation/appraiseQuote.ts"
import {
  AppraisalPolicy,
  type Identity,
  type PriorState,
  type QuoteResult,
} from "../../../core/attestation/Evidence.ts"
import { attestationChecks } from "../../../core/crypto/attestationChecks.ts"
import { digest } from "../../../core/crypto/digest.ts"
import type { StationId } from "../../../core/event/ids.ts"
import * as Bytes from "../../../core/kernel/Bytes.ts"
import { invariant, invariantBroken } from "../../../core/kernel/invariant.ts"
import * as Platform from "../../../core/sim/attester/Platform.ts"
import { tamperNames, tampers } from "../../../core/sim/attester/tampers.ts"
import { hourMs, minuteMs } from "../../../core/sim/Span.ts"
import type * as World from "../../../core/sim/World.ts"
import { startMs, worldOf } from "./world.ts"

const checks = attestationChecks()

const enrol = ({ attesters }: World.World, station: StationId): Identity => {
  const evidence = attesters.offer(station)
  const anchors = { roots: [], intermediates: [], pins: [pinOf(checks, evidence.ekPublic) ?? ""] }
  const given = { evidence, anchors, atMs: startMs }
  const identity = identify(checks, given)
  if ("_tag" in identity) return invariantBroken(identity.detail)
  const credential = makeCredential(checks, evidence, identity, new Uint8Array(32))
  invariant(credential !== undefined, "a credential can be made for it")
  const activatedSecret = attesters.activate(station, credential)
  const result = appraiseEnrolment(checks, { ...given, credential, activatedSecret })
  return result._tag === "EnrolmentAccepted" ? result.identity : invariantBroken(result.detail)
}

interface Seen {
  readonly station: StationId
  readonly atMs: number
  readonly result: QuoteResult
}

/** Challenges each station every so often and appraises what comes. */
const watch = (world: World.World, hours: number, everyMs = hourMs): ReadonlyArray<Seen> => {
  Array.from(world.next(startMs + hours * hourMs))
  const seen: Array<Seen> = []
  for (const { id: station, model } of world.ground.stations) {
    const identity = enrol(world, station)
    const policy = Platform.policyOf(model, Platform.currentRelease)
    const superseded = [Platform.policyOf(model, "2026.1")]
    let prior: PriorState | null = null
    for (let atMs = startMs; atMs < startMs + hours * hourMs; atMs += everyMs) {
      const nonce = Bytes.toHex(digest("sha256", new TextEncoder().encode(`${station} ${atMs}`)))
      const challenged = { station, nonce, atMs, accepted: prior }
      let consumed = false
      for (const { evidence, delayMs } of world.attesters.answer(challenged)) {
        const challenge = { nonce, issuedMs: atMs, expiresMs: atMs + 30_000, consumed }
        const receivedMs = atMs + delayMs
        const result = appraiseQuote(checks, {
          evidence,
          identity,
          prior,
          challenge,
          policy,
          superseded,
          receivedMs,
        })
        if (result._tag === "QuoteAccepted") {
          prior = result.state
          consumed = true
        }
        seen.push({ station, atMs, result })
      }
    }
  }
  return seen
}

const evidenceOf = (seed: number) => {
  const world = worldOf("clean", { seed, stations: 2 })
  const [, { id: station }] = world.ground.stations
  const nonce = "00".repeat(32)
  return world.attesters.answer({ station, nonce, atMs: startMs, accepted: null })
}

describe("simulated stations", () => {
  it("are accepted all day while nobody tampers with them, and send each list entry once", () => {
    const world = worldOf("clean", { stations: 3 })
    const seen = watch(world, 24, 2 * hourMs)
    assert.strictEqual(seen.length, 3 * 12)
    assert.deepStrictEqual(
      seen.filter(({ result }) => result._tag !== "QuoteAccepted"),
      [],
    )
    const entries = seen.flatMap(({ result }) =>
      result._tag === "QuoteAccepted" ? [result.state.ima?.entries] : [],
    )
    // The list grew within the day.
    assert.isAbove(new Set(entries).size, 3)
  })

  it("come with what an operator knows of them: pins and reference values", () => {
    const { attesters, ground, setup } = worldOf("clean", { stations: 3 })
    const { pins, references } = setup.attestation()
    assert.deepStrictEqual(
      pins.map(({ ekName }) => ekName),
      ground.stations.map(({ id }) => pinOf(checks, attesters.offer(id).ekPublic)),
    )
    assert.deepStrictEqual(
      references.map(({ stations, superseded, values }) => [
        values.id,
        stations.length,
        superseded,
      ]),
      [
        ["SBS-T3/2026.1", 2, true],
        ["SBS-T3/2026.2", 2, false],
        ["SBS-T5/2026.1", 1, true],
        ["SBS-T5/2026.2", 1, false],
      ],
    )
    for (const { values } of references)
      assert.deepStrictEqual(Schema.decodeUnknownSync(AppraisalPolicy)(values), values)
  })

  it("carry the configuration digest that their quotes prove", () => {
    const world = worldOf("clean", { stations: 4 })
    for (const { result, station } of watch(world, 1)) {
      const known = world.ground.stations.find(({ id }) => id === station)
      assert.strictEqual(
        result._tag === "QuoteAccepted" ? result.configDigest : null,
        known?.configDigest,
      )
    }
  })

  it(
    "have each kind of tampering found for its reason, and nothing else",
    { timeout: 60_000 },
    () => {
      const world = worldOf("tampered-evidence", { stations: 15 })
      const seen = watch(world, 6, 30 * minuteMs)
      const found = new Set<string>()
      for (const { atMs, result, station } of seen) {
        const truth = world.truth.find(
          (act) => act.station === station && act.atMs <= atMs && atMs < (act.untilMs ?? Infinity),
        )
        const given = result._tag === "QuoteRefused" ? result.reason : null
        const tamper = truth?.evidence?.tamper ?? "none"
        const expected = truth?.evidence?.reason ?? null
        // Replays come after an honest answer.
        if (given === null && expected === "nonce_consumed") continue
        assert.strictEqual(
          given,
          expected,
          `${station} ${tamper} at ${new Date(atMs).toISOString()}: ${JSON.stringify(result)}`,
        )
        found.add(tamper)
      }
      assert.deepStrictEqual([...found].toSorted(), ["none", ...tamperNames].toSorted())
      assert.strictEqual(world.truth.length, tamperNames.length)
    },
  )

  it("raise the warnings that odd evidence deserves", () => {
    for (const [tamper, warning] of [
      ["clock_ahead", "clock_ahead"],
      ["unsafe_clock", "clock_not_safe"],
    ] as const) {
      assert.strictEqual(tampers[tamper].reason, null)
      const world = worldOf("clean", { stations: 1 })
      const [{ id: station }] = world.ground.stations
      world.attesters.begin([
        { station, tamper, fromMs: startMs + hourMs, untilMs: startMs + 2 * hourMs },
      ])
      const warned = watch(world, 3, 30 * minuteMs).flatMap(({ result }) =>
        result._tag === "QuoteAccepted" ? result.warnings : [],
      )
      assert.include(warned, warning)
    }
  })

  it("make the same evidence from the same seed, and other evidence from another", () => {
    assert.deepStrictEqual(evidenceOf(1), evidenceOf(1))
    assert.notDeepEqual(evidenceOf(1), evidenceOf(2))
  })

  it("refuse a credential that is for another station's key", () => {
    const world = worldOf("clean", { stations: 2 })
    const [first, second] = world.ground.stations.map(({ id }) => id)
    const evidence = world.attesters.offer(first)
    const identity = enrol(world, first)
    const credential = makeCredential(checks, evidence, identity, new Uint8Array(32))
    invariant(credential !== undefined, "a credential can be made for it")
    assert.strictEqual(world.attesters.activate(first, credential), credential.secret)
    assert.isNull(world.attesters.activate(second, credential))
  })
})
