/**
 * A twin of which the members of a log each fold a share of the devices, and any answers for all.
 *
 * ```
 * membership ──> who owns which slot ──> generations: twins over the slots this member took, each from the beginning of the log
 *                                                          │
 *     asked for a shared state ──> own parts + those of the others, one for each slot ──> joined
 * ```
 * - A part says which slots it has folded. A joined state takes each slot from one part, and is given out only when every slot is there:
 *   so members may disagree for a moment about who owns what, and no device is lost or counted twice.
 * - Who gives a slot away goes on folding it until the other says that it has it.
 * - Projections that are not shared are folded whole by every member.
 */
import * as Context from "effect/Context"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import * as Schema from "effect/Schema"
import * as Scope from "effect/Scope"
import type { Position } from "../../core/event/Envelope.ts"
import * as Slots from "../../core/kernel/Slots.ts"
import { EventLog, LogUnavailable } from "../../core/log/EventLog.ts"
import { type Member, Members } from "../../core/log/Members.ts"
import { all, type Packed } from "../all.ts"
import type { Json, Projection } from "../Projection.ts"
import * as live from "./live.ts"
import { masked } from "./masked.ts"
import { joinOf, type Part, shared } from "./shared.ts"
import { Snapshots } from "./Snapshots.ts"
import * as snapshotsMemory from "./snapshotsMemory.ts"
import { type ProjectionStopped, Twin } from "./Twin.ts"

/** As of `to` events, or live once `to` are in. */
export interface Asked {
  readonly projection: string
  readonly to: Position
  readonly isLive: boolean
}

/** A part as it goes between members. */
export interface Sent {
  /** Folded slots, `Slots.toHex`. */
  readonly slots: string
  readonly state: Json
}

/** A member did not answer. */
export class Silent extends Schema.TaggedError<Silent>()("Silent", { url: Schema.String }) {}

/** How to ask another member for its parts. */
export type AskMember = (member: Member, asked: Asked) => Effect.Effect<ReadonlyArray<Sent>, Silent>

export class Shares extends Context.Service<
  Shares,
  {
    /** This member's own parts, for the others. None where the projection is not shared. */
    readonly parts: (
      asked: Asked,
    ) => Effect.Effect<ReadonlyArray<Sent>, LogUnavailable | ProjectionStopped>
    /** Slots that this member has folded. */
    readonly ready: Effect.Effect<Slots.Set>
    /** Device events folded by this member, in all its generations. */
    readonly folded: Effect.Effect<number>
    /** Who does what only one may do. Undefined while nobody has joined. */
    readonly leader: Effect.Effect<Member | undefined>
  }
>()("sigtwin/projections/run/Shares") {}

/** Where true, answers are made of this member's own parts. */
export const OwnOnly = Context.Reference<boolean>("sigtwin/projections/run/OwnOnly", {
  defaultValue: () => false,
})

interface Generation {
  slots: Slots.Set
  readonly twin: Twin["Service"]
  readonly scope: Scope.Closeable
  readonly folded: () => number
}

/** Generations of one member; with more it folds all its slots again as one. */
const generationsMax = 4
const lookAgain = Duration.millis(500)
/** How long an answer waits for slots that are on their way. */
const gatherMax = Duration.seconds(20)
const gatherPause = Duration.millis(100)

export const layer = (
  ask: AskMember,
): Layer.Layer<Twin | Shares, LogUnavailable, EventLog | Snapshots | Members> =>
  Layer.effectContext(
    Effect.gen(function* () {
      const log = yield* EventLog
      const members = yield* Members
      const outer = yield* Effect.scope
      const sharedNames = new Set(shared.map(({ name }) => name))
      const rest = all.filter(({ name }) => !sharedNames.has(name))
      const whole = yield* twinOf(rest, log, outer).pipe(
        Effect.provideService(Snapshots, yield* Snapshots),
      )
      let generations: ReadonlyArray<Generation> = []
      let foldedBefore = 0

      const readySlots = (): Slots.Set =>
        Slots.none.map((_, slot) => generations.some(({ slots }) => slots[slot]))

      const begin = (slots: Slots.Set) =>
        Effect.gen(function* () {
          const scope = yield* Scope.fork(outer)
          const snapshots = yield* Layer.buildWithScope(Layer.fresh(snapshotsMemory.layer), scope)
          let folded = 0
          const generation = { slots }
          const part = masked(
            log,
            () => generation.slots,
            (own) => {
              folded += own
            },
          )
          const twin = yield* twinOf(shared, part, scope).pipe(Effect.provideContext(snapshots))
          yield* twin.reached(yield* log.head)
          return Object.assign(generation, { twin, scope, folded: () => folded })
        })

      const end = (generation: Generation) => {
        foldedBefore += generation.folded()
        return Scope.close(generation.scope, Exit.void)
      }

      /** Takes what came to this member, then gives up what others have taken. */
      const settle = Effect.gen(function* () {
        const alive = yield* members.alive
        if (!alive.some(({ id }) => id === members.me)) return
        const owners = Slots.owners(alive.map(({ id }) => id))
        const mine = owners.map((owner) => owner === members.me)
        const before = readySlots()
        const gained = mine.map((isMine, slot) => isMine && !before[slot])
        if (gained.includes(true)) {
          const isAnew = generations.length >= generationsMax
          const made = yield* begin(isAnew ? mine : gained)
          const old = isAnew ? generations : []
          generations = [...generations.filter((each) => !old.includes(each)), made]
          yield* Effect.forEach(old, end, { discard: true })
        }
        const readyOf = new Map(alive.map(({ id, ready }) => [id, ready]))
        const given = mine.map(
          (isMine, slot) => !isMine && readyOf.get(owners[slot] ?? "")?.[slot] === true,
        )
        if (given.some((isGiven, slot) => isGiven && readySlots()[slot])) {
          for (const each of generations)
            each.slots = each.slots.map((has, slot) => has && !given[slot])
          const empty = generations.filter(({ slots }) => !slots.includes(true))
          generations = generations.filter(({ slots }) => slots.includes(true))
          yield* Effect.forEach(empty, end, { discard: true })
        }
        if (Slots.toHex(before) !== Slots.toHex(readySlots())) yield* members.tell(readySlots())
      })
      yield* Effect.gen(function* () {
        while (true) {
          yield* settle.pipe(
            Effect.catch((error: LogUnavailable) =>
              Effect.logWarning(`slots were not moved: ${error.message}`),
            ),
          )
          yield* Effect.race(members.news, Effect.sleep(lookAgain))
        }
      }).pipe(Effect.forkScoped)

      const stateIn = <State>(
        { twin }: Generation,
        projection: Projection<State>,
        { isLive, to }: Asked,
      ) =>
        isLive
          ? Effect.andThen(twin.reached(to), twin.state(projection))
          : twin.asOf(projection, to)

      /** Own parts of one projection. Slots are read with the state: what is given away later is still in it. */
      const ownParts = <State>(projection: Projection<State>, asked: Asked) =>
        Effect.forEach(generations, (generation) =>
          Effect.map(stateIn(generation, projection, asked), (state) => ({
            slots: generation.slots,
            state,
          })),
        )

      const others = (asked: Asked) =>
        Effect.gen(function* () {
          const alive = (yield* members.alive).filter(({ id }) => id !== members.me)
          const sent = yield* Effect.forEach(
            alive,
            (member) => Effect.catchTag(ask(member, asked), "Silent", () => Effect.succeed([])),
            { concurrency: "unbounded" },
          )
          return sent.flat()
        })

      const gathered = <State>(
        projection: Projection<State>,
        asked: Asked,
        join: (parts: ReadonlyArray<Part<State>>) => State,
      ): Effect.Effect<State, LogUnavailable | ProjectionStopped> =>
        Effect.gen(function* () {
          while (true) {
            const own = yield* ownParts(projection, asked)
            const ownOnly = yield* OwnOnly
            const mine = covered(own)
            if (ownOnly || mine !== undefined)
              return join(mine ?? own.map(({ slots, state }) => partOf(slots, state)))
            const sent = yield* others(asked)
            const parts = covered([
              ...own,
              ...sent.map(({ slots, state }) => ({
                slots: Slots.fromHex(slots),
                state: projection.decode(state),
              })),
            ])
            if (parts !== undefined) return join(parts)
            yield* Effect.sleep(gatherPause)
          }
        }).pipe(
          Effect.timeoutOrElse({
            duration: gatherMax,
            orElse: () =>
              Effect.fail(
                new LogUnavailable({
                  log: log.info.url,
                  reason: "unreachable",
                  detail: "no member answers for some of the devices",
                }),
              ),
          }),
        )

      const stateOf = <State>(projection: Projection<State>) =>
        Effect.gen(function* () {
          const join = joinOf(projection)
          if (join === undefined) return yield* whole.state(projection)
          const to = yield* whole.position
          return yield* gathered(
            projection,
            { projection: projection.name, to, isLive: true },
            join,
          )
        })

      const twin = Twin.of({
        ...whole,
        state: stateOf,
        asOf: (projection, to) => {
          const join = joinOf(projection)
          return join === undefined
            ? whole.asOf(projection, to)
            : gathered(projection, { projection: projection.name, to, isLive: false }, join).pipe(
                Effect.catchTag("ProjectionStopped", (stopped) =>
                  Effect.fail(
                    new LogUnavailable({
                      log: log.info.url,
                      reason: "unreadable",
                      detail: stopped.message,
                    }),
                  ),
                ),
              )
        },
        stopped: Effect.suspend(() =>
          Effect.map(
            Effect.all([whole.stopped, ...generations.map((each) => each.twin.stopped)]),
            (found) => found.flat(),
          ),
        ),
      })

      const shares = Shares.of({
        parts: (asked) => {
          const packed = shared.find(({ name }) => name === asked.projection)
          return packed === undefined
            ? Effect.succeed([])
            : packed.open((projection) =>
                Effect.map(ownParts(projection, asked), (parts) =>
                  parts.map(({ slots, state }) => ({
                    slots: Slots.toHex(slots),
                    state: projection.encode(state),
                  })),
                ),
              )
        },
        ready: Effect.sync(readySlots),
        folded: Effect.sync(() =>
          generations.reduce((sum, { folded }) => sum + folded(), foldedBefore),
        ),
        leader: Effect.map(members.alive, (alive) => alive.at(0)),
      })
      return Context.make(Twin, twin).pipe(Context.add(Shares, shares))
    }),
  )

/** One part for each slot; undefined while a slot has none. */
const covered = <State>(
  found: ReadonlyArray<{ readonly slots: Slots.Set; readonly state: State }>,
): ReadonlyArray<Part<State>> | undefined => {
  const holders = Slots.none.map((_, slot) => found.findIndex(({ slots }) => slots[slot]))
  if (holders.includes(-1)) return undefined
  return found.map(({ state }, index) => ({
    state,
    has: (device) => holders[Slots.slotOf(device)] === index,
  }))
}

const partOf = <State>(slots: Slots.Set, state: State): Part<State> => ({
  state,
  has: (device) => slots[Slots.slotOf(device)],
})

const twinOf = (
  projections: ReadonlyArray<Packed>,
  log: EventLog["Service"],
  scope: Scope.Scope,
): Effect.Effect<Twin["Service"], LogUnavailable, Snapshots> =>
  Effect.gen(function* () {
    const context = yield* Layer.buildWithScope(
      Layer.fresh(live.layerOf(projections)).pipe(Layer.provide(Layer.succeed(EventLog, log))),
      scope,
    )
    return Context.get(context, Twin)
  })
