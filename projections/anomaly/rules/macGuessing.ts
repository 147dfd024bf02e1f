/**
 * MAC guessing: many different MACs under one device's name in a short time, all wrong. A device whose key was
 * registered wrongly fails too, but no oftener than its contract lets it send.
 */
import * as FifoMap from "../../../core/kernel/FifoMap.ts"
import { remembers, type Memory } from "../remembers.ts"
import type { Rule } from "../Rule.ts"

/** Devices with failures that are remembered. */
export const devicesMax = 4096
/** 140 messages a day, the contract's ceiling, are one in this time, ms. */
const spanMs = 600_000
/** Failures within it: so many true messages would be more than a day's of the least contract. */
export const triesMinDefault = 8

type Note = {
  readonly sinceMs: number
  readonly firstPosition: number
  readonly lastMac: string
  readonly lastSeq: number
  readonly tries: number
  /** Whether all were for one number. */
  readonly oneNumber: boolean
}

/** The rule with another threshold, for what would be found with it. */
export const ruleWith = (triesMin: number): Rule<Memory<Note>> => ({
  ...remembers<Note>(devicesMax),
  name: "mac-guessing",
  wants: ["Unproved"],
  apply: (draft, moment, report) => {
    if (moment._tag !== "Unproved" || moment.frame.check !== "wrong-mac") return
    const { frame, recorded } = moment
    const { occurredMs, position } = recorded
    const { device, mac, seq, station } = frame
    const known = FifoMap.get(draft, device)
    if (known === undefined || occurredMs - known.sinceMs > spanMs) {
      const first = { sinceMs: occurredMs, firstPosition: position, tries: 1, oneNumber: true }
      FifoMap.set(draft, device, { ...first, lastMac: mac, lastSeq: seq })
      return
    }
    // The copies at other stations are the same try.
    if (known.lastMac === mac && known.lastSeq === seq) return
    const next: Note = {
      ...known,
      lastMac: mac,
      lastSeq: seq,
      tries: known.tries + 1,
      oneNumber: known.oneNumber && known.lastSeq === seq,
    }
    FifoMap.set(draft, device, next)
    if (next.tries < triesMin) return
    const seconds = Math.round((occurredMs - known.sinceMs) / 1000)
    report.say({
      kind: "mac-guessing",
      device,
      seq,
      fromPosition: next.firstPosition,
      toPosition: position,
      fromMs: next.sinceMs,
      toMs: occurredMs,
      facts: [
        {
          text: `${next.tries} different MACs within ${seconds} s, all wrong`,
          position,
          weight: 0.8,
        },
        { text: `the latest heard by ${station}`, position, weight: 0 },
        ...(next.oneNumber
          ? [{ text: `all of them for number ${seq}`, position, weight: 0.6 }]
          : []),
      ],
    })
  },
})

export const rule: Rule<Memory<Note>> = ruleWith(triesMinDefault)
