/** What was added, changed or is gone since the pinned instant, as a list by kind of thing. */
import type { Change } from "../../api/Diff.ts"
import { signs } from "../model/DifferenceMarks.ts"
import { count, instant, plural, position } from "../model/format.ts"
import { h, type Tree } from "../view/patch.ts"
import {
  differenceOf,
  diffQuestion,
  groupOf,
  groupOrder,
  inOrder,
  isTelling,
  openedBy,
} from "./changes.ts"
import { noPart } from "./noAnswer.ts"
import { actions, fold, link, quiet } from "./parts.ts"
import { answerTo } from "./Question.ts"
import type { Part, Scene } from "./Scene.ts"

/** Lines of a group, and fields of a thing, drawn at once. */
const linesMax = 60
const fieldsMax = 12
/** A longer group is closed at first. */
const openMost = 12

export const changesPart: Part = {
  asks: ({ pinned }) => (pinned === undefined ? [] : [diffQuestion(pinned)]),
  show: (scene) => {
    const { answers, does, pinned, view } = scene
    if (pinned === undefined)
      return [
        h("p", { class: "summary" }, [
          "Pin the instant that is shown; then go to another one. What was added, changed or is gone between them is listed here and marked in the chain.",
        ]),
        actions([
          {
            text: `Pin ${position(view.position)}`,
            click: () => does.pin(Math.max(0, view.position)),
          },
        ]),
      ]
    const asked = answerTo(answers, diffQuestion(pinned))
    const title = h("p", { class: "summary" }, [
      `From ${position(pinned)} to ${position(view.position)}, ${instant(view.occurredMs)}.`,
    ])
    const choices = actions([
      { text: "Pin this instant instead", click: () => does.pin(Math.max(0, view.position)) },
      { text: "Go to the pinned one", click: () => does.seek(pinned) },
      { text: "Unpin", click: () => does.pin(undefined) },
    ])
    if (asked?._tag !== "answer") return [title, choices, noPart(asked)]
    const { changes, total } = asked.answer
    if (total === 0) return [title, choices, quiet("Nothing differs.")]
    const telling = changes.filter(isTelling)
    const usual = changes.length - telling.length
    const groups = Map.groupBy(telling, ({ thing }) => groupOf(thing))
    return [
      title,
      choices,
      h("p", { class: "tally" }, [
        tally(changes, "added"),
        tally(changes, "changed"),
        tally(changes, "removed"),
      ]),
      ...groupOrder.flatMap((name) => {
        const some = groups.get(name)
        return some === undefined ? [] : [group(scene, name, some)]
      }),
      ...(usual === 0
        ? []
        : [
            fold(scene, `Went on as it should (${count(usual)})`, telling.length === 0, () => [
              list(
                scene,
                changes.filter((change) => !isTelling(change)),
              ),
            ]),
          ]),
      ...(total > changes.length
        ? [
            quiet(
              `${count(total - changes.length)} more differ; go to a nearer instant to see all.`,
            ),
          ]
        : []),
    ]
  },
}

const tally = (changes: ReadonlyArray<Change>, which: Change["change"]): Tree => {
  const { length } = changes.filter(({ change }) => change === which)
  const name = differenceOf[which]
  return h("span", { key: which, class: `difference ${name}` }, [
    `${signs[name]} ${count(length)} ${name}`,
  ])
}

const group = (scene: Scene, name: string, changes: ReadonlyArray<Change>): Tree =>
  fold(scene, `${name} (${count(changes.length)})`, changes.length <= openMost, () => [
    list(scene, changes),
    changes.length > linesMax
      ? quiet(`and ${plural(changes.length - linesMax, "more thing")}`)
      : undefined,
  ])

const list = (scene: Scene, changes: ReadonlyArray<Change>): Tree =>
  h(
    "ul",
    { class: "changes" },
    changes.slice(0, linesMax).map((change) => changeItem(scene, change)),
  )

const changeItem = (scene: Scene, difference: Change): Tree => {
  const { change, fields, thing } = difference
  const { desk, does } = scene
  const opened = openedBy(thing)
  const name = thing.slice(thing.indexOf(" ") + 1)
  const key = `diff ${thing}`
  const isOpen = desk.turned.has(key)
  const shown =
    change === "changed" || isOpen ? inOrder(difference).slice(0, isOpen ? 200 : fieldsMax) : []
  const rest = fields.length - shown.length
  return h("li", { key: thing }, [
    h("span", { class: `difference ${differenceOf[change]}` }, [signs[differenceOf[change]]]),
    opened === undefined ? name : link(opened.kind, opened.id, does, name),
    h(
      "dl",
      {},
      shown.flatMap(({ field, from, to }) => [
        h("dt", {}, [field]),
        h("dd", {}, [
          ...(from === undefined ? [] : [h("del", {}, [valueText(field, from)])]),
          ...(from === undefined || to === undefined ? [] : [" → "]),
          ...(to === undefined ? [] : [h("ins", {}, [valueText(field, to)])]),
        ]),
      ]),
    ),
    rest > 0 || isOpen
      ? h(
          "button",
          { class: "fold more", "aria-expanded": isOpen ? "true" : "false" },
          [isOpen ? "less" : plural(rest, "field")],
          () => does.turn(key),
        )
      : undefined,
  ])
}

/** Instants are read by people, in UTC, to the millisecond. */
const valueText = (field: string, value: unknown): string => {
  if (field.endsWith("Ms") && typeof value === "number" && value > 1e11) return instant(value)
  const text = typeof value === "string" ? value : (JSON.stringify(value) ?? "")
  if (/^[0-9a-f]{32,}$/.test(text)) return `${text.slice(0, 12)}…`
  return text.length > 60 ? `${text.slice(0, 59)}…` : text
}
