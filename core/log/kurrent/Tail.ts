/** Commits that are not linked yet, oldest first: what queries look through, and where revisions of streams are newest. */
import type { StreamId } from "../../event/Envelope.ts"
import type { Placed } from "./Commits.ts"
import * as Link from "./Link.ts"
import type { Span } from "./Spans.ts"

export interface Entry {
  readonly span: Span
  readonly revision: number
  readonly next: number
  readonly links: ReadonlyMap<string, Link.Link>
}

export interface Tail {
  readonly add: (placed: Placed) => void
  readonly entries: () => ReadonlyArray<Entry>
  /** Links that they will make. */
  readonly links: () => number
  /** A stream's revision after its last commit in the tail. */
  readonly revision: (stream: StreamId) => number | undefined
  /** Forgets commits up to one, which are linked; gives the streams they left at a revision that no later one of the tail changes. */
  readonly drop: (commit: number) => ReadonlyMap<StreamId, number>
}

export const make = (): Tail => {
  const entries: Array<Entry> = []
  const heads = new Map<StreamId, { readonly revision: number; readonly commit: number }>()
  let links = 0
  return {
    add: (placed) => {
      const { batch, next, revision } = placed
      const entry = { span: spanOf(batch), revision, next, links: Link.linksOf(placed) }
      entries.push(entry)
      links += entry.links.size
      for (const [stream, head] of Link.headsOf(batch))
        heads.set(stream, { revision: head, commit: revision })
    },
    entries: () => entries,
    links: () => links,
    revision: (stream) => heads.get(stream)?.revision,
    drop: (commit) => {
      const left = new Map<StreamId, number>()
      while (entries.length > 0 && entries[0].revision <= commit) {
        const entry = entries.shift()
        links -= entry?.links.size ?? 0
        for (const stream of entry?.links.keys() ?? []) {
          const head = heads.get(stream)
          if (head === undefined || head.commit > commit) continue
          heads.delete(stream)
          left.set(stream, head.revision)
        }
      }
      return left
    },
  }
}

const spanOf = (batch: Placed["batch"]): Span => {
  let fromMs = Infinity
  let toMs = -Infinity
  for (const { occurredMs } of batch) {
    fromMs = Math.min(fromMs, occurredMs)
    toMs = Math.max(toMs, occurredMs)
  }
  return { first: batch[0].position, fromMs, toMs }
}
