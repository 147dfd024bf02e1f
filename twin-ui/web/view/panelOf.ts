/**
 * The panel at the right: the selected thing with its state, reasons and latest events; or the whole network when
 * nothing is selected.
 */
import type { ChainView, Incident } from "../../../projections/chain/ChainView.ts"
import type { EventRow } from "../../../projections/chain/EventRow.ts"
import type { EntityState, FactTable, NotThere, Reference, Why } from "../../api/EntityState.ts"
import { type FindingRow, sureness } from "../../api/Findings.ts"
import type { EventAnswer } from "../../api/Events.ts"
import type { Selectable, Selection } from "../data/Address.ts"
import type { Asked } from "../data/ask.ts"
import type { Detail } from "../data/Detail.ts"
import type { Picture } from "../data/Picture.ts"
import {
  count,
  duration,
  instant,
  minute,
  plural,
  position,
  time,
  timeMs,
} from "../model/format.ts"
import { gravity } from "../model/TimelineMarks.ts"
import { measuredOf } from "./measuredOf.ts"
import { h, type Tree } from "./patch.ts"

export interface Does {
  readonly select: (kind: Selectable, id: string) => void
  readonly clear: () => void
  readonly seek: (at: number) => void
}

export const panelOf = (
  picture: Picture,
  selection: Selection | undefined,
  detail: Detail,
  does: Does,
): ReadonlyArray<Tree> => {
  const { view } = picture
  if (view === undefined) return []
  if (selection === undefined) return networkPanel(picture, view, detail, does)
  if (selection.kind === "centre") return centrePanel(view, selection, does)
  if (selection.kind === "incident") return incidentPanel(view, selection, detail, does)
  if (
    detail._tag === "none" ||
    detail._tag === "earlier" ||
    detail._tag === "asking" ||
    !sameThing(detail.selection, selection)
  )
    return [head(selection.kind, selection.id, "", "plain", does), quiet("Asking …")]
  if (detail.asked._tag !== "answer") return noAnswer(selection, detail.asked, view, does)
  if (detail._tag === "findings") return []
  return detail._tag === "entity" && detail.asked._tag === "answer"
    ? entityPanel(detail.asked.answer, does)
    : detail._tag === "event" && detail.asked._tag === "answer"
      ? eventPanel(detail.asked.answer, does)
      : []
}

const sameThing = (a: Selection, b: Selection): boolean => a.kind === b.kind && a.id === b.id

const signs: Readonly<Record<string, string>> = {
  refused: "✕",
  suspicious: "▲",
  good: "○",
  ok: "●",
  plain: "",
}

const kindWords: Readonly<Record<Selectable, string>> = {
  device: "Device",
  station: "Station",
  customer: "Customer",
  message: "Message",
  centre: "Data centre",
  event: "Event",
  incident: "Incident",
}

const head = (kind: Selectable, title: string, status: string, tone: string, does: Does): Tree =>
  h("header", {}, [
    h("h2", {}, [
      h("small", {}, [kindWords[kind]]),
      h("span", { class: "what" }, [title]),
      status === ""
        ? undefined
        : h("span", { class: `status ${tone}` }, [`${signs[tone] ?? ""} ${status}`.trim()]),
    ]),
    h("button", { class: "close", "aria-label": "close", title: "Close (Esc)" }, ["✕"], does.clear),
  ])

const quiet = (text: string): Tree => h("p", { class: "quiet" }, [text])

const section = (title: string, children: ReadonlyArray<Tree | string | undefined>): Tree =>
  h("section", { key: title }, [h("h3", {}, [title]), ...children])

interface Row {
  readonly label: string
  readonly value: string
  readonly tone?: string | undefined
  readonly at?: number | undefined
  readonly click?: (() => void) | undefined
}

const table = (rows: ReadonlyArray<Row>, does: Does): Tree =>
  h(
    "dl",
    { class: "facts" },
    rows.flatMap(({ label, value, tone, at, click }) => [
      h("dt", {}, [label]),
      h("dd", { class: tone }, [
        click === undefined ? value : h("button", { class: "link" }, [value], click),
        at === undefined ? undefined : place(at, does),
      ]),
    ]),
  )

const place = (at: number, does: Does): Tree =>
  h("button", { class: "at", title: "open this event" }, [position(at)], () =>
    does.select("event", String(at)),
  )

const entityPanel = (state: EntityState, does: Does): ReadonlyArray<Tree> => [
  head(state.kind, state.title, state.status, state.tone, does),
  h("p", { class: "summary" }, [
    state.title === state.id ? state.summary : `${state.id} · ${state.summary}`,
  ]),
  ...thoughtsSection("What the twin thinks", state, (finding) => !finding.benign, does),
  ...(state.why.length === 0 ? [] : [section("Why", [whyList(state.why, does)])]),
  ...measuredOf(state),
  ...state.tables.map((one) => section(one.title, [table(factRows(one, does), does)])),
  ...(state.bars === undefined ? [] : [section(state.bars.title, [barsOf(state.bars)])]),
  latest(state.latest, does),
  ...thoughtsSection("Harmless, as the twin thinks", state, (finding) => finding.benign, does),
]

const thoughtsSection = (
  title: string,
  { findings = [] }: EntityState,
  which: (finding: FindingRow) => boolean,
  does: Does,
): ReadonlyArray<Tree> => {
  const shown = findings.filter(which)
  return shown.length === 0 ? [] : [section(title, [thoughts(shown, does)])]
}

const factRows = ({ facts }: FactTable, does: Does): ReadonlyArray<Row> =>
  facts.map(({ label, value, tone, position: at, link }) => ({
    label,
    value,
    tone,
    at,
    click: link === undefined ? undefined : () => follow(link, does),
  }))

const follow = ({ kind, id }: Reference, does: Does): void => does.select(kind, id)

const whyList = (whys: ReadonlyArray<Why>, does: Does): Tree =>
  h(
    "ul",
    { class: "why" },
    whys.map(({ text, tone, position: at, because }) =>
      h("li", {}, [
        h("span", { class: tone }, [text]),
        at === undefined ? undefined : place(at, does),
        because.length === 0 ? undefined : whyList(because, does),
      ]),
    ),
  )

/** Each finding with how sure it is, its extent, and the facts that speak for it. */
const thoughts = (findings: ReadonlyArray<FindingRow>, does: Does): Tree =>
  h(
    "ul",
    { class: "thoughts" },
    findings.map((finding) => {
      const {
        area,
        benign,
        confidence,
        count: times,
        first,
        id,
        last,
        message,
        tone,
        words,
      } = finding
      const extent =
        last.ms - first.ms < 1000
          ? timeAndDay(first.ms, first.ms)
          : `${timeAndDay(first.ms, first.ms)} to ${timeAndDay(last.ms, first.ms)}`
      return h("li", { key: id, class: benign ? "benign" : "" }, [
        h("span", { class: tone }, [
          `${signs[tone]} ${words}${area === undefined ? "" : ` · ${area}`}`.trim(),
        ]),
        h("small", {}, [
          [sureness(confidence), extent, ...(times > 1 ? [`${count(times)} times`] : [])].join(
            " · ",
          ),
        ]),
        message === undefined
          ? undefined
          : h("button", { class: "link" }, [message], () => does.select("message", message)),
        // What is harmless is shown by its first facts alone.
        factList(benign ? { ...finding, facts: finding.facts.slice(0, 2) } : finding, does),
      ])
    }),
  )

const factList = ({ facts }: FindingRow, does: Does): Tree =>
  h(
    "ul",
    { class: "why" },
    facts.map(({ text, position: at }) => h("li", {}, [h("span", {}, [text]), place(at, does)])),
  )

/** The time, and the day before it where it is another one. */
const timeAndDay = (ms: number, than: number): string =>
  ms !== than && sameDay(ms, than) ? time(ms) : `${minute(ms).slice(0, 10)} ${time(ms)}`

const barsOf = ({ bars, fromMs, toMs }: NonNullable<EntityState["bars"]>): Tree => {
  const most = Math.max(1, ...bars.map(({ value }) => value))
  return h("figure", { class: "bars" }, [
    h(
      "div",
      { role: "img", "aria-label": `${bars.length} bars, at most ${most}` },
      bars.map(({ value, tone }) =>
        h("i", { class: tone, style: `height:${Math.round((value / most) * 100)}%` }),
      ),
    ),
    h("figcaption", {}, [h("span", {}, [minute(fromMs)]), h("span", {}, [minute(toMs)])]),
  ])
}

const latest = (rows: ReadonlyArray<EventRow>, does: Does, title = "Latest events"): Tree =>
  section(title, [
    rows.length === 0
      ? quiet("None yet.")
      : h(
          "ol",
          { class: "events" },
          rows.map((row) =>
            h("li", { key: row.position }, [
              h(
                "button",
                { title: `${position(row.position)} · ${instant(row.occurredMs)}` },
                [
                  h("time", {}, [timeMs(row.occurredMs)]),
                  h("span", { class: `text ${row.tone}` }, [row.text]),
                  h("span", { class: "detail" }, [row.detail]),
                ],
                () => does.select("event", String(row.position)),
              ),
            ]),
          ),
        ),
  ])

const eventPanel = (
  { row, causes, data, stream, revision }: EventAnswer,
  does: Does,
): ReadonlyArray<Tree> => [
  head("event", position(row.position), row.text, row.tone, does),
  h("p", { class: "summary" }, [row.detail]),
  h("p", { class: "actions" }, [
    h("button", {}, ["Go to this instant"], () => does.seek(row.position)),
  ]),
  section("Where and when", [
    table(
      [
        { label: "occurred", value: instant(row.occurredMs) },
        {
          label: "recorded",
          value: `${instant(row.recordedMs)} (${duration(Math.abs(row.recordedMs - row.occurredMs))} ${row.recordedMs < row.occurredMs ? "before" : "later"})`,
        },
        { label: "stream", value: `${stream} · ${revision}` },
        ...references(row, does),
      ],
      does,
    ),
  ]),
  ...(causes.length === 0 ? [] : [latest(causes, does, "Caused by")]),
  section("Fields", [
    table(
      Object.entries(data)
        .filter(([name]) => name !== "_tag")
        .map(([label, value]) => ({ label, value: fieldText(value) })),
      does,
    ),
  ]),
]

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

const centrePanel = (view: ChainView, { id }: Selection, does: Does): ReadonlyArray<Tree> => {
  const centre = view.dataCentres.find((one) => one.id === id)
  if (centre === undefined) return notHere("centre", id, undefined, view, does)
  const down = centre.links.filter(({ up }) => !up)
  const stations = view.stations.filter(({ dataCentre }) => dataCentre === id)
  return [
    head(
      "centre",
      centre.name,
      down.length === 0 ? "all links up" : `${plural(down.length, "link")} down`,
      down.length === 0 ? "good" : "suspicious",
      does,
    ),
    section("Links", [
      table(
        centre.links.map(({ name, up, at, sinceMs }) => ({
          label: name,
          value: `${up ? "up" : "down"}${sinceMs === undefined ? "" : ` since ${minute(sinceMs)}`}`,
          tone: up ? "good" : "suspicious",
          at,
        })),
        does,
      ),
    ]),
    section("Traffic", [
      table(
        [
          { label: "messages", value: `${count(centre.rate)}/min` },
          { label: "stations", value: count(stations.length) },
          {
            label: "of them without trust",
            value: count(stations.filter(({ trust }) => trust === "lost").length),
          },
        ],
        does,
      ),
    ]),
  ]
}

const incidentPanel = (
  view: ChainView,
  { id }: Selection,
  detail: Detail,
  does: Does,
): ReadonlyArray<Tree> => {
  const incident = view.incidents.find((one) => one.id === id)
  if (incident === undefined) return notHere("incident", id, undefined, view, does)
  const finding =
    detail._tag === "findings" && detail.asked._tag === "answer"
      ? detail.asked.answer.findings.find((one) => one.id === id)
      : undefined
  return [
    head(
      "incident",
      incident.label,
      incident.end === undefined ? "going on" : "over",
      incident.tone,
      does,
    ),
    ...(incident.kind === "finding"
      ? [
          h("p", { class: "summary" }, [
            "The twin infers this from the facts below; by itself it refuses nothing.",
          ]),
        ]
      : []),
    section("Extent", [table(incidentRows(incident, does), does)]),
    ...(finding === undefined
      ? []
      : [section("Facts that speak for it", [factList(finding, does)])]),
    h("p", { class: "actions" }, [
      h("button", {}, ["Go to its first moment"], () => does.seek(incident.start.position)),
      incident.found === undefined
        ? undefined
        : h("button", {}, ["Go to where it was found"], () =>
            does.seek(incident.found?.position ?? incident.start.position),
          ),
    ]),
  ]
}

const incidentRows = (incident: Incident, does: Does): ReadonlyArray<Row> => {
  const { confidence, start, end, count: times } = incident
  return [
    ...(confidence === undefined ? [] : [{ label: "the twin is", value: sureness(confidence) }]),
    { label: "from", value: instant(start.ms), at: start.position },
    end === undefined
      ? { label: "to", value: "still going on" }
      : { label: "to", value: instant(end.ms), at: end.position },
    ...(times > 1 ? [{ label: "events", value: count(times) }] : []),
    ...(["device", "station", "customer"] as const).flatMap((kind) => {
      const thing = incident[kind]
      return thing === undefined
        ? []
        : [{ label: kind, value: thing, click: () => does.select(kind, thing) }]
    }),
  ]
}

const incidentsListed = 8

const networkPanel = (
  picture: Picture,
  view: ChainView,
  detail: Detail,
  does: Does,
): ReadonlyArray<Tree> => {
  const { totals, incidents, oldestPending } = view
  const open = incidents.filter(({ end }) => end === undefined)
  const reasons = Object.entries(totals.byReason).toSorted(([, a], [, b]) => b - a)
  const most = Math.max(1, ...reasons.map(([, value]) => value))
  return [
    h("header", {}, [
      h("h2", {}, [
        h("small", {}, ["Network"]),
        h("span", { class: "what" }, [
          view.position < 0
            ? "Nothing to tell yet"
            : open.length === 0
              ? "Nothing is wrong"
              : plural(open.length, "open incident"),
        ]),
      ]),
    ]),
    h("p", { class: "summary" }, [
      "Select a device, station, data centre or customer to see its state and why it is so.",
    ]),
    section("Incidents, open and gravest first", [
      incidents.length === 0
        ? quiet("None so far.")
        : h(
            "ol",
            { class: "incidents" },
            incidents
              .toSorted(byWeight)
              .slice(0, incidentsListed)
              .map((incident) => incidentItem(incident, view.occurredMs, does)),
          ),
      incidents.length > incidentsListed
        ? quiet(`${incidents.length - incidentsListed} older or lighter ones are on the time line.`)
        : undefined,
    ]),
    section("Messages", [
      table(
        [
          {
            label: "receptions",
            value: `${count(totals.receptions)} · ${count(totals.receptionsPerMinute)}/min`,
          },
          {
            label: "accepted",
            value: `${count(totals.accepted)} · ${count(totals.acceptedPerMinute)}/min`,
            tone: "ok",
          },
          {
            label: "refused",
            value: `${count(totals.refused)} · ${count(totals.refusedPerMinute)}/min`,
            tone: totals.refused > 0 ? "refused" : undefined,
          },
          ...(totals.reported > 0
            ? [{ label: "reported, not checked", value: count(totals.reported) }]
            : []),
        ],
        does,
      ),
    ]),
    ...(reasons.length === 0
      ? []
      : [
          section("Refused, by reason", [
            h(
              "ul",
              { class: "reasons" },
              reasons
                .slice(0, 8)
                .map(([reason, value]) =>
                  h("li", { key: reason }, [
                    h("span", {}, [reason]),
                    h("i", { style: `width:${Math.max(2, (value / most) * 100)}%` }),
                    h("b", {}, [count(value)]),
                  ]),
                ),
            ),
          ]),
        ]),
    section("Deliveries", [
      table(
        [
          { label: "delivered", value: count(totals.delivered) },
          {
            label: "pending",
            value: count(totals.pending),
            tone: totals.failing > 0 ? "suspicious" : undefined,
          },
          {
            label: "of them failing",
            value: count(totals.failing),
            tone: totals.failing > 0 ? "suspicious" : undefined,
          },
          {
            label: "given up",
            value: count(totals.abandoned),
            tone: totals.abandoned > 0 ? "refused" : undefined,
          },
          ...(oldestPending === null
            ? []
            : [
                {
                  label: "oldest pending",
                  value: `${oldestPending.message} · ${duration(view.occurredMs - oldestPending.since.ms)}`,
                  click: () => does.select("message", oldestPending.message),
                },
              ]),
        ],
        does,
      ),
    ]),
    latest(notableOf(picture, detail).map(withCustomer), does, "Worth seeing, newest first"),
  ]
}

/** Outside of a customer's own panel its name tells what failed. */
const withCustomer = (row: EventRow): EventRow =>
  row.customer === undefined || row.detail.includes(row.customer)
    ? row
    : { ...row, detail: `${row.customer} · ${row.detail}` }

/** What the steps brought, and what was before them. */
const notableOf = ({ notable }: Picture, detail: Detail): ReadonlyArray<EventRow> => {
  if (detail._tag !== "earlier") return notable
  const oldest = notable.at(-1)?.position ?? Number.POSITIVE_INFINITY
  return [...notable, ...detail.rows.filter(({ position: at }) => at < oldest)]
}

/** What goes on and concerns many first; else the newest. */
const byWeight = (a: Incident, b: Incident): number =>
  weight(b) - weight(a) || b.start.position - a.start.position

const weight = (incident: Incident): number =>
  incident.end === undefined ? 1 + gravity(incident) : 0

const sameDay = (a: number, b: number): boolean => minute(a).slice(0, 10) === minute(b).slice(0, 10)

const incidentItem = (incident: Incident, nowMs: number, does: Does): Tree => {
  const { label, start, end, tone } = incident
  const when =
    incident.confidence !== undefined
      ? `${Math.round(incident.confidence * 100)} %`
      : incident.kind === "refusals" && incident.count === 1
        ? "once"
        : end === undefined
          ? `for ${duration(Math.max(0, nowMs - start.ms))}`
          : duration(end.ms - start.ms)
              .split(" ")
              .slice(0, 2)
              .join(" ")
  return h("li", { key: incident.id, class: end === undefined ? "open" : "" }, [
    h(
      "button",
      { title: label },
      [
        h("span", { class: tone }, [`${signs[tone]} ${label}`]),
        h("small", {}, [
          `${sameDay(start.ms, nowMs) ? minute(start.ms).slice(11) : minute(start.ms).slice(5)} · ${when}`,
        ]),
      ],
      () => does.select("incident", incident.id),
    ),
  ])
}

const noAnswer = (
  selection: Selection,
  asked: Exclude<Asked<unknown>, { readonly _tag: "answer" }>,
  view: ChainView,
  does: Does,
): ReadonlyArray<Tree> => {
  if (asked._tag === "not-there")
    return notHere(selection.kind, selection.id, asked.problem, view, does)
  if (asked._tag === "hidden")
    return [
      head(selection.kind, selection.id, "hidden", "plain", does),
      h("p", { class: "summary" }, [
        "It exists, and you may not see it. Ask whoever gives out permissions here.",
      ]),
    ]
  return [
    head(selection.kind, selection.id, "no answer", "suspicious", does),
    h("p", { class: "summary" }, [`${asked.reason}. It is asked again with the next change.`]),
  ]
}

const notHere = (
  kind: Selectable,
  id: string,
  problem: NotThere | undefined,
  view: ChainView,
  does: Does,
): ReadonlyArray<Tree> => {
  const from = problem?.existsFrom
  const until = problem?.existedUntil
  return [
    head(kind, id, "not there", "plain", does),
    h("p", { class: "summary" }, [
      `There is no ${kindWords[kind].toLowerCase()} ${id} at ${minute(view.occurredMs)}.`,
      from === undefined
        ? problem === undefined
          ? ""
          : ` ${problem.detail}`
        : ` It first appears at ${minute(from.ms)}.`,
      until === undefined ? "" : ` It was last there at ${minute(until.ms)}.`,
    ]),
    h("p", { class: "actions" }, [
      from === undefined
        ? undefined
        : h("button", {}, ["Go to where it begins"], () => does.seek(from.position)),
      until === undefined
        ? undefined
        : h("button", {}, ["Go to where it ends"], () => does.seek(until.position)),
    ]),
  ]
}
