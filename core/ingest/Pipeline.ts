/**
 * The one way into the log: what comes in is checked, decided on and made durable, in the order of
 * its arrival, by one consumer.
 *
 * Everything submitted waits in one bounded queue; the consumer takes what is there, decides on all
 * of it against the state that the log gives, appends the outcome in one commit and only then
 * answers. A failed commit acknowledges nothing, and the state is read again from the log.
 */
import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import type { Command, CommandRefused } from "../decide/Command.ts"
import type { Outcome, Step as AttestationStep } from "../decide/decideAttestation.ts"
import type { Step } from "../decide/decideDownlink.ts"
import type { NewEvent, Position } from "../event/Envelope.ts"
import type { LogUnavailable } from "../log/EventLog.ts"
import type { Input } from "./Input.ts"

/** Inputs that may wait. Beyond it a sender is told to come again (`QueueFull`). */
export const waitingMax = 100_000

export class QueueFull extends Schema.TaggedError<QueueFull>()("QueueFull", {
  waiting: Schema.Int,
  /** When to come again. */
  retryAfterS: Schema.Int,
}) {
  override get message() {
    return `${this.waiting} inputs are waiting; come again in ${this.retryAfterS} s`
  }
}

/** What became of a batch of inputs. All of it is durable. */
export interface Ingested {
  /** Facts that are in the log now and were not before. */
  readonly added: number
  /** Facts the log held already: sent or imported twice. */
  readonly known: number
  /** Messages decided on in this batch. */
  readonly accepted: number
  readonly refused: Readonly<Record<string, number>>
  /** Where its first event stands, if it has any. */
  readonly first: Position
  /** One past the last event of the commit: whoever waits for it sees the outcome. */
  readonly head: Position
}

/** What was decided on a station's step. It is durable. */
export interface Attested {
  readonly outcome: Exclude<Outcome, CommandRefused>
  /** One past the last event of it. */
  readonly head: Position
}

export class Pipeline extends Context.Service<
  Pipeline,
  {
    /** Takes a batch, or fails at once when the queue is full: for senders who can come again. */
    readonly offer: (
      inputs: ReadonlyArray<Input>,
    ) => Effect.Effect<Ingested, QueueFull | LogUnavailable>
    /** The same, but waits for room: for files. */
    readonly submit: (inputs: ReadonlyArray<Input>) => Effect.Effect<Ingested, LogUnavailable>
    /**
     * Decides on a command. The positions are those of its events; none when it was so already. `by`: the account
     * that gives it, or `local` for who sits at the machine; where it is an account, that is recorded too.
     */
    readonly execute: (
      command: Command,
      by?: string,
    ) => Effect.Effect<ReadonlyArray<Position>, CommandRefused | LogUnavailable>
    /** Appends facts and outcomes that need no decision (deliveries, a demo's reports). */
    readonly record: (events: ReadonlyArray<NewEvent>) => Effect.Effect<Position, LogUnavailable>
    /**
     * Decides on a step of a downlink. `because`: events recorded with it, as its causes (an answer's delivery). One
     * past the last event of it: none may follow from it. For `core/network` alone; no command leads here.
     */
    readonly downlink: (
      step: Step,
      because?: ReadonlyArray<NewEvent>,
    ) => Effect.Effect<Position, LogUnavailable>
    /** Decides on what a station offers or presents, or on time passing for all of them. */
    readonly attest: (
      step: AttestationStep,
    ) => Effect.Effect<Attested, CommandRefused | LogUnavailable>
    /** Inputs waiting now. */
    readonly waiting: Effect.Effect<number>
  }
>()("sigtwin/core/ingest/Pipeline") {}
