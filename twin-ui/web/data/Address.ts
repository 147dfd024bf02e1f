/**
 * What the page's address holds, so that a link shows another person the same: the view, the instant or replay, the
 * selected thing, the filter, what is grouped and opened, the span of time.
 *
 * Each part is a field with a codec of its own in `fields`; a new part is one entry there. What must stay true
 * (tests): what was written is read again as it was, the initial address is written as "", and what cannot be read is
 * left as it is initially.
 */
import { Grouping } from "../../../projections/chain/ChainView.ts"
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

/** The picture in the middle. */
export const views = ["chain", "map"] as const
export type View = (typeof views)[number]

/** By which clock the time line runs and an instant is meant. */
export const clocks = ["occurred", "recorded"] as const
export type Clock = (typeof clocks)[number]

export interface Span {
  readonly fromMs: number
  readonly toMs: number
}

/** What the map looks at: its middle, degrees, and how many kilometres its width shows there. */
export interface Camera {
  readonly lng: number
  readonly lat: number
  readonly km: number
}

const hourMs = 3_600_000

export interface Address {
  readonly source: Source.Source
  readonly view: View
  readonly selection: Selection | undefined
  /** What is selected with it: the other things of an incident. */
  readonly also: ReadonlyArray<Selection>
  readonly query: string
  /** What is well is dimmed, and where there are many, left out. */
  readonly problemsOnly: boolean
  readonly grouping: Grouping
  /** Keys of groups of devices and stations that are closed to a line each. */
  readonly closed: ReadonlyArray<string>
  readonly clock: Clock
  /** Length of the time line, which follows what is shown; Infinity for all of time. */
  readonly lengthMs: number
  /** Undefined for all of the network. */
  readonly camera: Camera | undefined
  /** The part of time that was zoomed to: it stays until another is chosen. */
  readonly span: Span | undefined
  /** The pinned instant that what is shown is compared with. */
  readonly pinned: number | undefined
  /** Which part of the panel is shown, and what of it is opened; "" for the first. */
  readonly tab: string
}

export const initial: Address = {
  source: Source.live,
  view: "chain",
  selection: undefined,
  also: [],
  query: "",
  problemsOnly: false,
  grouping: "customer",
  closed: [],
  clock: "occurred",
  lengthMs: 6 * hourMs,
  camera: undefined,
  span: undefined,
  pinned: undefined,
  tab: "",
}

/** Groups that an address can name as closed: so many are never seen at once. */
const closedMax = 64
/** Things selected beside the first. */
export const alsoMax = 40

interface Field<Value> {
  /** The parameters of a value; [] for the initial one. */
  readonly write: (value: Value) => ReadonlyArray<readonly [name: string, value: string]>
  /** Undefined where nothing readable is there. */
  readonly read: (parts: URLSearchParams) => Value | undefined
}

type Fields = { readonly [Name in keyof Address]: Field<Address[Name]> }

/** A field of one parameter. */
const one = <Value>(
  name: string,
  write: (value: Value) => string | undefined,
  read: (text: string) => Value | undefined,
): Field<Value> => ({
  write: (value) => {
    const text = write(value)
    return text === undefined ? [] : [[name, text]]
  },
  read: (parts) => {
    const text = parts.get(name)
    return text === null ? undefined : read(text)
  },
})

const choice = <Name extends string>(
  name: string,
  names: ReadonlyArray<Name>,
  usual: Name,
): Field<Name> =>
  one(
    name,
    (value) => (value === usual ? undefined : value),
    (text) => names.find((known) => known === text),
  )

const wholeNumber = (text: string): number | undefined =>
  /^\d{1,15}$/.test(text) ? Number(text) : undefined

const fields: Fields = {
  view: choice("view", views, initial.view),
  source: {
    write: (source) => {
      if (source._tag === "live") return []
      const at = ["at", String(source.at)] as const
      return source._tag === "held" ? [at] : [at, ["speed", String(source.speed)]]
    },
    read: (parts) => sourceFrom(parts.get("at") ?? "", parts.get("speed") ?? ""),
  },
  selection: one(
    "show",
    (value) => (value === undefined ? undefined : `${value.kind}:${value.id}`),
    (text) => selectionFrom(text),
  ),
  also: {
    write: (things) =>
      things.slice(0, alsoMax).map(({ id, kind }) => ["also", `${kind}:${id}`] as const),
    read: (parts) =>
      parts
        .getAll("also")
        .slice(0, alsoMax)
        .flatMap((text) => selectionFrom(text) ?? []),
  },
  query: one(
    "find",
    (text) => (text === "" ? undefined : text),
    (text) => text,
  ),
  problemsOnly: one(
    "problems",
    (only) => (only ? "1" : undefined),
    (text) => text === "1",
  ),
  grouping: choice("by", Grouping.literals, initial.grouping),
  closed: {
    write: (keys) => keys.slice(0, closedMax).map((key) => ["closed", key] as const),
    read: (parts) => parts.getAll("closed").slice(0, closedMax),
  },
  clock: choice("clock", clocks, initial.clock),
  lengthMs: one(
    "last",
    (ms) => (ms === initial.lengthMs ? undefined : ms === Infinity ? "all" : String(ms)),
    (text) => (text === "all" ? Infinity : wholeNumber(text) || undefined),
  ),
  camera: one(
    "map",
    (camera) => (camera === undefined ? undefined : `${camera.lng},${camera.lat},${camera.km}`),
    (text) => cameraFrom(text),
  ),
  span: one(
    "span",
    (span) => (span === undefined ? undefined : `${span.fromMs}-${span.toMs}`),
    (text) => spanFrom(text),
  ),
  pinned: one<number | undefined>(
    "pinned",
    (position) => (position === undefined ? undefined : String(position)),
    wholeNumber,
  ),
  tab: one(
    "tab",
    (text) => (text === "" ? undefined : text),
    (text) => text,
  ),
}

export const toQuery = (address: Address): string => {
  const parts = new URLSearchParams(
    [
      ...fields.view.write(address.view),
      ...fields.source.write(address.source),
      ...fields.selection.write(address.selection),
      ...fields.also.write(address.also),
      ...fields.query.write(address.query),
      ...fields.problemsOnly.write(address.problemsOnly),
      ...fields.grouping.write(address.grouping),
      ...fields.closed.write(address.closed),
      ...fields.clock.write(address.clock),
      ...fields.lengthMs.write(address.lengthMs),
      ...fields.camera.write(address.camera),
      ...fields.span.write(address.span),
      ...fields.pinned.write(address.pinned),
      ...fields.tab.write(address.tab),
    ].map(([name, value]) => [name, value]),
  )
  const text = parts.toString()
  return text === "" ? "" : `?${text}`
}

/** Reads an address; what cannot be read is left out. */
export const fromQuery = (query: string): Address => {
  const parts = new URLSearchParams(query)
  const read = <Name extends keyof Address>(name: Name): Address[Name] =>
    fields[name].read(parts) ?? initial[name]
  return {
    source: read("source"),
    view: read("view"),
    selection: read("selection"),
    also: read("also"),
    query: read("query"),
    problemsOnly: read("problemsOnly"),
    grouping: read("grouping"),
    closed: read("closed"),
    clock: read("clock"),
    lengthMs: read("lengthMs"),
    camera: read("camera"),
    span: read("span"),
    pinned: read("pinned"),
    tab: read("tab"),
  }
}

const sourceFrom = (at: string, speed: string): Source.Source | undefined => {
  const position = wholeNumber(at)
  if (position === undefined) return undefined
  const factor = Number(speed)
  return factor >= Source.speedLeast && factor <= Source.speedMost
    ? Source.replay(position, factor)
    : Source.held(position)
}

const selectionFrom = (text: string): Selection | undefined => {
  const colon = text.indexOf(":")
  const kind = selectable.find((name) => name === text.slice(0, colon))
  const id = text.slice(colon + 1)
  return kind === undefined || id === "" ? undefined : { kind, id }
}

const cameraFrom = (text: string): Camera | undefined => {
  const [lng, lat, km, ...rest] = text.split(",").map(Number)
  const isOne =
    rest.length === 0 && Math.abs(lng) <= 180 && Math.abs(lat) <= 80 && km > 0 && km <= 40_000
  return isOne ? { lng, lat, km } : undefined
}

const spanFrom = (text: string): Span | undefined => {
  const found = /^(\d{1,15})-(\d{1,15})$/.exec(text)
  if (found === null) return undefined
  const [fromMs, toMs] = [Number(found[1]), Number(found[2])]
  return fromMs < toMs ? { fromMs, toMs } : undefined
}
