/** The parts of the console that are drawn anew with each change: the list of questions, the form, what became of it. */
import type { QuestionLine } from "../../api/Questions.ts"
import { count } from "../model/format.ts"
import { h, type Tree } from "../view/patch.ts"
import { type Asking, titleOf, toQuery } from "./Asking.ts"
import type { History } from "./History.ts"

export const listOf = (given: {
  readonly questions: ReadonlyArray<QuestionLine>
  readonly asking: Asking
  readonly history: History
  readonly choose: (asking: Asking) => void
}): ReadonlyArray<Tree> => {
  const { asking, choose, history, questions } = given
  const item = (to: Asking, text: string, isHere: boolean): Tree =>
    h("li", { key: toQuery(to) }, [
      h(
        "button",
        { type: "button", "aria-current": isHere ? "true" : undefined, title: text },
        [text],
        () => choose(to),
      ),
    ])
  return [
    h("h2", {}, ["Questions"]),
    h("ul", {}, [
      ...questions.map(({ name, title }) =>
        item(
          { kind: "named", name, given: {}, at: "" },
          title,
          asking.kind === "named" && asking.name === name,
        ),
      ),
      item(
        { kind: "sql", sql: asking.kind === "sql" ? asking.sql : sqlFirst, at: "" },
        "SQL",
        asking.kind === "sql",
      ),
    ]),
    h("h2", {}, ["Asked before"]),
    history.length === 0
      ? h("p", { class: "faint" }, ["Nothing yet, in this browser."])
      : h(
          "ul",
          { class: "history" },
          history.map((each) => item(each, titleOf(each), false)),
        ),
  ]
}

/** Stands in the field where nothing was asked yet: something that always answers. */
export const sqlFirst = `SELECT station, count(*) AS receptions
FROM receptions
GROUP BY station
ORDER BY receptions DESC
LIMIT 20`

export const aboutOf = (asking: Asking, question: QuestionLine | undefined): ReadonlyArray<Tree> =>
  asking.kind === "sql"
    ? [h("h2", {}, ["SQL over the tables"])]
    : [
        h("h2", {}, [question?.title ?? asking.name]),
        ...(question === undefined ? [] : [h("p", {}, [question.about])]),
      ]

export const fieldsOf = (
  asking: Extract<Asking, { kind: "named" }>,
  question: QuestionLine,
  change: (name: string, text: string) => void,
): ReadonlyArray<Tree> =>
  question.parameters.map(({ about, absent, choices, form, kind, name }) => {
    const id = `given-${name}`
    const value = asking.given[name] ?? ""
    const on = { input: (text: string) => change(name, text) }
    return h("div", { key: `${question.name} ${name}`, class: "field" }, [
      h("label", { for: id, title: about }, [name]),
      choices === undefined
        ? h(
            "input",
            {
              id,
              name,
              type: "text",
              inputmode: kind === "number" ? "decimal" : undefined,
              autocomplete: "off",
              spellcheck: "false",
              placeholder: absent === undefined ? hints[kind] : String(absent),
              title: `${about} ${form}`,
              value,
            },
            [],
            on,
          )
        : h(
            "select",
            { id, name, title: about },
            choices.map((each) =>
              h("option", { value: each, selected: (value === "" ? absent : value) === each }, [
                each,
              ]),
            ),
            on,
          ),
    ])
  })

const hints = { text: "all", number: "", instant: "2026-03-01T12:00", choice: "" } as const

export type Outcome =
  | { readonly _tag: "none" }
  | { readonly _tag: "asking" }
  | { readonly _tag: "failed"; readonly reason: string; readonly isHidden: boolean }
  | {
      readonly _tag: "answered"
      readonly rows: number
      readonly tookMs: number
      readonly position: number
      readonly behind: number
      readonly cut: boolean
    }

export const statusOf = (outcome: Outcome): ReadonlyArray<Tree | string> => {
  switch (outcome._tag) {
    case "none":
      return []
    case "asking":
      return [h("span", { class: "busy", "aria-hidden": "true" }), "asking …"]
    case "failed":
      return [
        h("span", { class: "refused" }, [outcome.reason]),
        ...(outcome.isHidden
          ? [" ", h("a", { href: "/login?next=/questions.html" }, ["Log in"])]
          : []),
      ]
    case "answered":
      return [
        outcome.rows === 0
          ? "nothing fits: no rows"
          : `${count(outcome.rows)} ${outcome.rows === 1 ? "row" : "rows"}`,
        ` in ${count(Math.round(outcome.tookMs))} ms, as of position ${count(outcome.position)}`,
        outcome.cut ? "; there are more: ask for less" : "",
        outcome.behind > 0 ? `; ${count(outcome.behind)} events are not in the tables yet` : "",
      ]
  }
}
