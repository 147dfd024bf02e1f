/**
 * One device, station, customer or message as of now or any instant, with its reasons and latest events.
 */
import * as Effect from "effect/Effect"
import type { Target } from "../../core/decide/Firewall.ts"
import type { Position } from "../../core/event/Envelope.ts"
import { CustomerId, DeviceId, StationId } from "../../core/event/ids.ts"
import { Vault } from "../../core/keys/Vault.ts"
import type { Filter, LogUnavailable } from "../../core/log/EventLog.ts"
import { rowOf, type EventRow } from "../../projections/chain/EventRow.ts"
import * as Anomaly from "../../projections/anomaly/Anomaly.ts"
import type { Finding } from "../../projections/anomaly/Finding.ts"
import * as Delivery from "../../projections/delivery/Delivery.ts"
import * as Device from "../../projections/device/Device.ts"
import * as Downlinks from "../../projections/downlink/Downlinks.ts"
import * as Firewall from "../../projections/firewall/Firewall.ts"
import * as Integrity from "../../projections/integrity/Integrity.ts"
import * as Replay from "../../projections/replay/Replay.ts"
import * as Schemes from "../../projections/payload/Schemes.ts"
import * as Tallies from "../../projections/tally/Tallies.ts"
import * as Tally from "../../projections/tally/Tally.ts"
import { type EntityKind, EntityState, findingsOfOneMax, latestMax } from "../api/EntityState.ts"
import { blockedBy } from "./entity/blockedBy.ts"
import type { Told } from "./entity/facts.ts"
import { tellCustomer } from "./entity/tellCustomer.ts"
import { tellDevice } from "./entity/tellDevice.ts"
import { tellMessage } from "./entity/tellMessage.ts"
import { tellStation } from "./entity/tellStation.ts"
import * as Findings from "./findings.ts"
import { findMessage } from "./findMessage.ts"
import * as MessageName from "./MessageName.ts"
import * as Parameter from "./Parameter.ts"
import * as Problem from "./Problem.ts"
import { asOf, now } from "./asOf.ts"
import type { Moment, Reading } from "./Reading.ts"
import * as Route from "./Route.ts"
import { standingsOf } from "./standings.ts"
import { messageHexOf } from "./unsealed.ts"
import * as Viewer from "./Viewer.ts"

/** Deliveries, and downlinks, of a device looked through for those of one message. */
export const followingMax = 5_000

/** What is told of a thing, and what the twin thinks of it. */
interface Thought extends Told {
  readonly thoughts?: ReadonlyArray<Finding>
}

const about = (path: `/${string}`, operation: string, summary: string, description: string) =>
  ({
    method: "GET",
    path,
    operation,
    tag: "state",
    access: "api",
    filtered: true,
    summary,
    query: asOf,
    answers: { 200: { description, contentType: "application/json", schema: EntityState } },
    problems: ["bad-request", "not-there", "log-unavailable", "projection-stopped"],
  }) as const

export const make = (reading: Reading) =>
  Effect.map(Vault, (vault) => {
    const device = Route.make({
      ...about(
        "/api/devices/:id",
        "getDevice",
        "One device, with reasons and latest events",
        "The device.",
      ),
      params: { id: Parameter.device },
      handle: ({ params: { id }, query }) =>
        Effect.gen(function* () {
          const viewer = yield* requireSight("device", id, { device: id })
          const moment = yield* reading.momentOf(query.at, query.clock)
          const states = {
            device: yield* reading.state(Device.projection, moment),
            replay: yield* reading.state(Replay.projection, moment),
            tally: yield* reading.state(Tallies.projection, moment),
            downlink: yield* reading.state(Downlinks.projection, moment),
            payload: yield* reading.state(Schemes.projection, moment),
          }
          const told = tellDevice({ states, occurredMs: moment.occurredMs }, id)
          if (told === undefined) {
            const live = yield* reading.state(
              Device.projection,
              yield* reading.momentOf(now.at, now.clock),
            )
            return yield* notThere(reading, "device", id, firstOfDevice(live, id))
          }
          const thoughts = Anomaly.ofDevice(yield* reading.state(Anomaly.projection, moment), id)
          return yield* tell(viewer, "device", id, { ...told, thoughts }, moment, {
            device: DeviceId.make(id),
          })
        }),
    })

    const station = Route.make({
      ...about(
        "/api/stations/:id",
        "getStation",
        "One station, with reasons and latest events",
        "The station.",
      ),
      params: { id: Parameter.station },
      handle: ({ params: { id }, query }) =>
        Effect.gen(function* () {
          const viewer = yield* requireSight("station", id, { station: id })
          const moment = yield* reading.momentOf(query.at, query.clock)
          const integrity = yield* reading.state(Integrity.projection, moment)
          const evidenceAt = Integrity.find(integrity, id)?.attested?.quotes[0]?.evidenceAt
          const presented =
            evidenceAt === undefined ? undefined : (yield* reading.event(evidenceAt))?.event
          const told = tellStation({ states: { integrity } }, id, {
            evidence: presented?._tag === "EvidencePresented" ? presented.evidence : undefined,
            atMs: moment.occurredMs,
          })
          if (told === undefined) {
            const live = yield* reading.state(
              Integrity.projection,
              yield* reading.momentOf(now.at, now.clock),
            )
            const first = Integrity.find(live, id)?.enrolment?.position
            return yield* notThere(reading, "station", id, first)
          }
          const thoughts = Anomaly.ofStation(yield* reading.state(Anomaly.projection, moment), id)
          return yield* tell(viewer, "station", id, { ...told, thoughts }, moment, {
            station: StationId.make(id),
          })
        }),
    })

    const customer = Route.make({
      ...about(
        "/api/customers/:id",
        "getCustomer",
        "One customer, with ledgers and latest events",
        "The customer.",
      ),
      params: { id: Parameter.id("Customer.") },
      handle: ({ params: { id }, query }) =>
        Effect.gen(function* () {
          const viewer = yield* requireSight("customer", id, { customer: id })
          const moment = yield* reading.momentOf(query.at, query.clock)
          const states = {
            delivery: yield* reading.state(Delivery.projection, moment),
            device: yield* reading.state(Device.projection, moment),
          }
          const told = tellCustomer({ states }, id)
          if (told === undefined) {
            const live = yield* reading.state(
              Delivery.projection,
              yield* reading.momentOf(now.at, now.clock),
            )
            return yield* notThere(
              reading,
              "customer",
              id,
              Delivery.findCustomer(live, id)?.registered,
            )
          }
          return yield* tell(viewer, "customer", id, told, moment, {
            customer: CustomerId.make(id),
          })
        }),
    })

    const message = Route.make({
      ...about(
        "/api/messages/:id",
        "getMessage",
        "One message, with its receptions and deliveries",
        "The message. `payloadHex` is among its facts where it can be opened.",
      ),
      params: { id: MessageName.parameter },
      handle: ({ params: { id: name }, query }) =>
        Effect.gen(function* () {
          const viewer = yield* Viewer.Viewer
          const moment = yield* reading.momentOf(query.at, query.clock)
          const recent = yield* reading.state(Tallies.projection, moment)
          const tally = yield* findMessage(reading, recent, name, moment)
          if (tally === undefined || !viewer.mayOn("read", { device: tally.device }))
            return yield* notThere(reading, "message", name.text, undefined)
          const first = yield* reading.event(tally.firstAt)
          const deliveries = (yield* deliveriesOf(reading, tally, moment)).filter((recorded) =>
            Viewer.seesEvent(viewer, recorded),
          )
          const known = Device.find(yield* reading.state(Device.projection, moment), tally.device)
          const schemes = yield* reading.state(Schemes.projection, moment)
          const told = tellMessage(tally, {
            payloadHex:
              first === undefined || !viewer.seesPayload(tally.device)
                ? undefined
                : messageHexOf(
                    vault,
                    first.event,
                    Schemes.adoptionsOf(schemes, tally.device),
                    tally.verdict?.accepted === true && tally.epoch !== null
                      ? { epoch: tally.epoch, position: tally.verdict.position }
                      : undefined,
                  ),
            radioZone: known?.registration?.radioZone ?? null,
            standings: yield* standingsOf(reading, tally),
            deliveries: deliveries.toReversed(),
            verdict:
              tally.verdict === null ? undefined : yield* reading.event(tally.verdict.position),
            downlinks: (yield* downlinksOf(reading, tally, moment))
              .filter((recorded) => Viewer.seesEvent(viewer, recorded))
              .toReversed(),
          })
          const positions = [
            ...deliveries.map(({ position }) => position),
            ...(tally.verdict === null ? [] : [tally.verdict.position]),
            ...tally.cells.map(({ position }) => position),
            tally.firstAt,
          ]
          const latest = yield* rowsAt(viewer, reading, positions)
          const anomaly = yield* reading.state(Anomaly.projection, moment)
          const thoughts = Anomaly.ofDevice(anomaly, tally.device).filter(
            (finding) => finding.message === `${tally.device}:${tally.seq}`,
          )
          return yield* answer(
            viewer,
            "message",
            Tally.nameOf(tally),
            { ...told, thoughts },
            moment,
            latest,
          )
        }),
    })

    const answer = Effect.fnUntraced(function* (
      viewer: Viewer.Viewer,
      kind: EntityKind,
      id: string,
      {
        because,
        measured,
        path,
        receptions,
        status,
        summary,
        tables,
        thoughts = [],
        title,
        tone,
      }: Thought,
      moment: Moment,
      latest: ReadonlyArray<EventRow>,
    ) {
      const why = because === null ? [] : yield* reading.why(viewer, because)
      return Route.answer(EntityState, {
        kind,
        id,
        title,
        status,
        tone,
        summary,
        position: moment.to - 1,
        occurredMs: moment.occurredMs,
        ...(thoughts.length === 0
          ? {}
          : { findings: thoughts.slice(0, findingsOfOneMax).map(Findings.rowOf) }),
        tables,
        why,
        ...(receptions === undefined ? {} : { receptions }),
        ...(path === undefined ? {} : { path }),
        ...(measured === undefined ? {} : { measured }),
        latest,
      })
    })

    const tell = Effect.fnUntraced(function* (
      viewer: Viewer.Viewer,
      kind: EntityKind,
      id: string,
      told: Thought,
      moment: Moment,
      of: Filter & Target,
    ) {
      const firewall = yield* reading.state(Firewall.projection, moment)
      const latest = yield* reading.rows(viewer, { ...of, to: moment.to }, latestMax)
      const block = Firewall.find(firewall, of)
      const all = block === undefined ? told : { ...told, ...blockedBy(block, told) }
      return yield* answer(viewer, kind, id, all, moment, latest)
    })

    return [device, station, customer, message]
  })

/** Who may not see it is told what they would be told if it were not there. */
const requireSight = Effect.fnUntraced(function* (
  kind: EntityKind,
  id: string,
  thing: Viewer.Thing,
) {
  const viewer = yield* Viewer.Viewer
  if (viewer.mayOn("read", thing)) return viewer
  // Stations of their own messages are known to them by name: that there are others tells nothing.
  if (kind === "station")
    return yield* Viewer.outOfScope(
      `${viewer.name} may not see stations; what heard a device stands in its messages`,
    )
  return yield* Viewer.hidden(`there is no ${kind} ${id}`)
})

/** When it first appears in the log, if it does: so that a reader can go there. */
const notThere = Effect.fnUntraced(function* (
  reading: Reading,
  kind: EntityKind,
  id: string,
  first: Position | undefined,
) {
  const recorded = first === undefined ? undefined : yield* reading.event(first)
  return yield* Problem.make(
    "not-there",
    recorded === undefined
      ? `there is no ${kind} ${id}`
      : `there is no ${kind} ${id} at that instant: it begins at position ${recorded.position}`,
    {
      where: "path.id",
      ...(recorded === undefined
        ? {}
        : { more: { existsFrom: { position: recorded.position, ms: recorded.occurredMs } } }),
    },
  )
})

const firstOfDevice = (state: Device.State, id: string): Position | undefined => {
  const device = Device.find(state, id)
  return device?.registration?.position ?? device?.recent[0]
}

const deliveriesOf = (reading: Reading, tally: Tally.Tally, moment: Moment) =>
  followingOf(reading, tally, moment, [
    "DeliveryOwed",
    "DeliverySucceeded",
    "DeliveryFailed",
    "DeliveryAbandoned",
    "RedeliveryAsked",
  ])

const downlinksOf = (reading: Reading, tally: Tally.Tally, moment: Moment) =>
  followingOf(reading, tally, moment, [
    "DownlinkAsked",
    "DownlinkScheduled",
    "DownlinkRefused",
    "DownlinkTransmitted",
    "DownlinkNotTransmitted",
    "DownlinkConfirmed",
    "DownlinkUnconfirmed",
  ])

/** What followed of a message, newest first. */
const followingOf = (
  reading: Reading,
  { device, epoch, firstAt, seq }: Tally.Tally,
  { to }: Moment,
  kinds: ReadonlyArray<string>,
) =>
  seq === null || epoch === null
    ? Effect.succeed([])
    : Effect.map(reading.newest({ device, kinds, from: firstAt, to }, followingMax), (found) =>
        found.filter(
          ({ event }) =>
            "seq" in event && "epoch" in event && event.seq === seq && event.epoch === epoch,
        ),
      )

const rowsAt = (
  viewer: Viewer.Viewer,
  reading: Reading,
  positions: ReadonlyArray<Position>,
): Effect.Effect<ReadonlyArray<EventRow>, LogUnavailable> =>
  Effect.gen(function* () {
    const rows: Array<EventRow> = []
    const newest = [...new Set(positions)].toSorted((a, b) => b - a).slice(0, latestMax)
    for (const position of newest) {
      const recorded = yield* reading.event(position)
      if (recorded !== undefined && Viewer.seesEvent(viewer, recorded)) rows.push(rowOf(recorded))
    }
    return rows
  })
