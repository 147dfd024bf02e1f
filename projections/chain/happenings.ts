/**
 * Incidents: what begins, goes on and ends. A burst of refusals ends by itself when none came for
 * `quietMs` of event time; the others end by an event.
 */
import type { Recorded } from "../../core/event/Envelope.ts"
import type { MessageRefused } from "../../core/event/decision.ts"
import { happeningsClosedMax, happeningsOpenMax, type Happening, type State } from "./State.ts"

const quietMs = 1_800_000
/** Failed attempts at one destination in a row that make an outage. */
export const outageAfter = 3
/** Refusals that radio noise and strangers cause every day are an incident only in numbers. */
const burstAfter = 5
const commonReasons: ReadonlySet<string> = new Set([
  "unknown-device",
  "wrong-crc",
  "number-seen",
  "reserved-flag",
])
/** Reasons anybody with a radio can cause under any device's name: one incident for all devices. */
const nobodys: ReadonlySet<string> = new Set(["unknown-device", "wrong-crc", "reserved-flag"])

/** Enough of it came to show it. */
export const isNotable = (happening: Happening): boolean =>
  happening.kind !== "refusals" || happening.count >= needed(happening.label)

const needed = (label: string): number => (commonReasons.has(label.split(" ")[0]) ? burstAfter : 1)

type About = Pick<Happening, "kind" | "label" | "tone"> &
  Partial<Pick<Happening, "device" | "station" | "customer" | "dataCentre" | "count">>

export const begin = (
  draft: State,
  key: string,
  about: About,
  at: { readonly ms: number; readonly position: number },
): void => {
  if (draft.open.has(key)) return
  if (draft.open.size >= happeningsOpenMax) {
    const [eldest] = draft.open.keys()
    finish(draft, eldest)
  }
  draft.open.set(key, {
    id: `${key}|${at.position}`,
    device: "",
    station: "",
    customer: "",
    dataCentre: "",
    count: 1,
    ...about,
    startMs: at.ms,
    startAt: at.position,
    lastMs: at.ms,
    lastAt: at.position,
  })
}

/** One more of the same; false when no such thing is going on. */
export const goOn = (draft: State, key: string, recorded: Recorded): boolean => {
  const happening = draft.open.get(key)
  if (happening === undefined) return false
  draft.open.set(key, {
    ...happening,
    count: happening.count + 1,
    lastMs: draft.nowMs,
    lastAt: recorded.position,
  })
  return true
}

/** Ends it where it was last seen, or at the given event. */
export const finish = (draft: State, key: string, recorded?: Recorded): void => {
  const happening = draft.open.get(key)
  if (happening === undefined) return
  draft.open.delete(key)
  if (!isNotable(happening)) return
  const ended =
    recorded === undefined
      ? happening
      : { ...happening, lastMs: draft.nowMs, lastAt: recorded.position }
  draft.closed = [...draft.closed, ended].slice(-happeningsClosedMax)
}

/** Closes bursts that went quiet. Called once for each minute of event time, not for each event. */
export const sweep = (draft: State): void => {
  for (const [key, happening] of draft.open) if (isOver(happening, draft.nowMs)) finish(draft, key)
}

export const isOver = (happening: Happening, nowMs: number): boolean =>
  happening.kind === "refusals" && nowMs - happening.lastMs > quietMs

export const refusalCame = (draft: State, recorded: Recorded, event: MessageRefused): void => {
  if (event.reason === "station-not-trusted") {
    // It belongs to the station's own incident: this is what the lost trust costs.
    const station = draft.devices.get(event.device)?.station ?? ""
    goOn(draft, trustKey(station), recorded)
    return
  }
  const device = nobodys.has(event.reason) ? "" : event.device
  const key = `refusals|${event.reason}|${device}`
  if (goOn(draft, key, recorded)) return
  const label = device === "" ? `${event.reason} frames` : `${event.reason} · ${device}`
  begin(draft, key, { kind: "refusals", label, tone: "refused", device }, at(draft, recorded))
}

export const at = (draft: State, recorded: Recorded) => ({
  ms: draft.nowMs,
  position: recorded.position,
})

export const trustKey = (station: string): string => `trust-lost|${station}`
export const linkKey = (dataCentre: string, link: string): string =>
  `link-down|${dataCentre}|${link}`
export const outageKey = (customer: string, destination: string): string =>
  `outage|${customer}|${destination}`
