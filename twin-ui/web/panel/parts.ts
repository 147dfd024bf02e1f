/** Pieces that panels are made of: heading, sections, lines of facts, places in the log. */
import type { FactTable, Reference } from "../../api/EntityState.ts"
import type { Selectable } from "../data/Address.ts"
import { position } from "../model/format.ts"
import { h, type Tree } from "../view/patch.ts"
import type { Does, Scene } from "./Scene.ts"

/** Colour and shape say the same. */
const signs: Readonly<Record<string, string>> = {
  refused: "✕",
  suspicious: "▲",
  good: "○",
  ok: "●",
  plain: "",
}

export const signed = (tone: string, text: string): string => `${signs[tone] ?? ""} ${text}`.trim()

export const kindWords: Readonly<Record<Selectable, string>> = {
  device: "Device",
  station: "Station",
  customer: "Customer",
  message: "Message",
  centre: "Data centre",
  event: "Event",
  incident: "Incident",
}

export interface Head {
  readonly kind: string
  readonly title: string
  readonly status?: string
  readonly tone?: string
}

export const head = ({ kind, status = "", title, tone = "plain" }: Head, does: Does): Tree =>
  h("header", { key: "head" }, [
    h("h2", {}, [
      h("small", {}, [kind]),
      h("span", { class: "what" }, [title]),
      status === "" ? undefined : h("span", { class: `status ${tone}` }, [signed(tone, status)]),
    ]),
    h("button", { class: "close", "aria-label": "close", title: "Close (Esc)" }, ["✕"], does.clear),
  ])

export const summary = (...text: ReadonlyArray<string>): Tree =>
  h("p", { class: "summary" }, [text.filter((each) => each !== "").join(" · ")])

export const quiet = (text: string): Tree => h("p", { class: "quiet" }, [text])

export const section = (title: string, children: ReadonlyArray<Tree | string | undefined>): Tree =>
  h("section", { key: title }, [h("h3", {}, [title]), ...children])

/** A section that opens and closes by its heading. `isOpen` is how it is at first. */
export const fold = (
  { desk, does }: Scene,
  title: string,
  isOpen: boolean,
  children: () => ReadonlyArray<Tree | string | undefined>,
): Tree => {
  const shown = desk.turned.has(title) !== isOpen
  return h("section", { key: title }, [
    h("h3", {}, [
      h("button", { class: "fold", "aria-expanded": shown ? "true" : "false" }, [title], () =>
        does.turn(title),
      ),
    ]),
    ...(shown ? children() : []),
  ])
}

export interface Row {
  readonly label: string
  readonly value: string
  readonly tone?: string | undefined
  readonly at?: number | undefined
  readonly click?: (() => void) | undefined
}

export const rows = (all: ReadonlyArray<Row>, does: Does): Tree =>
  h(
    "dl",
    { class: "facts" },
    all.flatMap(({ at, click, label, tone, value }) => [
      h("dt", {}, [label]),
      h("dd", { class: tone }, [
        click === undefined ? value : h("button", { class: "link" }, [value], click),
        at === undefined ? undefined : place(at, does),
      ]),
    ]),
  )

/** A position that opens its event. */
export const place = (at: number, does: Does): Tree =>
  h("button", { class: "at", title: "open this event" }, [position(at)], () =>
    does.select("event", String(at)),
  )

/** An instant that opens its event. */
export const moment = (text: string, at: number, does: Does): Tree =>
  h("button", { class: "moment", title: `open event ${position(at)}` }, [text], () =>
    does.select("event", String(at)),
  )

export const link = (kind: Selectable, id: string, does: Does, text = id): Tree =>
  h("button", { class: "link", title: `open ${kindWords[kind].toLowerCase()} ${id}` }, [text], () =>
    does.select(kind, id),
  )

export const factRows = ({ facts }: FactTable, does: Does): ReadonlyArray<Row> =>
  facts.map(({ label, link: to, position: at, tone, value }) => ({
    label,
    value,
    tone,
    at,
    click: to === undefined ? undefined : () => follow(to, does),
  }))

export const factTable = (table: FactTable, does: Does): Tree => rows(factRows(table, does), does)

const follow = ({ id, kind }: Reference, does: Does): void => does.select(kind, id)

export interface Column {
  readonly title: string
  /** Numbers stand at the right. */
  readonly isNumber?: boolean
}

export interface Line {
  readonly key: string | number
  readonly tone?: string | undefined
  readonly cells: ReadonlyArray<Tree | string>
}

/** A table whose columns align. */
export const grid = (
  name: string,
  columns: ReadonlyArray<Column>,
  lines: ReadonlyArray<Line>,
): Tree =>
  h("table", { class: "grid", "aria-label": name }, [
    h("thead", {}, [
      h(
        "tr",
        {},
        columns.map(({ isNumber, title }) =>
          h("th", { scope: "col", class: isNumber === true ? "number" : undefined }, [title]),
        ),
      ),
    ]),
    h(
      "tbody",
      {},
      lines.map(({ cells, key, tone }) =>
        h(
          "tr",
          { key, class: tone },
          cells.map((cell, i) =>
            h("td", { class: columns[i]?.isNumber === true ? "number" : undefined }, [cell]),
          ),
        ),
      ),
    ),
  ])

/** One of a few, as a row of buttons. */
export const choice = (
  name: string,
  all: ReadonlyArray<{
    readonly text: string
    readonly isChosen: boolean
    readonly choose: () => void
  }>,
): Tree =>
  h(
    "span",
    { class: "choice", role: "radiogroup", "aria-label": name },
    all.map(({ choose, isChosen, text }) =>
      h(
        "button",
        { key: text, type: "button", role: "radio", "aria-checked": isChosen ? "true" : "false" },
        [text],
        choose,
      ),
    ),
  )

/** Adds something to the case that is open. */
export const keep = (
  { desk, does }: Scene,
  what: Readonly<Record<string, unknown>>,
): { readonly text: string; readonly title: string; readonly click: () => void } => ({
  text: desk.case === "" ? "Keep in a case …" : `Keep in ${desk.case}`,
  title: "Cases are kept beside the log, with notes",
  click: () => {
    if (desk.case === "") {
      does.clear()
      does.tab("cases")
    } else
      does.order({
        what: `kept in ${desk.case}`,
        method: "POST",
        path: `/api/cases/${encodeURIComponent(desk.case)}/entries`,
        body: what,
      })
  },
})

export const actions = (
  all: ReadonlyArray<
    { readonly text: string; readonly title?: string; readonly click: () => void } | undefined
  >,
): Tree =>
  h(
    "p",
    { class: "actions" },
    all.map((one) =>
      one === undefined
        ? undefined
        : h("button", { type: "button", title: one.title }, [one.text], one.click),
    ),
  )
