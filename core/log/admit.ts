/**
 * Decides what of a group of appends goes into the next commit, and gives each event its place.
 *
 * Pure: the stores' state is changed by the caller, after the commit succeeded.
 * - Requests are taken in the order they came in; a refused one leaves no trace.
 * - Positions and revisions go on without gaps; `recordedMs` never falls.
 */
import type { Cause, NewEvent, Position, Recorded, StreamId } from "../event/Envelope.ts"
import { noCauses } from "../event/Envelope.ts"
import { type Appended, AppendConflict, RestoreRefused } from "./EventLog.ts"
import type { End } from "./Store.ts"

/**
 * The log itself as a stream, in what an append expects: its revision is its last position. Who decides by all that the log
 * holds expects it, and hears so when another writer came first.
 */
export const wholeLog: StreamId = "$log"

export type Request =
  | {
      readonly _tag: "Append"
      readonly events: ReadonlyArray<NewEvent>
      readonly expected: ReadonlyMap<StreamId, number> | undefined
    }
  | { readonly _tag: "Restore"; readonly events: ReadonlyArray<Recorded> }

export type Answer = Appended | AppendConflict | RestoreRefused

export interface Admitted {
  readonly batch: ReadonlyArray<Recorded>
  /** Revisions of the streams the batch touches, after it. */
  readonly revisions: ReadonlyMap<StreamId, number>
  readonly end: End
  /** One for each request, in their order; good only once the batch is durable. */
  readonly answers: ReadonlyArray<Answer>
}

interface Draft {
  readonly batch: Array<Recorded>
  readonly revisions: Map<StreamId, number>
  readonly revisionOf: (stream: StreamId) => number
  head: Position
  recordedMs: number
}

export const admit = (
  requests: ReadonlyArray<Request>,
  log: {
    readonly end: End
    readonly revision: (stream: StreamId) => number
    readonly nowMs: number
  },
): Admitted => {
  const revisions = new Map<StreamId, number>()
  const draft: Draft = {
    batch: [],
    revisions,
    revisionOf: (stream) =>
      stream === wholeLog ? draft.head - 1 : (revisions.get(stream) ?? log.revision(stream)),
    head: log.end.head,
    recordedMs: log.end.recordedMs,
  }
  const answers = requests.map((request) =>
    request._tag === "Append" ? append(draft, request, log.nowMs) : restore(draft, request.events),
  )
  return {
    batch: draft.batch,
    revisions,
    end: { head: draft.head, recordedMs: draft.recordedMs },
    answers,
  }
}

const append = (
  draft: Draft,
  request: Extract<Request, { _tag: "Append" }>,
  nowMs: number,
): Answer => {
  for (const [stream, expected] of request.expected ?? []) {
    const actual = draft.revisionOf(stream)
    if (actual !== expected) return new AppendConflict({ stream, expected, actual })
  }
  const first = draft.head
  const recordedMs = Math.max(draft.recordedMs, nowMs)
  // A message's receptions come in a row, on one stream: then one look-up serves them all.
  let stream: StreamId | undefined
  let revision = -1
  for (const event of request.events) {
    if (event.stream !== stream) {
      if (stream !== undefined) draft.revisions.set(stream, revision)
      stream = event.stream
      revision = draft.revisionOf(stream)
    }
    revision++
    draft.batch.push({
      position: draft.head++,
      stream: event.stream,
      revision,
      occurredMs: event.occurredMs,
      recordedMs,
      causes: placed(event.causes, first),
      event: event.event,
    })
  }
  if (stream !== undefined) {
    draft.revisions.set(stream, revision)
    draft.recordedMs = recordedMs
  }
  return { first, count: request.events.length, recordedMs }
}

/** Causes named by their place in the append (`-1 - index`) as positions. */
const placed = (causes: ReadonlyArray<Cause>, first: Position): ReadonlyArray<Position> =>
  causes.length === 0 ? noCauses : causes.map((cause) => (cause < 0 ? first + (-1 - cause) : cause))

const restore = (draft: Draft, events: ReadonlyArray<Recorded>): Answer => {
  const first = draft.head
  const wrong = firstThatDoesNotFollow(draft, events)
  if (wrong !== undefined) return new RestoreRefused({ position: wrong.position, head: draft.head })
  for (const recorded of events) {
    draft.revisions.set(recorded.stream, recorded.revision)
    draft.batch.push(recorded)
    draft.head = recorded.position + 1
    draft.recordedMs = recorded.recordedMs
  }
  return { first, count: events.length, recordedMs: draft.recordedMs }
}

/** The first event that could not have been committed where it says it was. */
const firstThatDoesNotFollow = (
  draft: Draft,
  events: ReadonlyArray<Recorded>,
): Recorded | undefined => {
  const revisions = new Map<StreamId, number>()
  let head = draft.head
  let recordedMs = draft.recordedMs
  for (const recorded of events) {
    const revision = (revisions.get(recorded.stream) ?? draft.revisionOf(recorded.stream)) + 1
    const follows =
      recorded.position === head &&
      recorded.revision === revision &&
      recorded.recordedMs >= recordedMs &&
      recorded.causes.every((cause) => cause >= 0 && cause < head)
    if (!follows) return recorded
    revisions.set(recorded.stream, revision)
    head++
    recordedMs = recorded.recordedMs
  }
  return undefined
}
