/**
 * What is known of one counter: its window, what was said about its latest numbers, which numbers never
 * came, how often it wrapped.
 */
import * as CounterWindow from "../../core/decide/CounterWindow.ts"
import type { Position } from "../../core/event/Envelope.ts"
import { countUp, type Counts } from "../../core/kernel/countUp.ts"
import { keepRecent } from "../../core/kernel/keepRecent.ts"

/** Opinions kept, the latest; older ones are found through the log's index. */
export const opinionsMax = 8
/** Runs of lost numbers kept, the latest; `lost` counts all. */
export const lostRunsMax = 32

/** What was decided about a message, or would have been. */
export type Opinion = {
  readonly position: Position
  readonly seq: number
  readonly atMs: number
  readonly accepted: boolean
  readonly reason: string | null
  readonly warning: string | null
  readonly missing: number
  readonly expectedSeq: number | null
  readonly gapMax: number | null
  readonly policy: number
}

/** `count` numbers from `from` on (turning over where the counter does) never came. */
export type LostRun = {
  readonly from: number
  readonly count: number
  readonly rollover: number
  /** The message that showed it. */
  readonly shownBy: Position
}

export type Account = {
  readonly window: Window
  readonly accepted: number
  readonly refused: number
  readonly refusedFor: Counts
  /** Numbers missing among those before the last one heard. */
  readonly lost: number
  /** Oldest first. */
  readonly lostRuns: ReadonlyArray<LostRun>
  readonly wraps: number
  /** Reports of a message known already. */
  readonly repeated: number
  /** Reports of a message older than the last one. */
  readonly late: number
  /** Oldest first. */
  readonly opinions: ReadonlyArray<Opinion>
}

/** `CounterWindow` as it is written into snapshots. */
type Window = {
  readonly [Key in keyof CounterWindow.CounterWindow]: CounterWindow.CounterWindow[Key]
}

export const initial: Account = {
  window: CounterWindow.initial,
  accepted: 0,
  refused: 0,
  refusedFor: {},
  lost: 0,
  lostRuns: [],
  wraps: 0,
  repeated: 0,
  late: 0,
  opinions: [],
}

/** Most devices have only one of the two accounts: the other is not written. */
export const encode = (account: Account): Account | null => (account === initial ? null : account)

/** Takes in an acceptance: decided, or would have been. */
export const accepted = (account: Account, rollover: number, opinion: Opinion): Account => {
  const { atMs, missing, seq, warning } = opinion
  const window = CounterWindow.evolve(account.window, { _tag: "Accepted", seq, atMs })
  // The epoch also rises when a disengaged counter restarts lower: that is no wrap.
  const isWrap = window.epoch > account.window.epoch && warning !== "disengaged"
  return {
    ...account,
    window,
    accepted: account.accepted + 1,
    lost: account.lost + missing,
    lostRuns:
      missing === 0
        ? account.lostRuns
        : keepRecent(
            account.lostRuns,
            {
              from: (account.window.last + 1) % rollover,
              count: missing,
              rollover,
              shownBy: opinion.position,
            },
            lostRunsMax,
          ),
    wraps: account.wraps + (isWrap ? 1 : 0),
    opinions: keepRecent(account.opinions, opinion, opinionsMax),
  }
}

export const refused = (account: Account, opinion: Opinion): Account => ({
  ...account,
  window:
    opinion.reason === "out-of-sequence" || opinion.reason === "unstated-band"
      ? CounterWindow.evolve(account.window, { _tag: "OutOfSequence" })
      : account.window,
  refused: account.refused + 1,
  refusedFor:
    opinion.reason === null ? account.refusedFor : countUp(account.refusedFor, opinion.reason),
  opinions: keepRecent(account.opinions, opinion, opinionsMax),
})

export const disengaged = (account: Account): Account => ({
  ...account,
  window: CounterWindow.evolve(account.window, { _tag: "Disengaged" }),
})

/** Takes in a report, in the order of arrival. What is older than the last report is not judged. */
export const reported = (
  account: Account,
  question: CounterWindow.Question,
  position: Position,
  policy: number,
): Account => {
  const { atMs, rollover, seq } = question
  const { window } = account
  const isNewer = window.last < 0 || atMs > window.lastMs
  if (!isNewer && window.recent.includes(seq)) return { ...account, repeated: account.repeated + 1 }
  if (atMs < window.lastMs && window.last >= 0) return late(account, seq)
  // UPLINK and DATA_ADVANCED speak of one message, the second some seconds later.
  if (seq === window.last && atMs - window.lastMs <= question.policy.tallyWindowMs)
    return { ...account, repeated: account.repeated + 1 }
  const judgement = CounterWindow.judge(window, question)
  if (judgement.accepted)
    return accepted(account, rollover, {
      position,
      seq,
      atMs,
      accepted: true,
      reason: null,
      warning: judgement.warning ?? null,
      missing: judgement.missing,
      expectedSeq: null,
      gapMax: null,
      policy,
    })
  const { expectedSeq, gapMax, reason } = judgement
  const after = refused(account, {
    position,
    seq,
    atMs,
    accepted: false,
    reason,
    warning: null,
    missing: 0,
    expectedSeq,
    gapMax,
    policy,
  })
  // The network took it, so it is the network's reference now; a number seen before moves nothing.
  return reason === "number-seen"
    ? after
    : { ...after, window: CounterWindow.evolve(window, { _tag: "Accepted", seq, atMs }) }
}

/** All numbers of a run, in the order in which they should have come. */
export const numbersOf = (run: LostRun): ReadonlyArray<number> =>
  Array.from({ length: run.count }, (_, i) => (run.from + i) % run.rollover)

/** A message that came late is lost no longer. */
const late = (account: Account, seq: number): Account => {
  const counted = { ...account, late: account.late + 1 }
  const at = account.lostRuns.findLastIndex((run) => offsetIn(run, seq) >= 0)
  if (at < 0) return counted
  const run = account.lostRuns[at]
  const offset = offsetIn(run, seq)
  const before = { ...run, count: offset }
  const behind = {
    ...run,
    from: (seq + 1) % run.rollover,
    count: run.count - offset - 1,
  }
  return {
    ...counted,
    lost: account.lost - 1,
    lostRuns: account.lostRuns
      .toSpliced(at, 1, ...[before, behind].filter(({ count }) => count > 0))
      .slice(-lostRunsMax),
  }
}

const offsetIn = (run: LostRun, seq: number): number => {
  const offset = (seq - run.from + run.rollover) % run.rollover
  return offset < run.count ? offset : -1
}
