/** The accepted messages of a device in the form of API v2 (SIGFOX.md part 6), so that what asked a backend can ask the twin. */
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import type { Recorded } from "../../core/event/Envelope.ts"
import { CustomerId, DestinationId } from "../../core/event/ids.ts"
import { Vault } from "../../core/keys/Vault.ts"
import { EventLog } from "../../core/log/EventLog.ts"
import { type About, tell } from "../../core/network/tell.ts"
import * as Device from "../../projections/device/Device.ts"
import * as Schemes from "../../projections/payload/Schemes.ts"
import { Twin } from "../../projections/run/Twin.ts"
import {
  type DeviceMessage,
  deviceMessagesLimitDefault,
  deviceMessagesLimitMax,
  DeviceMessagesAnswer,
} from "../api/Fetched.ts"
import * as Parameter from "./Parameter.ts"
import * as Route from "./Route.ts"
import * as Viewer from "./Viewer.ts"

/** Latest instant a Date can hold. */
const msMax = 8.64e15

export const make = Effect.gen(function* () {
  const log = yield* EventLog
  const twin = yield* Twin
  const vault = yield* Vault

  const rowOf = Effect.fnUntraced(function* (about: About, recorded: Recorded) {
    const viewer = yield* Viewer.Viewer
    const { causes, event, position, recordedMs } = recorded
    if (event._tag !== "MessageAccepted") return []
    const { device, downlinkAsked, epoch, seq } = event
    // Nobody owes it to anybody: only what a tally tells is wanted.
    const told = yield* tell(log, vault, about, {
      obligation: {
        device,
        seq,
        epoch,
        customer: CustomerId.make("nobody"),
        destination: DestinationId.make("nowhere"),
        notice: "data-advanced",
      },
      owedAt: position,
      owedMs: recordedMs,
      heardAt: causes[0],
      message: undefined,
      attempt: 1,
      nextMs: 0,
      isDoubtful: false,
    })
    const { data, duplicates, lqi } = told?.variables ?? {}
    const heard = Array.isArray(duplicates) ? duplicates.filter(isHeard) : []
    const row: DeviceMessage = {
      device: { id: device },
      time: told?.message?.sentMs ?? recorded.occurredMs,
      ...(typeof data === "string" && viewer.seesPayload(device) ? { data } : {}),
      seqNumber: seq,
      ackRequired: downlinkAsked,
      ...(typeof lqi === "number" ? { lqi } : {}),
      nbFrames: Math.max(1, ...heard.map(({ nbRep }) => nbRep)),
      rinfos: heard.map(rinfoOf),
    }
    return [row]
  })

  const list = Route.make({
    method: "GET",
    path: "/api/devices/:id/messages",
    operation: "listDeviceMessages",
    tag: "state",
    access: "api",
    filtered: true,
    summary: "Give a device's accepted messages as API v2 does, newest first",
    description:
      "`since`, `before`, `limit`, `offset` and `paging.next` are those of API v2. What a network reported stands among the events.",
    params: { id: Parameter.device },
    query: {
      since: Parameter.withDefault(
        Parameter.integer("Heard from this instant on, ms since 1970.", { min: 0, max: msMax }),
        0,
      ),
      before: Parameter.withDefault(
        Parameter.integer("Heard before this instant, ms since 1970.", { min: 0, max: msMax }),
        msMax,
      ),
      limit: Parameter.withDefault(
        Parameter.integer("Messages in the answer.", { min: 1, max: deviceMessagesLimitMax }),
        deviceMessagesLimitDefault,
      ),
      offset: Parameter.withDefault(
        Parameter.integer("Messages to pass over.", { min: 0, max: 100_000 }),
        0,
      ),
    },
    answers: {
      200: {
        description: "Messages.",
        contentType: "application/json",
        schema: DeviceMessagesAnswer,
      },
    },
    problems: ["bad-request", "not-there", "log-unavailable", "projection-stopped"],
    handle: ({ params: { id }, query: { before, limit, offset, since } }) =>
      Effect.gen(function* () {
        const viewer = yield* Viewer.Viewer
        const known = Device.find(yield* twin.state(Device.projection), id)
        if (known === undefined || !viewer.mayOn("read", { device: id }))
          return yield* Viewer.hidden(`there is no device ${id}`)
        const about = {
          group: undefined,
          radioZone: known.registration?.radioZone ?? undefined,
          adoptions: Schemes.adoptionsOf(yield* twin.state(Schemes.projection), id),
          operator: {},
          placeOf: () => undefined,
        }
        const filter = { device: id, kinds: ["MessageAccepted"], fromMs: since, toMs: before }
        // One more than fits says that there is more.
        const found = yield* log
          .query(filter)
          .pipe(
            Stream.flattenIterable,
            Stream.drop(offset),
            Stream.take(limit + 1),
            Stream.runCollect,
          )
        const rows = yield* Effect.forEach(found.slice(0, limit), (each) => rowOf(about, each))
        const next = new URLSearchParams({
          since: String(since),
          before: String(before),
          limit: String(limit),
          offset: String(offset + limit),
        })
        return Route.answer(DeviceMessagesAnswer, {
          data: rows.flat(),
          paging: found.length > limit ? { next: `/api/devices/${id}/messages?${next}` } : {},
        })
      }),
  })

  return [list]
})

interface Heard {
  readonly bsId: string
  readonly nbRep: number
  readonly rssi?: number
  readonly snr?: number
}

const rinfoOf = ({ bsId, nbRep, rssi, snr }: Heard): DeviceMessage["rinfos"][number] => ({
  baseStation: { id: bsId },
  ...(rssi === undefined ? {} : { rssi }),
  ...(snr === undefined ? {} : { snr }),
  rep: nbRep,
})

/** As `tell` makes them. */
const isHeard = (value: unknown): value is Heard =>
  typeof value === "object" && value !== null && "bsId" in value && "nbRep" in value
