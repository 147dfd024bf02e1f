/**
 * The server, as far as the log needs it: appends at an expected revision, reads of a stream both ways, a subscription.
 *
 * - What passes (the server restarts, another becomes the leader) is tried again, with growing pauses, for `patience`.
 * - An append is tried again with the same ids, and what then stands at its place is looked at: so it is in once, or not at
 *   all. A writer reads from the leader for that. Only when patience ends without an answer is it not known which; the store
 *   then looks before it goes on.
 */
import type { EventData, ResolvedEvent } from "@kurrent/kurrentdb-client"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Schedule from "effect/Schedule"
import type * as Scope from "effect/Scope"
import { LogUnavailable } from "../EventLog.ts"
import type { Address } from "./Address.ts"
import { type NotFound, type Trouble, troubleOf, type WrongRevision } from "./failure.ts"

/** To be written; ids make a second try known as one. */
export interface NewRecord {
  readonly id: string
  readonly type: string
  readonly data: Uint8Array
  readonly metadata: { readonly [key: string]: unknown }
}

/** As it was read. */
export interface Record {
  readonly id: string
  readonly type: string
  readonly revision: number
  readonly data: Uint8Array
  /** JSON; undefined where there is none. */
  readonly metadata: unknown
}

export interface Server {
  /** All of the records or none, behind the revision (-1 for a stream that is not yet there, or "any"). */
  readonly append: (
    stream: string,
    expected: number | "any",
    records: ReadonlyArray<NewRecord>,
  ) => Effect.Effect<void, WrongRevision | LogUnavailable>
  /** At most `count` records from a revision on; none where there is no such stream. */
  readonly forwards: (
    stream: string,
    from: number,
    count: number,
  ) => Effect.Effect<ReadonlyArray<Record>, LogUnavailable>
  /** At most `count` records, the last one first, from a revision or the end back. */
  readonly backwards: (
    stream: string,
    from: number | "end",
    count: number,
  ) => Effect.Effect<ReadonlyArray<Record>, LogUnavailable>
  /** Has the server keep the last records of a stream only. */
  readonly keep: (stream: string, records: number) => Effect.Effect<void, LogUnavailable>
  /** Hands on what stands behind a revision, then what is appended; ends when the connection does, saying why. */
  readonly subscribe: (
    stream: string,
    after: number,
    take: (record: Record) => void,
  ) => Effect.Effect<string>
}

/** One call; a server that says nothing for so long is asked again. */
const callMax = Duration.seconds(10)

const pauseFirst = Duration.millis(50)
const pauseMax = Duration.seconds(2)

/** Connects on first use. `patience`: how long to try when the server does not answer, asked at each call. */
export const connect = (
  address: Address,
  patience: () => Duration.Duration,
  /** Whether reads must see every append that was answered: of a cluster only the leader knows. */
  asLeader = true,
): Effect.Effect<Server, LogUnavailable, Scope.Scope> =>
  Effect.gen(function* () {
    const log = address.shown
    const client = yield* Effect.acquireRelease(
      Effect.tryPromise({
        // Loaded only where it is used: it brings a server's protocol and an add-on with it.
        try: async () => {
          const { KurrentDBClient } = await import("@kurrent/kurrentdb-client")
          return KurrentDBClient.connectionString(address.connection)
        },
        catch: (error) =>
          new LogUnavailable({
            log,
            reason: "unreadable",
            detail: `the address is not understood: ${error instanceof Error ? error.message : String(error)}`,
          }),
      }),
      (opened) => Effect.promise(() => opened.dispose()),
    )

    const call = <A>(run: () => Promise<A>): Effect.Effect<A, Trouble> =>
      Effect.tryPromise({ try: run, catch: (error) => troubleOf(log, error) }).pipe(
        Effect.timeoutOrElse({
          duration: callMax,
          orElse: () =>
            Effect.fail<Trouble>({ _tag: "Passing", detail: "the server does not answer" }),
        }),
      )

    const patiently = <A>(
      effect: Effect.Effect<A, Trouble>,
    ): Effect.Effect<A, WrongRevision | NotFound | LogUnavailable> =>
      effect.pipe(
        Effect.retry({
          while: ({ _tag }) => _tag === "Passing" && !Duration.isZero(patience()),
          schedule: pauses(patience()),
        }),
        Effect.catchTag("Passing", ({ detail }) =>
          Effect.fail(new LogUnavailable({ log, reason: "unreachable", detail })),
        ),
      )

    const read = (
      stream: string,
      direction: "forwards" | "backwards",
      fromRevision: bigint | "start" | "end",
      maxCount: number,
    ): Effect.Effect<ReadonlyArray<Record>, LogUnavailable> =>
      patiently(
        call(async () => {
          const records: Array<Record> = []
          const found = client.readStream(stream, {
            direction,
            fromRevision,
            maxCount,
            requiresLeader: asLeader,
            ...(address.credentials !== undefined && { credentials: address.credentials }),
          })
          for await (const resolved of found) {
            const record = recordOf(resolved)
            if (record !== undefined) records.push(record)
          }
          return records
        }),
      ).pipe(Effect.catchTag(["NotFound", "WrongRevision"], () => Effect.succeed([])))

    const append: Server["append"] = (stream, expected, records) =>
      patiently(
        call(() =>
          client.appendToStream(stream, records.map(eventOf), {
            streamState: expected === "any" ? "any" : expected < 0 ? "no_stream" : BigInt(expected),
          }),
        ),
      ).pipe(
        Effect.asVoid,
        Effect.catchTag(["NotFound", "WrongRevision"], () =>
          Effect.gen(function* () {
            // An earlier try may have gone in without our hearing of it.
            const at = expected === "any" ? 0 : expected + 1
            const [there] = yield* read(stream, "forwards", BigInt(at), 1)
            if (there?.id !== records[0].id)
              return yield* Effect.fail<WrongRevision>({ _tag: "WrongRevision" })
          }),
        ),
      )

    const subscribe: Server["subscribe"] = (stream, after, take) =>
      Effect.callback<string>((resume) => {
        const subscription = client.subscribeToStream(stream, {
          fromRevision: after < 0 ? "start" : BigInt(after),
        })
        const end = (why: string) => resume(Effect.succeed(why))
        subscription
          .on("data", (resolved: ResolvedEvent) => {
            const record = recordOf(resolved)
            if (record !== undefined) take(record)
          })
          .on("error", (error: Error) => end(error.message))
          .on("end", () => end("the server ended it"))
          .on("close", () => end("the connection closed"))
        return Effect.promise(() => subscription.unsubscribe())
      })

    return {
      append,
      forwards: (stream, from, count) =>
        read(stream, "forwards", from <= 0 ? "start" : BigInt(from), count),
      backwards: (stream, from, count) =>
        from !== "end" && from < 0
          ? Effect.succeed([])
          : read(stream, "backwards", from === "end" ? "end" : BigInt(from), count),
      keep: (stream, records) =>
        patiently(call(() => client.setStreamMetadata(stream, { maxCount: records }))).pipe(
          Effect.asVoid,
          Effect.catchTag(["NotFound", "WrongRevision"], () => Effect.void),
        ),
      subscribe,
    }
  })

/** Growing pauses until patience ends. */
const pauses = (patience: Duration.Duration) =>
  Schedule.max([
    Schedule.min([Schedule.exponential(pauseFirst), Schedule.spaced(pauseMax)]),
    Schedule.forever.pipe(Schedule.upTo({ duration: patience })),
  ])

const eventOf = ({ data, id, metadata, type }: NewRecord): EventData => ({
  id,
  type,
  contentType: "application/octet-stream",
  data,
  metadata,
})

const recordOf = ({ event }: ResolvedEvent): Record | undefined =>
  event === undefined || event.isJson || !(event.data instanceof Uint8Array)
    ? undefined
    : {
        id: event.id,
        type: event.type,
        revision: Number(event.revision),
        data: event.data,
        metadata: event.metadata,
      }
