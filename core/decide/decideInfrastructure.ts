/** Decides on commands about what the core network is made of. */
import type { Event } from "../event/Event.ts"
import { canonical } from "./canonical.ts"
import { type Command, CommandRefused } from "./Command.ts"
import type * as Network from "./Network.ts"

/** Parts of the core: the ways through them are looked for at each report. */
export const partsMax = 1_000
/** What one part is joined to, and the ends of one service. */
export const joinsMax = 64
export const servicesMax = 64

type About = Extract<
  Command,
  { readonly _tag: "AddCorePart" | "RemoveCorePart" | "DeclareCoreService" | "ReportCorePart" }
>

export const decideInfrastructure = (
  state: Network.State,
  command: About,
): ReadonlyArray<Event> | CommandRefused => {
  switch (command._tag) {
    case "AddCorePart": {
      const { _tag: _, ...given } = command
      const subject = `part ${command.part}`
      const known = state.parts.get(command.part)
      if (known === undefined && state.parts.size >= partsMax)
        return invalid(subject, `there are ${partsMax} parts, which is the most`)
      if (command.joins.length > joinsMax)
        return invalid(subject, `is joined to more than ${joinsMax} parts`)
      if (command.joins.includes(command.part)) return invalid(subject, "is joined to itself")
      const next = { _tag: "CorePartAdded", ...given } as const
      return known !== undefined && isSame(known.added, next) ? [] : [next]
    }
    case "RemoveCorePart":
      return state.parts.has(command.part)
        ? [{ _tag: "CorePartRemoved", part: command.part }]
        : unknown(`part ${command.part}`)
    case "ReportCorePart": {
      const { _tag: _, atMs: _at, ...given } = command
      const known = state.parts.get(command.part)
      if (known === undefined) return unknown(`part ${command.part}`)
      return known.up === command.up ? [] : [{ _tag: "CorePartReported", ...given }]
    }
    case "DeclareCoreService": {
      const { _tag: _, ...given } = command
      const subject = `service ${command.service}`
      const known = state.services.get(command.service)
      const next = { _tag: "CoreServiceDeclared", ...given } as const
      const isEnded = command.from.length === 0 || command.to.length === 0
      if (isEnded) return known === undefined ? unknown(subject) : [next]
      if (known === undefined && state.services.size >= servicesMax)
        return invalid(subject, `there are ${servicesMax} services, which is the most`)
      if (command.from.length > joinsMax || command.to.length > joinsMax)
        return invalid(subject, `has more than ${joinsMax} parts at an end`)
      return known !== undefined && isSame(known, next) ? [] : [next]
    }
  }
}

type Declared = Extract<Event, { readonly _tag: "CorePartAdded" | "CoreServiceDeclared" }>

const isSame = (a: Declared, b: Declared): boolean => canonical(a) === canonical(b)

const invalid = (subject: string, detail: string): CommandRefused =>
  new CommandRefused({ reason: "invalid", subject, detail })

const unknown = (subject: string): CommandRefused =>
  new CommandRefused({ reason: "unknown", subject, detail: "is not known" })
