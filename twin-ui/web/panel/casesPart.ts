/** Investigations: notes, pinned instants, bookmarks and findings, kept with the log; each leads back to its place. */
import { CaseAnswer, type CaseEvent, CasesAnswer } from "../../api/Cases.ts"
import { count, instant, minute, plural, position } from "../model/format.ts"
import { h, type Tree } from "../view/patch.ts"
import { noPart } from "./noAnswer.ts"
import { outcomeOf } from "./outcome.ts"
import { actions, place, quiet, section } from "./parts.ts"
import { answerTo, type Question } from "./Question.ts"
import type { Part, Scene } from "./Scene.ts"

/** Asked again after each command: cases are beside the log, so no event says that one changed. */
const casesQuestion = (orders: number): Question<CasesAnswer> => ({
  path: `/api/cases#${orders}`,
  schema: CasesAnswer,
  instant: "none",
  once: true,
})

const caseQuestion = (name: string, orders: number): Question<CaseAnswer> => ({
  path: `/api/cases/${encodeURIComponent(name)}#${orders}`,
  schema: CaseAnswer,
  instant: "none",
  once: true,
})

/** Of the tab: `cases/NAME`. */
const openIn = (tab: string): string | undefined => tab.split("/")[1]

export const casesPart: Part = {
  asks: ({ desk, tab }) => {
    const name = openIn(tab)
    return [name === undefined ? casesQuestion(desk.orders) : caseQuestion(name, desk.orders)]
  },
  show: (scene) => {
    const name = openIn(scene.tab)
    return name === undefined ? listOf(scene) : caseOf(scene, name)
  },
}

const listOf = (scene: Scene): ReadonlyArray<Tree> => {
  const { answers, desk, does } = scene
  const asked = answerTo(answers, casesQuestion(desk.orders))
  return [
    h("p", { class: "summary" }, [
      "A case keeps notes, pinned instants, bookmarks and findings beside the log. A capsule hands one on: with its slice of the log, in one signed file.",
    ]),
    outcomeOf(scene),
    asked?._tag !== "answer"
      ? noPart(asked)
      : asked.answer.cases.length === 0
        ? quiet("None is open yet.")
        : h(
            "ol",
            { class: "cards" },
            asked.answer.cases.map(({ case: name, closedMs, entries, openedMs, title }) =>
              h("li", { key: name }, [
                h(
                  "button",
                  { class: "card-head", title: `open case ${name}` },
                  [
                    h("span", {}, [title === "" ? name : title]),
                    h("small", {}, [closedMs === null ? "open" : "closed"]),
                  ],
                  () => {
                    does.change({ case: name })
                    does.tab(`cases/${name}`)
                  },
                ),
                h("small", {}, [
                  `${name} · since ${minute(openedMs)} · ${entries === 1 ? "1 entry" : `${count(entries)} entries`}`,
                ]),
              ]),
            ),
          ),
    section("Open a case", [
      h(
        "form",
        { class: "fields" },
        [
          field("name", "Name", { required: true, maxlength: 48, placeholder: "tuesday" }),
          field("title", "About", { maxlength: 200, placeholder: "BS-0012 lost trust" }),
          h("button", { type: "submit" }, ["Open"]),
        ],
        {
          submit: ({ name = "", title = "" }) => {
            does.change({ case: name })
            does.order({
              what: `case ${name}`,
              method: "POST",
              path: "/api/cases",
              body: { case: name, ...(title === "" ? {} : { title }) },
            })
          },
        },
      ),
    ]),
  ]
}

const caseOf = (scene: Scene, name: string): ReadonlyArray<Tree> => {
  const { answers, desk, does, view } = scene
  const asked = answerTo(answers, caseQuestion(name, desk.orders))
  const back = h("button", { class: "link" }, ["All cases"], () => does.tab("cases"))
  if (asked?._tag !== "answer") return [h("p", { class: "summary" }, [back]), noPart(asked)]
  const { entries } = asked.answer
  const title = entries.find((entry) => entry._tag === "CaseOpened")?.title ?? ""
  const isClosed = entries.some((entry) => entry._tag === "CaseClosed")
  const add = (what: string, body: unknown): void =>
    does.order({
      what,
      method: "POST",
      path: `/api/cases/${encodeURIComponent(name)}/entries`,
      body,
    })
  return [
    h("p", { class: "summary" }, [back]),
    section(title === "" ? name : `${name}: ${title}`, [
      h(
        "ol",
        { class: "entries" },
        entries.map((entry, i) => h("li", { key: i }, entryOf(scene, entry))),
      ),
      quiet(plural(entries.length, "entry", "entries")),
      capsuleOf(name, entries),
    ]),
    outcomeOf(scene),
    ...(isClosed
      ? []
      : [
          h(
            "form",
            { class: "fields", key: `note ${entries.length}` },
            [
              field("note", "Note", { maxlength: 10_000 }),
              h("label", { class: "check" }, [
                h("input", { name: "pin", type: "checkbox", value: "yes" }),
                `on ${position(view.position)}, ${instant(view.occurredMs)}`,
              ]),
              h("button", { type: "submit" }, ["Add"]),
            ],
            {
              submit: ({ note = "", pin }) =>
                add("note", {
                  ...(note === "" ? {} : { note }),
                  ...(pin === "yes" ? { pin: Math.max(0, view.position) } : {}),
                }),
            },
          ),
          actions([
            {
              text: "Close the case",
              click: () =>
                does.order({
                  what: `closing ${name}`,
                  method: "POST",
                  path: `/api/cases/${encodeURIComponent(name)}/close`,
                  body: {},
                }),
            },
          ]),
        ]),
  ]
}

/** A capsule is of what lies around what is pinned. */
const capsuleOf = (name: string, entries: ReadonlyArray<CaseEvent>): Tree =>
  entries.some((entry) => "position" in entry)
    ? h("p", { class: "summary" }, [
        h(
          "a",
          {
            href: `/api/cases/${encodeURIComponent(name)}/capsule`,
            download: `${name}.capsule`,
            title: "The case and the events around what is pinned, for sigtwin open",
          },
          ["Download its capsule"],
        ),
      ])
    : quiet("Pin an instant, and its capsule can be downloaded here.")

const kinds: Readonly<Record<CaseEvent["_tag"], string>> = {
  CaseOpened: "opened",
  NoteTaken: "note",
  InstantPinned: "pinned",
  EventBookmarked: "bookmark",
  FilterKept: "filter",
  FindingNamed: "finding",
  CaseClosed: "closed",
}

const entryOf = ({ does }: Scene, entry: CaseEvent): ReadonlyArray<Tree | string | undefined> => [
  h("time", {}, [instant(entry.atMs).slice(0, 19)]),
  h("small", {}, [kinds[entry._tag], entry.by === undefined ? "" : ` by ${entry.by}`]),
  "position" in entry ? place(entry.position, does) : undefined,
  entry._tag === "InstantPinned"
    ? h("button", { class: "link" }, ["go there"], () => does.seek(entry.position))
    : undefined,
  h("p", {}, [textOf(entry)]),
]

const textOf = (entry: CaseEvent): string => {
  if (entry._tag === "CaseOpened") return entry.title
  if (entry._tag === "FilterKept") return entry.filter
  return entry._tag === "FindingNamed" ? entry.finding : entry.text
}

const field = (
  name: string,
  label: string,
  attributes: Readonly<Record<string, string | number | boolean>>,
): Tree => h("label", {}, [label, h("input", { name, autocomplete: "off", ...attributes })])
