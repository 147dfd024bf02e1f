/** What is blocked, who said so, what it refused, and what was blocked before. */
import * as Decided from "../../core/decide/Firewall.ts"
import type { Position, Recorded } from "../../core/event/Envelope.ts"
import type { TrafficBlocked, TrafficUnblocked } from "../../core/event/firewall.ts"
import { keepRecent } from "../../core/kernel/keepRecent.ts"
import { type Json, type Projection, sortedPairs } from "../Projection.ts"

/** Lifted blocks that are kept; older ones are found through the log's index. */
export const liftedMax = 256

export type Block = {
  readonly target: Decided.Target
  readonly at: Position
  readonly sinceMs: number
  /** Null: until somebody lifts it. */
  readonly untilMs: number | null
  readonly by: string
  readonly why: string
  /** Messages that it refused, and the last of them. */
  readonly refused: number
  readonly lastRefused: { readonly position: Position; readonly ms: number } | null
}

export type Lifted = Block & {
  readonly liftedAt: Position
  readonly liftedMs: number
  readonly liftedBy: string
  readonly liftedWhy: string
}

export interface State {
  /** By `Decided.keyOf`. */
  readonly blocks: Map<string, Block>
  /** Which block an event made: refusals name that event among their causes. */
  readonly keyAt: Map<Position, string>
  /** Oldest first. */
  lifted: ReadonlyArray<Lifted>
  /** Messages refused by any block ever. */
  refused: number
}

const apply = (draft: State, recorded: Recorded): void => {
  const { event } = recorded
  if (event._tag === "TrafficBlocked") blocked(draft, recorded, event)
  else if (event._tag === "TrafficUnblocked") unblocked(draft, recorded, event)
  else if (event._tag === "MessageRefused" && event.reason === "blocked") count(draft, recorded)
}

const blocked = (draft: State, { occurredMs, position }: Recorded, event: TrafficBlocked): void => {
  const target = Decided.targetOf(event)
  const key = Decided.keyOf(target)
  const before = draft.blocks.get(key)
  if (before !== undefined) draft.keyAt.delete(before.at)
  draft.keyAt.set(position, key)
  draft.blocks.set(key, {
    target,
    at: position,
    sinceMs: before?.sinceMs ?? occurredMs,
    untilMs: event.untilMs ?? null,
    by: event.by,
    why: event.why,
    refused: before?.refused ?? 0,
    lastRefused: before?.lastRefused ?? null,
  })
}

const unblocked = (
  draft: State,
  { occurredMs: liftedMs, position: liftedAt }: Recorded,
  event: TrafficUnblocked,
): void => {
  const key = Decided.keyOf(Decided.targetOf(event))
  const block = draft.blocks.get(key)
  if (block === undefined) return
  draft.blocks.delete(key)
  draft.keyAt.delete(block.at)
  const { by: liftedBy, why: liftedWhy } = event
  const lifted = { ...block, liftedAt, liftedMs, liftedBy, liftedWhy }
  draft.lifted = keepRecent(draft.lifted, lifted, liftedMax)
}

const count = (draft: State, { causes, occurredMs, position }: Recorded): void => {
  draft.refused++
  for (const cause of causes) {
    const key = draft.keyAt.get(cause)
    const block = key === undefined ? undefined : draft.blocks.get(key)
    if (key === undefined || block === undefined) continue
    const lastRefused = { position, ms: occurredMs }
    draft.blocks.set(key, { ...block, refused: block.refused + 1, lastRefused })
  }
}

export const projection: Projection<State> = {
  name: "firewall",
  version: 1,
  passesReceptions: true,
  initial: () => ({ blocks: new Map(), keyAt: new Map(), lifted: [], refused: 0 }),
  apply,
  copy: (state) => ({ ...state, blocks: new Map(state.blocks), keyAt: new Map(state.keyAt) }),
  encode: ({ blocks, lifted, refused }) => ({ blocks: sortedPairs(blocks), lifted, refused }),
  decode: (json: Json): State => {
    // Written by `encode` of the same version; snapshots carry a digest that was checked.
    const from = json as unknown as {
      readonly blocks: ReadonlyArray<readonly [string, Block]>
      readonly lifted: ReadonlyArray<Lifted>
      readonly refused: number
    }
    const keyAt = new Map(from.blocks.map(([key, { at }]) => [at, key]))
    return { ...from, blocks: new Map(from.blocks), keyAt }
  },
}

export const find = (state: State, target: Decided.Target): Block | undefined =>
  state.blocks.get(Decided.keyOf(target))

/** Newest first. */
export const list = (state: State): ReadonlyArray<Block> =>
  [...state.blocks.values()].toSorted((a, b) => b.at - a.at)
