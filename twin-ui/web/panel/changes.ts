/**
 * What differs between the pinned instant and the one that is shown, by thing: as the API's diff names it, and what of
 * it can be opened and marked in the chain.
 */
import { type Change, DiffAnswer } from "../../api/Diff.ts"
import type { Selectable } from "../data/Address.ts"
import { given, type Answers, type Question } from "./Question.ts"

/** Things compared at once; the list says when there are more. */
const changesListed = 2_000

export const diffQuestion = (pinned: number): Question<DiffAnswer> => ({
  path: `/api/diff?from=${pinned}&limit=${changesListed}`,
  schema: DiffAnswer,
  instant: "to",
})

/** How a thing of the picture differs. `gone`: it was there at the pinned instant. */
export type Difference = "added" | "changed" | "gone"

export interface Differences {
  /** By `device:4D33DB`, `station:BS-0001`, `customer:hydro`, `centre:dc-1`. What is not in it is as it was. */
  readonly things: ReadonlyMap<string, Difference>
  /** So many more differ than were told. */
  readonly beyond: number
}

/** What was made of an answer: the same again for the same. */
const knownFor = new WeakMap<DiffAnswer, Differences>()

export const differenceOf: Readonly<Record<Change["change"], Difference>> = {
  added: "added",
  changed: "changed",
  removed: "gone",
}

export const differencesIn = (
  answers: Answers,
  pinned: number | undefined,
): Differences | undefined => {
  const answer = pinned === undefined ? undefined : given(answers, diffQuestion(pinned))
  if (answer === undefined) return undefined
  const known = knownFor.get(answer)
  if (known !== undefined) return known
  const things = new Map<string, Difference>()
  const differences = { things, beyond: answer.total - answer.changes.length }
  knownFor.set(answer, differences)
  for (const difference of answer.changes) {
    const { change, thing } = difference
    if (!isTelling(difference)) continue
    const opened = openedBy(thing)
    if (opened === undefined || opened.kind === "message" || opened.kind === "incident") continue
    const name = `${opened.kind}:${opened.id}`
    // What comes or goes itself outweighs what changed of it.
    const isItself = thing.startsWith(`${opened.kind} `) || thing.startsWith("data-centre ")
    if (isItself) things.set(name, differenceOf[change])
    else if (!things.has(name)) things.set(name, "changed")
  }
  return differences
}

/** Fields that change whenever a thing goes on as it should: heard further, counted further, delivered further. */
const routine: Readonly<Record<string, RegExp | undefined>> = {
  device: /^(accepted|lastHeardMs|lastSeq|receptions|stations|verdict\.(occurredMs|position|seq))$/,
  counter: /^(checked|reported)\.(accepted|window\.(last|lastMs|recent))$/,
  station:
    /^(lastDigestAt|lastHeardMs|receptions|reportedReceptions|attested\.(challenge|good|prior|quotes|lastAnswerMs).*)$/,
  ledger: /^(answered|delivered|owed|lastSuccessMs)$/,
}

/** Whether it says more than that the thing went on as it should. */
export const isTelling = ({ change, fields, thing }: Change): boolean => {
  const usual = routine[thing.split(" ", 1)[0]]
  return (
    change !== "changed" || usual === undefined || fields.some(({ field }) => !usual.test(field))
  )
}

/** The telling fields first, and what is said at once before what is deep inside. */
export const inOrder = ({ fields, thing }: Change): Change["fields"] => {
  const usual = routine[thing.split(" ", 1)[0]]
  const weight = (field: string): number =>
    (usual?.test(field) === true ? 100 : 0) + field.split(".").length
  return fields.toSorted((a, b) => weight(a.field) - weight(b.field))
}

/** What a thing of a diff opens. */
export const openedBy = (
  thing: string,
): { readonly kind: Selectable; readonly id: string } | undefined => {
  const space = thing.indexOf(" ")
  const [kind, rest] = [thing.slice(0, space), thing.slice(space + 1)]
  switch (kind) {
    case "device":
    case "counter":
      return { kind: "device", id: rest }
    case "station":
    case "customer":
      return { kind, id: rest }
    case "ledger":
      return { kind: "customer", id: rest.split("/", 1)[0] }
    case "delivery":
      return { kind: "message", id: rest.split(" ", 1)[0] }
    case "data-centre":
      return { kind: "centre", id: rest }
    case "finding": {
      // `finding KIND:ABOUT of POSITION`, whose id is `finding|KIND|ABOUT|POSITION`.
      const found = /^([a-z-]+):(.*) of (\d+)$/.exec(rest)
      return found === null
        ? undefined
        : { kind: "incident", id: `finding|${found[1]}|${found[2]}|${found[3]}` }
    }
    default:
      return undefined
  }
}

/** The kind of a thing, for people: the list is grouped by it. */
export const groupOf = (thing: string): string => {
  const kind = thing.split(" ", 1)[0]
  return groupNames[kind] ?? kind
}

const groupNames: Readonly<Record<string, string>> = {
  counts: "Counts",
  policy: "Policy",
  finding: "Findings",
  station: "Stations",
  "data-centre": "Core network",
  device: "Devices",
  counter: "Counters",
  customer: "Customers",
  ledger: "Ledgers",
  delivery: "Deliveries",
}

/** In this order, the telling ones first. */
export const groupOrder: ReadonlyArray<string> = Object.values(groupNames)
