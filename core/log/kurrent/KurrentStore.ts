/**
 * A log's batches on a KurrentDB server, as a `Store`. See `docs/decisions/` for why it is laid out so.
 *
 * - One stream holds the commits, each appended at the revision where the last one ended: so two writers cannot both commit, and the
 *   one that comes second takes in what the first one wrote before its batch is decided on again.
 * - What others commit comes by a subscription, which is made anew, from where it was, when the connection breaks.
 * - Streams' revisions are read from the server when first asked for; the newest ones are in the tail.
 */
import * as Cause from "effect/Cause"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import * as RecentMap from "../../kernel/RecentMap.ts"
import * as Rejected from "../../kernel/Rejected.ts"
import { LogUnavailable } from "../EventLog.ts"
import * as Slab from "../Slab.ts"
import { type End, Moved, type Store } from "../Store.ts"
import type { Address } from "./Address.ts"
import * as Commit from "./Commit.ts"
import * as Commits from "./Commits.ts"
import * as Linker from "./Linker.ts"
import * as Links from "./Links.ts"
import { madeLog } from "./madeLog.ts"
import { search } from "./search.ts"
import type { Record, Server } from "./Server.ts"
import * as Spans from "./Spans.ts"
import * as Tail from "./Tail.ts"
import { verify } from "./verify.ts"

/** Streams of which the revision is remembered. */
const headsMax = 262_144
/** Records read at once while catching up. */
const catchUpRecords = 64
const pauseFirst = Duration.millis(50)
const pauseMax = Duration.seconds(2)

export interface Options {
  readonly readonly: boolean
  /** Id of a log that is made now. */
  readonly id?: string | undefined
}

export const open = (
  server: Server,
  address: Address,
  options: Options,
): Effect.Effect<Store, LogUnavailable, Scope.Scope> =>
  Effect.gen(function* () {
    const { name, shown } = address
    const stream = `${name}:log`
    const id = yield* madeLog(server, stream, shown, options)
    const links = Links.make(server, name, stream, shown)
    const spans = Spans.make(server, name)
    const tail = Tail.make()
    const heads = RecentMap.make<number>(headsMax)
    let end: End = { head: 0, recordedMs: 0 }
    let hash = Slab.genesis
    /** Of the stream's last record. */
    let tip = 0
    /** Where the next commit is looked for: one past the last record of the last whole one. */
    let next = 1
    /** An append that was given up may have gone in. */
    let isUnsure = false
    let heard: (() => void) | undefined
    const commits = Commits.make(server, stream, shown, () => tip)

    const failure = (reason: LogUnavailable["reason"], detail: string) =>
      new LogUnavailable({ log: shown, reason, detail })

    const takeIn = (placed: Commits.Placed, slab: Uint8Array): void => {
      const last = placed.batch[placed.batch.length - 1]
      end = { head: last.position + 1, recordedMs: last.recordedMs }
      hash = Slab.hashOf(slab)
      ;({ next } = placed)
      tip = Math.max(tip, next - 1)
      commits.keep(placed)
      tail.add(placed)
      linker?.wake()
      heard?.()
    }

    /** Takes in the commit that a record completes, if it does, unless it is in already. Throws what is wrong with it. */
    const hear = (gathering: Commit.Gathering, record: Record): void => {
      tip = Math.max(tip, record.revision)
      const commit = gathering.take(record)
      if (commit === undefined || commit.note.first < end.head) return
      const placed = Commits.decodedOf(commit)
      if (Rejected.is(placed)) throw failure("damaged", Rejected.toText(placed))
      if (commit.note.first > end.head) throw failure("damaged", `nothing holds ${end.head}`)
      takeIn(placed, commit.slab)
    }

    /** Takes in all there is on the server. */
    const catchUp: Effect.Effect<void, LogUnavailable> = Effect.gen(function* () {
      const gathering = Commit.gathering()
      let from = next
      while (true) {
        const records = yield* server.forwards(stream, from, catchUpRecords)
        yield* Effect.try({
          try: () => records.forEach((record) => hear(gathering, record)),
          catch: asUnavailable(shown),
        })
        from += records.length
        if (records.length < catchUpRecords) return
      }
    })

    // From where all is linked: that much is read when a log is opened.
    let linker: Linker.Linker | undefined
    const linked = yield* spans.noted
    const [before] = linked === 0 ? [] : yield* commits.from(linked, 1)
    if (linked > 0 && before === undefined)
      return yield* Effect.fail(failure("damaged", `revision ${linked} of ${stream} is no commit`))
    if (before !== undefined) {
      const { events, first, recordedLastMs } = before.note
      end = { head: first + events, recordedMs: recordedLastMs }
      hash = Slab.hashOf(before.slab)
      ;({ next } = before)
      tip = next - 1
    }
    yield* catchUp
    linker = yield* Linker.run({
      log: shown,
      tail,
      links,
      spans,
      readonly: options.readonly,
      linked,
      forget: (to) => {
        for (const [left, revision] of tail.drop(to)) RecentMap.set(heads, left, revision)
      },
    })
    const { room } = linker

    const commit: Store["commit"] = (batch) =>
      Effect.gen(function* () {
        if (options.readonly)
          return yield* Effect.fail(failure("locked", "was opened for reading only"))
        yield* room
        if (isUnsure) yield* catchUp
        isUnsure = false
        if (batch[0].position !== end.head) return yield* Effect.fail(new Moved({}))
        const slab = Slab.encode(batch, hash)
        if (Rejected.is(slab))
          return yield* Effect.fail(failure("too-large", Rejected.toText(slab)))
        const records = Commit.recordsOf(slab)
        const behind = tip
        for (const [part, record] of records.entries())
          yield* server.append(stream, behind + part, [record]).pipe(
            Effect.tapError(() => Effect.sync(() => (isUnsure = true))),
            Effect.catchTag("WrongRevision", () => Effect.fail(new Moved({}))),
          )
        // The subscription may have brought it already.
        if (end.head > batch[0].position) return
        takeIn({ batch, revision: behind + 1, next: behind + 1 + records.length }, slab)
      })

    const subscribed = Effect.gen(function* () {
      let pause = pauseFirst
      while (true) {
        const gathering = Commit.gathering()
        let broken: unknown
        const why = yield* server.subscribe(stream, next - 1, (record) => {
          pause = pauseFirst
          if (broken !== undefined) return
          try {
            hear(gathering, record)
          } catch (error) {
            broken = error
          }
        })
        if (broken !== undefined)
          yield* Effect.logError(`${shown}: what comes from the server is not followed`, broken)
        else yield* Effect.logDebug(`${shown}: the subscription ended (${why}); it is made again`)
        yield* Effect.sleep(pause)
        pause = Duration.min(pauseMax, Duration.times(pause, 2))
        // What came while nobody listened.
        yield* Effect.ignore(catchUp)
      }
    })
    yield* Effect.forkScoped(
      Effect.catchCause(subscribed, (cause) =>
        Cause.hasInterruptsOnly(cause)
          ? Effect.void
          : Effect.logError(`${shown} is no longer followed`, cause),
      ),
    )

    const isKnown = (asked: string): boolean =>
      tail.revision(asked) !== undefined || RecentMap.get(heads, asked) !== undefined

    return {
      info: { id, url: shown },
      end: () => end,
      revision: (asked) => tail.revision(asked) ?? RecentMap.get(heads, asked) ?? -1,
      prepare: (streams) =>
        Effect.suspend(() => {
          const unknown = streams.filter((asked) => !isKnown(asked))
          if (unknown.length === 0) return Effect.void
          return Effect.map(links.revisions(unknown), (found) => {
            for (const [asked, revision] of found) RecentMap.set(heads, asked, revision)
          })
        }),
      refresh: Effect.void,
      news: (to) => {
        heard = to
      },
      commit,
      batchAt: (position) =>
        Effect.map(commits.at(position), ({ batch }) => batch.slice(position - batch[0].position)),
      batchBelow: (position, filter) =>
        Effect.flatMap(
          search({ tail, links, spans, head: () => end.head }, position, filter),
          (found) =>
            found === undefined
              ? Effect.undefined
              : Effect.map(commits.at(found), ({ batch }) => batch),
        ),
      positionAt: (recordedMs) =>
        recordedMs >= end.recordedMs
          ? Effect.succeed(end.head)
          : Effect.map(commits.atTime(recordedMs), (placed) => {
              if (placed === undefined) return 0
              const { batch } = placed
              const later = batch.find((recorded) => recorded.recordedMs > recordedMs)
              return later?.position ?? batch[batch.length - 1].position + 1
            }),
      verify: Effect.suspend(() => verify(commits, () => end.head)),
    }
  })

const asUnavailable =
  (log: string) =>
  (error: unknown): LogUnavailable =>
    error instanceof LogUnavailable
      ? error
      : new LogUnavailable({ log, reason: "damaged", detail: String(error) })
