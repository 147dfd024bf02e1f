/** Snapshots in memory, for tests and for logs in memory. */
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { type Snapshot, Snapshots, type Sought, surplus } from "./Snapshots.ts"

export const layer: Layer.Layer<Snapshots> = Layer.sync(Snapshots, () => {
  /** By log, projection and version; rising positions. */
  const kept = new Map<string, ReadonlyArray<Snapshot>>()
  const of = (key: Omit<Sought, "at">): ReadonlyArray<Snapshot> => kept.get(keyOf(key)) ?? []

  return Snapshots.of({
    save: (snapshot) =>
      Effect.sync(() => {
        const all = [
          ...of(snapshot).filter(({ position }) => position !== snapshot.position),
          snapshot,
        ].toSorted((a, b) => a.position - b.position)
        const dropped = new Set(surplus(all.map(({ position }) => position)))
        kept.set(
          keyOf(snapshot),
          all.filter(({ position }) => !dropped.has(position)),
        )
      }),
    nearest: (sought) =>
      Effect.sync(() => of(sought).findLast(({ position }) => position <= sought.at)),
    positions: (sought) => Effect.sync(() => of(sought).map(({ position }) => position)),
  })
})

const keyOf = ({ logId, projection, version }: Omit<Sought, "at">): string =>
  `${logId} ${projection} ${version}`
