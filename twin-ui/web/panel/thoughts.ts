/** What the twin thinks of a thing: each finding with how sure it is, its extent, and the facts that speak for it. */
import type { EntityState } from "../../api/EntityState.ts"
import { type FindingRow, sureness } from "../../api/Findings.ts"
import { count, minute, time } from "../model/format.ts"
import { h, type Tree } from "../view/patch.ts"
import { link, place, section, signed } from "./parts.ts"
import type { Does } from "./Scene.ts"

export const thoughtsSection = (
  title: string,
  { findings = [] }: EntityState,
  which: (finding: FindingRow) => boolean,
  does: Does,
): ReadonlyArray<Tree> => {
  const shown = findings.filter(which)
  return shown.length === 0
    ? []
    : [
        section(title, [
          h(
            "ul",
            { class: "thoughts" },
            shown.map((finding) => thought(finding, does)),
          ),
        ]),
      ]
}

const thought = (finding: FindingRow, does: Does): Tree => {
  const { area, benign, confidence, count: times, first, id, last, message, tone, words } = finding
  const extent =
    last.ms - first.ms < 1000
      ? timeAndDay(first.ms, first.ms)
      : `${timeAndDay(first.ms, first.ms)} to ${timeAndDay(last.ms, first.ms)}`
  return h("li", { key: id, class: benign ? "benign" : "" }, [
    h(
      "button",
      { class: `link ${tone}`, title: "open this finding" },
      [signed(tone, `${words}${area === undefined ? "" : ` · ${area}`}`)],
      () => does.select("incident", id),
    ),
    h("small", {}, [
      [sureness(confidence), extent, ...(times > 1 ? [`${count(times)} times`] : [])].join(" · "),
    ]),
    message === undefined ? undefined : link("message", message, does),
    // What is harmless is shown by its first facts alone.
    evidence(benign ? finding.facts.slice(0, 2) : finding.facts, does),
  ])
}

export const evidence = (facts: FindingRow["facts"], does: Does): Tree =>
  h(
    "ul",
    { class: "why" },
    facts.map(({ position: at, text }) => h("li", {}, [h("span", {}, [text]), place(at, does)])),
  )

/** The time, and the day before it where it is another one. */
const timeAndDay = (ms: number, than: number): string =>
  ms !== than && minute(ms).slice(0, 10) === minute(than).slice(0, 10)
    ? time(ms)
    : `${minute(ms).slice(0, 10)} ${time(ms)}`
