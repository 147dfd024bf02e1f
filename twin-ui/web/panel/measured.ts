/**
 * The station panel's picture of what its TPM measured: one cell a PCR, those that differ from their reference values
 * marked by colour, sign and words.
 */
import type { EntityState, Measured } from "../../api/EntityState.ts"
import { h, type Tree } from "../view/patch.ts"

/** Nothing for a thing that is measured by nobody. */
export const measuredOf = ({ measured = [] }: EntityState): ReadonlyArray<Tree> => {
  if (measured.length === 0) return []
  const differing = measured.filter(({ differs }) => differs)
  const summary =
    differing.length === 0
      ? "all as they should be"
      : `${differing.map(nameOf).join(", ")} ${differing.length === 1 ? "is" : "are"} not as it should be`
  return [
    h("section", { key: "measured" }, [
      h("h3", {}, ["PCRs against reference"]),
      h(
        "ol",
        { class: "pcrs", "aria-label": `PCRs against reference: ${summary}` },
        measured.map((one) =>
          h("li", { key: nameOf(one), class: classOf(one), title: wordsOf(one) }, [
            h("b", {}, [String(one.index)]),
            h("code", {}, [(one.quoted ?? "none").slice(0, 6)]),
            h("span", {}, [one.differs ? "✕" : one.reference === null ? "…" : "○"]),
          ]),
        ),
      ),
      h("p", { class: differing.length === 0 ? "quiet" : "refused" }, [summary]),
    ]),
  ]
}

const nameOf = ({ bank, index }: Measured): string => `${bank}:${index}`

const classOf = ({ differs, reference }: Measured): string =>
  differs ? "refused" : reference === null ? "plain" : "good"

const wordsOf = (one: Measured): string =>
  one.differs
    ? `${nameOf(one)} is ${one.quoted ?? "not quoted"}, should be ${one.reference ?? ""}`
    : one.reference === null
      ? `${nameOf(one)} is ${one.quoted ?? "not quoted"}, judged by its list`
      : `${nameOf(one)} is ${one.quoted ?? ""}, as it should be`
