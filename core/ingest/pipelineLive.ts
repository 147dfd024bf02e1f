/**
 * The pipeline at work: one fiber, one state, one commit for what is waiting.
 *
 * Invariants:
 * - An append expects the log as it was decided on, so an event's position is known before it is committed and decisions
 *   can name their causes. Where another process came first, its events are taken in and this one's senders told to try again.
 * - What a sender is told is durable. When a commit fails, all of its senders are told so, and state
 *   and known facts are thrown away and read from the log again before anything else is decided.
 */
import * as Cause from "effect/Cause"
import * as Clock from "effect/Clock"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Queue from "effect/Queue"
import * as Redacted from "effect/Redacted"
import * as Semaphore from "effect/Semaphore"
import * as Stream from "effect/Stream"
import { describeCertificate } from "../crypto/describeCertificate.ts"
import { attestationChecks } from "../crypto/attestationChecks.ts"
import { type Command, CommandRefused } from "../decide/Command.ts"
import { decideAttestation, type Step as AttestationStep } from "../decide/decideAttestation.ts"
import { decideCommand } from "../decide/decideCommand.ts"
import { decideDownlink, type Step } from "../decide/decideDownlink.ts"
import { bytesHeard, decideFrame, type Emit } from "../decide/decideFrame.ts"
import * as Firewall from "../decide/Firewall.ts"
import * as History from "../decide/History.ts"
import * as Network from "../decide/Network.ts"
import type { ReceivedFrame } from "../decide/ReceivedFrame.ts"
import { type AlertTargetAdded, secretIdOf } from "../event/alert.ts"
import type { NewEvent, Position, Recorded } from "../event/Envelope.ts"
import type { Event } from "../event/Event.ts"
import { deviceIdOf } from "../event/ids.ts"
import type { DestinationAdded } from "../event/registration.ts"
import type { SourceAdded } from "../event/source.ts"
import { streamOf } from "../event/streamOf.ts"
import * as Slot from "../frame/Slot.ts"
import * as Uplink from "../frame/Uplink.ts"
import * as Bytes from "../kernel/Bytes.ts"
import { invariant } from "../kernel/invariant.ts"
import type { SecretsUnavailable } from "../keys/Secrets.ts"
import { lookEveryMs as silenceLookEveryMs, tellSilence } from "../decide/tellSilence.ts"
import { Vault, type VaultShape, type Verifier } from "../keys/Vault.ts"
import { wholeLog } from "../log/admit.ts"
import { type AppendConflict, appendMax, EventLog, LogUnavailable } from "../log/EventLog.ts"
import * as Draft from "./Draft.ts"
import { findEarlier } from "./findEarlier.ts"
import { occurredOf } from "./occurredOf.ts"
import * as Identity from "./Identity.ts"
import type { Input } from "./Input.ts"
import * as KnownFacts from "./KnownFacts.ts"
import { type Attested, type Ingested, Pipeline, QueueFull, waitingMax } from "./Pipeline.ts"
import { reportedFact } from "./reportedFact.ts"
import * as Repeats from "./Repeats.ts"
import * as Tally from "./Tally.ts"

/** Who gives commands at the machine itself. */
const local = "local"

/** Inputs whose identities are looked up together. */
const inputsAtOnce = 400

/**
 * A commit is made when this many events wait for one. Looked at after each `inputsAtOnce` inputs, of which each gives
 * three dozen events at the very most (`destinationsMax` destinations are owed four of them), so that `appendMax` holds them all.
 */
const eventsPerCommit = appendMax / 4

type Work =
  | {
      readonly _tag: "Inputs"
      readonly inputs: ReadonlyArray<Input>
      readonly done: Deferred.Deferred<Ingested, LogUnavailable>
    }
  | {
      readonly _tag: "Command"
      readonly command: Command
      readonly by: string
      readonly done: Deferred.Deferred<ReadonlyArray<Position>, CommandRefused | LogUnavailable>
    }
  | {
      readonly _tag: "Record"
      readonly events: ReadonlyArray<NewEvent>
      readonly done: Deferred.Deferred<Position, LogUnavailable>
    }
  | {
      readonly _tag: "Downlink"
      readonly step: Step
      readonly because: ReadonlyArray<NewEvent>
      readonly done: Deferred.Deferred<Position, LogUnavailable>
    }
  | {
      readonly _tag: "Attestation"
      readonly step: AttestationStep
      readonly done: Deferred.Deferred<Attested, CommandRefused | LogUnavailable>
    }

export const layer: Layer.Layer<Pipeline, LogUnavailable, EventLog | Vault> = Layer.effect(
  Pipeline,
  Effect.gen(function* () {
    const log = yield* EventLog
    const vault = yield* Vault
    const consumer = yield* makeConsumer(log, vault)
    let waiting = 0
    const pending = new Set<Work>()
    // The bound is on inputs and kept by permits; the queue itself only hands over.
    const room = yield* Semaphore.make(waitingMax)
    const queue = yield* Effect.acquireRelease(Queue.unbounded<Work>(), Queue.shutdown)
    yield* Effect.addFinalizer(() =>
      Effect.forEach(pending, (work) => refuse(work, closed(log.info.url))),
    )
    yield* Effect.forkScoped(
      Effect.forever(
        Effect.flatMap(Queue.takeBetween(queue, 1, worksPerCommit), (works) =>
          // A stop waits for the commit under way.
          Effect.uninterruptible(consumer(works)),
        ),
      ).pipe(
        // Our own bug: nobody may wait for ever for a consumer that is no more.
        Effect.onError((cause) =>
          Cause.hasInterruptsOnly(cause)
            ? Effect.void
            : Effect.andThen(
                Effect.forEach(pending, (work) => die(work, Cause.squash(cause))),
                Effect.logError("the pipeline stopped", cause),
              ),
        ),
      ),
      { startImmediately: true },
    )
    const hand = <A, E>(work: Work, done: Deferred.Deferred<A, E>): Effect.Effect<A, E> =>
      Effect.suspend(() => {
        waiting += sizeOf(work)
        pending.add(work)
        Queue.offerUnsafe(queue, work)
        return Effect.ensuring(
          Deferred.await(done),
          Effect.sync(() => {
            waiting -= sizeOf(work)
            pending.delete(work)
          }),
        )
        // A sender that goes away does not take back what it sent, nor free its room early.
      }).pipe(Effect.uninterruptible)
    const record = Effect.fnUntraced(function* (events: ReadonlyArray<NewEvent>) {
      const done = yield* Deferred.make<Position, LogUnavailable>()
      return yield* hand({ _tag: "Record", events, done }, done)
    })
    const inputs = Effect.fnUntraced(function* (given: ReadonlyArray<Input>) {
      const done = yield* Deferred.make<Ingested, LogUnavailable>()
      return yield* hand({ _tag: "Inputs", inputs: given, done }, done)
    })
    return Pipeline.of({
      offer: (given) =>
        Effect.flatMap(
          room.withPermitsIfAvailable(permits(given))(inputs(given)),
          Option.match({
            onNone: () => Effect.fail(new QueueFull({ waiting, retryAfterS: 1 })),
            onSome: Effect.succeed,
          }),
        ),
      submit: (given) => room.withPermits(permits(given))(inputs(given)),
      execute: Effect.fnUntraced(function* (command: Command, by = local) {
        const done = yield* Deferred.make<
          ReadonlyArray<Position>,
          CommandRefused | LogUnavailable
        >()
        return yield* hand({ _tag: "Command", command, by, done }, done)
      }),
      record,
      downlink: Effect.fnUntraced(function* (step, because = []) {
        const done = yield* Deferred.make<Position, LogUnavailable>()
        return yield* hand({ _tag: "Downlink", step, because, done }, done)
      }),
      attest: Effect.fnUntraced(function* (step) {
        const done = yield* Deferred.make<Attested, CommandRefused | LogUnavailable>()
        return yield* hand({ _tag: "Attestation", step, done }, done)
      }),
      waiting: Effect.sync(() => waiting),
    })
  }),
)

/** One batch larger than the whole queue still passes, alone. */
const permits = (given: ReadonlyArray<unknown>): number => Math.min(given.length, waitingMax)

/** Works taken together: many small ones (callbacks) share a commit. */
const worksPerCommit = 1_000

const sizeOf = (work: Work): number => {
  switch (work._tag) {
    case "Inputs":
      return work.inputs.length
    case "Record":
      return work.events.length
    case "Downlink":
    case "Attestation":
    case "Command":
      return 1
  }
}

const makeConsumer = Effect.fnUntraced(function* (log: EventLog["Service"], vault: VaultShape) {
  let { head: readTo, newestMs, state } = yield* readState(log)
  const known = KnownFacts.make(log, newestMs)
  const slot = Slot.make()
  let isStale = false
  let draft = Draft.make(readTo)
  /** When the work under way began. */
  let ourMs = 0
  const isEnrolled = (station: string): boolean => state.stations.get(station)?.enrolled === true
  let silenceLookedMs = 0
  /** To be looked up once the commit under way is durable. */
  let sought: Array<History.Sought> = []
  const emit: Emit = (event, occurredMs, causes, changesState = true) => {
    const at = Draft.add(
      draft,
      changesState ? state : undefined,
      event,
      occurredMs,
      causes,
      ourMs,
      isEnrolled,
    )
    const history = changesState ? History.soughtOf(state, event, causes) : undefined
    if (history !== undefined) sought.push(history)
    return at
  }

  const commit = Effect.gen(function* () {
    const { events, answers, regrets, first } = draft
    const outcome = yield* Effect.result(
      events.length === 0
        ? Effect.void
        : Effect.andThen(
            Effect.mapError(vault.flush, unsealable),
            log.append(events, new Map([[wholeLog, first - 1]])),
          ),
    )
    draft = Draft.make(first + events.length)
    const decided = sought
    sought = []
    if (outcome._tag === "Failure") {
      isStale = true
      const why = unavailable(log.info.url, outcome.failure)
      for (const regret of regrets) yield* regret(why)
      return
    }
    for (const { occurredMs } of events) newestMs = Math.max(newestMs, occurredMs)
    for (const answer of answers) yield* answer
    for (const one of decided) yield* lookUp(one)
  })

  /** After the answer, so that no sender waits for it; before the next decision, so that it is the same each time. */
  const lookUp = (one: History.Sought): Effect.Effect<void> =>
    findEarlier(log, one, state.policy.policy.tallyWindowMs).pipe(
      Effect.map((found) => {
        if (found === undefined) return
        const { event, occurredMs, causes } = twinFound(one, found)
        emit(event, occurredMs, causes, false)
      }),
      // One finding less, and it is said.
      Effect.catch((why) => Effect.logWarning("an earlier twin was not looked for", why)),
    )

  /** Reads again what a lost commit spoiled, and takes in what another process committed. */
  const refresh = Effect.gen(function* () {
    const isBehind = draft.events.length === 0 && (yield* log.head) > draft.first
    if (!isStale && !isBehind) return
    if (isStale) ({ head: readTo, newestMs, state } = yield* readState(log))
    else ({ head: readTo, newestMs } = yield* readOn(log, { head: draft.first, newestMs, state }))
    known.clear(newestMs)
    draft = Draft.make(readTo)
    isStale = false
  })

  const takeInputs = Effect.fnUntraced(function* (work: Work & { readonly _tag: "Inputs" }) {
    const tally = Tally.make()
    const first = draft.first + draft.events.length
    for (let from = 0; from < work.inputs.length; from += inputsAtOnce) {
      const inputs = work.inputs.slice(from, from + inputsAtOnce)
      yield* known.prepare(inputs.map(occurredOf))
      const now = yield* Clock.currentTimeMillis
      const before = draft.events.length
      const repeats = Repeats.make()
      for (const input of inputs) {
        if (decideInput(state, vault, known, slot, input, emit)) tally.added++
        else {
          tally.known++
          if (input._tag === "Frame")
            Repeats.count(repeats, input.frame, now, state.policy.policy.tallyWindowMs)
        }
      }
      for (const { event, occurredMs } of repeats.values()) emit(event, occurredMs, [], false)
      Tally.count(tally, draft.events, before)
      if (draft.events.length >= eventsPerCommit) {
        yield* commit
        if (isStale) return yield* commitLost(log.info.url)
      }
    }
    const head = draft.first + draft.events.length
    return { ...tally, first, head } satisfies Ingested
  })

  const takeCommand = Effect.fnUntraced(function* (command: Command, by: string) {
    const outcome = decideCommand(state, commandChecks, command, by)
    if (outcome instanceof CommandRefused) return yield* outcome
    for (const event of outcome) {
      const verifier = verifierOf(command, event)
      if (verifier !== undefined) yield* Effect.mapError(vault.putVerifier(verifier), unsealable)
      const key = keyIn(command)
      const isKeyed = event._tag === "DeviceRegistered" || event._tag === "DeviceKeyReplaced"
      // The key is durable before the event that speaks of it.
      if (key !== undefined && isKeyed)
        yield* Effect.mapError(
          vault.putRadioKeys([{ device: event.device, version: event.keyVersion, key }]),
          unsealable,
        )
      if (key !== undefined && event._tag === "PayloadSchemeAdopted")
        yield* Effect.mapError(
          vault.putPayloadKey({ device: event.device, version: event.keyVersion, key }),
          unsealable,
        )
      // Gone before it is said: what the log says was erased is erased, and a failure in between is mended by asking again.
      if (event._tag === "PayloadsErased")
        yield* Effect.mapError(vault.destroyDataKey(event.device), unsealable)
      if (command._tag === "AddDestination" && event._tag === "DestinationAdded")
        yield* Effect.mapError(putDestinationSecrets(vault, command, event), unsealable)
      if (command._tag === "AddAlertTarget" && event._tag === "AlertTargetAdded")
        yield* Effect.mapError(putAlertSecrets(vault, command, event), unsealable)
      if (command._tag === "AddSource" && event._tag === "SourceAdded")
        yield* Effect.mapError(putCredentials(vault, command, event), unsealable)
    }
    const now = yield* Clock.currentTimeMillis
    // Events that do not say themselves who did it name what says so.
    const because =
      by !== local && outcome.some((event) => !("by" in event))
        ? [emit({ _tag: "CommandGiven", by, command: command._tag }, now, [])]
        : []
    const atMs = command._tag === "ReportCorePart" ? command.atMs : now
    return outcome.map((event) => emit(event, atMs, because))
  })

  /** Blocks that are over are lifted before anything is decided on under them. */
  const liftBlocks = Effect.sync(() => {
    if (state.firewall.blocks.size === 0) return
    for (const block of Firewall.due(state.firewall, ourMs))
      emit(
        { _tag: "TrafficUnblocked", ...block.target, by: "sigtwin", why: "its time was over" },
        block.untilMs ?? 0,
        [block.at],
      )
  })

  const attestation = {
    seal: vault.seal,
    unseal: vault.unseal,
    random: vault.random,
    attestation: attestationChecks(),
  }
  const commandChecks = {
    seal: vault.seal,
    knowsScheme: vault.knowsScheme,
    describeCertificate,
  }
  const takeAttestation = (step: AttestationStep): Effect.Effect<Attested, CommandRefused> =>
    Effect.suspend(() => {
      const outcome = decideAttestation(state, attestation, step, emit)
      return outcome instanceof CommandRefused
        ? Effect.fail(outcome)
        : Effect.succeed({ outcome, head: draft.first + draft.events.length })
    })

  /** Events of one sender, that may name each other as causes: they stand behind those of others in the same commit. */
  const emitAll = (events: ReadonlyArray<NewEvent>): ReadonlyArray<Position> => {
    const first = draft.first + draft.events.length
    return events.map(({ causes, event, occurredMs }) =>
      emit(
        event,
        occurredMs,
        causes.map((cause) => (cause < 0 ? first - 1 - cause : cause)),
      ),
    )
  }

  /** Decides on one sender's work and notes what to tell it after the commit. */
  const take = Effect.fnUntraced(function* <A, E>(
    decide: Effect.Effect<A, E | LogUnavailable>,
    done: Deferred.Deferred<A, E | LogUnavailable>,
  ) {
    const outcome = yield* Effect.result(decide)
    if (outcome._tag === "Failure") yield* Deferred.fail(done, outcome.failure)
    else {
      draft.answers.push(Deferred.succeed(done, outcome.success))
      draft.regrets.push((why) => Deferred.fail(done, why))
    }
  })

  return Effect.fnUntraced(function* (works: ReadonlyArray<Work>) {
    for (const work of works) {
      const ready = yield* Effect.result(refresh)
      if (ready._tag === "Failure") {
        yield* refuse(work, ready.failure)
        continue
      }
      ourMs = yield* Clock.currentTimeMillis
      yield* liftBlocks
      if (ourMs - silenceLookedMs >= silenceLookEveryMs) {
        silenceLookedMs = ourMs
        tellSilence(state, ourMs, emit)
      }
      switch (work._tag) {
        case "Inputs":
          yield* take(takeInputs(work), work.done)
          break
        case "Command":
          yield* take(takeCommand(work.command, work.by), work.done)
          break
        case "Attestation":
          yield* take(takeAttestation(work.step), work.done)
          break
        case "Record":
          emitAll(work.events)
          yield* take(Effect.succeed(draft.first + draft.events.length), work.done)
          break
        case "Downlink": {
          const causes = emitAll(work.because)
          decideDownlink(state, vault, work.step, causes, emit)
          yield* take(Effect.succeed(draft.first + draft.events.length), work.done)
          break
        }
      }
      if (draft.events.length >= eventsPerCommit) yield* commit
    }
    yield* commit
    // What the lookups found.
    if (draft.events.length > 0) yield* commit
  })
})

/** Both positions are known by then: the commit was durable before the lookup began. */
const twinFound = (sought: History.Sought, found: Recorded): NewEvent => {
  const { device, firstAt, firstMs, seq } = sought
  const event = {
    _tag: "EarlierTwinFound",
    device,
    seq,
    earlierMs: found.occurredMs,
  } as const
  return { stream: streamOf(event), occurredMs: firstMs, causes: [firstAt, found.position], event }
}

const refuse = (work: Work, why: LogUnavailable): Effect.Effect<boolean> => {
  switch (work._tag) {
    case "Inputs":
      return Deferred.fail(work.done, why)
    case "Command":
      return Deferred.fail(work.done, why)
    case "Attestation":
      return Deferred.fail(work.done, why)
    case "Record":
    case "Downlink":
      return Deferred.fail(work.done, why)
  }
}

const die = (work: Work, defect: unknown): Effect.Effect<boolean> => {
  switch (work._tag) {
    case "Inputs":
      return Deferred.die(work.done, defect)
    case "Command":
      return Deferred.die(work.done, defect)
    case "Attestation":
      return Deferred.die(work.done, defect)
    case "Record":
    case "Downlink":
      return Deferred.die(work.done, defect)
  }
}

/** True when the input is a fact the log did not hold; its events are in the draft then. */
const decideInput = (
  state: Network.State,
  vault: VaultShape,
  known: KnownFacts.KnownFacts,
  slot: Slot.Slot,
  input: Input,
  emit: Emit,
): boolean => {
  if (input._tag === "Frame") return decideReceived(state, vault, known, slot, input.frame, emit)
  const fact = reportedFact(vault, input)
  const identity = Identity.ofEvent(fact, occurredOf(input))
  invariant(identity !== undefined, "a report has an identity")
  if (known.meet(identity, occurredOf(input))) return false
  emit(fact, occurredOf(input), [], false)
  return true
}

const decideReceived = (
  state: Network.State,
  vault: VaultShape,
  known: KnownFacts.KnownFacts,
  slot: Slot.Slot,
  received: ReceivedFrame,
  emit: Emit,
): boolean => {
  const { source, station, heardAtMs } = received
  const outcome = Uplink.decodeInto(slot, received.frame)
  if (outcome === "ok" || outcome === "crc" || outcome === "reserved-flag") {
    const { frameType, flags, seq, crc } = slot
    const device = deviceIdOf(slot.device)
    const identity = Identity.ofFrame(
      { source, station, device, frameType, flags, seq, crc },
      heardAtMs,
    )
    if (known.meet(identity, heardAtMs)) return false
    decideFrame(state, vault, slot, outcome, received, emit)
    return true
  }
  const fact = bytesHeard(vault, slot, outcome, received)
  const identity = Identity.ofEvent(fact, heardAtMs)
  invariant(identity !== undefined, "bytes heard have an identity")
  if (known.meet(identity, heardAtMs)) return false
  emit(fact, heardAtMs, [], false)
  return true
}

type Of<Tag extends Command["_tag"]> = Extract<Command, { readonly _tag: Tag }>

const putDestinationSecrets = (
  vault: VaultShape,
  { secrets }: Of<"AddDestination">,
  { customer, destination, secretVersion: version }: DestinationAdded,
) =>
  secrets === undefined || version === undefined
    ? Effect.void
    : vault.putDestinationSecrets(
        { id: `${customer}/${destination}`, version },
        Redacted.value(secrets),
      )

const putAlertSecrets = (
  vault: VaultShape,
  { secrets }: Of<"AddAlertTarget">,
  { secretVersion: version, target }: AlertTargetAdded,
) =>
  secrets === undefined || version === undefined
    ? Effect.void
    : vault.putDestinationSecrets({ id: secretIdOf(target), version }, Redacted.value(secrets))

const putCredentials = (
  vault: VaultShape,
  { credentials }: Of<"AddSource">,
  { secretVersion: version, source: id }: SourceAdded,
) =>
  credentials === undefined
    ? Effect.void
    : vault.putSourceCredentials({ id, version }, Redacted.value(credentials))

const keyIn = (command: Command): Uint8Array | undefined =>
  (command._tag === "RegisterDevice" ||
    command._tag === "ReplaceDeviceKey" ||
    command._tag === "AdoptPayloadScheme") &&
  command.key !== undefined
    ? Bytes.fromHex(Redacted.value(command.key))
    : undefined

/** What a password or token is checked against, under the name that the event gives it. */
const verifierOf = (command: Command, event: Event): Verifier | undefined => {
  if (!("verifier" in command) || command.verifier === undefined) return undefined
  const bytes = new TextEncoder().encode(Redacted.value(command.verifier))
  if (event._tag === "CredentialCreated")
    return { kind: "token", id: event.credential, version: 1, bytes }
  return event._tag === "AccountAdded" || event._tag === "PasswordSet"
    ? { kind: "password", id: event.account, version: event.passwordVersion, bytes }
    : undefined
}

/** What decisions rest on, with all events below `head` in it. */
interface Read {
  readonly state: Network.State
  readonly newestMs: number
  readonly head: Position
}

const readState = (log: EventLog["Service"]): Effect.Effect<Read, LogUnavailable> =>
  Effect.suspend(() => readOn(log, { state: Network.initial(), newestMs: -Infinity, head: 0 }))

/** Takes the rest of the log into the state. */
const readOn = Effect.fnUntraced(function* (
  log: EventLog["Service"],
  { head: from, newestMs: before, state }: Read,
) {
  let newestMs = before
  let head = from
  yield* Stream.runForEach(log.read(from), (events) =>
    Effect.sync(() => {
      for (const recorded of events) {
        Network.apply(state, recorded)
        newestMs = Math.max(newestMs, recorded.occurredMs)
      }
      head = events[events.length - 1].position + 1
    }),
  )
  return { state, newestMs, head }
})

const unsealable = (why: SecretsUnavailable): LogUnavailable =>
  new LogUnavailable({ log: why.file, reason: "unreadable", detail: why.message })

const closed = (log: string): LogUnavailable =>
  new LogUnavailable({ log, reason: "closed", detail: "it was closed before this was committed" })

const commitLost = (log: string): LogUnavailable =>
  new LogUnavailable({
    log,
    reason: "unreadable",
    detail: "a part of this batch could not be committed; send it again",
  })

const unavailable = (log: string, why: LogUnavailable | AppendConflict): LogUnavailable =>
  why._tag === "LogUnavailable"
    ? why
    : new LogUnavailable({ log, reason: "locked", detail: why.message })
