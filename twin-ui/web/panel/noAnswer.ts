/** What is said where a thing cannot be shown: not there at this instant, hidden, no answer, or not yet. */
import type { NotThere } from "../../api/EntityState.ts"
import type { Selection } from "../data/Address.ts"
import type { Asked } from "../data/ask.ts"
import { minute } from "../model/format.ts"
import { h, type Tree } from "../view/patch.ts"
import { actions, head, kindWords, quiet, summary } from "./parts.ts"
import type { Scene } from "./Scene.ts"

type Without<Answer> = Exclude<Asked<Answer>, { readonly _tag: "answer" }> | undefined

/** In place of the panel of a thing. */
export const noThing = (
  scene: Scene,
  { id, kind }: Selection,
  asked: Without<unknown>,
): ReadonlyArray<Tree> => {
  const { does } = scene
  if (asked === undefined)
    return [head({ kind: kindWords[kind], title: id }, does), busy("Asking …")]
  switch (asked._tag) {
    case "not-there":
      return notHere(scene, { kind, id }, asked.problem)
    case "hidden":
      return [
        head({ kind: kindWords[kind], title: id, status: "hidden" }, does),
        summary("It exists, and you may not see it. Ask whoever gives out permissions here."),
      ]
    case "failed":
      return [
        head({ kind: kindWords[kind], title: id, status: "no answer", tone: "suspicious" }, does),
        summary(`${asked.reason}. It is asked again with the next change.`),
      ]
  }
}

/** In place of a section's content. */
export const noPart = (asked: Without<unknown>): Tree => {
  if (asked === undefined) return busy("Asking …")
  switch (asked._tag) {
    case "not-there":
      return quiet(asked.problem?.detail ?? "Not there at this instant.")
    case "hidden":
      return quiet("Hidden: you may not see this.")
    case "failed":
      return h("p", { class: "quiet suspicious" }, [`▲ No answer: ${asked.reason}`])
  }
}

const busy = (text: string): Tree => h("p", { class: "quiet busy", "aria-busy": "true" }, [text])

export const notHere = (
  { does, view }: Scene,
  { id, kind }: Selection,
  problem: NotThere | undefined,
): ReadonlyArray<Tree> => {
  const from = problem?.existsFrom
  const until = problem?.existedUntil
  return [
    head({ kind: kindWords[kind], title: id, status: "not there" }, does),
    h("p", { class: "summary" }, [
      `There is no ${kindWords[kind].toLowerCase()} ${id} at ${minute(view.occurredMs)}.`,
      from === undefined
        ? problem === undefined
          ? ""
          : ` ${problem.detail}`
        : ` It first appears at ${minute(from.ms)}.`,
      until === undefined ? "" : ` It was last there at ${minute(until.ms)}.`,
    ]),
    actions([
      from === undefined
        ? undefined
        : { text: "Go to where it begins", click: () => does.seek(from.position) },
      until === undefined
        ? undefined
        : { text: "Go to where it ends", click: () => does.seek(until.position) },
    ]),
  ]
}
