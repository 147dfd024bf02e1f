/**
 * Desync: a number far ahead is taken, and the true device, which goes on from its own, is refused from then on.
 * Guard: disengage the device.
 *
 * A frame that turns out to be an old one's replay (`replay-after-wrap`) has the same effect; then it is that.
 */
import * as FifoMap from "../../../core/kernel/FifoMap.ts"
import type { Weighed } from "../Finding.ts"
import { isLate } from "../likeness.ts"
import { remembers, type Memory } from "../remembers.ts"
import type { Moment, Report, Rule } from "../Rule.ts"

/** Jumps remembered. */
export const jumpsMax = 4096
/** Numbers left out: a smaller jump locks nobody out for long. */
export const jumpMinDefault = 16
/** The true device goes on within so many numbers of its last. */
const lagMax = 64
/** After so long the jump is forgotten, ms. */
const spanMs = 4 * 86_400_000

type Jump = {
  readonly from: number
  readonly to: number
  readonly missing: number
  readonly position: number
  readonly atMs: number
  readonly refusals: number
  readonly facts: ReadonlyArray<Weighed>
}

/** The rule with another threshold, for what would be found with it. */
export const ruleWith = (jumpMin: number): Rule<Memory<Jump>> => ({
  ...remembers<Jump>(jumpsMax),
  name: "desync",
  wants: ["Settled"],
  apply: (draft, moment, report) => {
    if (moment._tag !== "Settled" || isLate(moment.sighting)) return
    const { evidence, sighting, usual } = moment
    if (sighting.verdict === "accepted") {
      if (sighting.missing < jumpMin || usual.lastSeq < 0) return
      FifoMap.set(draft, sighting.device, {
        from: usual.lastSeq,
        to: sighting.seq,
        missing: sighting.missing,
        position: sighting.verdictAt,
        atMs: sighting.firstMs,
        refusals: 0,
        facts: evidence.isForeign ? evidence.facts : [],
      })
      return
    }
    lagging(draft, moment, report)
  },
})

export const rule: Rule<Memory<Jump>> = ruleWith(jumpMinDefault)

const lagging = (
  draft: Memory<Jump>,
  { evidence, sighting }: Moment & { readonly _tag: "Settled" },
  report: Report,
): void => {
  const { device, firstMs, reason, seq, verdict, verdictAt } = sighting
  const jump = FifoMap.get(draft, device)
  if (jump === undefined || verdict !== "refused" || evidence.isForeign) return
  if (reason !== "out-of-sequence" && reason !== "unstated-band" && reason !== "locked") return
  if (firstMs - jump.atMs > spanMs) return
  // Without the roll-over: a device that wraps at the same time is left to its next number.
  const ahead = seq - jump.from
  if (ahead < 1 || ahead > Math.min(lagMax, jump.missing)) return
  const refusals = jump.refusals + 1
  FifoMap.set(draft, device, { ...jump, refusals })
  const other = report.known("replay-after-wrap", device) ?? report.known("clone", device)
  if (other !== undefined && other.lastMs >= jump.atMs) return
  // Nothing speaks for another sender: a device that jumps by itself does not fall back twice.
  if (jump.facts.length === 0 && refusals < 2) return
  report.say({
    kind: "desync",
    device,
    seq: jump.to,
    fromPosition: jump.position,
    toPosition: verdictAt,
    fromMs: jump.atMs,
    toMs: firstMs,
    facts: [
      {
        text: `number ${jump.to} was accepted, ${jump.missing} ahead of its turn`,
        position: jump.position,
        weight: 0.3,
      },
      ...jump.facts,
      {
        text: `the device goes on from ${jump.from} and is refused`,
        position: verdictAt,
        weight: 0.5,
      },
    ],
  })
}
