/** Raw events, newest first: of the selected thing or of all, narrowed by words, grouped by message, to be copied. */
import type { EventRow } from "../../../projections/chain/EventRow.ts"
import { EventsAnswer } from "../../api/Events.ts"
import type { Selection } from "../data/Address.ts"
import { count, instant, plural, position } from "../model/format.ts"
import { h, type Tree } from "../view/patch.ts"
import { eventLine } from "./eventList.ts"
import { type Item, itemsOf, kindsIn, soughtIn, window } from "./eventItems.ts"
import { noPart } from "./noAnswer.ts"
import { head, kindWords, quiet } from "./parts.ts"
import { answerTo, type Answers, given, type Question } from "./Question.ts"
import type { Part, Scene, Wish } from "./Scene.ts"

const pageOf = 300
/** Pages loaded at most: the list stays within what a browser holds with ease. */
const pagesMax = 40
/** As in the style sheet, px. */
const lineHeight = 22
const height = 560

const query = (selection: Selection | undefined, kinds: ReadonlyArray<string>): string => {
  const of =
    selection === undefined
      ? []
      : selection.kind === "message"
        ? [`device=${encodeURIComponent(selection.id.split(":", 1)[0])}`]
        : selection.kind === "device" ||
            selection.kind === "station" ||
            selection.kind === "customer"
          ? [`${selection.kind}=${encodeURIComponent(selection.id)}`]
          : []
  return [
    ...of,
    ...(kinds.length === 0 ? [] : [`kind=${kinds.join(",")}`]),
    `limit=${pageOf}`,
  ].join("&")
}

const firstPage = (wish: Wish): Question<EventsAnswer> => ({
  path: `/api/events?${query(wish.selection, kindsIn(wish.desk.sought))}`,
  schema: EventsAnswer,
  instant: "before",
})

/** The first page moves with what is shown; those behind it stay as they are. */
const pagesOf = (wish: Wish, answers: Answers): ReadonlyArray<Question<EventsAnswer>> => {
  const pages = [firstPage(wish)]
  while (pages.length < wish.desk.pages) {
    const next = given(answers, pages[pages.length - 1])?.next
    if (next === undefined) break
    pages.push({
      path: `${pages[0].path}&before=${next}`,
      schema: EventsAnswer,
      instant: "none",
      once: true,
    })
  }
  return pages
}

export const eventsPart: Part = {
  asks: pagesOf,
  show: (scene) => {
    const { answers, desk, does, selection } = scene
    const pages = pagesOf(scene, answers)
    const first = answerTo(answers, pages[0])
    const loaded = rowsOf(pages, answers, selection)
    const rows = soughtIn(loaded, desk.sought)
    const items = itemsOf(rows, desk.turned)
    const more = given(answers, pages[pages.length - 1])?.next !== undefined
    return [
      selection === undefined
        ? undefined
        : head({ kind: kindWords[selection.kind], title: selection.id }, does),
      h("div", { key: "sought", class: "sought" }, [
        h(
          "input",
          {
            type: "search",
            "aria-label": "narrow the events by words, or kind:MessageRefused",
            placeholder: "narrow: refused BS-0012 kind:MessageRefused",
            autocomplete: "off",
            spellcheck: "false",
            value: desk.sought,
          },
          [],
          { input: (sought) => does.change({ sought, top: 0, pages: 1 }) },
        ),
        h(
          "button",
          { type: "button", title: "copy these lines, divided by tabs" },
          ["Copy"],
          () => {
            void navigator.clipboard.writeText(copyOf(rows))
          },
        ),
      ]),
      quiet(
        rows.length === loaded.length
          ? `${count(loaded.length)} loaded`
          : `${count(rows.length)} of ${count(loaded.length)} loaded`,
      ),
      first?._tag === "answer" ? listOf(scene, items) : noPart(first),
      more && pages.length < pagesMax
        ? h("p", { class: "actions" }, [
            h("button", { type: "button" }, ["Load older ones"], () =>
              does.change({ pages: desk.pages + 1 }),
            ),
          ])
        : undefined,
    ].filter((tree) => tree !== undefined)
  },
}

const rowsOf = (
  pages: ReadonlyArray<Question<EventsAnswer>>,
  answers: Answers,
  selection: Selection | undefined,
): ReadonlyArray<EventRow> => {
  const all: Array<EventRow> = []
  // The first page moves on while those behind it stay: what both hold is shown once.
  for (const page of pages)
    for (const row of given(answers, page)?.events ?? [])
      if (all.length === 0 || row.position < all[all.length - 1].position) all.push(row)
  if (selection?.kind !== "message") return all
  const seq = Number(/:(\d+)/.exec(selection.id)?.[1])
  return all.filter((row) => row.seq === seq)
}

const listOf = ({ desk, does }: Scene, items: ReadonlyArray<Item>): Tree => {
  if (items.length === 0) return quiet("None fits.")
  const { from, to } = window(items.length, { height, lineHeight, top: desk.top })
  return h(
    "div",
    {
      key: "list",
      class: "raw events",
      tabindex: 0,
      role: "group",
      "aria-label": `${plural(items.length, "line")} of events`,
      style: `max-height:${height}px`,
    },
    [
      h(
        "ol",
        { style: `height:${items.length * lineHeight}px;padding-top:${from * lineHeight}px` },
        items
          .slice(from, to)
          .map((item) =>
            h("li", { key: item._tag === "event" ? item.row.position : item.key }, [
              item._tag === "event"
                ? h("div", { class: item.isInside ? "inside" : undefined }, [
                    eventLine(item.row, does),
                  ])
                : messageLine(item, () => does.turn(item.key)),
            ]),
          ),
      ),
    ],
    { scroll: (top) => does.change({ top }) },
  )
}

const messageLine = (
  { isOpen, rows }: Extract<Item, { readonly _tag: "message" }>,
  turn: () => void,
): Tree => {
  const [newest] = rows
  const worst =
    rows.find(({ tone }) => tone === "refused") ??
    rows.find(({ tone }) => tone === "suspicious") ??
    rows.find(({ tone }) => tone !== "plain") ??
    newest
  return h(
    "button",
    {
      class: "fold",
      "aria-expanded": isOpen ? "true" : "false",
      title: `${position(rows.at(-1)?.position ?? 0)} to ${position(newest.position)} · ${instant(newest.occurredMs)}`,
    },
    [
      h("time", {}, [instant(newest.occurredMs).slice(11)]),
      h("span", { class: `text ${worst.tone}` }, [worst.text]),
      h("span", { class: "detail" }, [
        `${newest.device ?? ""}:${newest.seq ?? ""} · ${plural(rows.length, "event")}`,
      ]),
    ],
    turn,
  )
}

const copyOf = (rows: ReadonlyArray<EventRow>): string =>
  [
    "position\toccurred\trecorded\tkind\ttext\tdetail",
    ...rows.map((row) =>
      [
        row.position,
        new Date(row.occurredMs).toISOString(),
        new Date(row.recordedMs).toISOString(),
        row.kind,
        row.text,
        row.detail,
      ].join("\t"),
    ),
  ].join("\n")
