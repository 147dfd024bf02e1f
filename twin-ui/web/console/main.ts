/** The console: questions with a name and SQL, their answers as a picture and a table. A page of its own, loaded alone. */
import { BehaviorSubject, fromEvent, merge } from "rxjs"
import { perFrame } from "../../../core/stream/perFrame.ts"
import type { AnalyticsAnswer, QueryAnswer } from "../../api/Analytics.ts"
import type { AskAnswer, QuestionLine } from "../../api/Questions.ts"
import { patch } from "../view/patch.ts"
import { type Asking, fromQuery, toQuery } from "./Asking.ts"
import { chartFor } from "./chartFor.ts"
import { drawMarks } from "./drawMarks.ts"
import { editorOn } from "./editor.ts"
import * as History from "./History.ts"
import { marksOf } from "./Marks.ts"
import { aboutOf, fieldsOf, listOf, type Outcome, sqlFirst, statusOf } from "./panels.ts"
import { tableOf } from "./Rows.ts"
import * as server from "./server.ts"

interface State {
  readonly questions: ReadonlyArray<QuestionLine>
  readonly tables: AnalyticsAnswer | undefined
  readonly asking: Asking
  readonly history: History.History
  readonly outcome: Outcome
  /** Stays in sight, dimmed, while the next one is asked for. */
  readonly answer: QueryAnswer | AskAnswer | undefined
}

const element = <Kind extends Element>(id: string, kind: new () => Kind): Kind => {
  const found = document.getElementById(id)
  if (!(found instanceof kind)) throw new Error(`the page has no ${id}`)
  return found
}

const parts = {
  list: element("list", HTMLElement),
  about: element("about", HTMLElement),
  form: element("form", HTMLFormElement),
  fields: element("fields", HTMLElement),
  editor: element("editor", HTMLElement),
  sql: element("sql", HTMLTextAreaElement),
  offers: element("offers", HTMLUListElement),
  at: element("at", HTMLInputElement),
  status: element("status", HTMLElement),
  answer: element("answer", HTMLElement),
  figure: element("figure", HTMLElement),
  rows: element("rows", HTMLElement),
  theme: element("theme", HTMLButtonElement),
  progress: element("progress", HTMLElement),
}

const historyKey = "sigtwin.console.history"
const themeKey = "sigtwin.theme"

const addressed = fromQuery(location.search)
const state = new BehaviorSubject<State>({
  questions: [],
  tables: undefined,
  asking: addressed ?? { kind: "named", name: "stations-per-message", given: {}, at: "" },
  history: History.read(localStorage.getItem(historyKey)),
  outcome: { _tag: "none" },
  answer: undefined,
})
const change = (changed: Partial<State>): void => state.next({ ...state.value, ...changed })

/** What is on the screen to be asked. */
const written = (): Asking => {
  const { asking } = state.value
  const at = parts.at.value
  return asking.kind === "sql" ? { ...asking, sql: editor.text(), at } : { ...asking, at }
}

let underWay = new AbortController()

const ask = async (asking: Asking, from: "address" | "person"): Promise<void> => {
  underWay.abort()
  const own = new AbortController()
  underWay = own
  if (from === "person") window.history.pushState(null, "", toQuery(asking))
  change({ asking, outcome: { _tag: "asking" } })
  const got = await server.put(asking, own.signal)
  if (own.signal.aborted) return
  if (got._tag === "failed") return change({ outcome: got, answer: undefined })
  const { behind, cut, position, rows, tookMs } = got.answer
  const history = History.add(state.value.history, asking)
  localStorage.setItem(historyKey, History.write(history))
  parts.rows.scrollTop = 0
  change({
    history,
    answer: got.answer,
    outcome: { _tag: "answered", rows: rows.length, tookMs, position, behind, cut },
  })
}

const choose = (asking: Asking): void => {
  show(asking)
  void ask(asking, "person")
}

/** Puts what is asked into the fields. */
const show = (asking: Asking): void => {
  parts.at.value = asking.at
  if (asking.kind === "sql") editor.set(asking.sql)
  change({ asking })
}

const editor = editorOn(
  { field: parts.sql, list: parts.offers },
  () => void ask(written(), "person"),
)

const give = (name: string, text: string): void => {
  const { asking } = state.value
  if (asking.kind === "named")
    change({ asking: { ...asking, given: { ...asking.given, [name]: text } } })
}

const draw = ({ answer, asking, history, outcome, questions, tables }: State): void => {
  const question =
    asking.kind === "named" ? questions.find(({ name }) => name === asking.name) : undefined
  patch(parts.list, listOf({ questions, asking, history, choose }))
  patch(parts.about, aboutOf(asking, question))
  parts.editor.hidden = asking.kind !== "sql"
  parts.fields.hidden = asking.kind === "sql"
  patch(
    parts.fields,
    asking.kind === "named" && question !== undefined ? fieldsOf(asking, question, give) : [],
  )
  parts.progress.textContent =
    tables === undefined || tables.position >= tables.head
      ? ""
      : `tables at ${tables.position} of ${tables.head}`
  patch(parts.status, statusOf(outcome))
  parts.answer.classList.toggle("waiting", outcome._tag === "asking")
  drawAnswer(answer)
}

const drawAnswer = (answer: QueryAnswer | AskAnswer | undefined): void => {
  const hasRows = answer !== undefined && answer.rows.length > 0
  drawFigure(hasRows ? answer : undefined)
  parts.rows.hidden = !hasRows
  if (!hasRows) return
  const { clientHeight, scrollTop } = parts.rows
  patch(parts.rows, [tableOf(answer, { top: scrollTop, height: clientHeight })])
}

/** Half of what there is for the answer, and no more than is needed. */
const figureHeight = (): number => Math.max(160, Math.min(280, parts.answer.clientHeight / 2 - 24))

const drawFigure = (answer: QueryAnswer | AskAnswer | undefined): void => {
  const chart =
    answer === undefined ? undefined : "chart" in answer ? answer.chart : chartFor(answer.columns)
  const width = Math.max(320, parts.answer.clientWidth)
  const marks =
    answer === undefined || chart === undefined
      ? undefined
      : marksOf(chart, answer.columns, answer.rows, { width, height: figureHeight() })
  parts.figure.hidden = marks === undefined
  if (marks === undefined) return parts.figure.replaceChildren()
  const found = parts.figure.querySelector("svg")
  const svg = found ?? document.createElementNS("http://www.w3.org/2000/svg", "svg")
  if (found === null) {
    parts.figure.append(document.createElement("figcaption"), svg)
  }
  drawMarks(svg, marks, width)
  const caption = parts.figure.querySelector("figcaption")
  if (caption !== null) caption.textContent = marks.caption
}

parts.rows.tabIndex = 0
parts.rows.setAttribute("role", "region")
parts.rows.setAttribute("aria-label", "Rows of the answer; arrows and Page Down scroll")

parts.form.addEventListener("submit", (event) => {
  event.preventDefault()
  void ask(written(), "person")
})

window.addEventListener("popstate", () => {
  const asking = fromQuery(location.search)
  if (asking === undefined) return
  show(asking)
  void ask(asking, "address")
})

const root = document.documentElement
const chosen = localStorage.getItem(themeKey)
if (chosen === "light" || chosen === "dark") root.dataset.theme = chosen
parts.theme.addEventListener("click", () => {
  const isLight =
    root.dataset.theme === "light" ||
    (root.dataset.theme === undefined && matchMedia("(prefers-color-scheme: light)").matches)
  root.dataset.theme = isLight ? "dark" : "light"
  localStorage.setItem(themeKey, root.dataset.theme)
})

const looked = merge(fromEvent(parts.rows, "scroll"), fromEvent(window, "resize"))
looked.pipe(perFrame()).subscribe(() => drawAnswer(state.value.answer))
state.pipe(perFrame()).subscribe(draw)

editor.set(state.value.asking.kind === "sql" ? state.value.asking.sql : sqlFirst)
parts.at.value = state.value.asking.at

void server.questions().then((got) => {
  if (got._tag === "failed") return change({ outcome: got })
  return change({ questions: got.answer.questions })
})
void server.tables().then((got) => {
  // Without them only completion is missing.
  if (got._tag === "failed") return undefined
  editor.know(got.answer)
  return change({ tables: got.answer })
})
void ask(state.value.asking, "address")
