/** A message at one instant: its verdict, who heard which of its transmissions, where it went. */
import type { Standing as StationStanding } from "../../../core/event/attestation.ts"
import type { Recorded } from "../../../core/event/Envelope.ts"
import { genuineCells } from "../../../projections/tally/genuine.ts"
import { linkQuality } from "../../../core/frame/linkQuality.ts"
import * as Tally from "../../../projections/tally/Tally.ts"
import { rowOf } from "../../../projections/chain/EventRow.ts"
import type { Fact } from "../../api/EntityState.ts"
import { type Along, pathOf } from "./pathOf.ts"
import { receptionsOf } from "./receptionsOf.ts"
import { at, count, dBm, fact, factIf, parts, type Standing, table, type Told } from "./facts.ts"

/** What the states do not hold of a message. */
export interface Beside extends Along {
  /** Its plain payload as hex; undefined where it has none or its key was destroyed. */
  readonly payloadHex: string | undefined
  /** Of the device's registration. */
  readonly radioZone: string | null
  /** How its stations stood when they heard it; of some of them, where there are many. */
  readonly standings: ReadonlyMap<string, StationStanding>
}

export const tellMessage = (tally: Tally.Tally, beside: Beside): Told => ({
  ...standing(tally),
  title: Tally.nameOf(tally),
  receptions: receptionsOf(tally, beside.radioZone, beside.standings),
  path: pathOf(tally, beside),
  tables: [
    ...table("Message", message(tally, beside)),
    ...table("Receptions", receptions(tally, beside.standings)),
    ...table("Deliveries", beside.deliveries.map(delivery)),
  ],
})

export const standing = (tally: Tally.Tally): Standing => {
  const { reported, verdict } = tally
  const stations = count(Tally.stationsOf(tally).length, "station")
  if (verdict === null)
    return {
      status: reported ? "reported" : "heard",
      tone: reported ? "ok" : "plain",
      summary: reported
        ? `${tally.source} reported it with ${stations}; the twin checked nothing of it.`
        : `Heard by ${stations}, not decided on.`,
      because: tally.firstAt,
    }
  const warned = verdict.warning !== null && verdict.warning !== "first"
  return verdict.accepted
    ? {
        status: "accepted",
        tone: warned ? "suspicious" : "ok",
        summary: `Accepted under policy ${verdict.policy}, heard by ${stations}${warned ? `, with a warning: ${verdict.warning}` : ""}.`,
        because: verdict.position,
      }
    : {
        status: "refused",
        tone: "refused",
        summary: `Refused under policy ${verdict.policy}: ${verdict.reason ?? "no reason"}.`,
        because: verdict.position,
      }
}

const message = (tally: Tally.Tally, { payloadHex, radioZone }: Beside): ReadonlyArray<Fact> => {
  const alone = Tally.aloneAt(tally)
  return [
    fact("device", tally.device, { link: { kind: "device", id: tally.device } }),
    ...factIf("number", tally.seq),
    ...factIf("turn of the counter", tally.epoch),
    ...factIf("named by its source", tally.id),
    fact("source", tally.source),
    fact("checked", tally.reported ? "no, reported by a network" : "yes"),
    fact("first", at(tally.firstMs), { position: tally.firstAt }),
    ...(tally.payloadLength === null
      ? []
      : [
          fact("payload", count(tally.payloadLength, "byte")),
          fact(
            "payloadHex",
            payloadHex ?? "not to be opened: its key is not here or was destroyed",
          ),
        ]),
    ...(tally.verdict?.standing === undefined || tally.verdict.standing === null
      ? []
      : [
          fact("accepted on a station", tally.verdict.standing, {
            position: tally.verdict.position,
            tone: tally.verdict.standing === "refused" ? "refused" : "plain",
          }),
        ]),
    ...(tally.isControl ? [fact("kind", "control")] : []),
    ...factIf("link quality", linkQuality(genuineCells(tally.cells), radioZone)),
    ...factIf("link quality, reported", tally.reportedLqi),
    ...(alone === undefined
      ? []
      : [fact("carried alone by", alone, { link: { kind: "station", id: alone } })]),
  ]
}

const receptions = (
  tally: Tally.Tally,
  standings: Beside["standings"],
  genuine = new Set(genuineCells(tally.cells)),
): ReadonlyArray<Fact> => [
  ...tally.cells.map((cell) =>
    fact(
      cell.station,
      parts(
        cell.rank === null ? "" : `rank ${cell.rank}`,
        cell.repetitions === null ? "" : `${cell.repetitions} of 3`,
        dBm(cell.rssiDbm),
        cell.snrDb === null ? "" : `${cell.snrDb} dB over noise`,
        cell.frequencyHz === null ? "" : `${(cell.frequencyHz / 1e6).toFixed(6)} MHz`,
        `${cell.delayMs >= 0 ? "+" : ""}${cell.delayMs} ms`,
        standings.has(cell.station) ? `station ${standings.get(cell.station)}` : "",
        genuine.has(cell) ? "" : "a fabricated repeat: counts for nothing",
      ),
      {
        tone: standings.get(cell.station) === "refused" ? "refused" : "plain",
        position: cell.position,
        link: { kind: "station", id: cell.station },
      },
    ),
  ),
  ...(tally.cellsOver > 0 ? [fact("and further ones, counted only", tally.cellsOver)] : []),
]

const delivery = (recorded: Recorded): Fact => {
  const row = rowOf(recorded)
  return fact(row.text, parts(row.customer ?? "", row.detail, at(row.recordedMs)), {
    tone: row.tone,
    position: row.position,
    ...(row.customer === undefined ? {} : { link: { kind: "customer", id: row.customer } }),
  })
}
