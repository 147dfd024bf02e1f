/**
 * What the reader of the page wants: its address, the speed chosen, a drag under way. Gestures are turned into
 * changes of this (`intents`); the picture follows from it.
 */
import type { BehaviorSubject } from "rxjs"
import { Grouping } from "../../../projections/chain/ChainView.ts"
import type * as Address from "../data/Address.ts"
import * as Source from "../data/Source.ts"

export interface Ui {
  readonly address: Address.Address
  readonly speed: number
  /** Event time under the pointer while the playhead is dragged. */
  readonly drag: number | undefined
  /** A span that is being brushed. */
  readonly brush: Address.Span | undefined
}

export const hourMs = 3_600_000

export const initial = (address: Address.Address): Ui => ({
  address,
  speed: address.source._tag === "replay" ? address.source.speed : 60,
  drag: undefined,
  brush: undefined,
})

export interface Intents {
  readonly live: () => void
  readonly seek: (at: number) => void
  readonly drag: (ms: number | undefined) => void
  readonly brush: (span: Address.Span | undefined) => void
  /** Plays what is held, holds what plays. */
  readonly toggle: (position: number) => void
  readonly setSpeed: (speed: number, position: number) => void
  readonly setSpan: (lengthMs: number) => void
  readonly zoom: (span: Address.Span) => void
  readonly show: (
    part: Partial<Pick<Address.Address, "view" | "grouping" | "clock" | "camera">>,
  ) => void
  /** Closes what is open, opens what is closed. */
  readonly fold: (key: string) => void
  /** Opens a thing; others of an incident may be marked with it. */
  readonly select: (
    kind: Address.Selectable,
    id: string,
    also?: ReadonlyArray<Address.Selection>,
  ) => void
  readonly clear: () => void
  /** Another part of the panel. */
  readonly tab: (tab: string) => void
  /** Compares with that instant; no longer where it is undefined. */
  readonly pin: (position: number | undefined) => void
  readonly find: (query: string) => void
  readonly problems: (only: boolean) => void
  readonly flipProblems: () => void
  /** Groups devices by the next of what they can be grouped by. */
  readonly regroup: () => void
}

export const intentsOn = (ui: BehaviorSubject<Ui>): Intents => {
  const set = (part: Partial<Ui>): void => ui.next({ ...ui.value, ...part })
  const go = (part: Partial<Address.Address>): void =>
    set({ address: { ...ui.value.address, ...part } })
  return {
    live: () => go({ source: Source.live, span: undefined }),
    seek: (at) => go({ source: Source.held(at) }),
    drag: (drag) => set({ drag }),
    brush: (brush) => set({ brush }),
    toggle: (position) =>
      go({
        source:
          ui.value.address.source._tag === "held"
            ? Source.replay(position, ui.value.speed)
            : Source.held(position),
      }),
    setSpeed: (speed, position) => {
      set({ speed })
      if (ui.value.address.source._tag === "replay") go({ source: Source.replay(position, speed) })
    },
    setSpan: (lengthMs) => go({ lengthMs, span: undefined }),
    zoom: (span) => go({ span }),
    show: (part) => go(part),
    fold: (key) => {
      const { closed } = ui.value.address
      go({ closed: closed.includes(key) ? closed.filter((one) => one !== key) : [...closed, key] })
    },
    select: (kind, id, also = []) => go({ selection: { kind, id }, also, tab: "" }),
    clear: () => go({ selection: undefined, also: [], tab: "" }),
    tab: (tab) => go({ tab }),
    pin: (pinned) => go({ pinned }),
    find: (query) => go({ query }),
    problems: (problemsOnly) => go({ problemsOnly }),
    flipProblems: () => go({ problemsOnly: !ui.value.address.problemsOnly }),
    regroup: () => {
      const all = Grouping.literals
      const index = all.indexOf(ui.value.address.grouping)
      go({ grouping: all[(index + 1) % all.length] })
    },
  }
}
