/**
 * Parts of the core and the services that rest on them: what stands now, how many ways are left, since when.
 *
 * Data centres and their transit links are parts too (`par`, `par.transit-a`), and that each can be reached is a service of
 * its own (`reach.par`): a network that reports links alone is told of in the same words.
 */
import type { Position } from "../../core/event/Envelope.ts"
import type {
  CorePartAdded,
  CoreServiceDeclared,
  PartKind,
} from "../../core/event/infrastructure.ts"
import * as Availability from "./Availability.ts"
import * as Ways from "./Ways.ts"

/** Further parts and services are only counted. */
export const partsMax = 1_000
export const servicesMax = 64
const joinsMax = 64

export type Part = {
  readonly part: string
  readonly kind: PartKind
  readonly name: string | null
  readonly dataCentre: string | null
  readonly joins: ReadonlyArray<string>
  readonly added: Position
  readonly up: boolean
  /** The report that made it so, and when that occurred; null where none did and it is taken to be up. */
  readonly since: Position | null
  readonly sinceMs: number | null
  readonly detail: string | null
}

export type Service = {
  readonly service: string
  readonly name: string | null
  readonly from: ReadonlyArray<string>
  readonly to: ReadonlyArray<string>
  readonly declared: Position
}

/** A data centre as far as it matters here. */
interface Centre {
  readonly dataCentre: string
  readonly name: string
  readonly opened: Position
  readonly links: ReadonlyArray<{
    readonly link: string
    readonly up: boolean
    readonly since: Position | null
    readonly sinceMs: number | null
  }>
}

export interface Core {
  readonly dataCentres: ReadonlyMap<string, Centre>
  readonly parts: Map<string, Part>
  readonly services: Map<string, Service>
  /** By service, also of those that follow from data centres. */
  readonly availability: Map<string, Availability.Availability>
}

/** False where there is no room. */
export const add = (core: Core, event: CorePartAdded, position: Position): boolean => {
  const known = core.parts.get(event.part)
  if (known === undefined && core.parts.size >= partsMax) return false
  core.parts.set(event.part, {
    up: known?.up ?? true,
    since: known?.since ?? null,
    sinceMs: known?.sinceMs ?? null,
    detail: known?.detail ?? null,
    part: event.part,
    kind: event.kind,
    name: event.name ?? null,
    dataCentre: event.dataCentre ?? null,
    joins: event.joins.slice(0, joinsMax),
    added: position,
  })
  return true
}

export const report = (
  core: Core,
  event: { readonly part: string; readonly up: boolean; readonly detail?: string },
  at: { readonly position: Position; readonly ms: number },
): void => {
  const known = core.parts.get(event.part)
  // One that says what was so already does not move the beginning of it.
  if (known === undefined || (known.since !== null && known.up === event.up)) return
  const { detail = null, up } = event
  core.parts.set(event.part, { ...known, up, since: at.position, sinceMs: at.ms, detail })
}

/** False where there is no room. */
export const declare = (core: Core, event: CoreServiceDeclared, position: Position): boolean => {
  const { from, name = null, service, to } = event
  if (from.length === 0 || to.length === 0) {
    core.services.delete(service)
    core.availability.delete(service)
    return true
  }
  if (!core.services.has(service) && core.services.size >= servicesMax) return false
  core.services.set(service, {
    service,
    name,
    from: from.slice(0, joinsMax),
    to: to.slice(0, joinsMax),
    declared: position,
  })
  return true
}

/** Looks which services stand, after something changed. */
export const look = (
  core: Core,
  at: { readonly position: Position; readonly ms: number },
): void => {
  const graph = graphOf(core)
  for (const { from, service, to } of services(core)) {
    const known = core.availability.get(service) ?? Availability.begin(at.ms)
    const stands = Ways.waysOf(graph, from, to, 1).count > 0
    core.availability.set(service, Availability.turn(known, stands, at))
  }
}

/** Declared ones by name, then those that follow from data centres. */
export const services = (core: Core): ReadonlyArray<Service> => [
  ...[...core.services.values()].toSorted(byName),
  ...[...core.dataCentres.values()].map(reachOf).toSorted(byName),
]

const byName = (a: Service, b: Service): number => (a.service < b.service ? -1 : 1)

export const linkPart = (dataCentre: string, link: string): string => `${dataCentre}.${link}`

const reachOf = ({ dataCentre, links, name, opened }: Centre): Service => ({
  service: `reach.${dataCentre}`,
  name: `${name} can be reached`,
  // One without links is reached in ways that nobody told of.
  from: links.length === 0 ? [dataCentre] : links.map(({ link }) => linkPart(dataCentre, link)),
  to: [dataCentre],
  declared: opened,
})

/** Parts as they are told of: those that were added, and those that data centres and links are. */
export const parts = (core: Core): ReadonlyArray<Part> => {
  const all = new Map<string, Part>()
  for (const centre of core.dataCentres.values()) {
    const { dataCentre, links, name, opened: added } = centre
    const base = { dataCentre, added, detail: null }
    const none = { up: true, since: null, sinceMs: null }
    const ends = links.map(({ link }) => linkPart(dataCentre, link))
    all.set(dataCentre, {
      ...base,
      ...none,
      part: dataCentre,
      kind: "data-centre",
      name,
      joins: ends,
    })
    for (const { link, since, sinceMs, up } of links) {
      const part = linkPart(dataCentre, link)
      all.set(part, {
        ...base,
        part,
        kind: "transit-link",
        name: link,
        joins: [],
        up,
        since,
        sinceMs,
      })
    }
  }
  for (const part of core.parts.values()) {
    const implied = all.get(part.part)
    all.set(
      part.part,
      implied === undefined ? part : { ...part, joins: [...implied.joins, ...part.joins] },
    )
  }
  return [...all.values()].toSorted((a, b) => (a.part < b.part ? -1 : 1))
}

export const graphOf = (core: Core): Ways.Graph => {
  const up = parts(core).filter((part) => part.up)
  return {
    parts: up.map(({ part }) => part),
    joins: up.flatMap(({ joins, part }) => joins.map((other) => [part, other] as const)),
  }
}
