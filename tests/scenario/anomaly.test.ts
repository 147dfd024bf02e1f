/** Each adversary against the twin, and the same worlds undisturbed. `npm run fuzz -- anomaly` does so at length. */
import { assert, describe, it } from "@effect/vitest"
import type { Kind } from "../../core/sim/adversary/Adversary.ts"
import { audit, type Audit, describeFinding, describeTruth, judgedKinds } from "./Auditor.ts"

const seeds = [1, 2]
const world = { devices: 250, stations: 48, hours: 6 }

/** What shows in numbers takes more devices; few ask for a downlink, and those once a day. */
const devicesOf: { readonly [K in Kind]?: number } = {
  "counter-wrap": 800,
  jamming: 800,
  "downlink-jamming": 2_000,
}

/** Every row of the facts' list of attacks (Sigfox facts, part 8), and the scenarios that play it. */
const attacks: Readonly<Record<string, ReadonlyArray<Kind>>> = {
  "replay after the 12-bit counter wraps": ["replay-after-wrap", "replay"],
  "16-bit MAC guessing": ["mac-guessing"],
  "desync: a forged or replayed higher number locks the device out": ["desync"],
  "clone, key extraction": ["clone"],
  "downlink jamming or spoofing": ["downlink-jamming"],
  "fabricated repeats": ["fabricated-repeat"],
  "massive cloning, denial of service through stations": ["massive-cloning", "surge"],
  "wrap-padding forgery": ["wrap-padding-forgery"],
  "type relabelling": ["type-relabelling"],
}

const problems = ({ falseAlarms, missed, scenario, seed }: Audit): ReadonlyArray<string> => [
  ...missed.map((truth) => `${scenario} seed ${seed}: missed ${describeTruth(truth)}`),
  ...falseAlarms.map(
    (finding) => `${scenario} seed ${seed}: false alarm ${describeFinding(finding)}`,
  ),
]

describe("the twin", () => {
  for (const kind of judgedKinds) {
    it(`names ${kind} rightly, and nothing else`, () => {
      const devices = devicesOf[kind] ?? world.devices
      const audits = seeds.map((seed) => audit({ ...world, devices, scenario: kind, seed }))
      assert.deepStrictEqual(audits.flatMap(problems), [])
      assert.isAbove(audits.flatMap(({ named }) => named).length, 0)
    }, 60_000)
  }

  it("is tried with every attack of the published list", () => {
    assert.deepStrictEqual(
      Object.values(attacks)
        .flat()
        .filter((kind) => !judgedKinds.includes(kind)),
      [],
    )
    assert.strictEqual(Object.keys(attacks).length, 9)
  })

  it("names nothing in the same worlds undisturbed", () => {
    for (const seed of seeds) {
      const clean = audit({ ...world, scenario: "clean", seed })
      assert.deepStrictEqual(problems(clean), [])
      assert.isAbove(clean.messages, 1000)
    }
  }, 60_000)

  it("finds no anomaly in a station's, a line's or a customer's trouble", () => {
    for (const scenario of ["tampered-station", "transit-link", "customer-outage"] as const)
      assert.deepStrictEqual(problems(audit({ ...world, scenario, seed: 1 })), [])
  }, 60_000)

  it("is judged by an auditor that sees what is missed and what is made up", () => {
    const given = { ...world, scenario: "mac-guessing", seed: 1 } as const
    const honest = audit(given)
    const [finding] = honest.named.length > 0 ? [honest.named[0].truth] : []
    assert.isDefined(finding)
    assert.strictEqual(audit({ ...given, bend: () => [] }).missed.length, 1)
    const liar = audit({
      ...given,
      bend: (found) => found.map((one) => ({ ...one, device: "1" })),
    })
    assert.isAbove(liar.falseAlarms.length, 0)
  }, 60_000)
})
