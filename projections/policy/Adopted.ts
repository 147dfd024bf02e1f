/** Which policy holds, and which held before. */
import type { Position, Recorded } from "../../core/event/Envelope.ts"
import { type Policy, policyDefault } from "../../core/event/policy.ts"
import { keepRecent } from "../../core/kernel/keepRecent.ts"
import type { Json, Projection } from "../Projection.ts"

/** Adoptions kept; older ones are found through the log's index. */
export const adoptedMax = 64

export type Adopted = {
  readonly version: number
  /** Where it was adopted; -1 for what holds before any was. */
  readonly position: Position
  readonly occurredMs: number | null
  readonly recordedMs: number | null
  readonly note: string
  readonly policy: Policy
}

export interface State {
  /** Oldest first; the last one holds. Never empty. */
  adopted: ReadonlyArray<Adopted>
  /** All adoptions ever. */
  count: number
}

const apply = (draft: State, { event, occurredMs, position, recordedMs }: Recorded): void => {
  if (event._tag !== "PolicyAdopted") return
  const { note, policy, version } = event
  draft.adopted = keepRecent(
    draft.adopted,
    { version, position, occurredMs, recordedMs, note, policy },
    adoptedMax,
  )
  draft.count++
}

export const projection: Projection<State> = {
  name: "policy",
  version: 2,
  passesReceptions: true,
  initial: () => ({
    adopted: [
      {
        version: 0,
        position: -1,
        occurredMs: null,
        recordedMs: null,
        note: "what holds before any policy is adopted",
        policy: policyDefault,
      },
    ],
    count: 0,
  }),
  apply,
  copy: (state) => ({ ...state }),
  encode: (state) => ({ ...state }),
  // Written by `encode` of the same version; snapshots carry a digest that was checked.
  decode: (json: Json): State => ({ ...(json as unknown as State) }),
}

/** What holds now. */
export const current = (state: State): Adopted => state.adopted[state.adopted.length - 1]

/** The kept adoption of that version, or undefined. */
export const ofVersion = (state: State, version: number): Adopted | undefined =>
  state.adopted.findLast((adopted) => adopted.version === version)
