/**
 * Keeps what was made of late, within a bound; anything else is made again when asked for.
 *
 * Two generations: a hit in the older moves up, and when the younger is full the older is dropped.
 */
export const make = <A>(entriesMax: number, create: (key: number) => A): ((key: number) => A) => {
  let young = new Map<number, A>()
  let old = new Map<number, A>()
  return (key) => {
    const hit = young.get(key)
    if (hit !== undefined) return hit
    const value = old.get(key) ?? create(key)
    if (young.size >= entriesMax / 2) {
      old = young
      young = new Map()
    }
    young.set(key, value)
    return value
  }
}
