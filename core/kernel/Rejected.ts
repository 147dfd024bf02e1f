/**
 * Input that was refused: a value, counted and shown, never an exception.
 *
 * `reason` is a short stable word that metrics count by; `where` is a line, a JSON path or a byte
 * offset; `detail` is a sentence for people.
 */
export interface Rejected {
  readonly _tag: "Rejected"
  readonly reason: string
  readonly where: string
  readonly detail: string
}

export const make = (reason: string, where: string, detail: string): Rejected => ({
  _tag: "Rejected",
  reason,
  where,
  detail,
})

export const is = (value: unknown): value is Rejected =>
  typeof value === "object" && value !== null && "_tag" in value && value._tag === "Rejected"

export const toText = (rejected: Rejected): string =>
  `${rejected.where}: ${rejected.detail} (${rejected.reason})`
