/**
 * A condition over the twin's state, as a person writes it: `station("BS-3").trust == "lost"`,
 * `count(messages.refused) > 10`. It is CEL (Common Expression Language): parsed and type-checked, never evaluated as
 * code, without loops, bounded in size.
 *
 * A condition also says which states it looks at, and which events can change its answer: between those it is not
 * asked again. Laws hold that to asking it at every event.
 */
import { type ASTNode, Environment } from "@marcbachmann/cel-js"
import type { Recorded } from "../../core/event/Envelope.ts"
import type { Event } from "../../core/event/Event.ts"
import * as Rejected from "../../core/kernel/Rejected.ts"
import { fieldOf, stationsOf } from "../../core/log/matches.ts"
import * as Anomaly from "../anomaly/Anomaly.ts"
import * as Delivery from "../delivery/Delivery.ts"
import * as Adopted from "../policy/Adopted.ts"
import type * as Traffic from "../traffic/Traffic.ts"
import type { Kind, States } from "./picture.ts"

/** Longest condition, in characters. */
export const lengthMax = 1_000

export interface Condition {
  readonly text: string
  /** States that it looks at. */
  readonly needs: ReadonlyArray<Kind>
  /** What it asks about, once for each time: an `id` where it names one thing, none where it is about all of them. */
  readonly about: ReadonlyArray<About>
  /** Whether an event can change the answer. */
  readonly touches: (recorded: Recorded) => boolean
  /** Whether it holds; the states are those of `needs`. */
  readonly holds: (states: Partial<States>) => boolean
}

export interface About {
  readonly kind: Kind
  readonly id: string | undefined
}

/** What there is to ask about, for help texts. */
export const vocabulary: ReadonlyArray<readonly [form: string, members: string]> = [
  ["station(ID)", "trust (attested, lost, not-attested, unknown), receptions, retired"],
  [
    "device(ID)",
    "verdict (accepted, refused, none), reason, accepted, refused, receptions, lastSeq",
  ],
  ["counter(ID)", "last, epoch, wraps, lost, locked, accepted, refused"],
  ["customer(ID)", "owed, delivered, pending, abandoned, failing"],
  ["messages", "accepted, refused, owed, delivered, abandoned, receptions"],
  ["refused(REASON)", "a number"],
  ["findings(KIND)", "a number"],
  ["link(DATA_CENTRE, LINK)", "up or not"],
  ["policy", "version, counterRule"],
]

export const compile = (text: string): Condition | Rejected.Rejected => {
  if (text.length > lengthMax)
    return refused(`${text.length} characters, at most ${lengthMax}`, "length")
  const scope: { states: Partial<States> } = { states: {} }
  const environment = environmentOf(scope)
  const checked = environment.check(text)
  if (!checked.valid) return refused(firstLine(checked.error?.message ?? "unreadable"), "condition")
  if (checked.type !== "bool")
    return refused(`it gives ${checked.type ?? "nothing"}, not true or false`, "condition")
  const program = environment.parse(text)
  const asked = askedIn(program.ast)
  return {
    text,
    needs: [...new Set(asked.map(({ kind }) => kind))],
    about: asked.map(({ id, kind }) => ({ id, kind })),
    touches: ({ event }) => asked.some((one) => one.touches(event)),
    holds: (states) => {
      scope.states = states
      // Checked above to be a bool.
      return program(contextOf(states)) === true
    },
  }
}

const refused = (detail: string, reason: string): Rejected.Rejected =>
  Rejected.make(reason, "condition", detail)

const firstLine = (message: string): string => message.split("\n", 1)[0]

class StationFacts {
  readonly trust: string
  readonly receptions: bigint
  readonly retired: boolean
  constructor(states: Partial<States>, id: string) {
    const station = states.station?.stations.get(id)
    this.trust = station?.trust ?? "unknown"
    this.receptions = BigInt(station?.receptions ?? 0)
    this.retired = station?.retired ?? false
  }
}

class DeviceFacts {
  readonly verdict: string
  readonly reason: string
  readonly accepted: bigint
  readonly refused: bigint
  readonly receptions: bigint
  readonly lastSeq: bigint
  constructor(states: Partial<States>, id: string) {
    const device = states.device?.devices.get(id)
    const verdict = device?.verdict
    this.verdict = verdict == null ? "none" : verdict.accepted ? "accepted" : "refused"
    this.reason = verdict?.reason ?? ""
    this.accepted = BigInt(device?.accepted ?? 0)
    this.refused = BigInt(device?.refused ?? 0)
    this.receptions = BigInt(device?.receptions ?? 0)
    this.lastSeq = BigInt(device?.lastSeq ?? -1)
  }
}

class CounterFacts {
  readonly last: bigint
  readonly epoch: bigint
  readonly wraps: bigint
  readonly lost: bigint
  readonly locked: boolean
  readonly accepted: bigint
  readonly refused: bigint
  constructor(states: Partial<States>, id: string) {
    const checked = states.counter?.devices.get(id)?.checked
    this.last = BigInt(checked?.window.last ?? -1)
    this.epoch = BigInt(checked?.window.epoch ?? 0)
    this.wraps = BigInt(checked?.wraps ?? 0)
    this.lost = BigInt(checked?.lost ?? 0)
    this.locked = checked?.window.locked ?? false
    this.accepted = BigInt(checked?.accepted ?? 0)
    this.refused = BigInt(checked?.refused ?? 0)
  }
}

class CustomerFacts {
  readonly owed: bigint
  readonly delivered: bigint
  readonly pending: bigint
  readonly abandoned: bigint
  readonly failing: boolean
  constructor(states: Partial<States>, id: string) {
    const ledgers = states.delivery === undefined ? [] : Delivery.ledgersOf(states.delivery, id)
    const sums = Delivery.sums(ledgers)
    this.owed = BigInt(sums.owed)
    this.delivered = BigInt(sums.delivered)
    this.pending = BigInt(sums.pending)
    this.abandoned = BigInt(sums.abandoned)
    this.failing = ledgers.some(({ counters }) => counters.failingSinceMs !== null)
  }
}

const environmentOf = (scope: { readonly states: Partial<States> }): Environment =>
  new Environment({ limits: { maxAstNodes: 300, maxDepth: 30, maxListElements: 50 } })
    .registerType("Station", {
      ctor: StationFacts,
      fields: { trust: "string", receptions: "int", retired: "bool" },
    })
    .registerType("Device", {
      ctor: DeviceFacts,
      fields: {
        verdict: "string",
        reason: "string",
        accepted: "int",
        refused: "int",
        receptions: "int",
        lastSeq: "int",
      },
    })
    .registerType("Counter", {
      ctor: CounterFacts,
      fields: {
        last: "int",
        epoch: "int",
        wraps: "int",
        lost: "int",
        locked: "bool",
        accepted: "int",
        refused: "int",
      },
    })
    .registerType("Customer", {
      ctor: CustomerFacts,
      fields: {
        owed: "int",
        delivered: "int",
        pending: "int",
        abandoned: "int",
        failing: "bool",
      },
    })
    .registerFunction(
      "station(string): Station",
      (id: string) => new StationFacts(scope.states, id),
    )
    .registerFunction("device(string): Device", (id: string) => new DeviceFacts(scope.states, id))
    .registerFunction(
      "counter(string): Counter",
      (id: string) => new CounterFacts(scope.states, id),
    )
    .registerFunction(
      "customer(string): Customer",
      (id: string) => new CustomerFacts(scope.states, id),
    )
    .registerFunction("count(int): int", (n: bigint) => n)
    .registerFunction("refused(string): int", (reason: string) =>
      BigInt(scope.states.counts?.refusedFor[reason] ?? 0),
    )
    .registerFunction("findings(string): int", (kind: string) =>
      BigInt(
        scope.states.finding === undefined
          ? 0
          : Anomaly.findings(scope.states.finding).filter((found) => found.kind === kind).length,
      ),
    )
    .registerFunction("link(string, string): bool", (centre: string, name: string) =>
      isUp(scope.states, centre, name),
    )
    .registerVariable({
      name: "messages",
      schema: {
        accepted: "int",
        refused: "int",
        owed: "int",
        delivered: "int",
        abandoned: "int",
        receptions: "int",
      },
    })
    .registerVariable({ name: "policy", schema: { version: "int", counterRule: "string" } })

const isUp = ({ core }: Partial<States>, centre: string, name: string): boolean =>
  core?.dataCentres.get(centre)?.links.find(({ link }) => link === name)?.up ?? false

const contextOf = ({ counts, policy }: Partial<States>) => ({
  ...(counts === undefined ? {} : { messages: messagesOf(counts) }),
  ...(policy === undefined ? {} : { policy: policyOf(policy) }),
})

const messagesOf = (state: Traffic.State) => {
  const { abandoned, accepted, delivered, frames, owed, refused: no } = state.counts
  return {
    accepted: BigInt(accepted),
    refused: BigInt(no),
    owed: BigInt(owed),
    delivered: BigInt(delivered),
    abandoned: BigInt(abandoned),
    receptions: BigInt(frames),
  }
}

const policyOf = (state: Adopted.State) => {
  const { policy, version } = Adopted.current(state)
  return { version: BigInt(version), counterRule: policy.counterRule }
}

interface Asked extends About {
  readonly touches: (event: Event) => boolean
}

const always = (): boolean => true

/** Functions by name: the state they look at, and what of the log can change it for this thing. */
const functions: Readonly<
  Record<string, readonly [Kind, (event: Event, id: string) => boolean] | undefined>
> = {
  station: ["station", (event, id) => stationsOf(event).includes(id)],
  device: ["device", (event, id) => fieldOf(event, "device") === id],
  counter: ["counter", (event, id) => fieldOf(event, "device") === id],
  customer: ["delivery", (event, id) => fieldOf(event, "customer") === id],
  refused: ["counts", (event) => event._tag === "MessageRefused"],
  // A message is over when time has passed: any event may show it.
  findings: ["finding", always],
  link: ["core", (event) => event._tag === "LinkReported" || event._tag === "DataCentreOpened"],
}

const variables: Readonly<Record<string, Asked | undefined>> = {
  policy: { kind: "policy", id: undefined, touches: (event) => event._tag === "PolicyAdopted" },
}

/** Events that each count of messages counts. */
const messageKinds: Readonly<Record<string, ReadonlyArray<string> | undefined>> = {
  accepted: ["MessageAccepted"],
  refused: ["MessageRefused"],
  owed: ["DeliveryOwed"],
  delivered: ["DeliverySucceeded"],
  abandoned: ["DeliveryAbandoned"],
  receptions: ["FrameHeard", "BytesHeard"],
}

/** What an expression asks, wherever it stands in it. */
const askedIn = (root: ASTNode): ReadonlyArray<Asked> => {
  const asked: Array<Asked> = []
  const walk = (part: unknown): void => {
    if (Array.isArray(part)) return part.forEach(walk)
    if (!isNode(part)) return
    if (part.op === "." && part.args[0].op === "id" && part.args[0].args === "messages") {
      const tags = messageKinds[part.args[1]] ?? []
      asked.push({ kind: "counts", id: undefined, touches: ({ _tag }) => tags.includes(_tag) })
      return
    }
    if (part.op === "id") {
      const variable = variables[part.args]
      if (variable !== undefined) asked.push(variable)
    }
    if (part.op === "call") {
      const [name, args] = part.args
      const known = functions[name]
      if (known !== undefined) asked.push(askedOf(known, args))
    }
    walk(part.args)
  }
  walk(root)
  return asked
}

const askedOf = (
  [kind, touches]: readonly [Kind, (event: Event, id: string) => boolean],
  args: ReadonlyArray<ASTNode>,
): Asked => {
  const id = args[0]?.op === "value" ? args[0].args : undefined
  // Of a thing that is itself computed, anything may change the answer.
  return typeof id === "string"
    ? { kind, id, touches: (event) => touches(event, id) }
    : { kind, id: undefined, touches: always }
}

const isNode = (part: unknown): part is ASTNode =>
  typeof part === "object" && part !== null && "op" in part && "args" in part
