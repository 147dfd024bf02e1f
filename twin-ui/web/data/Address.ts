/**
 * What the page's address holds, so that a link shows another person the same: instant, speed, selected
 * thing, search.
 */
import * as Source from "./Source.ts"

export const selectable = [
  "device",
  "station",
  "customer",
  "message",
  "centre",
  "event",
  "incident",
] as const
export type Selectable = (typeof selectable)[number]

export interface Selection {
  readonly kind: Selectable
  readonly id: string
}

export interface Address {
  readonly source: Source.Source
  readonly selection: Selection | undefined
  readonly query: string
  readonly problemsOnly: boolean
}

export const initial: Address = {
  source: Source.live,
  selection: undefined,
  query: "",
  problemsOnly: false,
}

export const toQuery = ({ source, selection, query, problemsOnly }: Address): string => {
  const parts = new URLSearchParams()
  if (source._tag !== "live") parts.set("at", String(source.at))
  if (source._tag === "replay") parts.set("speed", String(source.speed))
  if (selection !== undefined) parts.set("show", `${selection.kind}:${selection.id}`)
  if (query !== "") parts.set("find", query)
  if (problemsOnly) parts.set("problems", "1")
  const text = parts.toString()
  return text === "" ? "" : `?${text}`
}

/** Reads an address; what cannot be read is left out. */
export const fromQuery = (query: string): Address => {
  const parts = new URLSearchParams(query)
  return {
    source: sourceFrom(parts.get("at"), parts.get("speed")),
    selection: selectionFrom(parts.get("show") ?? ""),
    query: parts.get("find") ?? "",
    problemsOnly: parts.get("problems") === "1",
  }
}

const sourceFrom = (at: string | null, speed: string | null): Source.Source => {
  if (at === null || !/^\d{1,15}$/.test(at)) return Source.live
  const factor = Number(speed)
  return speed !== null && factor > 0 && factor <= 1e6
    ? Source.replay(Number(at), factor)
    : Source.held(Number(at))
}

const selectionFrom = (text: string): Selection | undefined => {
  const colon = text.indexOf(":")
  const kind = selectable.find((name) => name === text.slice(0, colon))
  const id = text.slice(colon + 1)
  return kind === undefined || id === "" ? undefined : { kind, id }
}
