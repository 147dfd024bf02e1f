/**
 * Runs a simulated world through the real decider on a virtual clock, and folds what it decides. The pipeline
 * without its queue, its log and its waiting: what `core/ingest/pipelineLive.ts` does to one input is done here
 * in the same order, so that 100,000 messages take seconds. `pipeline.test.ts` beside this file holds the two together.
 */
import { isControl } from "../../core/decide/Attempts.ts"
import { decideCommand } from "../../core/decide/decideCommand.ts"
import { decideDownlink, type Step } from "../../core/decide/decideDownlink.ts"
import { bytesHeard, decideFrame, type Emit } from "../../core/decide/decideFrame.ts"
import * as History from "../../core/decide/History.ts"
import * as Network from "../../core/decide/Network.ts"
import type { ReceivedFrame } from "../../core/decide/ReceivedFrame.ts"
import type { Recorded } from "../../core/event/Envelope.ts"
import type { Event } from "../../core/event/Event.ts"
import { deviceIdOf } from "../../core/event/ids.ts"
import { streamOf } from "../../core/event/streamOf.ts"
import * as DownlinkWindow from "../../core/frame/DownlinkWindow.ts"
import * as Slot from "../../core/frame/Slot.ts"
import * as Uplink from "../../core/frame/Uplink.ts"
import * as Identity from "../../core/ingest/Identity.ts"
import * as Repeats from "../../core/ingest/Repeats.ts"
import { describeCertificate } from "../../core/crypto/describeCertificate.ts"
import * as Vault from "../../core/keys/Vault.ts"
import { secretsMemory } from "../../core/keys/secretsMemory.ts"
import * as DeliveryModel from "../../core/sim/DeliveryModel.ts"
import type * as World from "../../core/sim/World.ts"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import * as Agenda from "../../core/kernel/Agenda.ts"
import { invariant } from "../../core/kernel/invariant.ts"
import { frameOf } from "../../core/network/downlink.ts"
import * as Random from "../../core/kernel/Random.ts"

export interface Told {
  readonly messages: number
  readonly receptions: number
  readonly events: number
}

/** Receptions kept to look earlier twins up in: those of `historyDays` and a little more. */
const twinsMax = 2_000_000

const twinKey = ({
  control,
  device,
  digest,
  seq,
}: Pick<History.Sought, "device" | "seq" | "digest" | "control">): string =>
  `${device} ${seq} ${digest} ${control}`

/** Hands each event of the world, from its setup to `untilMs`, to `take`. */
export const run = (
  world: World.World,
  seed: number,
  untilMs: number,
  take: (recorded: Recorded) => void,
  /** Whether deliveries are modelled too. */
  delivers = false,
): Told => {
  const state = Network.initial()
  const random = Random.make(seed)
  const vault = Vault.make(secretsMemory(), { random: random.bytes })
  const slot = Slot.make()
  const known = new Map<number, number>()
  const earlier = new Map<
    string,
    Array<{ readonly position: number; readonly occurredMs: number }>
  >()
  const revisions = new Map<string, number>()
  let earlierCount = 0
  let position = 0
  let nowMs = world.ground.ages.originMs
  let messages = 0
  let receptions = 0
  let sought: Array<History.Sought> = []

  const deliveries = DeliveryModel.make(world.answer)

  /** What `core/network/downlink.ts` does, on the world's clock. */
  const downlinks = Agenda.make<Step>()
  const answer = (event: Event): void => {
    if (event._tag === "DownlinkAsked")
      downlinks.add(event.opensAtMs, 0, { ...event, _tag: "FellDue", atMs: 0 })
    else if (event._tag === "DownlinkScheduled") {
      const { station, transmitAtMs } = event
      const frame = frameOf(vault, event)
      invariant(typeof frame !== "string", "a simulated device has its key and its address")
      world.broadcast({ station, frameHex: frame.airHex, atMs: transmitAtMs })
      const sentMs = transmitAtMs + DownlinkWindow.airtimeMs
      const { mac } = frame
      downlinks.add(sentMs, 0, { ...event, _tag: "Transmitted", mac, atMs: 0 })
    } else if (event._tag === "DownlinkTransmitted")
      downlinks.add(event.confirmByMs, 0, { ...event, _tag: "FellDue", atMs: 0 })
  }

  const append = (
    event: Event,
    occurredMs: number,
    causes: ReadonlyArray<number>,
    changesState = true,
  ): number => {
    const stream = streamOf(event)
    const revision = (revisions.get(stream) ?? -1) + 1
    revisions.set(stream, revision)
    const recorded = { position, stream, revision, occurredMs, recordedMs: nowMs, causes, event }
    if (changesState) Network.apply(state, recorded)
    if (event._tag === "MessageAccepted" || event._tag === "MessageRefused") messages++
    if (event._tag === "FrameHeard") {
      receptions++
      const key = twinKey({
        ...event,
        digest: event.payload.digest,
        control: isControl(event.frameType),
      })
      const same = earlier.get(key)
      if (same !== undefined) same.push({ position, occurredMs })
      else if (earlierCount++ < twinsMax) earlier.set(key, [{ position, occurredMs }])
    }
    take(recorded)
    answer(event)
    if (delivers && event._tag === "DeliveryOwed") deliveries.owe(event, nowMs, position)
    return position++
  }
  const emit: Emit = (event, occurredMs, causes, changesState = true) => {
    const at = append(event, occurredMs, causes, changesState)
    const history = changesState ? History.soughtOf(state, event, causes) : undefined
    if (history !== undefined) sought.push(history)
    return at
  }
  const isKnown = (identity: number, heardAtMs: number): boolean => {
    if (known.has(identity)) return true
    known.set(identity, heardAtMs)
    if (known.size > 200_000)
      for (const [old, atMs] of known) {
        if (nowMs - atMs < 60_000 || known.size < 100_000) break
        known.delete(old)
      }
    return false
  }
  const receive = (received: ReceivedFrame): boolean => {
    const { heardAtMs, source, station } = received
    const outcome = Uplink.decodeInto(slot, received.frame)
    if (outcome === "ok" || outcome === "crc" || outcome === "reserved-flag") {
      const { crc, flags, frameType, seq } = slot
      const device = deviceIdOf(slot.device)
      const frame = { source, station, device, frameType, flags, seq, crc }
      if (isKnown(Identity.ofFrame(frame, heardAtMs), heardAtMs)) return false
      decideFrame(state, vault, slot, outcome, received, emit)
      return true
    }
    emit(bytesHeard(vault, slot, outcome, received), heardAtMs, [], false)
    return true
  }
  const windowMs = () => state.policy.policy.tallyWindowMs
  const lookUp = (): void => {
    for (const one of sought) {
      const twins = earlier.get(twinKey(one)) ?? []
      const found = twins.findLast(
        (twin) => twin.position < one.firstAt && twin.occurredMs < one.firstMs - windowMs(),
      )
      if (found === undefined) continue
      const { device, firstAt, firstMs, seq } = one
      const event = { _tag: "EarlierTwinFound", device, seq, earlierMs: found.occurredMs } as const
      append(event, firstMs, [firstAt, found.position])
    }
    sought = []
  }

  const { downlinkDefaults, events, keys } = world.setup
  Effect.runSync(vault.putRadioKeys(keys.map(({ device, key }) => ({ device, key, version: 1 }))))
  for (const { event, occurredMs } of events) append(event, occurredMs, [])
  for (const { device, payload } of downlinkDefaults) {
    const command = { _tag: "SetDownlinkDefault", device, payload: Redacted.make(payload) } as const
    const decided = decideCommand(state, { ...vault, describeCertificate }, command, "local")
    if (Array.isArray(decided)) for (const event of decided) append(event, nowMs, [])
  }
  const takeIn = (output: World.Output): void => {
    nowMs = Math.max(nowMs, output.atMs)
    if (output._tag === "Facts") {
      for (const { event, occurredMs } of output.events) append(event, occurredMs, [])
      return
    }
    const repeats = Repeats.make()
    for (const received of output.frames)
      if (!receive(received)) Repeats.count(repeats, received, nowMs, windowMs())
    for (const { event, occurredMs } of repeats.values()) emit(event, occurredMs, [], false)
    lookUp()
  }
  while (true) {
    const nextMs = Math.min(world.nextMs(), downlinks.nextMs(), deliveries.nextMs())
    if (!(nextMs < untilMs)) break
    for (const output of world.next(nextMs + 1)) takeIn(output)
    for (const { causes, event, occurredMs } of deliveries.next(nextMs + 1)) {
      nowMs = Math.max(nowMs, occurredMs)
      append(event, occurredMs, causes)
    }
    if (downlinks.nextMs() > nextMs) continue
    nowMs = Math.max(nowMs, nextMs)
    const { thing: step } = downlinks.take()
    if (step !== undefined) decideDownlink(state, vault, { ...step, atMs: nowMs }, [], emit)
  }
  // Time passes after the last message, so that all are settled.
  nowMs = Math.max(nowMs, untilMs) + 3_600_000
  append({ _tag: "Ticked", due: "end" }, nowMs, [])
  return { messages, receptions, events: position }
}
