/**
 * Why something is so: a tree of reasons, each with its rule, what was compared (expected against seen) and its
 * position, down to facts that rest on nothing. A reason below the second level opens by itself where a comparison
 * does not hold; the others open with a click.
 */
import type { Why } from "../../api/EntityState.ts"
import type { Subject } from "../../api/Why.ts"
import { type ReasonNode, WhyAnswer } from "../../api/Why.ts"
import { plural } from "../model/format.ts"
import { h, type Tree } from "../view/patch.ts"
import { noPart } from "./noAnswer.ts"
import { place, section } from "./parts.ts"
import { answerTo, type Question } from "./Question.ts"
import type { Does, Scene } from "./Scene.ts"

export const whyQuestion = (kind: Subject, id: string): Question<WhyAnswer> => ({
  path: `/api/why/${kind}/${encodeURIComponent(id)}`,
  schema: WhyAnswer,
  instant: "at",
  // Reasons are followed through the log: not with each step.
  once: true,
})

/** Reasons opened without being asked. */
const depthOpen = 1

export const whySection = (scene: Scene, kind: Subject, id: string): Tree => {
  const asked = answerTo(scene.answers, whyQuestion(kind, id))
  if (asked?._tag !== "answer") return section("Why?", [noPart(asked)])
  const { reason, refolded, rests } = asked.answer
  return section("Why?", [
    h("ul", { class: "why", "aria-label": "reasons" }, [reasonItem(scene, reason, "", 0)]),
    h("p", { class: "quiet" }, [
      `Rests on ${plural(rests, "event")}${refolded === true ? "; folded alone, they give the same" : refolded === false ? "; folded alone, they give something else" : ""}.`,
    ]),
  ])
}

const reasonItem = (scene: Scene, node: ReasonNode, path: string, depth: number): Tree => {
  const { desk, does } = scene
  const { because, compared, position: at, rule, text, tone } = node
  const key = `${path}/${at ?? text}`
  const failing = compared.filter(({ holds }) => !holds)
  const isOpenFirst = depth < depthOpen || failing.length > 0
  const hasMore = because.length > 0 || compared.length > failing.length
  const isOpen = desk.turned.has(`why${key}`) !== isOpenFirst
  return h("li", { key }, [
    h("span", { class: tone }, [text]),
    at === undefined ? undefined : place(at, does),
    rule === undefined ? undefined : h("small", {}, [`${rule.name} · ${rule.version}`]),
    ...(isOpen ? compared : failing).map(comparison),
    hasMore
      ? h(
          "button",
          { class: "fold more", "aria-expanded": isOpen ? "true" : "false" },
          [isOpen ? "less" : moreText(because.length, compared.length - failing.length)],
          () => does.turn(`why${key}`),
        )
      : undefined,
    isOpen && because.length > 0
      ? h(
          "ul",
          { class: "why" },
          because.map((one) => reasonItem(scene, one, key, depth + 1)),
        )
      : undefined,
  ])
}

const moreText = (reasons: number, checks: number): string =>
  [
    ...(reasons > 0 ? [plural(reasons, "reason")] : []),
    ...(checks > 0 ? [plural(checks, "check")] : []),
  ].join(", ")

/** "number: 843, expected 844 to 1,263". */
const comparison = ({ expected, holds, seen, what }: ReasonNode["compared"][number]): Tree =>
  h(
    "small",
    { class: holds ? "compared" : "compared refused", title: `seen ${seen}, expected ${expected}` },
    [
      holds
        ? `○ ${what}: ${shortly(seen)}`
        : `✕ ${what}: ${shortly(seen)}, expected ${shortly(expected)}`,
    ],
  )

/** Digests are told from others by their beginning; the event has them whole. */
const shortly = (text: string): string =>
  text.replaceAll(/\b([0-9a-f]{12})[0-9a-f]{20,}\b/g, (_, start: string) => `${start}…`)

/** A tree of causes alone, where nothing was compared. */
export const causeList = (causes: ReadonlyArray<Why>, does: Does): Tree =>
  h(
    "ul",
    { class: "why" },
    causes.map(({ because, position: at, text, tone }) =>
      h("li", {}, [
        h("span", { class: tone }, [text]),
        at === undefined ? undefined : place(at, does),
        because.length === 0 ? undefined : causeList(because, does),
      ]),
    ),
  )
