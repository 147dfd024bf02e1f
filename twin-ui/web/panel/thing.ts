/** What panels of devices, stations, customers and messages have in common: one answer, heading, tables, latest events. */
import { EntityState, type FactTable } from "../../api/EntityState.ts"
import type { Selection } from "../data/Address.ts"
import type { Tree } from "../view/patch.ts"
import { latest } from "./eventList.ts"
import { noThing } from "./noAnswer.ts"
import { factTable, fold, head, kindWords, section, summary } from "./parts.ts"
import { answerTo, type Question } from "./Question.ts"
import type { Scene } from "./Scene.ts"
import { thoughtsSection } from "./thoughts.ts"

export const stateQuestion = ({ id, kind }: Selection): Question<EntityState> => ({
  path: `/api/${kind}s/${encodeURIComponent(id)}`,
  schema: EntityState,
  instant: "at",
})

/** The panel of the selected thing, from its state. */
export const showThing = (
  scene: Scene,
  /** `id` is that of the questions: an answer may name the thing more fully. */
  body: (state: EntityState, id: string) => ReadonlyArray<Tree>,
): ReadonlyArray<Tree> => {
  const { answers, selection } = scene
  if (selection === undefined) return []
  const asked = answerTo(answers, stateQuestion(selection))
  return asked?._tag === "answer"
    ? body(asked.answer, selection.id)
    : noThing(scene, selection, asked)
}

export const thingHead = (state: EntityState, { does }: Scene): ReadonlyArray<Tree> => [
  head(
    { kind: kindWords[state.kind], title: state.title, status: state.status, tone: state.tone },
    does,
  ),
  summary(state.title === state.id ? "" : state.id, state.summary),
]

export const suspicions = (state: EntityState, { does }: Scene): ReadonlyArray<Tree> =>
  thoughtsSection("What the twin thinks", state, ({ benign }) => !benign, does)

export const harmless = (state: EntityState, { does }: Scene): ReadonlyArray<Tree> =>
  thoughtsSection("Harmless, as the twin thinks", state, ({ benign }) => benign, does)

/** Tables by their titles; none where there is none of that title. */
export const tablesOf = (
  state: EntityState,
  { does }: Scene,
  which: (table: FactTable) => boolean = () => true,
): ReadonlyArray<Tree> =>
  state.tables.filter(which).map((table) => section(table.title, [factTable(table, does)]))

/** A table that is closed at first: what is seldom needed. */
export const foldedTables = (
  state: EntityState,
  scene: Scene,
  titles: ReadonlySet<string>,
): ReadonlyArray<Tree> =>
  state.tables
    .filter(({ title }) => titles.has(title))
    .map((table) => fold(scene, table.title, false, () => [factTable(table, scene.does)]))

export const latestOf = (state: EntityState, { does }: Scene): Tree => latest(state.latest, does)
