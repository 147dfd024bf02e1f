/** The file of cases beside a log, for the command line: what cannot be is wrong use. */
import * as Effect from "effect/Effect"
import * as Cases from "../../http/cases/CaseFile.ts"
import type { CaseEvent } from "../../api/Cases.ts"
import type { LogAddress } from "../../layers.ts"
import { WrongUse } from "../WrongUse.ts"

const wrongUse = ({ detail }: Cases.CaseFileUnusable): WrongUse => new WrongUse({ detail })

export const fileOf = (address: LogAddress): Effect.Effect<string, WrongUse> =>
  address._tag === "Sqlite"
    ? Effect.succeed(Cases.beside(address.path))
    : Effect.fail(new WrongUse({ detail: "cases are kept beside a log in a file: sqlite:PATH" }))

/** All of them, oldest first. */
export const read = (file: string) => Effect.mapError(Cases.read(file), wrongUse)

/** Those of one case. Fails where there is none of that name. */
export const readCase = (file: string, name: string) =>
  Effect.flatMap(read(file), (all) => {
    const events = all.filter((event) => event.case === name)
    return events.length === 0
      ? Effect.fail(new WrongUse({ detail: `there is no case ${name}: sigtwin case open ${name}` }))
      : Effect.succeed(events)
  })

export const append = (file: string, events: ReadonlyArray<CaseEvent>) =>
  Effect.mapError(Cases.append(file, events), wrongUse)
