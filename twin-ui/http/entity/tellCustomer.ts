/** A customer at one instant: destinations, and the ledger of each. */
import * as Delivery from "../../../projections/delivery/Delivery.ts"
import * as Latency from "../../../projections/delivery/Latency.ts"
import * as Ledger from "../../../projections/delivery/Ledger.ts"
import * as Device from "../../../projections/device/Device.ts"
import type { Fact, FactTable } from "../../api/EntityState.ts"
import { at, count, fact, factIf, type Standing, table, type Told } from "./facts.ts"
import type { Scene } from "./States.ts"

/** Pending and abandoned obligations shown of one destination; the ledger's counts are of all. */
export const obligationsMax = 10

export const tellCustomer = (
  { states }: Pick<Scene<"delivery" | "device">, "states">,
  id: string,
): Told | undefined => {
  const customer = Delivery.findCustomer(states.delivery, id)
  const ledgers = Delivery.ledgersOf(states.delivery, id)
  if (customer === undefined && ledgers.length === 0) return undefined
  return {
    ...standing(customer, ledgers),
    title: customer?.name ?? id,
    tables: [
      ...table("Registration", [
        fact("registered", customer === undefined ? "no" : "yes", {
          position: customer?.registered,
        }),
        ...factIf("name", customer?.name),
        fact("devices", Device.ofCustomer(states.device, id).length),
      ]),
      ...table(
        "Destinations",
        (customer?.destinations ?? []).map(({ added, destination, loopbackAllowed, url }) =>
          fact(destination, `${url}${loopbackAllowed ? " (this machine, allowed)" : ""}`, {
            position: added,
          }),
        ),
      ),
      ...ledgers.flatMap(ledgerTable),
    ],
  }
}

export const standing = (
  customer: Delivery.Customer | undefined,
  ledgers: ReadonlyArray<Ledger.Ledger>,
): Standing => {
  const sums = Delivery.sums(ledgers)
  const because = customer?.registered ?? null
  if (customer?.retired === true)
    return { status: "retired", tone: "plain", summary: "It was retired.", because }
  const failing = ledgers.find(({ counters }) => counters.failingSinceMs !== null)
  if (failing !== undefined && Ledger.pendingCount(failing) > 0)
    return {
      status: "failing",
      tone: "suspicious",
      summary: `Every attempt at ${failing.destination} failed since ${at(failing.counters.failingSinceMs)} (${failing.counters.lastError ?? "no answer"}); ${count(sums.pending, "message")} pending.`,
      because: Ledger.oldestPending(failing)?.position ?? because,
    }
  if (sums.abandoned > 0)
    return {
      status: "losses",
      tone: "refused",
      summary: `${count(sums.abandoned, "message")} could not be delivered and were given up.`,
      because,
    }
  if (sums.owed === 0)
    return { status: "nothing owed", tone: "plain", summary: "No message was owed to it.", because }
  return sums.pending > 0
    ? {
        status: "pending",
        tone: "ok",
        summary: `${count(sums.pending, "message")} of ${sums.owed} owed on the way.`,
        because,
      }
    : { status: "delivered", tone: "ok", summary: "All that was owed was delivered.", because }
}

const ledgerTable = (ledger: Ledger.Ledger): ReadonlyArray<FactTable> => {
  const { counters } = ledger
  const p95 = Latency.p95Ms(counters.latency)
  return table(`Ledger of ${ledger.destination}`, [
    fact("owed", counters.owed),
    fact("delivered", counters.delivered),
    fact("pending", Ledger.pendingCount(ledger)),
    fact("abandoned", Ledger.abandonedCount(ledger), {
      tone: Ledger.abandonedCount(ledger) > 0 ? "refused" : "plain",
    }),
    fact("failed attempts", counters.failedAttempts),
    ...factIf("95 % within", p95 === undefined ? null : `${p95} ms`),
    fact("last success", at(counters.lastSuccessMs)),
    ...factIf(
      "failing since",
      counters.failingSinceMs === null ? null : at(counters.failingSinceMs),
      { tone: "suspicious" },
    ),
    ...factIf("last error", counters.lastError),
    ...[...ledger.pending.values()].slice(0, obligationsMax).map(pendingFact),
    ...[...ledger.abandoned.values.values()].slice(-obligationsMax).map(abandonedFact),
  ])
}

const pendingFact = (pending: Ledger.Pending): Fact => {
  const id = Ledger.messageName(pending)
  const attempts =
    pending.attempts === 0 ? "not yet tried" : count(pending.attempts, "failed attempt")
  return fact(id, `pending since ${at(pending.owedMs)}, ${attempts}`, {
    position: pending.position,
    tone: pending.attempts > 0 ? "suspicious" : "plain",
    link: { kind: "message", id },
  })
}

const abandonedFact = (abandoned: Ledger.Abandoned): Fact => {
  const id = Ledger.messageName(abandoned)
  return fact(id, `given up after ${count(abandoned.attempts, "attempt")}: ${abandoned.error}`, {
    position: abandoned.position,
    tone: "refused",
    link: { kind: "message", id },
  })
}
