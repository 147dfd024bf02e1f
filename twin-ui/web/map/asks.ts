/** What the map asks of the API: who usually hears whom, with the selected device among the sample. */
import { CoverageAnswer } from "../../api/Coverage.ts"
import type { Address } from "../data/Address.ts"
import type { Question } from "../panel/Question.ts"

export const coverage = ({ selection }: Pick<Address, "selection">): Question<CoverageAnswer> => ({
  path:
    selection?.kind === "device" && /^[0-9A-F]{1,8}$/i.test(selection.id)
      ? `/api/coverage?device=${selection.id}`
      : "/api/coverage",
  schema: CoverageAnswer,
  instant: "at",
})

export const asksOf = (
  address: Pick<Address, "selection" | "view">,
): ReadonlyArray<Question<unknown>> => (address.view === "map" ? [coverage(address)] : [])
