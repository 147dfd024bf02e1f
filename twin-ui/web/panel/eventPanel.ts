/** One event in full: where and when, what caused it, its fields as they are stored. */
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import { parseDevice } from "../../../core/frame/Frame.ts"
import { heardHex } from "../../../core/frame/heardHex.ts"
import * as Bytes from "../../../core/kernel/Bytes.ts"
import type { EventRow } from "../../../projections/chain/EventRow.ts"
import { EventAnswer } from "../../api/Events.ts"
import { duration, instant, position } from "../model/format.ts"
import { blastOf, blastQuestion } from "./blastSection.ts"
import { latest } from "./eventList.ts"
import { noThing } from "./noAnswer.ts"
import { outcomeOf } from "./outcome.ts"
import { actions, fold, head, keep, type Row, rows, section, summary } from "./parts.ts"
import { answerTo, type Question } from "./Question.ts"
import type { Does, Part } from "./Scene.ts"
import { whyQuestion, whySection } from "./whyTree.ts"

const eventQuestion = (id: string): Question<EventAnswer> => ({
  path: `/api/events/${encodeURIComponent(id)}`,
  schema: EventAnswer,
  instant: "none",
  once: true,
})

export const eventPanel: Part = {
  asks: ({ desk, selection }) =>
    selection === undefined
      ? []
      : [
          eventQuestion(selection.id),
          // Of the event itself: as it is whatever instant is shown.
          { ...whyQuestion("event", selection.id), instant: "none" },
          ...(desk.turned.has("What rests on it") ? [blastQuestion("event", selection.id)] : []),
        ],
  show: (scene) => {
    const { answers, does, selection } = scene
    if (selection === undefined) return []
    const asked = answerTo(answers, eventQuestion(selection.id))
    if (asked?._tag !== "answer") return noThing(scene, selection, asked)
    const { causes, data, revision, row, stream } = asked.answer
    const hex = frameHexIn(data)
    return [
      head(
        { kind: "Event", title: position(row.position), status: row.text, tone: row.tone },
        does,
      ),
      summary(row.detail),
      actions([
        { text: "Go to this instant", click: () => does.seek(row.position) },
        {
          text: "Compare with this",
          title: "Pin this instant: what differs from it is listed and marked",
          click: () => does.pin(row.position),
        },
        keep(scene, { bookmark: row.position, note: `${row.text} ${row.detail}`.trim() }),
        hex === undefined
          ? undefined
          : {
              text: "Take the frame apart",
              click: () => {
                does.clear()
                does.tab(`frame/${hex}`)
              },
            },
      ]),
      outcomeOf(scene),
      section("Where and when", [
        rows(
          [
            { label: "occurred", value: instant(row.occurredMs) },
            { label: "recorded", value: `${instant(row.recordedMs)} (${lateness(row)})` },
            { label: "stream", value: `${stream} · ${revision}` },
            ...references(row, does),
          ],
          does,
        ),
      ]),
      ...(causes.length === 0 ? [] : [latest(causes, does, "Caused by")]),
      whySection(scene, "event", selection.id),
      fold(scene, "What rests on it", false, () => blastOf(scene, "event", selection.id)),
      section("Fields", [
        rows(
          Object.entries(data)
            .filter(([name]) => name !== "_tag")
            .map(([label, value]) => ({ label, value: fieldText(value) })),
          does,
        ),
      ]),
    ]
  },
}

/** Of a frame that was heard, where its payload may be seen. */
const frameHexIn = (data: EventAnswer["data"]): string | undefined => {
  const read = decodeHeard(data)
  if (Result.isFailure(read)) return undefined
  const { device, mac, payloadHex, ...heard } = read.success
  const [number, macBytes, payload] = [
    parseDevice(device),
    Bytes.fromHex(mac),
    Bytes.fromHex(payloadHex),
  ]
  return number === undefined || macBytes === undefined || payload === undefined
    ? undefined
    : heardHex({ ...heard, device: number, mac: macBytes, payload })
}

const decodeHeard = Schema.decodeUnknownResult(
  Schema.Struct({
    frameType: Schema.Int,
    rank: Schema.Literals([1, 2, 3]),
    flags: Schema.Int,
    seq: Schema.Int,
    device: Schema.String,
    mac: Schema.String,
    crc: Schema.Int,
    payloadHex: Schema.String,
  }),
)

const lateness = ({ occurredMs, recordedMs }: EventRow): string =>
  `${duration(Math.abs(recordedMs - occurredMs))} ${recordedMs < occurredMs ? "before" : "later"}`

const references = (row: EventRow, does: Does): ReadonlyArray<Row> =>
  (["device", "station", "customer", "message"] as const).flatMap((kind) => {
    const id = row[kind]
    return id === undefined ? [] : [{ label: kind, value: id, click: () => does.select(kind, id) }]
  })

const fieldText = (value: unknown): string => {
  if (typeof value === "string") return value
  if (typeof value === "object" && value !== null && "digest" in value && "length" in value)
    return `${String(value.length)} bytes, sealed`
  return JSON.stringify(value) ?? ""
}
