/**
 * What the reader has opened, typed and been told in the panel, beside what stands in the address: it is nobody
 * else's business and is gone with the page.
 */
import type { BehaviorSubject } from "rxjs"

/** What came of the last command. */
export type Outcome =
  | { readonly _tag: "under-way"; readonly what: string }
  | { readonly _tag: "done"; readonly what: string; readonly positions: ReadonlyArray<number> }
  | { readonly _tag: "refused"; readonly what: string; readonly detail: string }
  /** Who asks must log in, or say a token. */
  | { readonly _tag: "unknown"; readonly what: string; readonly detail: string }

export interface Desk {
  /** Names of folds that are not as they are at first. */
  readonly turned: ReadonlySet<string>
  /** What lists of events are narrowed to: words, all of which must occur. */
  readonly sought: string
  /** Pages of events asked for. */
  readonly pages: number
  /** How far the list of events is scrolled, px. */
  readonly top: number
  /** The frame in the dissector, hex. */
  readonly frame: string
  readonly outcome: Outcome | undefined
}

export const initial: Desk = {
  turned: new Set(),
  sought: "",
  pages: 1,
  top: 0,
  frame: "",
  outcome: undefined,
}

/** Folds remembered; older ones go back to how they are at first. */
const turnedMax = 200

export interface DeskDoes {
  readonly turn: (fold: string) => void
  readonly change: (part: Partial<Desk>) => void
}

export const doesOn = (desk: BehaviorSubject<Desk>): DeskDoes => ({
  turn: (fold) => {
    const turned = new Set(desk.value.turned)
    if (!turned.delete(fold)) turned.add(fold)
    desk.next({ ...desk.value, turned: new Set([...turned].slice(-turnedMax)) })
  },
  change: (part) => desk.next({ ...desk.value, ...part }),
})
