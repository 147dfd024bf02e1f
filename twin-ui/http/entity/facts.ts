/** Lines of the tables that describe one thing. */
import * as Instant from "../../../core/kernel/Instant.ts"
import type { Tone } from "../../../projections/chain/EventRow.ts"
import type { EntityKind, EntityState, Fact, FactTable } from "../../api/EntityState.ts"

interface More {
  readonly tone?: Tone
  readonly position?: number | null | undefined
  readonly link?: { readonly kind: EntityKind; readonly id: string }
}

export const fact = (label: string, value: string | number, more: More = {}): Fact => ({
  label,
  value: String(value),
  tone: more.tone ?? "plain",
  ...(more.position == null || more.position < 0 ? {} : { position: more.position }),
  ...(more.link === undefined ? {} : { link: more.link }),
})

/** No line where there is nothing to say. */
export const factIf = (
  label: string,
  value: string | number | null | undefined,
  more: More = {},
): ReadonlyArray<Fact> => (value == null ? [] : [fact(label, value, more)])

/** No table where it would be empty. */
export const table = (title: string, facts: ReadonlyArray<Fact>): ReadonlyArray<FactTable> =>
  facts.length === 0 ? [] : [{ title, facts }]

export const at = (ms: number | null): string => (ms === null ? "never" : Instant.toIso(ms))

export const count = (n: number, one: string, many = `${one}s`): string =>
  `${n} ${n === 1 ? one : many}`

export const dBm = (value: number | null): string => (value === null ? "" : `${value} dBm`)

/** Parts of a value, those that say something. */
export const parts = (...all: ReadonlyArray<string>): string =>
  all.filter((part) => part !== "").join(" · ")

/** How a thing stands in one word, and how that looks. */
export interface Standing {
  readonly status: string
  readonly tone: Tone
  readonly summary: string
  /** The event that made it so. */
  readonly because: number | null
}

/** What a builder says of a thing; its latest events and reasons are added by who can read the log. */
export interface Told extends Standing {
  readonly measured?: EntityState["measured"]
  readonly receptions?: EntityState["receptions"]
  readonly path?: EntityState["path"]
  readonly title: string
  readonly tables: ReadonlyArray<FactTable>
}
