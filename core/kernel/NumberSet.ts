/**
 * A set of whole numbers of 53 bits, for when there are millions of them and their low bits are as good as random.
 *
 * An open table of doubles, at most half full: 16 to 32 bytes a number where a JavaScript Set takes about 40, and no
 * object for each number.
 */
export interface NumberSet {
  /** A power of two long; NaN where nothing stands. */
  table: Float64Array
  size: number
}

const lengthAtFirst = 64

export const make = (): NumberSet => ({ table: emptyTable(lengthAtFirst), size: 0 })

/** Adds a number; false where it was there already. */
export const add = (set: NumberSet, number: number): boolean => {
  const { table } = set
  const place = placeOf(table, number)
  if (table[place] === number) return false
  table[place] = number
  set.size++
  if (set.size > table.length / 2) grow(set)
  return true
}

export const has = ({ table }: NumberSet, number: number): boolean =>
  table[placeOf(table, number)] === number

/** Where the number stands, or would. */
const placeOf = (table: Float64Array, number: number): number => {
  const mask = table.length - 1
  let place = number & mask
  while (!Number.isNaN(table[place]) && table[place] !== number) place = (place + 1) & mask
  return place
}

const grow = (set: NumberSet): void => {
  const before = set.table
  set.table = emptyTable(2 * before.length)
  for (const number of before)
    if (!Number.isNaN(number)) set.table[placeOf(set.table, number)] = number
}

const emptyTable = (length: number): Float64Array => new Float64Array(length).fill(NaN)
