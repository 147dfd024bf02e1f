/**
 * What the double of the server keeps: streams of events, over its restarts. As KurrentDB does it: an append goes in
 * whole or not at all, at the expected revision; the same events at the same place once more are taken for a repetition.
 */

export interface Stored {
  readonly stream: string
  readonly revision: number
  readonly id: string
  readonly metadata: ReadonlyMap<string, string>
  readonly customMetadata: Uint8Array
  readonly data: Uint8Array
}

export type Proposed = Omit<Stored, "stream" | "revision">

export type Expected = number | "any" | "no-stream" | "stream-exists"

export type Outcome =
  | { readonly _tag: "Appended"; readonly revision: number; readonly position: number }
  | { readonly _tag: "WrongExpectedVersion"; readonly current: number }

export interface Storage {
  readonly append: (stream: string, expected: Expected, events: ReadonlyArray<Proposed>) => Outcome
  /** Undefined where there is no such stream. */
  readonly stream: (name: string) => ReadonlyArray<Stored> | undefined
  readonly forget: (name: string) => void
  /** Called after each append; gives what ends the watching. */
  readonly watch: (changed: () => void) => () => void
}

export const make = (): Storage => {
  const streams = new Map<string, Array<Stored>>()
  const watchers = new Set<() => void>()
  let position = 0

  return {
    append: (stream, expected, events) => {
      const held = streams.get(stream) ?? []
      const current = held.length - 1
      const fits =
        expected === "any" ||
        (expected === "no-stream" && current === -1) ||
        (expected === "stream-exists" && current >= 0) ||
        expected === current
      if (!fits) {
        const from = expected === "no-stream" ? 0 : Number(expected) + 1
        const isRepeated = events.every(({ id }, i) => held[from + i]?.id === id)
        return isRepeated
          ? { _tag: "Appended", revision: from + events.length - 1, position }
          : { _tag: "WrongExpectedVersion", current }
      }
      for (const event of events) held.push({ ...event, stream, revision: held.length })
      streams.set(stream, held)
      position += events.length
      for (const changed of watchers) changed()
      return { _tag: "Appended", revision: held.length - 1, position }
    },
    stream: (name) => streams.get(name),
    forget: (name) => {
      streams.delete(name)
    },
    watch: (changed) => {
      watchers.add(changed)
      return () => watchers.delete(changed)
    },
  }
}
