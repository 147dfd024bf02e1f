/**
 * Links what was committed, and notes how far it is: a fiber of its own, beside the commits.
 *
 * A reader does not link. It asks how far the writer is once its own tail has grown, and forgets what it need not look through.
 */
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Latch from "effect/Latch"
import * as Schedule from "effect/Schedule"
import type * as Scope from "effect/Scope"
import { LogUnavailable } from "../EventLog.ts"
import type { Links } from "./Links.ts"
import type { Spans } from "./Spans.ts"
import type { Tail } from "./Tail.ts"

/** Links that may be waiting: beyond it a commit waits for them. Bounds what opening after a crash must read. */
const tailLinksMax = 100_000
/** A reader asks how far all is linked when so many links are in its tail. */
const tailLinksRead = 20_000
/** Commits linked together. */
const runCommitsMax = 256
/** Commits and links between two notes of how far it is. */
const noteCommits = 256
const noteLinks = 10_000
/** How long a commit waits for links. */
const roomMax = Duration.minutes(1)
/** How long a closing log goes on linking; the next writer does the rest. */
const closingMax = Duration.seconds(5)
const pause = Duration.seconds(2)

export interface Linker {
  /** To be called when the tail has grown. */
  readonly wake: () => void
  /** Returns when the tail has room for another commit. */
  readonly room: Effect.Effect<void, LogUnavailable>
}

interface Given {
  readonly log: string
  readonly tail: Tail
  readonly links: Links
  readonly spans: Spans
  readonly readonly: boolean
  /** Revision up to which all is linked and noted. */
  readonly linked: number
  /** Takes commits up to a revision out of the tail. */
  readonly forget: (to: number) => void
}

export const run = (given: Given): Effect.Effect<Linker, never, Scope.Scope> =>
  Effect.gen(function* () {
    const { forget, links, log, spans, tail } = given
    const isBehind = Latch.makeUnsafe(true)
    const hasRoom = Latch.makeUnsafe(true)
    let notedTo = given.linked
    let linkedTo = given.linked
    let linksSince = 0

    const drop = (to: number): void => {
      forget(to)
      if (tail.links() <= tailLinksMax) hasRoom.openUnsafe()
    }

    /** What is linked but not noted stays in the tail: a note says when it occurred. */
    const note = Effect.gen(function* () {
      if (linkedTo === notedTo) return
      const done = tail.entries().filter(({ revision }) => revision <= linkedTo)
      yield* spans.note(
        linkedTo,
        done.map(({ span }) => span),
      )
      notedTo = linkedTo
      linksSince = 0
      drop(linkedTo)
    })

    /** Links a run; false when there was none. */
    const linkRun = Effect.gen(function* () {
      const next = tail.entries().filter(({ revision }) => revision > linkedTo)
      const group = next.slice(0, runCommitsMax)
      if (group.length === 0) return false
      yield* links.add(group.map((entry) => entry.links))
      linkedTo = group[group.length - 1].revision
      linksSince += group.reduce((sum, entry) => sum + entry.links.size, 0)
      if (linkedTo - notedTo >= noteCommits || linksSince >= noteLinks) yield* note
      return true
    })

    const look = Effect.suspend(() =>
      tail.links() < tailLinksRead ? Effect.void : Effect.map(spans.noted, drop),
    )

    const linker = Effect.gen(function* () {
      while (true) {
        yield* isBehind.await
        isBehind.closeUnsafe()
        if (given.readonly) yield* look
        else while (yield* linkRun);
      }
    }).pipe(
      Effect.tapError((error) => {
        isBehind.openUnsafe()
        return Effect.logWarning(`${log}: links were not brought up to date`, error.message)
      }),
      Effect.retry({ schedule: Schedule.spaced(pause) }),
    )

    if (!given.readonly)
      yield* Effect.addFinalizer(() =>
        Effect.repeat(linkRun, { while: (more) => more }).pipe(
          Effect.andThen(note),
          Effect.interruptible,
          Effect.timeout(closingMax),
          Effect.ignore,
        ),
      )
    yield* Effect.forkScoped(linker)

    return {
      wake: () => {
        if (tail.links() > tailLinksMax) hasRoom.closeUnsafe()
        isBehind.openUnsafe()
      },
      room: hasRoom.await.pipe(
        Effect.timeoutOrElse({
          duration: roomMax,
          orElse: () =>
            Effect.fail(
              new LogUnavailable({ log, reason: "full", detail: "its links are too far behind" }),
            ),
        }),
      ),
    }
  })
