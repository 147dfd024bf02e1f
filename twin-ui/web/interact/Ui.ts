/**
 * What the reader of the page wants: its address, the speed and span chosen, a drag under way. Gestures are
 * turned into changes of this (`intents`); the picture follows from it.
 */
import type { BehaviorSubject } from "rxjs"
import type * as Address from "../data/Address.ts"
import * as Source from "../data/Source.ts"
import type { Span } from "../model/TimelineMarks.ts"

export interface Ui {
  readonly address: Address.Address
  readonly speed: number
  /** Length of the time line; undefined for all of time. */
  readonly spanMs: number | undefined
  /** A span chosen by zooming: it stays until another is chosen. */
  readonly zoom: Span | undefined
  /** Event time under the pointer while the playhead is dragged. */
  readonly drag: number | undefined
}

export const hourMs = 3_600_000

export const initial = (address: Address.Address): Ui => ({
  address,
  speed: address.source._tag === "replay" ? address.source.speed : 60,
  spanMs: 6 * hourMs,
  zoom: undefined,
  drag: undefined,
})

export interface Intents {
  readonly live: () => void
  readonly seek: (at: number) => void
  readonly drag: (ms: number | undefined) => void
  /** Plays what is held, holds what plays. */
  readonly toggle: (position: number) => void
  readonly setSpeed: (speed: number, position: number) => void
  readonly setSpan: (spanMs: number | undefined) => void
  readonly zoom: (span: Span) => void
  readonly select: (kind: Address.Selectable, id: string) => void
  readonly clear: () => void
  readonly find: (query: string) => void
  readonly problems: (only: boolean) => void
}

export const intentsOn = (ui: BehaviorSubject<Ui>): Intents => {
  const set = (part: Partial<Ui>): void => ui.next({ ...ui.value, ...part })
  const go = (part: Partial<Address.Address>): void =>
    set({ address: { ...ui.value.address, ...part } })
  return {
    live: () => set({ address: { ...ui.value.address, source: Source.live }, zoom: undefined }),
    seek: (at) => go({ source: Source.held(at) }),
    drag: (drag) => set({ drag }),
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
    setSpan: (spanMs) => set({ spanMs, zoom: undefined }),
    zoom: (zoom) => set({ zoom }),
    select: (kind, id) => go({ selection: { kind, id } }),
    clear: () => go({ selection: undefined }),
    find: (query) => go({ query }),
    problems: (problemsOnly) => go({ problemsOnly }),
  }
}
