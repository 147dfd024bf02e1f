/**
 * Members of a log on a KurrentDB server: each beats into one stream (`NAME:members`), which all follow.
 *
 * Who was not heard for `silentMax` is taken for gone, by the hearer's own clock, so that members' clocks need not agree. A member that
 * stops says goodbye, and its work moves at once.
 */
import * as Clock from "effect/Clock"
import * as Deferred from "effect/Deferred"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import { randomId } from "../../crypto/randomId.ts"
import * as Slots from "../../kernel/Slots.ts"
import type { LogUnavailable } from "../EventLog.ts"
import { type Member, Members } from "../Members.ts"
import type { Address } from "./Address.ts"
import { connect, type NewRecord, type Record } from "./Server.ts"

export interface Pace {
  readonly beat: Duration.Duration
  readonly silentMax: Duration.Duration
}

const paceDefault: Pace = { beat: Duration.seconds(1), silentMax: Duration.seconds(5) }

/** Beats that the server keeps. */
const beatsMax = 1_000
/** Beats looked through by who comes. */
const beatsRead = 128
/** Members at once; further ones are not heard. */
const membersMax = 64
/** As for appends of the log. */
const patience = Duration.seconds(30)

const kind = "sigtwin.member"

interface Heard {
  readonly member: Member
  readonly atMs: number
}

export const layer = (
  address: Address,
  pace: Pace = paceDefault,
): Layer.Layer<Members, LogUnavailable> =>
  Layer.effect(
    Members,
    Effect.gen(function* () {
      const server = yield* connect(address, () => patience)
      const clock = yield* Clock.Clock
      const stream = `${address.name}:members`
      const me = randomId()
      const token = randomId()
      const sinceMs = clock.currentTimeMillisUnsafe()
      const heard = new Map<string, Heard>()
      let changed = Deferred.makeUnsafe<void>()
      let ready: Slots.Set = Slots.none
      let url: string | undefined
      let last = -1

      const wake = (): void => {
        const before = changed
        changed = Deferred.makeUnsafe<void>()
        Deferred.doneUnsafe(before, Exit.void)
      }
      const silent = (): ReadonlyArray<string> => {
        const now = clock.currentTimeMillisUnsafe()
        const most = Duration.toMillis(pace.silentMax)
        return [...heard].flatMap(([id, { atMs }]) => (now - atMs > most ? [id] : []))
      }
      const hear = (record: Record): void => {
        last = Math.max(last, record.revision)
        const beat = beatIn(record)
        if (beat === undefined) return
        const { leaving, member } = beat
        const before = heard.get(member.id)
        if (leaving) heard.delete(member.id)
        else if (before !== undefined || heard.size < membersMax)
          heard.set(member.id, { member, atMs: clock.currentTimeMillisUnsafe() })
        const isNews =
          leaving ||
          before === undefined ||
          Slots.toHex(before.member.ready) !== Slots.toHex(member.ready)
        if (isNews) wake()
      }
      const beat = (leaving = false): Effect.Effect<void, LogUnavailable> =>
        url === undefined
          ? Effect.void
          : server
              .append(stream, "any", [recordOf({ id: me, url, token, sinceMs, ready }, leaving)])
              .pipe(Effect.catchTag("WrongRevision", () => Effect.void))

      // Whom the latest beats name counts as alive until it stays silent.
      const recent = yield* server.backwards(stream, "end", beatsRead)
      recent.toReversed().forEach(hear)
      const following = Effect.gen(function* () {
        while (true) {
          yield* server.subscribe(stream, last, hear)
          yield* Effect.sleep(pace.beat)
        }
      })
      const beating = Effect.gen(function* () {
        while (true) {
          yield* Effect.sleep(pace.beat)
          yield* Effect.ignore(beat())
          const gone = silent()
          for (const id of gone) heard.delete(id)
          if (gone.length > 0) wake()
        }
      })
      yield* Effect.forkScoped(following)
      yield* Effect.forkScoped(beating)

      return Members.of({
        me,
        token,
        join: (at) =>
          Effect.gen(function* () {
            url = at
            yield* Effect.ignore(server.keep(stream, beatsMax))
            yield* beat()
            yield* Effect.addFinalizer(() =>
              beat(true).pipe(
                Effect.andThen(Effect.sync(() => (url = undefined))),
                Effect.timeout(pace.silentMax),
                Effect.ignore,
              ),
            )
          }),
        tell: (slots) =>
          Effect.suspend(() => {
            ready = slots
            return beat()
          }),
        alive: Effect.sync(() => {
          const gone = new Set(silent())
          return [...heard.values()]
            .map(({ member }) => member)
            .filter(({ id }) => !gone.has(id))
            .toSorted((a, b) => a.sinceMs - b.sinceMs || (a.id < b.id ? -1 : 1))
        }),
        news: Effect.suspend(() => Deferred.await(changed)),
      })
    }),
  )

const recordOf = ({ id, ready, sinceMs, token, url }: Member, leaving: boolean): NewRecord => ({
  id: randomId(),
  type: kind,
  data: new Uint8Array(),
  metadata: { member: id, url, token, sinceMs, ready: Slots.toHex(ready), leaving },
})

const beatIn = ({
  metadata,
  type,
}: Record): { readonly member: Member; readonly leaving: boolean } | undefined => {
  if (type !== kind || typeof metadata !== "object" || metadata === null) return undefined
  const text = (name: string): string => String(Reflect.get(metadata, name))
  return {
    member: {
      id: text("member"),
      url: text("url"),
      token: text("token"),
      sinceMs: Number(text("sinceMs")),
      ready: Slots.fromHex(text("ready")),
    },
    leaving: Reflect.get(metadata, "leaving") === true,
  }
}
