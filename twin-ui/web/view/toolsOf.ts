/** The row below the picture: by what devices are grouped, what the shapes mean, how much of what travels is drawn. */
import type { Grouping, MotionKind } from "../../../projections/chain/ChainView.ts"
import type { View } from "../data/Address.ts"
import type { Sample, Samples } from "../data/Picture.ts"
import type { Intents } from "../interact/Ui.ts"
import { signs } from "../model/DifferenceMarks.ts"
import { count, plural } from "../model/format.ts"
import type { Difference } from "../panel/changes.ts"
import { choiceOf } from "./choiceOf.ts"
import { h, type Tree } from "./patch.ts"

interface Shown {
  readonly view: View
  readonly grouping: Grouping
  readonly sampled: Samples
  /** Things do not move: the reader's system asks for stillness. */
  readonly isStill: boolean
  /** What differs from a pinned instant is marked. */
  readonly isPinned: boolean
}

const groupings: ReadonlyArray<readonly [Grouping, string]> = [
  ["customer", "customer"],
  ["site", "site"],
  ["type", "type"],
]

export const toolsOf = (
  { grouping, isPinned, isStill, sampled, view }: Shown,
  does: Intents,
): ReadonlyArray<Tree> => [
  ...(view === "chain"
    ? [
        h("div", { class: "by" }, [
          h("span", {}, ["devices by"]),
          choiceOf("what devices are grouped by", groupings, grouping, (by) =>
            does.show({ grouping: by }),
          ),
        ]),
      ]
    : []),
  h("ul", { class: "legend", "aria-label": "what the shapes mean" }, [
    ...verdicts.map(([shape, word]) => signOf(shape, word)),
    ...(view === "chain" ? travelling : places).map(([shape, word]) => signOf(shape, word)),
    ...(isPinned ? differences.map(differenceSign) : []),
  ]),
  h("p", { class: "sampled", title: sampleTitle(sampled) }, [
    view === "chain" ? (isStill ? "motion is off" : sampleText(sampled)) : undefined,
  ]),
]

const verdicts = [
  ["ok", "accepted"],
  ["reported", "reported"],
  ["suspicious", "suspicious"],
  ["refused", "refused"],
  ["attested", "attested"],
  ["unattested", "not attested"],
] as const

const travelling = [
  ["evidence", "evidence"],
  ["downlink", "downlink"],
] as const

const places = [
  ["reach", "reach"],
  ["jammed", "jammed"],
] as const

const differences: ReadonlyArray<Difference> = ["added", "changed", "gone"]

const differenceSign = (difference: Difference): Tree =>
  h("li", { key: difference }, [
    h("b", { class: `difference ${difference}` }, [signs[difference]]),
    difference,
  ])

const signOf = (shape: string, word: string): Tree =>
  h("li", { key: shape }, [h("i", { class: `sign ${shape}` }), word])

const names: Readonly<Record<MotionKind, readonly [one: string, many: string]>> = {
  reception: ["reception", "receptions"],
  message: ["message", "messages"],
  challenge: ["challenge", "challenges"],
  evidence: ["quote", "quotes"],
  delivery: ["delivery", "deliveries"],
  downlink: ["downlink", "downlinks"],
}

const ratioOf = ({ drawn, seen }: Sample): number => Math.max(1, Math.round(seen / drawn))

/** As "drawn: 1 in 12 receptions, 1 in 3 messages". */
const sampleText = (sampled: Samples): string => {
  const thinned = entries(sampled)
    .map(([kind, sample]) => [kind, ratioOf(sample)] as const)
    .filter(([, ratio]) => ratio > 1)
  if (entries(sampled).length === 0) return ""
  if (thinned.length === 0) return "all that travels is drawn"
  return `drawn: ${thinned.map(([kind, ratio]) => `1 in ${count(ratio)} ${names[kind][1]}`).join(", ")}`
}

const sampleTitle = (sampled: Samples): string =>
  entries(sampled)
    .map(([kind, { drawn, seen }]) => {
      const [one, many] = names[kind]
      return `${Math.round(drawn)} of ${plural(Math.round(seen), one, many)} drawn lately`
    })
    .join(" · ")

const entries = (sampled: Samples): ReadonlyArray<readonly [MotionKind, Sample]> =>
  kinds.flatMap((kind) => {
    const sample = sampled[kind]
    return sample === undefined ? [] : [[kind, sample] as const]
  })

const kinds: ReadonlyArray<MotionKind> = [
  "reception",
  "message",
  "delivery",
  "downlink",
  "challenge",
  "evidence",
]
