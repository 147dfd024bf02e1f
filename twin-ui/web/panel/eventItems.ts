/**
 * Raw events as lines of a list, newest first: those of one message that follow each other are one line, which opens.
 * Only lines in sight are drawn, so a list may hold as many as were loaded.
 */
import type { EventRow } from "../../../projections/chain/EventRow.ts"

export type Item =
  | { readonly _tag: "event"; readonly row: EventRow; readonly isInside: boolean }
  | {
      readonly _tag: "message"
      readonly key: string
      /** Newest first. */
      readonly rows: ReadonlyArray<EventRow>
      readonly isOpen: boolean
    }

/** Of one message, the transmissions and what follows at once; a later attempt stands for itself. */
const togetherMs = 120_000

/** Rows that say all of the words, in any of their texts. */
export const soughtIn = (
  rows: ReadonlyArray<EventRow>,
  sought: string,
): ReadonlyArray<EventRow> => {
  const words = wordsOf(sought).filter((word) => !word.startsWith("kind:"))
  return words.length === 0
    ? rows
    : rows.filter((row) => {
        const text = textOf(row).toLowerCase()
        return words.every((word) => text.includes(word))
      })
}

/** `kind:` of the search is asked of the server: it finds what is not loaded yet. */
export const kindsIn = (sought: string): ReadonlyArray<string> =>
  sought
    .split(/\s+/)
    .filter((word) => word.startsWith("kind:"))
    .flatMap((word) => word.slice(5).split(","))
    .filter((kind) => /^[A-Za-z]+$/.test(kind))

const wordsOf = (sought: string): ReadonlyArray<string> =>
  sought
    .toLowerCase()
    .split(/\s+/)
    .filter((word) => word !== "")

const textOf = ({ customer, detail, device, kind, message, position, station, text }: EventRow) =>
  [kind, text, detail, device, station, customer, message, `#${position}`].join(" ")

/** `turned` holds the keys of messages that are open. */
export const itemsOf = (
  rows: ReadonlyArray<EventRow>,
  turned: ReadonlySet<string>,
): ReadonlyArray<Item> => {
  const groups: Array<{ readonly name: string | undefined; readonly rows: Array<EventRow> }> = []
  const open = new Map<string, { readonly rows: Array<EventRow> }>()
  for (const row of rows) {
    const name = messageOf(row)
    const known = name === undefined ? undefined : open.get(name)
    if (known !== undefined && known.rows[0].occurredMs - row.occurredMs <= togetherMs) {
      known.rows.push(row)
      continue
    }
    const group = { name, rows: [row] }
    groups.push(group)
    if (name !== undefined) open.set(name, group)
  }
  const items: Array<Item> = []
  for (const { name, rows: inside } of groups) {
    const isOne = name === undefined || inside.length === 1
    const key = `message ${name} ${inside.at(-1)?.position}`
    const isOpen = isOne || turned.has(key)
    if (!isOne) items.push({ _tag: "message", key, rows: inside, isOpen })
    if (isOpen) for (const row of inside) items.push({ _tag: "event", row, isInside: !isOne })
  }
  return items
}

/** By device and number: receptions come before anybody knows the turn of the counter. */
const messageOf = ({ device, seq }: EventRow): string | undefined =>
  device === undefined || seq === undefined ? undefined : `${device}:${seq}`

/** What a list of lines of one height shows of itself. */
export const window = (
  lines: number,
  {
    height,
    lineHeight,
    top,
  }: {
    readonly height: number
    readonly lineHeight: number
    readonly top: number
  },
): { readonly from: number; readonly to: number } => {
  const beyond = 8
  const from = Math.max(0, Math.floor(top / lineHeight) - beyond)
  return {
    from: Math.min(from, lines),
    to: Math.min(lines, from + Math.ceil(height / lineHeight) + 2 * beyond),
  }
}
