import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import { straysMax } from "../../../core/decide/decideAttestation.ts"
import { offersPerHourMax } from "../../../core/decide/decideEnrolment.ts"
import { EventLog } from "../../../core/log/EventLog.ts"
import { tamperNames, tampers } from "../../../core/sim/attester/tampers.ts"
import { StationId } from "../../../core/event/ids.ts"
import { answers, boot, enrol, first, prepare, present, second, stations } from "./attesting.ts"
import { ask, at, post, world } from "./world.ts"

const kindsOf = Effect.gen(function* () {
  const log = yield* EventLog
  const batches = yield* Stream.runCollect(log.read(0))
  return batches.flat().map(({ event }) => event._tag)
})

const head = Effect.flatMap(EventLog, (log) => log.head)

describe("stations over HTTP", () => {
  it.live("enrol their TPM, are challenged, and are attested by good evidence", () =>
    Effect.gen(function* () {
      const made = stations(2)
      yield* prepare(made, first)
      const enrolled = yield* enrol(made, first)
      assert.strictEqual(enrolled.status, 200, enrolled.text)
      const answer = yield* present(made, first)
      assert.strictEqual(answer.status, 200, answer.text)
      assert.deepStrictEqual((yield* kindsOf).slice(-7), [
        "EnrolmentOffered",
        "CredentialIssued",
        "StationTpmEnrolled",
        "ChallengeIssued",
        "EvidencePresented",
        "EvidenceAppraised",
        "StationTrustRestored",
      ])
      const shown = yield* ask(`/api/stations/${first}`)
      assert.strictEqual(at(shown, "status"), "attested")
      assert.strictEqual(at(shown, "measured.0.differs"), false)
      const on = new Date().toISOString().slice(0, 10)
      assert.strictEqual(
        at(yield* ask(`/api/stations/${first}/attested?on=${on}`), "attested"),
        false,
      )
      const instant = new Date().toISOString()
      const now = yield* ask(`/api/stations/${first}/attested?on=${instant}`)
      assert.strictEqual(at(now, "attested"), true, now.text)
    }).pipe(Effect.provide(world())),
  )

  it.live("get the same answer to the same evidence, and nothing is added", () =>
    Effect.gen(function* () {
      const made = stations(2)
      yield* prepare(made, first)
      yield* enrol(made, first)
      const [evidence] = yield* answers(made, first)
      const once = yield* post(`/stations/${first}/evidence`, evidence)
      const before = yield* head
      const twice = yield* post(`/stations/${first}/evidence`, evidence)
      assert.strictEqual(yield* head, before)
      assert.strictEqual(at(twice, "known"), true)
      assert.strictEqual(at(twice, "position"), at(once, "position"))
    }).pipe(Effect.provide(world())),
  )

  it.live(
    "are told the rule that each kind of tampered evidence breaks, and lose trust by what answers",
    () =>
      Effect.gen(function* () {
        // Late evidence needs time to pass: tests/core/decide has that.
        const names = tamperNames.filter((name) => name !== "stale_expired")
        const made = stations(names.length)
        for (const [index, name] of names.entries()) {
          const station = StationId.make(`BS-${String(index + 1).padStart(4, "0")}`)
          yield* prepare(made, station)
          yield* enrol(made, station)
          const honest = yield* present(made, station)
          assert.strictEqual(honest.status, 200, `${name}: ${honest.text}`)
          yield* boot(station)
          const answer = yield* present(made, station, name)
          const { reason } = tampers[name]
          if (reason === null) assert.strictEqual(answer.status, 200, `${name}: ${answer.text}`)
          else if (at(answer, "known") !== true) {
            assert.strictEqual(answer.status, 422, `${name}: ${answer.text}`)
            assert.strictEqual(at(answer, "reason"), reason, name)
            const status = at(yield* ask(`/api/stations/${station}`), "status")
            assert.strictEqual(status === "trust lost", Number(at(answer, "rule")) > 5, name)
          }
        }
      }).pipe(Effect.provide(world())),
    60_000,
  )

  it.live("cannot fill the log with evidence that answers nothing", () =>
    Effect.gen(function* () {
      const made = stations(2)
      yield* prepare(made, first)
      yield* enrol(made, first)
      const [evidence] = yield* answers(made, first)
      const forged = (n: number) => ({
        ...evidence,
        attest: `${evidence.attest.slice(0, -2)}${(n + 16).toString(16)}`,
      })
      for (let n = 0; n < straysMax; n++) {
        const answer = yield* post(`/stations/${first}/evidence`, forged(n))
        assert.strictEqual(at(answer, "reason"), "bad_signature", answer.text)
        assert.isNumber(at(answer, "position"))
      }
      const before = yield* head
      const beyond = yield* post(`/stations/${first}/evidence`, forged(straysMax))
      assert.strictEqual(beyond.status, 422)
      assert.isUndefined(at(beyond, "position"))
      assert.strictEqual(yield* head, before)
      // And the challenge is still open for the station itself.
      assert.strictEqual((yield* post(`/stations/${first}/evidence`, evidence)).status, 200)
    }).pipe(Effect.provide(world())),
  )

  it.live("are refused keys that nobody vouches for, another's TPM, and a wrong secret", () =>
    Effect.gen(function* () {
      const made = stations(2)
      yield* post("/api/stations", { station: first })
      const unknown = yield* post(`/stations/${first}/enrol`, made.attesters.offer(first))
      assert.strictEqual(unknown.status, 422)
      assert.strictEqual(at(unknown, "reason"), "ek_chain")
      yield* prepare(made, first)
      const wrong = yield* post(`/stations/${first}/enrol`, made.attesters.offer(second))
      assert.strictEqual(at(wrong, "reason"), "ek_chain", wrong.text)
      yield* post(`/stations/${first}/enrol`, made.attesters.offer(first))
      const secret = yield* post(`/stations/${first}/enrol`, { secret: "00".repeat(32) })
      assert.strictEqual(at(secret, "reason"), "credential_mismatch", secret.text)
      yield* enrol(made, first)
      yield* post("/api/stations", { station: second })
      yield* post(`/api/stations/${second}/pin`, {
        ekName: made.attesters.endorsementName(first),
      })
      const stolen = yield* post(`/stations/${second}/enrol`, made.attesters.offer(first))
      assert.strictEqual(stolen.status, 409)
      assert.include(stolen.text, "BS-0001")
    }).pipe(Effect.provide(world())),
  )

  it.live("may offer keys so often an hour and no more", () =>
    Effect.gen(function* () {
      const made = stations(2)
      yield* post("/api/stations", { station: first })
      for (let n = 0; n < offersPerHourMax; n++)
        yield* post(`/stations/${first}/enrol`, made.attesters.offer(first))
      const before = yield* head
      const beyond = yield* post(`/stations/${first}/enrol`, made.attesters.offer(first))
      assert.strictEqual(beyond.status, 400)
      assert.strictEqual(yield* head, before)
    }).pipe(Effect.provide(world())),
  )

  it.live("are told what they lack, in words", () =>
    Effect.gen(function* () {
      const made = stations(2)
      assert.strictEqual((yield* ask(`/stations/${first}/challenge`)).status, 404)
      yield* post("/api/stations", { station: first })
      assert.strictEqual((yield* ask(`/stations/${first}/challenge`)).status, 409)
      assert.strictEqual((yield* boot(first)).status, 400)
      const [evidence] = made.attesters.answer({
        station: first,
        nonce: "00",
        atMs: Date.now(),
        accepted: null,
      })
      const early = yield* post(`/stations/${first}/evidence`, evidence.evidence)
      assert.strictEqual(early.status, 400, early.text)
      const malformed = yield* post(`/stations/${first}/evidence`, { attest: "XY" })
      assert.strictEqual(malformed.status, 400)
      assert.include(malformed.text, "$.attest")
      yield* prepare(made, first)
      yield* enrol(made, first)
      yield* present(made, first)
      assert.strictEqual((yield* ask(`/stations/${first}/challenge`)).status, 204)
      yield* post(`/api/stations/${first}/retire`, {})
      assert.strictEqual((yield* ask(`/stations/${first}/challenge`)).status, 409)
    }).pipe(Effect.provide(world())),
  )

  it.live(
    "say that they refused to boot, which costs their trust until evidence gives it back",
    () =>
      Effect.gen(function* () {
        const made = stations(2)
        yield* prepare(made, first)
        yield* enrol(made, first)
        yield* present(made, first)
        const said = yield* post(`/stations/${first}/boot`, { refused: "policy check failed" })
        assert.strictEqual(at(said, "trusted"), false)
        assert.strictEqual(at(yield* ask(`/api/stations/${first}`), "status"), "refused to boot")
        yield* boot(first)
        assert.strictEqual((yield* present(made, first)).status, 200)
        assert.strictEqual(at(yield* ask(`/api/stations/${first}`), "status"), "attested")
      }).pipe(Effect.provide(world())),
  )
})
