/**
 * Destroys the keys of payloads that were kept long enough. A device's payloads are sealed under one key after the other: this takes the key
 * in use out of use every so many days, and destroys those that went out of use longer ago than payloads are kept.
 *
 * What is destroyed is destroyed before it is recorded: after a crash it is done again, which does no harm.
 */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Queue from "effect/Queue"
import * as Schedule from "effect/Schedule"
import * as Stream from "effect/Stream"
import * as Access from "../access/Access.ts"
import { type Groups, isWithin } from "../access/Groups.ts"
import * as Retention from "../decide/Retention.ts"
import { noCauses } from "../event/Envelope.ts"
import type { DeviceRegistered } from "../event/registration.ts"
import { streamOf } from "../event/streamOf.ts"
import { Pipeline } from "../ingest/Pipeline.ts"
import { Vault } from "../keys/Vault.ts"
import { EventLog } from "../log/EventLog.ts"

/** Between two looks at what is due. */
export const lookEveryMs = 3_600_000

/** Runs until it is interrupted. */
export const retainPayloads = Effect.fn("network.retainPayloads")(function* () {
  const log = yield* EventLog
  const pipeline = yield* Pipeline
  const vault = yield* Vault
  const state = Retention.make()
  const access = Access.make()
  const devices = new Map<DeviceRegistered["device"], Belonging>()
  const wake = yield* Queue.sliding<true>(1)
  const head = yield* log.head

  const follow = log.follow(0).pipe(
    Stream.runForEach((events) =>
      Effect.sync(() => {
        for (const recorded of events) {
          const { event } = recorded
          Retention.apply(state, recorded)
          Access.apply(access, recorded)
          if (event._tag === "DeviceRegistered")
            devices.set(event.device, { customer: event.customer, group: event.group })
        }
        const last = events.at(-1)
        const isNews = events.some(({ event }) => event._tag === "RetentionSet")
        if (
          last !== undefined &&
          last.position + 1 >= head &&
          (isNews || last.position + 1 === head)
        )
          Queue.offerUnsafe(wake, true)
      }),
    ),
  )

  const expire = Effect.fnUntraced(function* ({ days, target }: Retention.Retention, day: number) {
    let destroyed = 0
    let renewed = 0
    for (const [device, of] of devices) {
      if (!isOf(access.groups, target, of)) continue
      if (yield* vault.renewDataKey(device, day)) renewed++
      destroyed += yield* vault.expireDataKeys(device, day - days)
    }
    const event = { _tag: "PayloadsExpired", ...target, day, destroyed, renewed } as const
    const occurredMs = yield* Clock.currentTimeMillis
    yield* pipeline
      .record([{ stream: streamOf(event), occurredMs, causes: noCauses, event }])
      .pipe(Effect.retry(Schedule.spaced("1 second")))
  })

  const look = Effect.gen(function* () {
    const today = Retention.dayOf(yield* Clock.currentTimeMillis)
    for (const retention of state.values())
      if (Retention.isDue(retention, today))
        yield* expire(retention, today).pipe(
          Effect.catchTag("SecretsUnavailable", (why) =>
            Effect.logError(`payloads could not be expired: ${why.message}`),
          ),
        )
  })

  yield* Effect.forkScoped(follow)
  // Not before all of the log is read: a device may have another owner since.
  if (head > 0) yield* Queue.take(wake)
  return yield* Effect.forever(
    Effect.andThen(look, Effect.raceFirst(Queue.take(wake), Effect.sleep(lookEveryMs))),
  )
}, Effect.scoped)

interface Belonging {
  readonly customer: string | undefined
  readonly group: string | undefined
}

const isOf = (groups: Groups, { customer, group }: Retention.Target, of: Belonging): boolean =>
  customer === undefined
    ? group !== undefined && isWithin(groups, of.group, group)
    : of.customer === customer
