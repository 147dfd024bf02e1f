/**
 * The sequence-number rule, here and nowhere else: which number a device may send next.
 *
 * A window is what is known of one device's counter. `judge` asks it about a number and changes
 * nothing; `evolve` takes in what was decided or reported. Rules: SIGFOX.md part 4.
 */
import type { AcceptWarning, RefusalReason } from "../event/decision.ts"
import type { Policy } from "../event/policy.ts"

/** Most recently accepted numbers kept with each window, newest first: tells a number seen from one out of sequence. */
export const recentMax = 8

export interface CounterWindow {
  /** Last accepted number; -1 before the first. */
  readonly last: number
  /** When that was sent, by the source's clock. */
  readonly lastMs: number
  /** How often the counter was seen to wrap. */
  readonly epoch: number
  readonly recent: ReadonlyArray<number>
  /** The next number becomes the reference whatever it is. */
  readonly disengaged: boolean
  /** An out-of-sequence error stands, and the policy waits for a disengage. */
  readonly locked: boolean
}

/** What the window takes in. */
export type Fact =
  | { readonly _tag: "Accepted"; readonly seq: number; readonly atMs: number }
  | { readonly _tag: "OutOfSequence" }
  | { readonly _tag: "Disengaged" }

export interface Question {
  readonly seq: number
  readonly atMs: number
  readonly contractPerDay: number
  readonly rollover: number
  readonly policy: Policy
}

export type Judgement =
  | {
      readonly accepted: true
      readonly epoch: number
      /** Numbers between the last accepted and this one that never came. */
      readonly missing: number
      readonly warning?: AcceptWarning
    }
  | {
      readonly accepted: false
      readonly reason: Extract<
        RefusalReason,
        "number-seen" | "out-of-sequence" | "unstated-band" | "locked"
      >
      readonly expectedSeq: number
      readonly gapMax: number
    }

export const initial: CounterWindow = {
  last: -1,
  lastMs: 0,
  epoch: 0,
  recent: [],
  disengaged: false,
  locked: false,
}

export const evolve = (window: CounterWindow, fact: Fact): CounterWindow => {
  switch (fact._tag) {
    case "Accepted":
      return {
        last: fact.seq,
        lastMs: fact.atMs,
        epoch: epochOf(window, fact.seq),
        recent: [fact.seq, ...window.recent.slice(0, recentMax - 1)],
        disengaged: false,
        locked: false,
      }
    case "OutOfSequence":
      return window.locked ? window : { ...window, locked: true }
    case "Disengaged":
      return { ...window, disengaged: true, locked: false }
  }
}

/** Would this number be taken now, and why? */
export const judge = (window: CounterWindow, question: Question): Judgement => {
  const { seq, rollover, policy } = question
  if (seq < rollover && window.last < 0)
    return { accepted: true, epoch: 0, missing: 0, warning: "first" }
  if (seq < rollover && window.disengaged)
    return { accepted: true, epoch: epochOf(window, seq), missing: 0, warning: "disengaged" }
  const gap = (seq - window.last + rollover) % rollover
  const { low, high } = gapLimits(question, window.lastMs)
  const refuse = (reason: (Judgement & { accepted: false })["reason"]): Judgement => ({
    accepted: false,
    reason,
    expectedSeq: (window.last + 1) % rollover,
    gapMax: policy.unstatedBand === "accept" ? high : low,
  })
  if (seq >= rollover) return refuse("out-of-sequence")
  // Behind the last number by no more than the kept ones reach: one of these is a repeat, and any
  // other is judged as a whole turn of the counter.
  if (gap === 0 || (window.recent.includes(seq) && gap > rollover - recentSpan(window, rollover)))
    return refuse("number-seen")
  if (policy.afterError === "until-disengage" && window.locked) return refuse("locked")
  const epoch = epochOf(window, seq)
  if (gap <= low)
    return gap === 1
      ? { accepted: true, epoch, missing: 0 }
      : { accepted: true, epoch, missing: gap - 1, warning: "break" }
  if (gap > high) return refuse("out-of-sequence")
  return policy.unstatedBand === "accept"
    ? { accepted: true, epoch, missing: gap - 1, warning: "unstated-band" }
    : refuse("unstated-band")
}

/**
 * Largest gap taken (`low`) and smallest refused less one (`high`).
 *
 * Rule 1: A = 300 * days, B = contract * (days + 2), low = min, high = max, days = 1 within 24 h.
 * The source's example (last 5, 3 days, 140 a day) gives 705 and 905. Rule 2 (2017): up to
 * max(3 * messages a day, 20), nothing unstated.
 */
export const gapLimits = (
  question: Omit<Question, "seq">,
  lastMs: number,
): { readonly low: number; readonly high: number } => {
  switch (question.policy.counterRule) {
    case "rule-1": {
      const days = Math.max(1, Math.ceil((question.atMs - lastMs) / dayMs))
      const a = 300 * days
      const b = question.contractPerDay * (days + 2)
      return { low: Math.min(a, b), high: Math.max(a, b) }
    }
    case "rule-2": {
      const limit = Math.max(3 * question.contractPerDay, 20)
      return { low: limit, high: limit }
    }
  }
}

const dayMs = 86_400_000

/** A lower number than the last is one turn further. */
const epochOf = (window: CounterWindow, seq: number): number =>
  window.last >= 0 && seq <= window.last ? window.epoch + 1 : window.epoch

/** How far back the kept numbers reach. */
const recentSpan = (window: CounterWindow, rollover: number): number => {
  const oldest = window.recent.at(-1)
  return oldest === undefined ? 0 : ((window.last - oldest + rollover) % rollover) + 1
}
