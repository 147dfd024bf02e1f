/** A device at one instant: who it is, its counter, who hears it. */
import * as Device from "../../../projections/device/Device.ts"
import * as Downlinks from "../../../projections/downlink/Downlinks.ts"
import * as Schemes from "../../../projections/payload/Schemes.ts"
import * as Replay from "../../../projections/replay/Replay.ts"
import type * as Account from "../../../projections/replay/Account.ts"
import * as Tallies from "../../../projections/tally/Tallies.ts"
import * as Tally from "../../../projections/tally/Tally.ts"
import type { Fact, FactTable } from "../../api/EntityState.ts"
import { at, count, dBm, fact, factIf, parts, type Standing, table, type Told } from "./facts.ts"
import { receptionsOf } from "./receptionsOf.ts"
import type { Scene } from "./States.ts"

export type DeviceScene = Scene<"device" | "replay" | "tally" | "downlink" | "payload">

export const tellDevice = (scene: DeviceScene, id: string): Told | undefined => {
  const device = Device.find(scene.states.device, id)
  if (device === undefined) return tellStranger(scene, id)
  const replay = Replay.find(scene.states.replay, id)
  const [newest] = Tallies.ofDevice(scene.states.tally, id)
  return {
    ...standing(device),
    ...(newest === undefined
      ? {}
      : { receptions: receptionsOf(newest, device.registration?.radioZone ?? null) }),
    title: id,
    tables: [
      ...table("Registration", [...registration(device), ...encryption(scene, id)]),
      ...(replay === undefined
        ? []
        : [
            ...counter(scene, replay, replay.checked, "Counter"),
            ...counter(scene, replay, replay.reported, "Counter, as the network reported it"),
          ]),
      ...table("Heard", heard(device)),
      ...table(
        "Refusals",
        Object.entries(device.refusedFor).map(([reason, n]) =>
          fact(reason, n, { tone: "refused" }),
        ),
      ),
      ...table("Downlinks", downlinks(scene, id)),
      ...table("Latest messages", messages(scene, id)),
    ],
  }
}

/** Worst first: 3 refused, 2 suspicious, 1 accepted or reported, 0 never heard or retired. */
export const severityOf = (device: Device.Device): number => {
  switch (standing(device).tone) {
    case "refused":
      return 3
    case "suspicious":
      return 2
    case "ok":
    case "good":
      return 1
    case "plain":
      return 0
  }
}

export const standing = (device: Device.Device): Standing => {
  const { lastHeardMs, registration, verdict } = device
  if (device.retired)
    return { status: "retired", tone: "plain", summary: "It was retired.", because: last(device) }
  if (verdict !== null && !verdict.accepted)
    return {
      status: "refused",
      tone: "refused",
      summary: `Its last message, number ${verdict.seq}, was refused at ${at(verdict.occurredMs)}: ${verdict.reason ?? "no reason"}.`,
      because: verdict.position,
    }
  if (verdict !== null) {
    // A break alone is no suspicion: bad radio and long silences leave many.
    const isSuspicious = verdict.warning === "unstated-band"
    const warning = verdict.warning === null ? "" : `, with a warning: ${verdict.warning}`
    return {
      status: isSuspicious ? "suspicious" : "accepted",
      tone: isSuspicious ? "suspicious" : "ok",
      summary: `Its last message, number ${verdict.seq}, was accepted at ${at(verdict.occurredMs)}${warning}.`,
      because: verdict.position,
    }
  }
  if (device.reported > 0)
    return {
      status: "reported",
      tone: "ok",
      summary: `A network reported it, last at ${at(lastHeardMs)}; the twin checked nothing of that.`,
      because: last(device),
    }
  return {
    status: registration === null ? "known" : "registered",
    tone: "plain",
    summary: "It was never heard.",
    because: registration?.position ?? last(device),
  }
}

const last = (device: Device.Device): number | null => device.recent.at(-1) ?? null

const registration = (device: Device.Device): ReadonlyArray<Fact> => {
  const { registration: given } = device
  if (given === null) return [fact("registered", "no", { tone: "suspicious" })]
  return [
    fact("registered", "yes", { position: given.position }),
    ...(given.customer === null
      ? []
      : [
          fact("customer", given.customer, {
            link: { kind: "customer", id: given.customer },
          }),
        ]),
    ...factIf("group", given.group),
    ...factIf("radio zone", given.radioZone),
    fact(
      "contract",
      given.contractPerDay === null ? "policy's default" : `${given.contractPerDay} uplinks a day`,
    ),
    fact("counter rolls over at", given.rollover ?? "policy's default"),
    fact("key", given.keyVersion === 0 ? "none" : `version ${given.keyVersion}`),
  ]
}

/** How its payloads are encrypted, where it ever said that they are. */
const encryption = ({ states }: Pick<DeviceScene, "states">, id: string): ReadonlyArray<Fact> => {
  const adopted = Schemes.adoptionsOf(states.payload, id).at(-1)
  if (adopted === undefined) return []
  const { keyVersion, position, scheme } = adopted
  const value = scheme === null ? "no longer encrypted" : `${scheme}, key version ${keyVersion}`
  return [fact("payloads", value, { position })]
}

/** What it was asked to be told, and what became of it, newest first. */
const downlinks = ({ states }: Pick<DeviceScene, "states">, id: string): ReadonlyArray<Fact> => {
  const device = Downlinks.find(states.downlink, id)
  if (device === undefined) return []
  const { asked, askings, confirmed, defaultAt, stray, unconfirmed } = device
  const refused = Object.values(device.refusedFor).reduce((sum, n) => sum + n, 0)
  return [
    fact("default", defaultAt === null ? "none" : "set", { position: defaultAt }),
    fact("asked for", asked),
    fact("confirmed", confirmed),
    ...(unconfirmed === 0 ? [] : [fact("not confirmed", unconfirmed, { tone: "suspicious" })]),
    ...(refused === 0 ? [] : [fact("not answered", refused)]),
    ...(stray === 0
      ? []
      : [fact("confirmed, and not sent by this twin", stray, { tone: "suspicious" })]),
    ...askings
      .toReversed()
      .map(({ because, by, epoch, outcome, reason, seq, station, ...asking }) =>
        fact(
          `${seq}@${epoch}`,
          parts(
            outcome === "refused" ? "not answered" : outcome,
            reason ?? "",
            by === null ? "" : `the ${by}'s answer`,
            station === null ? "" : `by ${station}`,
            dBm(asking.rssiDbm),
            at(asking.askedMs),
          ),
          {
            tone: outcome === "unconfirmed" ? "suspicious" : "plain",
            position: because.at(-1),
            link: { kind: "message", id: `${id}:${seq}@${epoch}` },
          },
        ),
      ),
  ]
}

const counter = (
  { occurredMs, states }: DeviceScene,
  device: Replay.Device,
  account: Account.Account,
  title: string,
): ReadonlyArray<FactTable> => {
  if (account.accepted + account.refused === 0) return []
  const { window } = account
  const expected = Replay.expected(states.replay, device, account, occurredMs)
  const opinion = account.opinions.at(-1)
  return table(title, [
    fact("last number", `${window.last} in turn ${window.epoch}`, { position: opinion?.position }),
    ...(expected === undefined
      ? []
      : [
          fact("takes next", `${expected.from} and up to ${expected.low} further`),
          fact("refuses", `more than ${expected.high} further`),
        ]),
    fact("accepted", account.accepted),
    fact("refused", account.refused, account.refused > 0 ? { tone: "refused" } : {}),
    fact("numbers that never came", account.lost),
    fact("wraps", account.wraps),
    ...(account.repeated > 0 ? [fact("reported again", account.repeated)] : []),
    ...(account.late > 0 ? [fact("came late", account.late)] : []),
  ])
}

const heard = (device: Device.Device): ReadonlyArray<Fact> => [
  fact("last", at(device.lastHeardMs)),
  fact("receptions", device.receptions),
  ...(device.unproved > 0
    ? [fact("of these not proved", device.unproved, { tone: "suspicious" })]
    : []),
  ...(device.reported > 0 ? [fact("reports of messages", device.reported)] : []),
  ...(device.services > 0 ? [fact("service reports", device.services)] : []),
  ...device.stations.map((station) =>
    fact(
      `by ${station.station}`,
      parts(dBm(station.rssiDbm), count(station.receptions, "reception"), at(station.lastMs)),
      { link: { kind: "station", id: station.station } },
    ),
  ),
]

const messages = ({ states }: Pick<DeviceScene, "states">, id: string): ReadonlyArray<Fact> =>
  Tallies.ofDevice(states.tally, id).map((tally) => {
    const name = Tally.nameOf(tally)
    const verdict = tally.verdict
    return fact(
      name,
      parts(
        verdict === null
          ? tally.reported
            ? "reported"
            : "not decided"
          : verdict.accepted
            ? "accepted"
            : `refused: ${verdict.reason}`,
        count(Tally.stationsOf(tally).length, "station"),
        at(tally.firstMs),
      ),
      {
        tone: verdict?.accepted === false ? "refused" : "ok",
        position: verdict?.position ?? tally.firstAt,
        link: { kind: "message", id: name },
      },
    )
  })

/** What claims an id that nobody registered: the little that is kept of it. */
const tellStranger = ({ states }: Pick<DeviceScene, "states">, id: string): Told | undefined => {
  const stranger = states.device.strangers.values.get(id)
  if (stranger === undefined) return undefined
  return {
    title: id,
    status: "stranger",
    tone: "suspicious",
    summary: "Nobody registered it: there is no key to check its frames with.",
    because: stranger.lastPosition,
    tables: table("Heard", [
      fact("receptions", stranger.receptions),
      fact("last", at(stranger.lastMs), { position: stranger.lastPosition }),
      ...(stranger.lastStation === null
        ? []
        : [
            fact("by", stranger.lastStation, {
              link: { kind: "station", id: stranger.lastStation },
            }),
          ]),
    ]),
  }
}
