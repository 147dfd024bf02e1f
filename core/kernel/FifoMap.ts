/**
 * A map of at most `max` entries: the entry that came first makes room for a new one.
 *
 * Setting a key that is there keeps its age. What makes room is given back, so that the owner can
 * count it. A ring of keys finds the oldest; a JavaScript Map's own order would do too, but looking
 * for its first key walks over all the deleted ones.
 */
import { invariant } from "./invariant.ts"

export interface FifoMap<Value, Key = string> {
  readonly max: number
  readonly values: Map<Key, Value>
  /** Key number n, counted from 0, stands at n mod max. */
  readonly ring: Array<Key>
  inserted: number
}

export const make = <Value, Key = string>(max: number): FifoMap<Value, Key> => {
  invariant(max > 0, "a bounded map has room for an entry")
  return { max, values: new Map(), ring: [], inserted: 0 }
}

/** Entries are shared, so they must be immutable. */
export const copy = <Value, Key = string>(map: FifoMap<Value, Key>): FifoMap<Value, Key> => ({
  max: map.max,
  values: new Map(map.values),
  ring: map.ring.slice(),
  inserted: map.inserted,
})

export const get = <Value, Key = string>(map: FifoMap<Value, Key>, key: Key): Value | undefined =>
  map.values.get(key)

/** Sets the entry; gives the one that made room, or undefined. */
export const set = <Value, Key = string>(
  map: FifoMap<Value, Key>,
  key: Key,
  value: Value,
): Value | undefined => {
  let displaced: Value | undefined
  if (!map.values.has(key)) {
    const slot = map.inserted % map.max
    if (map.inserted >= map.max) {
      const oldest = map.ring[slot]
      displaced = map.values.get(oldest)
      map.values.delete(oldest)
    }
    map.ring[slot] = key
    map.inserted++
  }
  map.values.set(key, value)
  return displaced
}

/** Takes the entry out. Costs a walk over the whole map. */
export const remove = <Key>(map: FifoMap<unknown, Key>, key: Key): void => {
  if (!map.values.delete(key)) return
  const kept = keysOldestFirst(map).filter((each) => each !== key)
  map.ring.length = 0
  map.ring.push(...kept)
  map.inserted = kept.length
}

export const pairsOldestFirst = <Value, Key = string>(
  map: FifoMap<Value, Key>,
): ReadonlyArray<readonly [Key, Value]> => {
  const pairs: Array<readonly [Key, Value]> = []
  for (const key of keysOldestFirst(map)) {
    const value = map.values.get(key)
    invariant(value !== undefined, "each key of the ring has its entry")
    pairs.push([key, value])
  }
  return pairs
}

const keysOldestFirst = <Key>(map: FifoMap<unknown, Key>): ReadonlyArray<Key> => {
  const { inserted, max, ring } = map
  if (inserted <= max) return ring.slice(0, inserted)
  const oldest = inserted % max
  return [...ring.slice(oldest), ...ring.slice(0, oldest)]
}
