/**
 * Replay after a wrap: a frame of an earlier turn of the counter, taken because its number is due again. The
 * log's index found the earlier twin (`EarlierTwinFound`); identical bytes alone prove nothing, since a sensor with
 * a constant payload rightly sends the same frame one turn later. So it takes evidence of another sender too.
 *
 * A refused message with an earlier twin is an old frame sent again: a plain replay, unless it is so old that the
 * counter has turned.
 */
import * as FifoMap from "../../../core/kernel/FifoMap.ts"
import type { Weighed } from "../Finding.ts"
import { isLate } from "../likeness.ts"
import type { Json } from "../../Projection.ts"
import type { Moment, Report, Rule } from "../Rule.ts"

/** Messages with foreign senders, and twins found, that wait for each other. */
export const waitingMax = 1024
const dayMs = 86_400_000
/** A whole turn of 4096 numbers at the contract's 140 a day. */
const turnMs = 29 * dayMs

type Suspect = {
  readonly device: string
  readonly seq: number
  readonly firstAt: number
  readonly lastAt: number
  readonly firstMs: number
  readonly accepted: boolean
  readonly facts: ReadonlyArray<Weighed>
}
type Twin = { readonly position: number; readonly earlierMs: number; readonly earlierAt: number }

export interface State {
  readonly suspects: FifoMap.FifoMap<Suspect>
  readonly twins: FifoMap.FifoMap<Twin>
}

export const rule: Rule<State> = {
  name: "replay-after-wrap",
  wants: ["Settled", "Other"],
  initial: () => ({ suspects: FifoMap.make(waitingMax), twins: FifoMap.make(waitingMax) }),
  apply: (draft, moment, report) => {
    if (moment._tag === "Settled") return settled(draft, moment, report)
    if (moment._tag !== "Other" || moment.recorded.event._tag !== "EarlierTwinFound") return
    const { causes, event, position } = moment.recorded
    const key = `${event.device} ${causes[0]}`
    const twin = { position, earlierMs: event.earlierMs, earlierAt: causes[1] ?? position }
    const suspect = FifoMap.get(draft.suspects, key)
    if (suspect === undefined) FifoMap.set(draft.twins, key, twin)
    else say(suspect, twin, report)
  },
  copy: ({ suspects, twins }) => ({
    suspects: FifoMap.copy(suspects),
    twins: FifoMap.copy(twins),
  }),
  encode: ({ suspects, twins }) => ({
    suspects: FifoMap.pairsOldestFirst(suspects),
    twins: FifoMap.pairsOldestFirst(twins),
  }),
  decode: (json: Json): State => {
    // Written by `encode` of the same version; snapshots carry a digest that was checked.
    const from = json as unknown as Encoded
    const state = rule.initial()
    for (const [key, suspect] of from.suspects) FifoMap.set(state.suspects, key, suspect)
    for (const [key, twin] of from.twins) FifoMap.set(state.twins, key, twin)
    return state
  },
}

interface Encoded {
  readonly suspects: ReadonlyArray<readonly [string, Suspect]>
  readonly twins: ReadonlyArray<readonly [string, Twin]>
}

const settled = (
  draft: State,
  { evidence, sighting }: Moment & { readonly _tag: "Settled" },
  report: Report,
): void => {
  if (!evidence.isForeign || isLate(sighting)) return
  const { device, firstAt, firstMs, lastAt, seq, verdict } = sighting
  const accepted = verdict === "accepted"
  const suspect = { device, seq, firstAt, lastAt, firstMs, accepted, facts: evidence.facts }
  const key = `${device} ${firstAt}`
  const twin = FifoMap.get(draft.twins, key)
  if (twin === undefined) FifoMap.set(draft.suspects, key, suspect)
  else say(suspect, twin, report)
}

const say = (suspect: Suspect, twin: Twin, report: Report): void => {
  // A clone whose payload has few values sends what the device sent, and nobody replays it.
  if (!suspect.accepted && report.known("clone", suspect.device)) return
  const days = Math.max(0, Math.round((suspect.firstMs - twin.earlierMs) / dayMs))
  report.say({
    kind:
      suspect.accepted || suspect.firstMs - twin.earlierMs >= turnMs
        ? "replay-after-wrap"
        : "replay",
    device: suspect.device,
    seq: suspect.seq,
    fromPosition: suspect.firstAt,
    toPosition: suspect.lastAt,
    fromMs: suspect.firstMs,
    toMs: suspect.firstMs,
    facts: [
      {
        text: `number, MAC and payload are those of a frame heard ${days} days before`,
        position: twin.earlierAt,
        weight: 0.6,
      },
      ...suspect.facts,
    ],
  })
}
