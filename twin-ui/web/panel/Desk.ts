/**
 * What the reader has opened, typed and been told in the panel, beside what stands in the address: it is nobody
 * else's business and is gone with the page.
 */
import type { BehaviorSubject } from "rxjs"
import { command, type Order } from "../data/command.ts"

/** What came of the last command. */
export type Outcome =
  | { readonly _tag: "under-way"; readonly what: string }
  | { readonly _tag: "done"; readonly what: string; readonly positions: ReadonlyArray<number> }
  | { readonly _tag: "refused"; readonly what: string; readonly detail: string }
  /** Who asks must log in, or say a token. */
  | {
      readonly _tag: "unknown"
      readonly what: string
      readonly detail: string
      readonly by: "login" | "token"
    }

export interface Desk {
  /** Names of folds that are not as they are at first. */
  readonly turned: ReadonlySet<string>
  /** What lists of events are narrowed to: words, all of which must occur. */
  readonly sought: string
  /** Pages of events asked for. */
  readonly pages: number
  /** How far the list of events is scrolled, px. */
  readonly top: number
  readonly outcome: Outcome | undefined
  /** Length of a station's trust time line, ms. */
  readonly trustMs: number
  /** How many of a device's numbers are drawn. */
  readonly numbers: number
  /** For commands, where the server asks for one; never kept beyond the page. */
  readonly token: string
  /** Commands that were answered: what no event tells of is asked again after each. */
  readonly orders: number
  /** The case that things are added to. */
  readonly case: string
}

export const initial: Desk = {
  turned: new Set(),
  sought: "",
  pages: 1,
  top: 0,
  outcome: undefined,
  trustMs: 86_400_000,
  numbers: 40,
  token: "",
  orders: 0,
  case: "",
}

/** Folds remembered; older ones go back to how they are at first. */
const turnedMax = 200

export interface DeskDoes {
  readonly turn: (fold: string) => void
  readonly change: (part: Partial<Desk>) => void
  /** Gives a command; what came of it is told as the `outcome`. */
  readonly order: (order: Order) => void
}

export const doesOn = (desk: BehaviorSubject<Desk>): DeskDoes => ({
  turn: (fold) => {
    const turned = new Set(desk.value.turned)
    if (!turned.delete(fold)) turned.add(fold)
    desk.next({ ...desk.value, turned: new Set([...turned].slice(-turnedMax)) })
  },
  change: (part) => desk.next({ ...desk.value, ...part }),
  order: (order) => {
    const { what } = order
    desk.next({ ...desk.value, outcome: { _tag: "under-way", what } })
    void command(order, desk.value.token).then((outcome) =>
      desk.next({ ...desk.value, outcome, orders: desk.value.orders + 1 }),
    )
  },
})
