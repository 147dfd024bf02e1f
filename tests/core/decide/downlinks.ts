/** Downlinks as notation for tests: askings, answers and confirmations of one device, and what the log then says. */
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as Stream from "effect/Stream"
import type { Command } from "../../../core/decide/Command.ts"
import type { Step } from "../../../core/decide/decideDownlink.ts"
import type { Recorded } from "../../../core/event/Envelope.ts"
import { StationId } from "../../../core/event/ids.ts"
import * as ControlPayload from "../../../core/frame/ControlPayload.ts"
import { Pipeline } from "../../../core/ingest/Pipeline.ts"
import * as pipelineLive from "../../../core/ingest/pipelineLive.ts"
import * as Bytes from "../../../core/kernel/Bytes.ts"
import { secretsMemory } from "../../../core/keys/secretsMemory.ts"
import * as Vault from "../../../core/keys/Vault.ts"
import { EventLog } from "../../../core/log/EventLog.ts"
import * as memory from "../../../core/log/memory.ts"
import { radio } from "../ingest/radio.ts"

/** A whole number of days after 1970, so that a day's end is in view. */
export const atMs = 19_700 * 86_400_000
export const a = radio(0x4d33db)

export const world = () =>
  Layer.fresh(
    Layer.provideMerge(
      pipelineLive.layer,
      Layer.mergeAll(memory.layer, Vault.layer(secretsMemory)),
    ),
  )

export const bytes = (hex: string): Uint8Array => Bytes.fromHex(hex) ?? new Uint8Array(0)

export const enrol = (station: string): Command => ({
  _tag: "EnrolStation",
  station: StationId.make(station),
})

export const setUp: ReadonlyArray<Command> = [
  { _tag: "RegisterDevice", device: a.id, key: Redacted.make(a.keyHex) },
  enrol("BS-1"),
  enrol("BS-2"),
]

/** The first transmission of a message that asks, ended at `atMs`. */
export const ask = (seq: number, more: Parameters<typeof a.send>[1] = {}) =>
  a.send(seq, { atMs, ...more, downlinkAsked: true })

export const confirm = (seq: number, at: number, rssiDbm = -97) =>
  a.send(seq, {
    atMs: at,
    control: Bytes.toHex(
      ControlPayload.encode({
        _tag: "DownlinkConfirmation",
        idleMv: 3000,
        transmitMv: 2900,
        temperatureDeciC: 215,
        rssiDbm,
      }),
    ),
  })

type Given<Tag extends Step["_tag"]> = Partial<Omit<Extract<Step, { readonly _tag: Tag }>, "_tag">>

export const answer = (seq: number, after: number, more: Given<"Answered"> = {}): Step => ({
  _tag: "Answered",
  device: a.id,
  seq,
  epoch: 0,
  atMs: atMs + after,
  asked: true,
  payload: bytes("deadbeef02468ace"),
  ...more,
})

export const due = (seq: number, after: number): Step => ({
  _tag: "FellDue",
  device: a.id,
  seq,
  epoch: 0,
  atMs: atMs + after,
})

export const sent = (seq: number, after: number): Step => ({
  _tag: "Transmitted",
  device: a.id,
  seq,
  epoch: 0,
  atMs: atMs + after,
  station: StationId.make("BS-1"),
  mac: "58f2",
})

export const notSent = (seq: number, after: number): Step => ({
  _tag: "NotTransmitted",
  device: a.id,
  seq,
  epoch: 0,
  atMs: atMs + after,
  station: StationId.make("BS-1"),
  error: "no-link",
})

const shown = new Set([
  "DownlinkAsked",
  "DownlinkScheduled",
  "DownlinkRefused",
  "DownlinkTransmitted",
  "DownlinkNotTransmitted",
  "DownlinkConfirmed",
  "DownlinkUnconfirmed",
  "StrayConfirmationHeard",
])

/** Kinds of the downlinks' events, with what tells them apart. */
export const told = (recorded: ReadonlyArray<Recorded>): ReadonlyArray<string> =>
  recorded.flatMap(({ event }) => {
    if (!shown.has(event._tag)) return []
    if (event._tag === "DownlinkRefused") return [`refused ${event.reason}`]
    if (event._tag === "DownlinkScheduled")
      return [`scheduled by ${event.by} from ${event.station}`]
    return [event._tag.replace(/^Downlink/, "").toLowerCase()]
  })

export const everything = Effect.gen(function* () {
  const log = yield* EventLog
  return (yield* Stream.runCollect(log.read(0))).flat()
})

/** The log after a story in a new world with the device and two stations. */
export const story = (body: (pipeline: Pipeline["Service"]) => Effect.Effect<unknown, unknown>) =>
  Effect.gen(function* () {
    const pipeline = yield* Pipeline
    for (const command of setUp) yield* pipeline.execute(command)
    yield* body(pipeline)
    return yield* everything
  }).pipe(Effect.provide(world()))
