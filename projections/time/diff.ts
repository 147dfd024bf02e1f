/**
 * What differs between two pictures of the twin: per thing and per field, from what to what.
 *
 * A diff holds both sides, so it can be applied either way: `apply(between(a, b), a)` is `b`, and
 * `apply(reversed(between(a, b)), b)` is `a`. Laws hold it to that.
 */
import type { Json } from "../Projection.ts"

/** Fields by their path, as `verdict.seq`. A list is one value. */
export type Fields = Readonly<Record<string, Json>>

/** Things by name, as `device 4D33DB`. */
export type Picture = ReadonlyMap<string, Fields>

export interface FieldChange {
  readonly field: string
  /** Absent where the thing had no such field. */
  readonly from?: Json
  readonly to?: Json
}

export interface Change {
  readonly thing: string
  readonly change: "added" | "removed" | "changed"
  /** In the order of their names; of a thing added or removed, all of them. */
  readonly fields: ReadonlyArray<FieldChange>
}

export type Diff = ReadonlyArray<Change>

/** In the order of the things' names. */
export const between = (a: Picture, b: Picture): Diff => {
  const changes: Array<Change> = []
  for (const [thing, before] of a) {
    const after = b.get(thing)
    if (after === before) continue
    const fields = fieldsBetween(before, after ?? nothing)
    if (after === undefined) changes.push({ thing, change: "removed", fields })
    else if (fields.length > 0) changes.push({ thing, change: "changed", fields })
  }
  for (const [thing, after] of b)
    if (!a.has(thing))
      changes.push({ thing, change: "added", fields: fieldsBetween(nothing, after) })
  return changes.toSorted((x, y) => (x.thing < y.thing ? -1 : x.thing > y.thing ? 1 : 0))
}

/** The other side's picture; the given one stays as it is. */
export const apply = (diff: Diff, picture: Picture): Picture => {
  const result = new Map(picture)
  for (const { change, fields, thing } of diff) {
    if (change === "removed") {
      result.delete(thing)
      continue
    }
    const after: Record<string, Json> = { ...result.get(thing) }
    for (const { field, to } of fields) {
      if (to === undefined) delete after[field]
      else after[field] = to
    }
    result.set(thing, after)
  }
  return result
}

/** The same differences seen from the other side. */
export const reversed = (diff: Diff): Diff =>
  diff.map(({ change, fields, thing }) => ({
    thing,
    change: turned[change],
    fields: fields.map(({ field, from, to }) => ({
      field,
      ...(to === undefined ? {} : { from: to }),
      ...(from === undefined ? {} : { to: from }),
    })),
  }))

const turned = { added: "removed", removed: "added", changed: "changed" } as const

/** A thing's members as fields by their path. An object without members leaves none. */
export const flatten = (thing: object): Fields => {
  const fields: Record<string, Json> = {}
  const walk = (value: Json, path: string): void => {
    if (value === null || typeof value !== "object" || isList(value)) fields[path] = value
    else
      for (const [name, member] of Object.entries(value))
        if (member !== undefined) walk(member, path === "" ? name : `${path}.${name}`)
  }
  // States are made of what JSON can hold: snapshots are written from them.
  walk(thing as Json, "")
  return fields
}

/**
 * What differs between two things that are there on both sides: as between their fields, without writing down
 * what is the same.
 */
export const changesBetween = (before: object, after: object): ReadonlyArray<FieldChange> => {
  const changes: Array<FieldChange> = []
  const walk = (a: Members, b: Members, path: string): void => {
    for (const name in a) compare(a[name], b[name], path === "" ? name : `${path}.${name}`)
    for (const name in b)
      if (a[name] === undefined) compare(undefined, b[name], path === "" ? name : `${path}.${name}`)
  }
  const compare = (a: Json | undefined, b: Json | undefined, path: string): void => {
    if (a === b) return
    if (isObject(a) && isObject(b)) return walk(a, b, path)
    if (isObject(a) || isObject(b)) {
      // One side is a thing with members, the other a value or nothing.
      changes.push(...fieldsBetween(leavesOf(a, path), leavesOf(b, path)))
      return
    }
    if (a === undefined) changes.push({ field: path, ...(b === undefined ? {} : { to: b }) })
    else if (b === undefined) changes.push({ field: path, from: a })
    else if (!isSame(a, b)) changes.push({ field: path, from: a, to: b })
  }
  // States are made of what JSON can hold: snapshots are written from them.
  walk(before as Members, after as Members, "")
  return changes.toSorted((x, y) => (x.field < y.field ? -1 : 1))
}

/** Whether two things differ, `omitted` fields left aside: as `changesBetween` has it, without listing how. */
export const isChanged = (before: object, after: object, omitted: ReadonlySet<string>): boolean => {
  const differ = (a: Json | undefined, b: Json | undefined, path: string): boolean => {
    if (a === b || omitted.has(path)) return false
    if (isObject(a) && isObject(b)) return walk(a, b, path)
    // An object without members is no field.
    if (isObject(a) || isObject(b))
      return fieldsBetween(leavesOf(a, path), leavesOf(b, path)).some(
        ({ field }) => !omitted.has(field),
      )
    return a === undefined || b === undefined || !isSame(a, b)
  }
  const walk = (a: Members, b: Members, path: string): boolean => {
    const under = path === "" ? "" : `${path}.`
    for (const name in a) if (differ(a[name], b[name], under + name)) return true
    for (const name in b)
      if (a[name] === undefined && differ(undefined, b[name], under + name)) return true
    return false
  }
  // As in `changesBetween`.
  return walk(before as Members, after as Members, "")
}

type Members = Readonly<Record<string, Json>>

const isObject = (json: Json | undefined): json is Members =>
  typeof json === "object" && json !== null && !isList(json)

const leavesOf = (json: Json | undefined, path: string): Fields => {
  if (json === undefined) return nothing
  if (!isObject(json)) return { [path]: json }
  return Object.fromEntries(
    Object.entries(flatten(json)).map(([field, value]) => [`${path}.${field}`, value]),
  )
}

const nothing: Fields = {}

// The built-in guard does not know of readonly arrays.
const isList = (json: Json): json is ReadonlyArray<Json> => Array.isArray(json)

const fieldsBetween = (before: Fields, after: Fields): ReadonlyArray<FieldChange> => {
  const changes: Array<FieldChange> = []
  for (const [field, from] of Object.entries(before)) {
    const to = after[field]
    if (to === undefined) changes.push({ field, from })
    else if (!isSame(from, to)) changes.push({ field, from, to })
  }
  for (const [field, to] of Object.entries(after))
    if (before[field] === undefined) changes.push({ field, to })
  return changes.toSorted((x, y) => (x.field < y.field ? -1 : 1))
}

const isSame = (a: Json, b: Json): boolean =>
  a === b || (typeof a === "object" && JSON.stringify(a) === JSON.stringify(b))
