/**
 * Reading and writing links.
 *
 * - Commits are linked in their order, each of a run only when all runs before it are: so each key's stream has one link for each
 *   commit that touches it, in order, whoever wrote it. A second linker finds what the first one wrote, and adds nothing.
 */
import * as Effect from "effect/Effect"
import type { Position, StreamId } from "../../event/Envelope.ts"
import * as FifoMap from "../../kernel/FifoMap.ts"
import * as RecentMap from "../../kernel/RecentMap.ts"
import { LogUnavailable } from "../EventLog.ts"
import * as Link from "./Link.ts"
import type { Server } from "./Server.ts"

/** Keys of which the end is remembered. */
const endsMax = 262_144
/** Links in one page: read at once, and kept where it is full. */
const pageLinks = 256
const pagesMax = 1_024
/** Appends and reads of links under way at once. */
const atOnce = 32
/** Times a link is tried beside another process that links too. */
const triesMax = 5

/** Where a key's stream ends; -1 for none. */
interface End {
  /** Of the last link. */
  readonly link: number
  /** That the last link leads to, and the position it begins at. */
  readonly commit: number
  readonly first: Position
  /** Of our stream of that name. */
  readonly revision: number
}

const noEnd: End = { link: -1, commit: -1, first: -1, revision: -1 }

export interface Links {
  /** Revisions of our streams, as their last links say. */
  readonly revisions: (
    streams: ReadonlyArray<StreamId>,
  ) => Effect.Effect<ReadonlyMap<StreamId, number>, LogUnavailable>
  /** Links a run of commits, of which all before are linked. */
  readonly add: (
    run: ReadonlyArray<ReadonlyMap<string, Link.Link>>,
  ) => Effect.Effect<void, LogUnavailable>
  /** The last link of a key to a commit that begins below a position, and holds the packet where one is given. */
  readonly below: (
    key: string,
    position: Position,
    packet?: string,
  ) => Effect.Effect<Link.Link | undefined, LogUnavailable>
}

/** `name` is the log's; `commits` the stream of its commits. */
export const make = (server: Server, name: string, commits: string, log: string): Links => {
  const streamOf = (key: string): string => `${name}.${key}`
  const ends = RecentMap.make<End>(endsMax)
  const pages = FifoMap.make<ReadonlyArray<Link.Link>>(pagesMax)

  const readEnd = (key: string): Effect.Effect<End, LogUnavailable> =>
    Effect.map(server.backwards(streamOf(key), "end", 1), ([record]) => {
      const link = record === undefined ? undefined : Link.fromRecord(record)
      const end: End =
        record === undefined || link === undefined
          ? noEnd
          : {
              link: record.revision,
              commit: link.commit,
              first: link.first,
              revision: link.revision,
            }
      RecentMap.set(ends, key, end)
      return end
    })

  const addTo = (
    key: string,
    links: ReadonlyArray<Link.Link>,
  ): Effect.Effect<void, LogUnavailable> =>
    Effect.gen(function* () {
      for (let tries = 0; tries < triesMax; tries++) {
        const end = RecentMap.get(ends, key) ?? (yield* readEnd(key))
        let { revision } = end
        const missing: Array<Link.Link> = []
        for (const link of links) {
          if (link.commit <= end.commit) continue
          revision = Math.max(revision, link.revision)
          missing.push({ ...link, revision })
        }
        if (missing.length === 0) return
        const records = missing.map((link) => Link.recordOf(commits, link))
        const isIn = yield* server.append(streamOf(key), end.link, records).pipe(
          Effect.as(true),
          Effect.catchTag("WrongRevision", () => Effect.as(readEnd(key), false)),
        )
        if (!isIn) continue
        const { commit, first } = missing[missing.length - 1]
        RecentMap.set(ends, key, { link: end.link + missing.length, commit, first, revision })
        return
      }
      return yield* Effect.fail(
        new LogUnavailable({ log, reason: "locked", detail: `others link ${key} too` }),
      )
    })

  /** A page of a key's links as of an end; what it holds never changes, unless it is the last one. */
  const page = (key: string, number: number, end: End) =>
    Effect.suspend(() => {
      const isLast = end.link < (number + 1) * pageLinks - 1
      const at = `${number} ${isLast ? end.link : ""} ${key}`
      const known = FifoMap.get(pages, at)
      if (known !== undefined) return Effect.succeed(known)
      return Effect.map(
        server.forwards(streamOf(key), number * pageLinks, pageLinks),
        (records) => {
          const links = records.flatMap((record) => Link.fromRecord(record) ?? [])
          FifoMap.set(pages, at, links)
          return links
        },
      )
    })

  /** The last page that begins below a position, -1 for none. */
  const pageBelow = (key: string, position: Position, end: End) =>
    Effect.gen(function* () {
      let low = 0
      let high = Math.floor(end.link / pageLinks) + 1
      while (low < high) {
        const middle = (low + high) >>> 1
        const [first] = yield* page(key, middle, end)
        if (first !== undefined && first.first < position) low = middle + 1
        else high = middle
      }
      return low - 1
    })

  return {
    revisions: (streams) =>
      Effect.map(
        Effect.forEach(
          streams,
          (stream) => Effect.map(readEnd(stream), ({ revision }) => [stream, revision] as const),
          { concurrency: atOnce },
        ),
        (pairs) => new Map(pairs),
      ),
    add: (run) =>
      Effect.suspend(() => {
        const byKey = new Map<string, Array<Link.Link>>()
        for (const links of run)
          for (const [key, link] of links) {
            const known = byKey.get(key)
            if (known === undefined) byKey.set(key, [link])
            else known.push(link)
          }
        return Effect.forEach(byKey, ([key, links]) => addTo(key, links), {
          concurrency: atOnce,
          discard: true,
        })
      }),
    below: (key, position, packet) =>
      Effect.gen(function* () {
        const known = RecentMap.get(ends, key)
        // Another process may have linked more since; not below what was the last link.
        const end = known === undefined || known.first < position ? yield* readEnd(key) : known
        for (let at = yield* pageBelow(key, position, end); at >= 0; at--) {
          const found = (yield* page(key, at, end)).findLast(
            ({ first, packets }) =>
              first < position && (packet === undefined || packets.includes(packet)),
          )
          if (found !== undefined) return found
        }
        return undefined
      }),
  }
}
