/** What may follow in a statement at the cursor: tables, their columns, functions and words, by what was begun. */

export interface Known {
  readonly tables: ReadonlyArray<{
    readonly name: string
    readonly about: string
    readonly columns: ReadonlyArray<{
      readonly name: string
      readonly type: string
      readonly about: string
    }>
  }>
  readonly functions: ReadonlyArray<string>
}

export interface Offer {
  readonly text: string
  readonly kind: "table" | "column" | "function" | "word"
  readonly about: string
}

export interface Completion {
  /** Where the begun word starts; an offer takes its place up to the cursor. */
  readonly from: number
  readonly offers: ReadonlyArray<Offer>
}

export const offersMax = 12

const words =
  "SELECT FROM WHERE GROUP BY ORDER HAVING LIMIT JOIN LEFT USING ON AS AND OR NOT IN BETWEEN LIKE IS NULL DISTINCT CASE WHEN THEN ELSE END COUNT UNION ALL WITH FILTER OVER PARTITION QUALIFY DESC ASC INTERVAL".split(
    " ",
  )

export const complete = (text: string, cursor: number, known: Known): Completion => {
  const before = text.slice(0, cursor)
  const [, qualifier, begun] = /(?:(\w+)\.)?(\w*)$/.exec(before) ?? ["", undefined, ""]
  const from = cursor - begun.length
  const fits = ({ text: offered }: Offer) =>
    offered.toLowerCase().startsWith(begun.toLowerCase()) && offered !== begun
  const named = namedIn(text)
  const wanted =
    qualifier === undefined
      ? unqualified(before.slice(0, from), named, known)
      : columnsOf(known, [named.get(qualifier.toLowerCase()) ?? qualifier.toLowerCase()])
  return { from, offers: distinct(wanted.filter(fits)).slice(0, offersMax) }
}

/** Tables and the names they are given in the statement. */
const namedIn = (text: string): ReadonlyMap<string, string> => {
  const named = new Map<string, string>()
  for (const [, table, alias] of text.matchAll(
    /\b(?:from|join)\s+(\w+)(?:\s+(?:as\s+)?(?!where|join|left|on|using|group|order|limit|inner|right|full|cross\b)(\w+))?/gi,
  )) {
    named.set(table.toLowerCase(), table.toLowerCase())
    if (alias !== undefined) named.set(alias.toLowerCase(), table.toLowerCase())
  }
  return named
}

const unqualified = (
  before: string,
  named: ReadonlyMap<string, string>,
  known: Known,
): ReadonlyArray<Offer> => {
  const tables = known.tables.map(({ about, name }): Offer => ({
    text: name,
    kind: "table",
    about,
  }))
  const plain = words.map((text): Offer => ({ text, kind: "word", about: "" }))
  if (/\b(from|join)\s+$/i.test(before)) return tables
  const functions = known.functions.map((name): Offer => ({
    text: `${name}(`,
    kind: "function",
    about: "",
  }))
  const used = [...new Set(named.values())]
  const columns = columnsOf(known, used.length > 0 ? used : known.tables.map(({ name }) => name))
  return [...columns, ...plain, ...functions, ...tables]
}

const columnsOf = ({ tables }: Known, names: ReadonlyArray<string>): ReadonlyArray<Offer> =>
  tables
    .filter(({ name }) => names.includes(name))
    .flatMap(({ columns }) =>
      columns.map(({ about, name, type }): Offer => ({
        text: name,
        kind: "column",
        about: `${type.toLowerCase()} · ${about}`,
      })),
    )

const distinct = (offers: ReadonlyArray<Offer>): ReadonlyArray<Offer> => [
  ...new Map(offers.map((offer) => [`${offer.kind} ${offer.text}`, offer])).values(),
]
