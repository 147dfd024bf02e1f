/**
 * A question with a name: what it answers, what it may be given, and the statement that answers it. All are of this
 * one shape, a file each, so that the command line, the API and the page know of a new one by the list alone.
 */
import type { Given, Parameters, Scalar } from "./Parameter.ts"

/** How a figure is to be read; `share` is 0..1. Empty for names and counts. */
export type Unit = "" | "share" | "dBm" | "dB" | "ms" | "s" | "h" | "deg"

export interface AnswerColumn {
  readonly name: string
  readonly unit: Unit
  readonly about: string
}

/** Which picture shows the answer best: columns by their names. */
export type Chart =
  | { readonly kind: "bars"; readonly x: string; readonly y: string }
  /** A line each `series`, over time. */
  | { readonly kind: "lines"; readonly x: string; readonly y: string; readonly series?: string }
  /** Dots by place, as large as `size` and as bright as `shade`. */
  | { readonly kind: "map"; readonly size: string; readonly shade: string }

export interface Question<P extends Parameters = Parameters> {
  readonly name: string
  /** A few words, for lists. */
  readonly title: string
  /** What it answers, and how it counts. */
  readonly about: string
  readonly parameters: P
  /** `$name` in it stands for the parameter's value. */
  readonly sql: (given: Given<P>) => string
  /** All that an answer may have. */
  readonly columns: ReadonlyArray<AnswerColumn>
  readonly chart: (given: Given<P>) => Chart
}

export const question = <const P extends Parameters>(of: Question<P>): Question =>
  // What is given is read by the question's own parameters first: see `put.ts`.
  of as unknown as Question

export const column = (name: string, unit: Unit, about: string): AnswerColumn => ({
  name,
  unit,
  about,
})

/** The values of a question's parameters that its statement names. */
export const valuesIn = (
  sql: string,
  given: Readonly<Record<string, Scalar | undefined>>,
): Readonly<Record<string, Scalar>> => {
  const values: Record<string, Scalar> = {}
  for (const [, name] of sql.matchAll(/\$([a-z_]+)/g)) {
    const value = given[name]
    if (value !== undefined) values[name] = value
  }
  return values
}
