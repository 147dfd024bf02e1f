/** A list with one more item at its end, and the oldest left out once there are more than `max`. */
export const keepRecent = <Item>(
  list: ReadonlyArray<Item>,
  item: Item,
  max: number,
): ReadonlyArray<Item> => {
  const from = list.length < max ? 0 : list.length - max + 1
  const kept = list.slice(from)
  kept.push(item)
  return kept
}
