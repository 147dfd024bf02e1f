/** Nothing is selected: how the whole network is, what is wrong with it, and what was worth seeing. */
import type { ChainView } from "../../../projections/chain/ChainView.ts"
import type { EventRow } from "../../../projections/chain/EventRow.ts"
import { notableKinds } from "../../../projections/chain/stepOf.ts"
import { EventsAnswer } from "../../api/Events.ts"
import { count, duration, plural } from "../model/format.ts"
import { h, type Tree } from "../view/patch.ts"
import { latest } from "./eventList.ts"
import { byWeight, incidentLine } from "./incidentLine.ts"
import { quiet, rows, section, summary } from "./parts.ts"
import { given, type Question } from "./Question.ts"
import type { Part, Scene } from "./Scene.ts"

const earlierMax = 30
const incidentsListed = 8
const reasonsListed = 8

/** What was worth seeing before the picture began; what the steps bring later, the picture keeps. */
const earlierQuestion: Question<EventsAnswer> = {
  path: `/api/events?kind=${[...notableKinds].join(",")}&limit=${earlierMax}`,
  schema: EventsAnswer,
  instant: "before",
  once: true,
}

export const networkPanel: Part = {
  asks: () => [earlierQuestion],
  show: (scene) => {
    const { does, view } = scene
    const { incidents, totals } = view
    return [
      summary(
        "Select a device, station, data centre or customer to see its state and why it is so.",
      ),
      section("Incidents, open and gravest first", [
        incidents.length === 0
          ? quiet("None so far.")
          : h(
              "ol",
              { class: "incidents" },
              incidents
                .toSorted(byWeight)
                .slice(0, incidentsListed)
                .map((incident) => incidentLine(incident, view.occurredMs, does)),
            ),
        incidents.length > incidentsListed
          ? h("button", { class: "link" }, ["All incidents"], () => does.tab("incidents"))
          : undefined,
      ]),
      section("Messages", [
        rows(
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
              value: `${count(totals.refused)}${totals.hidden === undefined ? ` · ${count(totals.refusedPerMinute)}/min` : ""}`,
              tone: totals.refused > 0 ? "refused" : undefined,
            },
            ...(totals.reported > 0
              ? [{ label: "reported, not checked", value: count(totals.reported) }]
              : []),
          ],
          does,
        ),
      ]),
      ...reasonsOf(view),
      deliveriesOf(scene),
      latest(notableOf(scene).map(withCustomer), does, "Worth seeing, newest first"),
    ]
  },
}

/** Its heading, above the tabs. */
export const networkHead = (view: ChainView): Tree => {
  const open = view.incidents.filter(({ end }) => end === undefined)
  return h("header", { key: "head" }, [
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
  ])
}

const reasonsOf = ({ totals }: ChainView): ReadonlyArray<Tree> => {
  const reasons = Object.entries(totals.byReason).toSorted(([, a], [, b]) => b - a)
  const most = Math.max(1, ...reasons.map(([, value]) => value))
  return reasons.length === 0
    ? []
    : [
        section("Refused, by reason", [
          h(
            "ul",
            { class: "reasons" },
            reasons
              .slice(0, reasonsListed)
              .map(([reason, value]) =>
                h("li", { key: reason }, [
                  h("span", {}, [reason]),
                  h("i", { style: `width:${Math.max(2, (value / most) * 100)}%` }),
                  h("b", {}, [count(value)]),
                ]),
              ),
          ),
        ]),
      ]
}

const deliveriesOf = ({ does, view: { occurredMs, oldestPending, totals } }: Scene): Tree =>
  section("Deliveries", [
    rows(
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
                value: `${oldestPending.message} · ${duration(occurredMs - oldestPending.since.ms)}`,
                click: () => does.select("message", oldestPending.message),
              },
            ]),
      ],
      does,
    ),
  ])

/** Outside of a customer's own panel its name tells what failed. */
const withCustomer = (row: EventRow): EventRow =>
  row.customer === undefined || row.detail.includes(row.customer)
    ? row
    : { ...row, detail: `${row.customer} · ${row.detail}` }

/** What the steps brought, and what was before them. */
const notableOf = ({ answers, picture: { notable } }: Scene): ReadonlyArray<EventRow> => {
  const earlier = given(answers, earlierQuestion)?.events ?? []
  const oldest = notable.at(-1)?.position ?? Number.POSITIVE_INFINITY
  return [...notable, ...earlier.filter(({ position: at }) => at < oldest)]
}
