/** Finds the commits that a query must look into: in the tail, then by links and spans. */
import * as Effect from "effect/Effect"
import type { Position } from "../../event/Envelope.ts"
import { deviceStream } from "../../event/streamOf.ts"
import type { Filter, LogUnavailable } from "../EventLog.ts"
import * as Link from "./Link.ts"
import type { Links } from "./Links.ts"
import type { Spans } from "./Spans.ts"
import type { Tail } from "./Tail.ts"

export interface Where {
  readonly tail: Tail
  readonly links: Links
  readonly spans: Spans
  readonly head: () => Position
}

/** A position in the last commit that begins below another and may hold what the filter wants. */
export const search = (
  { head, links, spans, tail }: Where,
  position: Position,
  filter: Filter,
): Effect.Effect<Position | undefined, LogUnavailable> =>
  Effect.gen(function* () {
    const { fromMs = -Infinity, toMs = Infinity } = filter
    const groups = Link.keysWanted(filter)
    const entries = tail.entries()
    for (let i = entries.length - 1; i >= 0; i--) {
      const { links: of, span } = entries[i]
      if (
        span.first < position &&
        span.fromMs < toMs &&
        span.toMs >= fromMs &&
        groups.every((keys) => keys.some((key) => of.has(key)))
      )
        return span.first
    }
    let bound = Math.min(position, entries.length === 0 ? head() : entries[0].span.first)
    const isOfTime = filter.fromMs !== undefined || filter.toMs !== undefined
    if (groups.length === 0 && !isOfTime) return bound > 0 ? bound - 1 : undefined

    const lastOf = (key: string) =>
      links.below(
        key,
        bound,
        filter.device !== undefined && key === deviceStream(filter.device)
          ? filter.packet
          : undefined,
      )
    // Each pulls the bound down to a commit of its own, until all agree on one.
    while (true) {
      const firsts: Array<Position> = []
      for (const keys of groups) {
        const found = yield* Effect.forEach(keys, lastOf)
        firsts.push(Math.max(...found.map((link) => link?.first ?? -1)))
      }
      if (isOfTime) firsts.push((yield* spans.below(bound, fromMs, toMs)) ?? -1)
      const least = Math.min(...firsts)
      if (least < 0) return undefined
      if (least === Math.max(...firsts)) return least
      bound = least + 1
    }
  })
