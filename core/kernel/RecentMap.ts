/**
 * A map of at most `max` entries: the one set longest ago makes room for a new one.
 *
 * Setting a key that is there makes it the latest. Entries stand in columns of numbered places, chained from the
 * latest to the oldest. A JavaScript Map's own order would do too, but keeping it needs a deletion for each
 * setting, and looking for its first key walks over all that were deleted.
 */
import { invariant } from "./invariant.ts"

export interface RecentMap<Value> {
  readonly max: number
  readonly placeOf: Map<string, number>
  /** By place. */
  readonly keys: Array<string>
  readonly values: Array<Value>
  /** Place of the entry set next after it, and next before it; -1 for none. */
  readonly later: Array<number>
  readonly earlier: Array<number>
  latest: number
  oldest: number
}

const none = -1

export const make = <Value>(max: number): RecentMap<Value> => {
  invariant(max > 0, "a bounded map has room for an entry")
  return {
    max,
    placeOf: new Map(),
    keys: [],
    values: [],
    later: [],
    earlier: [],
    latest: none,
    oldest: none,
  }
}

export const get = <Value>(map: RecentMap<Value>, key: string): Value | undefined => {
  const place = map.placeOf.get(key)
  return place === undefined ? undefined : map.values[place]
}

/** Sets the entry and makes it the latest. */
export const set = <Value>(map: RecentMap<Value>, key: string, value: Value): void => {
  const known = map.placeOf.get(key)
  const place = known ?? freePlace(map, key)
  map.values[place] = value
  if (place === map.latest) return
  if (known !== undefined) unchain(map, place)
  map.later[place] = none
  map.earlier[place] = map.latest
  if (map.latest === none) map.oldest = place
  else map.later[map.latest] = place
  map.latest = place
}

/** A place that is not in the chain: a new one, or the oldest entry's. */
const freePlace = <Value>(map: RecentMap<Value>, key: string): number => {
  let place = map.keys.length
  if (place === map.max) {
    place = map.oldest
    unchain(map, place)
    map.placeOf.delete(map.keys[place])
  }
  map.keys[place] = key
  map.placeOf.set(key, place)
  return place
}

const unchain = <Value>(map: RecentMap<Value>, place: number): void => {
  const { earlier, later } = map
  const before = earlier[place]
  const after = later[place]
  if (before === none) map.oldest = after
  else later[before] = after
  if (after === none) map.latest = before
  else earlier[after] = before
}
