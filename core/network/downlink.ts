/**
 * Sends downlinks: follows the log, asks for a decision when one falls due, builds the frame of what was scheduled,
 * hands it to the station and records how it went. The only place where a frame for a device is made.
 *
 * It decides nothing: each step goes to the pipeline, which knows what the log says at that moment and passes over
 * what is settled. After a crash a frame whose transmission was not recorded is handed over again within its window,
 * and says the same.
 */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Queue from "effect/Queue"
import * as Schedule from "effect/Schedule"
import type * as Scope from "effect/Scope"
import * as Semaphore from "effect/Semaphore"
import * as Stream from "effect/Stream"
import { acknowledgedWithinMs, type Asking, type Step } from "../decide/decideDownlink.ts"
import type { Recorded } from "../event/Envelope.ts"
import type { DownlinkScheduled } from "../event/downlink.ts"
import { addressOf } from "../event/ids.ts"
import * as Downlink from "../frame/Downlink.ts"
import { Pipeline } from "../ingest/Pipeline.ts"
import * as Agenda from "../kernel/Agenda.ts"
import * as Bytes from "../kernel/Bytes.ts"
import { Vault, type VaultShape } from "../keys/Vault.ts"
import { EventLog, type LogUnavailable } from "../log/EventLog.ts"
import { Stations } from "./Stations.ts"

/**
 * Askings in memory that are not settled. At the contract's ceiling 926 messages ask in a second (SIGFOX.md part 7) and
 * each is settled within 90 s. The one that asked first makes room: it stays undecided until the next start.
 */
export const pendingMax = 100_000

/** Orders under way to all stations together. */
export const ordersMax = 256

interface Pending {
  readonly asking: Asking
  readonly dueMs: number
  readonly what:
    | { readonly _tag: "Decide"; readonly closesAtMs: number }
    | { readonly _tag: "Send"; readonly scheduled: DownlinkScheduled }
    | { readonly _tag: "Confirm" }
}

export interface Downlinks {
  /** Takes in what the log says, event by event. */
  readonly takeIn: (recorded: Recorded) => void
  /** When something falls due next. */
  readonly nextMs: () => number
  /** Does what is due now. */
  readonly act: Effect.Effect<void, LogUnavailable, Scope.Scope>
}

/** `start` runs the sending of one frame: beside everything else, or, on a clock that waits for it, at once. */
export const makeDownlinks = Effect.fnUntraced(function* (
  start: (
    send: Effect.Effect<void, LogUnavailable>,
  ) => Effect.Effect<unknown, LogUnavailable, Scope.Scope>,
) {
  const pipeline = yield* Pipeline
  const vault = yield* Vault
  const stations = yield* Stations
  const pending = new Map<string, Pending>()
  const agenda = Agenda.make<string>()

  const expect = (asking: Asking, dueMs: number, what: Pending["what"]): void => {
    const key = keyOf(asking)
    pending.delete(key)
    if (pending.size >= pendingMax) {
      const oldest = pending.keys().next()
      if (oldest.done === false) pending.delete(oldest.value)
    }
    pending.set(key, { asking, dueMs, what })
    agenda.add(dueMs, 0, key)
  }

  const takeIn = ({ event }: Recorded): void => {
    // Only what is on the way matters here; all else is somebody else's.
    // oxlint-disable-next-line typescript/switch-exhaustiveness-check
    switch (event._tag) {
      case "DownlinkAsked":
        return expect(askingOf(event), event.opensAtMs, {
          _tag: "Decide",
          closesAtMs: event.closesAtMs,
        })
      case "DownlinkScheduled":
        // At once: the station is told when to send.
        return expect(askingOf(event), 0, { _tag: "Send", scheduled: event })
      case "DownlinkTransmitted":
        // Confirmed before the station said so.
        if (!pending.has(keyOf(event))) return
        return expect(askingOf(event), event.confirmByMs, { _tag: "Confirm" })
      case "DownlinkRefused":
      case "DownlinkNotTransmitted":
      case "DownlinkConfirmed":
      case "DownlinkUnconfirmed":
        pending.delete(keyOf(event))
        return
      default:
        return
    }
  }

  // The log may be full for a while; what happened must not be lost, so it is tried until it is in.
  const step = (given: Step) =>
    pipeline.downlink(given).pipe(Effect.retry(Schedule.spaced("1 second")))

  const send = Effect.fnUntraced(function* (asking: Asking, scheduled: DownlinkScheduled) {
    const { station } = scheduled
    const before = yield* Clock.currentTimeMillis
    const frame = frameOf(vault, scheduled)
    const leftMs = scheduled.closesAtMs + acknowledgedWithinMs - before
    const error =
      typeof frame === "string"
        ? frame
        : leftMs <= 0
          ? "window-closed"
          : yield* stations
              .transmit({
                station,
                frameHex: frame.airHex,
                frequencyHz: scheduled.frequencyHz,
                atMs: scheduled.transmitAtMs,
              })
              .pipe(
                Effect.as(undefined),
                Effect.catch(({ reason }) => Effect.succeed(reason)),
                Effect.timeoutOrElse({
                  duration: leftMs,
                  orElse: () => Effect.succeed("no-acknowledgement"),
                }),
              )
    const atMs = yield* Clock.currentTimeMillis
    yield* step(
      error === undefined && typeof frame !== "string"
        ? { _tag: "Transmitted", ...asking, atMs, station, mac: frame.mac }
        : { _tag: "NotTransmitted", ...asking, atMs, station, error: error ?? "no-frame" },
    )
  })

  const look = Effect.fnUntraced(function* ({ asking, dueMs, what }: Pending) {
    switch (what._tag) {
      case "Decide": {
        const atMs = yield* Clock.currentTimeMillis
        // Without a default the customer may answer until the window closes.
        if (dueMs < what.closesAtMs) expect(asking, what.closesAtMs, what)
        else pending.delete(keyOf(asking))
        return yield* step({ _tag: "FellDue", ...asking, atMs })
      }
      case "Send":
        return yield* start(send(asking, what.scheduled))
      case "Confirm": {
        const atMs = yield* Clock.currentTimeMillis
        pending.delete(keyOf(asking))
        return yield* step({ _tag: "FellDue", ...asking, atMs })
      }
    }
  })

  const act = Effect.gen(function* () {
    const now = yield* Clock.currentTimeMillis
    while (agenda.nextMs() <= now) {
      const { atMs, thing: key } = agenda.take()
      const found = key === undefined ? undefined : pending.get(key)
      // An entry that another step overtook.
      if (found !== undefined && found.dueMs === atMs) yield* look(found)
    }
  })

  return { takeIn, nextMs: agenda.nextMs, act } satisfies Downlinks
})

/** Runs until it is interrupted. */
export const sendDownlinks = Effect.fn("network.sendDownlinks")(function* () {
  const log = yield* EventLog
  const orders = yield* Semaphore.make(ordersMax)
  const wake = yield* Queue.sliding<true>(1)
  const caughtUpAt = yield* log.head
  const downlinks = yield* makeDownlinks((send) =>
    Effect.forkScoped(
      orders
        .withPermits(1)(send)
        .pipe(Effect.tapCause((cause) => Effect.logError("a downlink stopped", cause))),
    ),
  )

  const act = Effect.gen(function* () {
    yield* downlinks.act
    const waitMs = downlinks.nextMs() - (yield* Clock.currentTimeMillis)
    const woken = Queue.take(wake)
    yield* Number.isFinite(waitMs)
      ? Effect.raceFirst(woken, Effect.sleep(Math.max(1, waitMs)))
      : woken
  })

  yield* Effect.forkScoped(
    log.follow(0).pipe(
      Stream.runForEach((events) =>
        Effect.sync(() => {
          for (const recorded of events) downlinks.takeIn(recorded)
          const last = events.at(-1)
          // Not before the outcomes of an earlier run are known: nothing is sent twice knowingly.
          if (last !== undefined && last.position + 1 >= caughtUpAt) Queue.offerUnsafe(wake, true)
        }),
      ),
    ),
  )
  if (caughtUpAt > 0) yield* Queue.take(wake)
  return yield* Effect.forever(act)
}, Effect.scoped)

/** The frame of what was scheduled, or why there is none. */
export const frameOf = (
  vault: VaultShape,
  { device, keyVersion, payload: sealed, seq }: DownlinkScheduled,
): { readonly airHex: string; readonly mac: string } | string => {
  const address = addressOf(device)
  if (address === undefined) return "no-address"
  const payload = vault.unseal(device, sealed)
  if (payload === undefined) return "payload-erased"
  const sent = { device: address, seq, payload }
  const mac = vault.downlinkMac(address, keyVersion, Downlink.macInput(sent))
  if (mac === undefined) return "no-key"
  return { airHex: Downlink.encode(sent, () => mac).airHex, mac: Bytes.toHex(mac) }
}

const askingOf = ({ device, epoch, seq }: Asking): Asking => ({ device, seq, epoch })

const keyOf = ({ device, epoch, seq }: Asking): string => `${device}:${seq}@${epoch}`
