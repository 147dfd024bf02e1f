/**
 * Bodies of decisions about messages, layout 1. `#` is a count, `@` a reference (see `ByteWriter.ts`).
 *
 * ```
 * MessageAccepted: present u8 (1 a downlink is asked for, 2 warning, 4 standing) | @device @kind #seq #epoch #missing #policy
 *   @warning? @standing?
 * MessageRefused: present u8 (1 expectedSeq, 2 gapMax) | @reason @device #seq #policy #expectedSeq? #gapMax?
 * ```
 */
import type { MessageAccepted, MessageRefused } from "../../event/decision.ts"
import * as R from "../ByteReader.ts"
import * as W from "../ByteWriter.ts"
import * as Named from "./named.ts"

const downlinkAsked = 1
const hasWarning = 2
const hasStanding = 4

export const writeMessageAccepted = (w: W.ByteWriter, event: MessageAccepted): void => {
  W.u8(
    w,
    (event.downlinkAsked ? downlinkAsked : 0) |
      (event.warning === undefined ? 0 : hasWarning) |
      (event.standing === undefined ? 0 : hasStanding),
  )
  W.reference(w, W.slotDevice, event.device)
  W.reference(w, W.slotWord, event.kind)
  W.count(w, event.seq)
  W.count(w, event.epoch)
  W.count(w, event.missing)
  W.count(w, event.policy)
  if (event.warning !== undefined) W.reference(w, W.slotOther, event.warning)
  if (event.standing !== undefined) W.reference(w, W.slotOther, event.standing)
}

export const readMessageAccepted = (r: R.ByteReader): MessageAccepted => {
  const present = R.u8(r)
  const device = Named.device(r)
  const kind = Named.messageKind(r)
  const accepted: MessageAccepted = {
    _tag: "MessageAccepted",
    device,
    seq: R.count(r),
    epoch: R.count(r),
    kind,
    downlinkAsked: (present & downlinkAsked) !== 0,
    missing: R.count(r),
    policy: R.count(r),
  }
  if ((present & (hasWarning | hasStanding)) === 0) return accepted
  return {
    ...accepted,
    ...((present & hasWarning) !== 0 && { warning: Named.acceptWarning(r) }),
    ...((present & hasStanding) !== 0 && { standing: Named.standing(r) }),
  }
}

const hasExpectedSeq = 1
const hasGapMax = 2

export const writeMessageRefused = (w: W.ByteWriter, event: MessageRefused): void => {
  W.u8(
    w,
    (event.expectedSeq === undefined ? 0 : hasExpectedSeq) |
      (event.gapMax === undefined ? 0 : hasGapMax),
  )
  W.reference(w, W.slotWord, event.reason)
  W.reference(w, W.slotDevice, event.device)
  W.count(w, event.seq)
  W.count(w, event.policy)
  if (event.expectedSeq !== undefined) W.count(w, event.expectedSeq)
  if (event.gapMax !== undefined) W.count(w, event.gapMax)
}

export const readMessageRefused = (r: R.ByteReader): MessageRefused => {
  const present = R.u8(r)
  const reason = Named.refusalReason(r)
  const device = Named.device(r)
  const seq = R.count(r)
  const policy = R.count(r)
  return {
    _tag: "MessageRefused",
    device,
    seq,
    reason,
    policy,
    ...((present & hasExpectedSeq) !== 0 && { expectedSeq: R.count(r) }),
    ...((present & hasGapMax) !== 0 && { gapMax: R.count(r) }),
  }
}
