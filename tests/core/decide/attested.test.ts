import { assert, describe, it } from "@effect/vitest"
import * as Attested from "../../../core/decide/Attested.ts"
import { policyDefault } from "../../../core/event/policy.ts"

const issuedMs = 1_000_000
const policy = policyDefault

const enrolled: Attested.Attested = {
  ...Attested.initial,
  identity: {
    akPublic: "0118",
    akName: "000baa",
    ekName: "000bee",
    qualifiedName: "000baf",
    scheme: "rsassa",
    hash: "sha256",
  },
}

const asked = (change: Partial<Attested.Challenge> = {}): Attested.Attested => ({
  ...enrolled,
  unansweredSinceMs: change.consumed === true ? null : issuedMs,
  challenge: {
    at: 1,
    nonce: "aa",
    issuedMs,
    expiresMs: issuedMs + policy.challengeWithinMs,
    why: "interval",
    consumed: false,
    ...change,
  },
})

describe("what is due about a station", () => {
  it("is nothing before its TPM is enrolled, and a challenge at once after", () => {
    assert.isUndefined(Attested.dueAt(Attested.initial, issuedMs, policy))
    assert.deepStrictEqual(Attested.dueAt(enrolled, issuedMs, policy), {
      _tag: "Challenge",
      why: "enrolment",
    })
  })

  it("is nothing while a challenge is open, and the same again when it went unanswered", () => {
    assert.isUndefined(Attested.dueAt(asked(), issuedMs + policy.challengeWithinMs - 1, policy))
    assert.deepStrictEqual(Attested.dueAt(asked(), issuedMs + policy.challengeWithinMs, policy), {
      _tag: "Challenge",
      why: "unanswered",
    })
  })

  it("is a challenge at the interval after one that was answered, and sooner where one is wanted", () => {
    const answered = asked({ consumed: true })
    assert.isUndefined(Attested.dueAt(answered, issuedMs + policy.challengeEveryMs - 1, policy))
    assert.deepStrictEqual(Attested.dueAt(answered, issuedMs + policy.challengeEveryMs, policy), {
      _tag: "Challenge",
      why: "interval",
    })
    const wanted: Attested.Attested = { ...answered, wanted: "digest" }
    assert.deepStrictEqual(Attested.dueAt(wanted, issuedMs + 1, policy), {
      _tag: "Challenge",
      why: "digest",
    })
  })

  it("is an alarm when nothing was answered for long enough, once, and then a challenge an interval", () => {
    const lateMs = issuedMs + policy.silentAfterMs
    assert.deepStrictEqual(Attested.dueAt(asked(), lateMs, policy), {
      _tag: "Silence",
      sinceMs: issuedMs,
    })
    const silent: Attested.Attested = { ...asked(), silent: { at: 2, sinceMs: issuedMs } }
    assert.isUndefined(Attested.dueAt(silent, lateMs, policy))
    assert.strictEqual(
      Attested.dueAt(silent, issuedMs + policy.challengeEveryMs, policy)?._tag,
      "Challenge",
    )
  })
})

describe("a station stands", () => {
  const good: Attested.Attested = {
    ...enrolled,
    good: { at: 3, ms: issuedMs, configDigest: null, reference: "make/1" },
  }
  it("as attested while its evidence is fresh, and as stale after", () => {
    assert.strictEqual(at(good, issuedMs + policy.evidenceStaleMs), "attested")
    assert.strictEqual(at(good, issuedMs + policy.evidenceStaleMs + 1), "stale")
  })

  it("as unknown without proof, silent without answers, refused without trust", () => {
    assert.strictEqual(at(null, issuedMs), "unknown")
    assert.strictEqual(at(enrolled, issuedMs), "unknown")
    assert.strictEqual(at({ ...good, silent: { at: 4, sinceMs: 0 } }, issuedMs), "silent")
    assert.strictEqual(at(good, issuedMs, true), "refused")
    const refused = { at: 5, ms: issuedMs, detail: "policy check failed" }
    assert.strictEqual(at({ ...good, bootRefused: refused }, issuedMs), "refused")
  })
})

const at = (known: Attested.Attested | null, ms: number, isLost = false) =>
  Attested.standingAt(known, isLost, ms, policy)
