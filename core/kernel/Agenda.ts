/**
 * What is to happen next: a binary heap of instants, each with a tie that decides between equal ones
 * and, for what is no plain wake-up of a device, a thing.
 *
 * Parallel arrays instead of entries: one wake-up of each device is always in it, and there may be a
 * million of them. It never holds more than those, the transmissions on the air and what stations hold back.
 */
export interface Agenda<A> {
  readonly size: () => number
  /** When the first entry is due, or infinity. */
  readonly nextMs: () => number
  readonly add: (atMs: number, tie: number, thing: A | undefined) => void
  /** Removes the first entry and shows it; call only when there is one. */
  readonly take: () => Due<A>
  readonly clear: () => void
}

export interface Due<A> {
  readonly atMs: number
  readonly tie: number
  readonly thing: A | undefined
}

export const make = <A>(): Agenda<A> => {
  const times: Array<number> = []
  const ties: Array<number> = []
  const things: Array<A | undefined> = []
  const set = (i: number, atMs: number, tie: number, thing: A | undefined): void => {
    times[i] = atMs
    ties[i] = tie
    things[i] = thing
  }
  const isBefore = (i: number, atMs: number, tie: number): boolean =>
    times[i] < atMs || (times[i] === atMs && ties[i] < tie)
  return {
    size: () => times.length,
    nextMs: () => (times.length === 0 ? Infinity : times[0]),
    add: (atMs, tie, thing) => {
      let i = times.length
      while (i > 0) {
        const parent = (i - 1) >> 1
        if (isBefore(parent, atMs, tie)) break
        set(i, times[parent], ties[parent], things[parent])
        i = parent
      }
      set(i, atMs, tie, thing)
    },
    take: () => {
      const due = { atMs: times[0], tie: ties[0], thing: things[0] }
      const atMs = times[times.length - 1]
      const tie = ties[ties.length - 1]
      const thing = things[things.length - 1]
      times.pop()
      ties.pop()
      things.pop()
      const size = times.length
      if (size === 0) return due
      let i = 0
      for (;;) {
        let child = 2 * i + 1
        if (child >= size) break
        if (child + 1 < size && isBefore(child + 1, times[child], ties[child])) child++
        if (!isBefore(child, atMs, tie)) break
        set(i, times[child], ties[child], things[child])
        i = child
      }
      set(i, atMs, tie, thing)
      return due
    },
    clear: () => {
      times.length = 0
      ties.length = 0
      things.length = 0
    },
  }
}
